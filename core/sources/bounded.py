"""Calls into a library that may hang: they get so many seconds, and are left alone after that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from core.sources.calling_off import refuse_when_called_off

LOOK = 0.2
"""Seconds after which a wait looks whether it was called off."""

Answer = TypeVar("Answer")


class OutOfTime(Exception):
    """A call has not come back in time."""


class Call(Generic[Answer]):
    """A call on a thread of its own, in the context of the caller: what it logs is the caller's.

    Time-outs of a socket do not bound a call: a server that sends a byte now and then holds it for hours.
    """

    def __init__(self, does: Callable[[], Answer]) -> None:
        self._does = does
        self._told: SimpleQueue[Callable[[], Answer]] = SimpleQueue()
        threading.Thread(target=copy_context().run, args=(self._run,), name="bounded", daemon=True).start()

    def answer(self, seconds: float) -> Answer:
        """What it answers or raises. Raises `OutOfTime` after so many seconds, and `CalledOff` when nobody wants the
        answer any more; the call goes on then, unheard."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                told = self._told.get(timeout=min(left, LOOK))
            except Empty:
                refuse_when_called_off()
            else:
                return told()
        raise OutOfTime

    def _run(self) -> None:
        try:
            answer = self._does()
        except BaseException as fault:  # noqa: BLE001  # whatever it raises belongs to the caller
            raised = fault

            def told() -> Answer:
                raise raised

            self._told.put(told)
        else:
            self._told.put(lambda: answer)
