"""An executor for `asyncio.to_thread` that keeps nobody from leaving: Python's own is waited for without an end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Value = TypeVar("Value")
MOST = 32
"""Threads at most; more calls wait for one, as with Python's own."""


class DaemonThreads(ThreadPoolExecutor):
    """Runs calls in daemon threads. `shutdown` gives those under way ``patience`` seconds, and leaves them then.

    A `ThreadPoolExecutor` in name, since event loops take no other; nothing of its machinery is used.
    """

    def __init__(self, patience: float) -> None:
        super().__init__(1)
        self._patience = patience
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._free = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._count = 0
        self._closed = False
        self._under_way: set[Future[Any]] = set()

    def submit(self, fn: Callable[Given, Value], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Value]:
        """Have it called. Raises RuntimeError after `shutdown`."""
        future: Future[Value] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._under_way.add(future)
            future.add_done_callback(self._under_way.discard)
            self._calls.put((future, lambda: fn(*args, **kwargs)))
            if not self._free.acquire(blocking=False) and self._count < MOST:
                self._count += 1
                threading.Thread(target=self._serve, name=f"thread {self._count}", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; with ``wait``, give those under way their time."""
        with self._lock:
            self._closed = True
            left = [*self._under_way]
        if cancel_futures:
            for future in left:
                future.cancel()
        if wait:
            wait_for(left, timeout=self._patience)

    def _serve(self) -> None:
        while True:
            future, call = self._calls.get()
            if future.set_running_or_notify_cancel():
                try:
                    answer = call()
                except BaseException as fault:  # noqa: BLE001  # whatever it raises belongs to its caller
                    future.set_exception(fault)
                else:
                    future.set_result(answer)
            del future, call
            self._free.release()
