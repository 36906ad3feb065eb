"""Reads anew whenever it is asked to; while something is being read, one more reading is enough."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.dom import DOMNode
from textual.worker import Worker


class Rereading:
    """What a screen or widget reads: ``once`` reads it and shows it, or why it cannot be read."""

    def __init__(self, node: DOMNode, once: Callable[[], Awaitable[None]]) -> None:
        self._node, self._once = node, once
        self._worker: Worker[None] | None = None
        self._stale = False

    def ask(self) -> None:
        """Read it anew."""
        self._stale = True
        if self._worker is None or self._worker.is_finished:
            self._worker = self._node.run_worker(self._read, group="read")

    def drop(self) -> None:
        """What is being read is not wanted any more, and holds up nothing that is asked for after it."""
        if self._worker is not None:
            self._worker.cancel()
        self._worker, self._stale = None, False

    async def _read(self) -> None:
        while self._stale:
            self._stale = False
            await self._once()
