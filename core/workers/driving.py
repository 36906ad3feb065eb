"""Async code of an author, kept on a leash: it is asked to stop, and is not run any further when it does not."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any

from core.workers.threads import Left, Raised

GRACE = 2.0
"""Seconds that async code which is cancelled gets to clean up."""


async def attended(
    code: Coroutine[Any, Any, object], on_cancel: Callable[[], None], on_left: Left, grace: float = GRACE
) -> object:
    """What the code returns. Raises what it raises as `Raised`, but for its CancelledError.

    When the caller is cancelled, ``on_cancel`` is called and the code is cancelled too. It has ``grace`` seconds to
    end, and what it returns then is returned; after that it is not run any further, whatever it caught, and
    CancelledError is raised. ``on_left`` is told so, and again when its `asyncio.Task` is gone, which is at once
    unless it waits for another one that refuses to end.
    """
    leash = Leash()
    running = asyncio.create_task(leash.driven(code))
    running.add_done_callback(leash.let_go)
    try:
        await leash.over
    except asyncio.CancelledError:
        try:
            if not running.done():
                on_cancel()
                running.cancel()
                await asyncio.wait([running], timeout=grace)
        finally:
            code_is_over = running.done()
            if not code_is_over:
                leash.cut = True
                running.cancel()
                on_left(1)
                running.add_done_callback(lambda _: on_left(-1))
            running.add_done_callback(lambda done: done.cancelled() or done.exception())
            running.add_done_callback(lambda _: close(code))
        if not code_is_over:
            raise
        running.result()  # raises the CancelledError of the code, if it ended with that
    return leash.result()


class Leash:
    """Runs a coroutine step by step inside an `asyncio.Task`, so that it can be left where it is.

    A task alone ends only when its code lets it: a loop around ``except CancelledError`` keeps it, and with it the
    end of the program. ``cut``: the next cancellation is not passed on, but ends the task. ``over`` is done when the
    code is; who waits for it can be cancelled without that.
    """

    def __init__(self) -> None:
        self.cut = False
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer: object = None
        self._fault: Exception | None = None

    async def driven(self, code: Coroutine[Any, Any, object]) -> None:
        """Run the code; raises its CancelledError, and leaves what else came of it to `result`."""
        try:
            self._answer = await self._steps(code)
        except Exception as fault:  # noqa: BLE001  # `Raised`, or what kept it from being made
            self._fault = fault
        finally:
            close(code)
        if not self.over.done():
            self.over.set_result(None)

    def let_go(self, running: asyncio.Task[None]) -> None:
        """Its `asyncio.Task` has ended, perhaps cancelled, and perhaps before it began: nobody waits any longer."""
        if not self.over.done():
            self.over.cancel()

    def result(self) -> object:
        """What the code returned; raises `Raised` when it raised."""
        if self._fault is not None:
            raise self._fault
        return self._answer

    @types.coroutine
    def _steps(self, code: Coroutine[Any, Any, object]) -> Generator[Any, Any, object]:
        told: BaseException | None = None
        while True:
            try:
                awaited = code.send(None) if told is None else code.throw(told)
            except StopIteration as end:
                return end.value
            except asyncio.CancelledError:
                raise
            except BaseException as fault:  # noqa: BLE001  # a task takes SystemExit for the end of the loop
                raise Raised(fault) from None
            told = None
            try:
                yield awaited
            except GeneratorExit:
                raise
            except BaseException as thrown:  # what the task is told is for the code, as long as that is heard
                if self.cut:
                    raise
                told = thrown


def close(code: Coroutine[Any, Any, object]) -> None:
    """End code that was not run to its end, where it is; it may refuse that too, and is not run all the same."""
    with suppress(BaseException):
        code.close()
