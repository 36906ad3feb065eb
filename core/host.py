"""Runs the engine on an event loop in a thread of its own, so that nothing a worker does can hold a key press.

`EngineHost` fits `core.verbs.Connection`. What crosses between the loops: verbs, snapshots, the closing; no more.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import Future, InvalidStateError
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, cast

from core.errors import CoreError
from core.loops import run_to_end
from core.verbs import Verbs

if TYPE_CHECKING:
    from core.snapshot import Holdup, Snapshot

LETTING_GO = 5.0
"""Seconds that code which holds the event loop gets to let go of it, before a closing at once leaves it behind."""
KEPT = "What was saved is kept; the next start on this host gives back the tasks that were in hand."


class Hosted(Verbs, Protocol):
    """What the host needs of an engine. ``on_held`` is set by the host, and called from any thread."""

    on_held: Callable[[Holdup | None], None]

    def snapshots(self) -> AsyncGenerator[Snapshot]:
        """The newest snapshot, again and again, on the engine's loop."""
        ...

    async def shut(self, *, now: bool = False) -> int:
        """Stop the workers and deliver; answers how many reports still wait."""
        ...


Opener = Callable[[], AbstractAsyncContextManager[Hosted]]
"""Opens an engine; called in the engine's thread, so that what it imports does not delay the screen."""


