"""Threads for blocking work: reused, as many as are needed, and never waited for when the program ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any

Work = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class Threads:
    """Runs blocking functions beside the event loop.

    The threads are daemons: one that hangs in an author's code after its time-out holds neither another task nor the
    end of the program, which an executor's threads would.
    """

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[Work | None]] = []
        self._closed = False

    async def run(self, work: Callable[[], Any]) -> Any:
        """What ``work`` returns or raises. When the caller is cancelled, the thread goes on unheard."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        desk = self._idle.pop() if self._idle else self._start()
        desk.put((work, future, loop))
        return await future

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
        while (given := desk.get()) is not None:
            work, future, loop = given
            answer, fault = None, None
            try:
                answer = work()
            except BaseException as raised:  # noqa: BLE001  # whatever an author's code raises belongs to its caller
                fault = raised
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(self._hand_over, desk, future, answer, fault)
            del work, future, answer, fault, given

    def _hand_over(
        self, desk: SimpleQueue[Work | None], future: asyncio.Future[Any], answer: Any, fault: BaseException | None
    ) -> None:
        if self._closed:
            desk.put(None)
        else:
            self._idle.append(desk)
        if future.done():
            return
        if fault is None:
            future.set_result(answer)
        else:
            future.set_exception(Raised(fault))


class Raised(Exception):
    """What a function raised in its thread, as ``fault``.

    Wrapped, since a future refuses StopIteration, and a loop does not survive SystemExit.
    """

    def __init__(self, fault: BaseException) -> None:
        super().__init__(type(fault).__name__)  # its text may raise when it is read
        self.fault = fault
