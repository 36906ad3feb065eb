"""Spawned processes for CPU-bound workers: one a slot, used again, killed when a task takes too long."""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
from collections import defaultdict
from contextlib import suppress
from functools import partial
from multiprocessing.context import SpawnProcess

from core.errors import CoreError
from core.models import TaskResult
from core.workers.base import BaseWorker
from core.workers.hand import Hand
from core.workers.process_child import serve
from core.workers.threads import Threads


class ProcessHosts:
    """Lends out processes: an idle one that already holds the worker, or a new one."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._idle: dict[int, list[ProcessHost]] = defaultdict(list)

    async def run(self, worker: BaseWorker, hand: Hand) -> TaskResult:
        """Do a task in a process. When the caller is cancelled, that process is killed.

        Raises `CoreError` when the process cannot be started or ends by itself.
        """
        idle = self._idle[id(worker)]
        host = idle.pop() if idle else await self._start(worker)
        hand.on_cancel = host.cancel
        try:
            if hand.is_cancelled:
                host.cancel()
            result: TaskResult = await self._threads.run(partial(host.converse, hand))
        except BaseException:
            host.kill()
            raise
        finally:
            hand.on_cancel = None
        idle.append(host)
        return result

    async def _start(self, worker: BaseWorker) -> ProcessHost:
        start = asyncio.ensure_future(self._threads.run(partial(ProcessHost, worker)))
        try:
            return await asyncio.shield(start)
        except asyncio.CancelledError:
            start.add_done_callback(dismissed)
            raise

    def dismiss(self, worker: BaseWorker) -> None:
        """End the idle processes of a worker."""
        self._dismiss(id(worker))

    def close(self) -> None:
        """End all idle processes."""
        for worker in list(self._idle):
            self._dismiss(worker)

    def _dismiss(self, worker: int) -> None:
        for host in self._idle.pop(worker, []):
            host.kill()
            host.close()


def dismissed(start: asyncio.Future[ProcessHost]) -> None:
    """End a process that was started for somebody who did not wait for it."""
    if not start.cancelled() and start.exception() is None:
        start.result().kill()
        start.result().close()


class ProcessHost:
    """One spawned process that holds a worker and does one task at a time. Blocking: used from threads."""

    def __init__(self, worker: BaseWorker) -> None:
        try:
            self._unsent: bytes | None = pickle.dumps(worker)
        except (pickle.PicklingError, TypeError, AttributeError) as fault:
            raise CoreError(f"The CPU-bound worker cannot be sent to a process of its own: {fault}.") from fault
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._pipe = ours
        self._process: SpawnProcess = context.Process(target=serve, args=(theirs,), name="prismq-worker", daemon=True)
        self._process.start()
        theirs.close()

    def converse(self, hand: Hand) -> TaskResult:
        """Have the process do a task; passes on what it says meanwhile. Raises `CoreError` when the process ends."""
        try:
            self._pipe.send((self._unsent, hand.task, hand.worker_id))
            self._unsent = None
            while True:
                kind, *said = self._pipe.recv()
                if kind == "done":
                    return said[0]
                hand.report(*said)
        except (EOFError, OSError) as fault:
            self.close()
            raise CoreError(self._how_it_ended()) from fault

    def cancel(self) -> None:
        """Tell the author's code in the process to stop."""
        with suppress(OSError):  # it has ended, so it has stopped
            self._pipe.send(("cancel",))

    def kill(self) -> None:
        """End the process now, whatever it does; `converse` hears of it."""
        if self._process.is_alive():
            self._process.kill()

    def close(self) -> None:
        """Close our end of the pipe; only while nobody converses."""
        self._pipe.close()

    def _how_it_ended(self) -> str:
        self._process.join(1.0)
        code = self._process.exitcode
        hint = (
            "" if code is None or code < 0 else " A script that runs it must do so under `if __name__ == '__main__':`."
        )
        return f"The process of the CPU-bound worker ended by itself (exit code {code}).{hint}"
