"""Threads for blocking work: reused, as many as are needed, and never waited for when the program ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any

Left = Callable[[int], None]
"""Told 1 when a thread is abandoned, -1 when it comes back after all."""


@dataclass(slots=True, eq=False)
class Work:
    """What a thread is to do. ``is_back``: it has done it; ``is_left``: nobody waited for that."""

    does: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    on_left: Left | None = None
    is_left: bool = False
    is_back: bool = False


class Threads:
    """Runs blocking functions beside the event loop.

    The threads are daemons: one that hangs in an author's code after its time-out holds neither another task nor the
    end of the program, which an executor's threads would.
    """

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[Work | None]] = []
        self._closed = False

    async def run(self, does: Callable[[], Any], on_left: Left | None = None) -> Any:
        """What ``does`` returns or raises (as `Raised`). When the caller is cancelled, the thread goes on unheard;
        ``on_left`` is told so, and again when it comes back."""
        loop = asyncio.get_running_loop()
        work = Work(does, loop.create_future(), loop, on_left)
        desk = self._idle.pop() if self._idle else self._start()
        desk.put(work)
        try:
            return await work.future
        except asyncio.CancelledError:
            if on_left is not None and not work.is_back:
                work.is_left = True
                on_left(1)
            raise

    def close(self) -> None:
        """Let idle threads end; busy ones end with what they do."""
        self._closed = True
        while self._idle:
            self._idle.pop().put(None)

    def _start(self) -> SimpleQueue[Work | None]:
        desk: SimpleQueue[Work | None] = SimpleQueue()
        Thread(target=self._serve, args=(desk,), name="worker", daemon=True).start()
        return desk

    def _serve(self, desk: SimpleQueue[Work | None]) -> None:
        while (work := desk.get()) is not None:
            answer, fault = None, None
            try:
                answer = work.does()
            except BaseException as raised:  # noqa: BLE001  # whatever an author's code raises belongs to its caller
                fault = raised
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                work.loop.call_soon_threadsafe(self._hand_over, desk, work, answer, fault)
            del work, answer, fault

    def _hand_over(self, desk: SimpleQueue[Work | None], work: Work, answer: Any, fault: BaseException | None) -> None:
        work.is_back = True
        if self._closed:
            desk.put(None)
        else:
            self._idle.append(desk)
        if work.is_left and work.on_left is not None:
            work.on_left(-1)
        if work.future.done():
            return
        if fault is None:
            work.future.set_result(answer)
        else:
            work.future.set_exception(Raised(fault))


class Raised(Exception):
    """What an author's function raised, as ``fault``.

    Wrapped, since a future refuses StopIteration, and a loop does not survive SystemExit.
    """

    def __init__(self, fault: BaseException) -> None:
        super().__init__(type(fault).__name__)  # its text may raise when it is read
        self.fault = fault