class EngineHost:
    """An engine in its own thread. All methods may be called from any other event loop."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._opened: Future[Hosted] = Future()
        self._closed: Future[int] = Future()
        self._closing = asyncio.Event()
        self._now = False
        self._holdup: Holdup | None = None
        self._mailboxes: set[Mailbox] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._main, name="prismq-engine", daemon=True)

    @property
    def verbs(self) -> Verbs:
        """The verbs of the engine, to be awaited on the caller's loop."""
        return cast(Verbs, Carrier(self))

    def start(self) -> None:
        """Start the thread; returns at once. Starting twice is starting once."""
        if not self._thread.is_alive() and not self._closed.done():
            self._thread.start()

    async def watch(self) -> AsyncGenerator[Snapshot]:
        """The newest snapshot whenever it is another. Raises what kept the engine from opening."""
        engine = await asyncio.shield(asyncio.wrap_future(self._opened))
        mailbox = Mailbox(asyncio.get_running_loop(), self._holdup)
        self._mailboxes.add(mailbox)
        relay = self._send(self._relay(engine, mailbox))
        try:
            while (snapshot := await mailbox.take()) is not None:
                yield snapshot
        finally:
            relay.cancel()
            self._mailboxes.discard(mailbox)

    async def close(self, *, now: bool = False) -> int:
        """Stop the workers, deliver, close the engine; answers how many reports still wait. Raises what went wrong.

        Called again with ``now``, a closing that is under way gives back at once what is in hand. Code that holds the
        engine's event loop cannot be made to do that: after `LETTING_GO` seconds it is left, which raises `CoreError`.
        """
        if not self._thread.is_alive():
            return 0
        await asyncio.wait([asyncio.wrap_future(self._opened)])
        if self._loop is not None and not self._closed.done():
            with suppress(RuntimeError):  # the loop ended between the question and the call
                self._loop.call_soon_threadsafe(self._ask_to_close, now)
        if now:
            await self._leave_a_holdup()
        left = await asyncio.shield(asyncio.wrap_future(self._closed))
        await asyncio.to_thread(self._thread.join)
        return left

    async def call(self, verb: str, *args: object, **kwargs: object) -> Any:
        """Carry a verb over to the engine's loop and its answer back."""
        engine = await asyncio.shield(asyncio.wrap_future(self._opened))
        carried = self._send(getattr(engine, verb)(*args, **kwargs))
        try:
            return await asyncio.wrap_future(carried)
        except asyncio.CancelledError:
            if self._closed.done():
                raise CoreError("The engine was closed before that was done.") from None
            raise

    def _send(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        if self._loop is None or self._closed.done():
            coroutine.close()
            raise CoreError("The engine is closed.")
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:
            coroutine.close()
            raise CoreError("The engine is closed.") from None

    async def _leave_a_holdup(self) -> None:
        """Wait until the engine is closed, or the same code has held it for long: then it counts as closed."""
        holdup, since = self._holdup, time.monotonic()
        while not self._closed.done():
            await asyncio.sleep(0.1)
            if holdup is None or self._holdup is not holdup:
                holdup, since = self._holdup, time.monotonic()
            elif time.monotonic() - since > LETTING_GO:
                self._end(CoreError(f"The engine was left: {holdup.worker_id} holds it at {holdup.place}. {KEPT}"))

    def _tell_holdup(self, holdup: Holdup | None) -> None:
        """From any thread: those who watch see it, though no snapshot can pass."""
        self._holdup = holdup
        for mailbox in tuple(self._mailboxes):
            mailbox.tell(holdup)

    def _ask_to_close(self, now: bool) -> None:
        self._now = self._now or now
        self._closing.set()

    def _main(self) -> None:
        try:
            self._end(run_to_end(self._serve()))
        except BaseException as error:  # noqa: BLE001 - however the thread ends, those who wait are told
            fault = told(error)
            if self._opened.done():
                self._end(fault)
            else:
                self._opened.set_exception(fault)
                self._end(0)

    def _end(self, how: int | CoreError) -> None:
        """It is closed; how is told once: an engine that was left may still come to its own end."""
        with suppress(InvalidStateError):
            if isinstance(how, CoreError):
                self._closed.set_exception(how)
            else:
                self._closed.set_result(how)

    async def _serve(self) -> int:
        self._loop = asyncio.get_running_loop()
        async with self._opener() as engine:
            engine.on_held = self._tell_holdup
            self._opened.set_result(engine)
            await self._closing.wait()
            return await self._shut(engine)

    async def _shut(self, engine: Hosted) -> int:
        """Close; a second, more urgent call overtakes the first."""
        shutting = asyncio.ensure_future(engine.shut(now=self._now))
        while not self._now and not shutting.done():
            self._closing.clear()
            urgent = asyncio.ensure_future(self._closing.wait())
            await asyncio.wait([shutting, urgent], return_when=asyncio.FIRST_COMPLETED)
            urgent.cancel()
            if self._now and not shutting.done():
                await engine.shut(now=True)
        return await shutting

    async def _relay(self, engine: Hosted, mailbox: Mailbox) -> None:
        try:
            async with aclosing(engine.snapshots()) as snapshots:
                async for snapshot in snapshots:
                    mailbox.put(snapshot)
        except asyncio.CancelledError:
            mailbox.end(None)
            raise
        except Exception as error:  # noqa: BLE001 - whatever ends the watching, those who watch are told
            mailbox.end(told(error))


def told(error: BaseException) -> CoreError:
    """The error as one sentence for a person; the traceback of an unexpected one goes to the log."""
    if isinstance(error, CoreError):
        return error
    logging.getLogger("prismq.engine").critical("the engine stopped", exc_info=error)
    return CoreError(f"The engine stopped unexpectedly ({type(error).__name__}: {error}); what was saved is kept.")


class Mailbox:
    """Room for one snapshot between two loops: the newest replaces one that was not taken yet.

    What holds up the engine's loop comes past that loop, and is shown on the last snapshot that there was.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, holdup: Holdup | None) -> None:
        self._holdup = holdup
        self._loop = loop
        self._snapshot: Snapshot | None = None
        self._ended = False
        self._error: CoreError | None = None
        self._rung = asyncio.Event()

    def put(self, snapshot: Snapshot) -> None:
        """Leave a snapshot; called from the engine's loop."""
        self._snapshot = snapshot
        self._ring()

    def tell(self, holdup: Holdup | None) -> None:
        """Say what holds up the engine's loop; called from any thread."""
        self._holdup = holdup
        self._ring()

    def end(self, error: CoreError | None) -> None:
        """Say that nothing more comes, and why; called from the engine's loop."""
        self._ended, self._error = True, error
        self._ring()

    async def take(self) -> Snapshot | None:
        """Wait for another snapshot; None at the end. Raises what ended it."""
        while not self._rung.is_set() or (self._snapshot is None and not self._ended):
            self._rung.clear()
            await self._rung.wait()
        self._rung.clear()
        if not self._ended:
            from core.snapshot import Snapshot  # loaded by now; the frame of a board is painted without it

            return replace(self._snapshot or Snapshot(), holdup=self._holdup)
        if self._error is not None:
            raise self._error
        return None

    def _ring(self) -> None:
        with suppress(RuntimeError):  # the watcher's loop is gone: nobody looks any more
            self._loop.call_soon_threadsafe(self._rung.set)


class Carrier:
    """Looks like the engine's verbs; each call is carried over."""

    def __init__(self, host: EngineHost) -> None:
        self._host = host

    def __getattr__(self, verb: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        if verb.startswith("_"):
            raise AttributeError(verb)

        async def carried(*args: object, **kwargs: object) -> Any:
            return await self._host.call(verb, *args, **kwargs)

        return carried
