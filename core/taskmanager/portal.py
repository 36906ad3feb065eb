"""The way from blocking code into the one event loop of this process that blocking clients share."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from core.errors import CoreError

Value = TypeVar("Value")


class Portal:
    """An event loop on a daemon thread, started at the first call. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._process = 0

    def run(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Do the work on the loop and wait for it; an interrupt (Ctrl+C) cancels it there."""
        loop = self._running()
        if threading.current_thread() is self._thread:
            work.close()
            raise CoreError("The blocking client cannot be used inside its own event loop: use the async one there.")
        future = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            # A forked child has this object, but not the thread.
            if self._loop is None or self._process != os.getpid():
                self._loop = asyncio.new_event_loop()
                self._process = os.getpid()
                # A daemon: the interpreter does not wait for it at exit, so nothing can hang there.
                self._thread = threading.Thread(target=self._loop.run_forever, name="taskmanager-client", daemon=True)
                self._thread.start()
            return self._loop


PORTAL = Portal()
"""The one of this process."""
