"""Spawned processes for CPU-bound workers: one a slot, used again, killed when a task takes too long."""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
import threading
from collections import defaultdict
from contextlib import suppress
from functools import partial
from multiprocessing.context import SpawnProcess

from core.errors import CoreError
from core.workers.base import BaseWorker
from core.workers.hand import Hand
from core.workers.outcomes import Checked
from core.workers.process_child import serve
from core.workers.threads import Threads


class ProcessHosts:
    """Lends out processes: an idle one that already holds the worker, or a new one."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._idle: dict[int, list[ProcessHost]] = defaultdict(list)

    async def run(self, worker: BaseWorker, hand: Hand) -> Checked:
        """Do a task in a process. When the caller is cancelled, that process is killed.

        Raises `CoreError` when the process cannot be started or ends by itself.
        """
        host = self._living(worker) or await self._start(worker)
        hand.on_cancel = host.cancel
        try:
            result: Checked = await self._threads.run(partial(host.converse, hand))
        except BaseException:
            host.kill()
            raise
        finally:
            hand.on_cancel = None
        self._idle[id(worker)].append(host)
        return result

    def _living(self, worker: BaseWorker) -> ProcessHost | None:
        """An idle process that holds the worker; those that died while they were idle are left out."""
        idle = self._idle[id(worker)]
        while idle:
            host = idle.pop()
            if host.is_alive():
                return host
            host.close()
        return None

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
        self._sending = threading.Lock()
        self._began = False
        self._process: SpawnProcess = context.Process(target=serve, args=(theirs,), name="prismq-worker", daemon=True)
        self._process.start()
        theirs.close()

    def is_alive(self) -> bool:
        """Whether the process is there. Only while nobody converses."""
        return self._process.is_alive()

    def converse(self, hand: Hand) -> Checked:
        """Have the process do a task; passes on what it says meanwhile. Raises `CoreError` when the process ends."""
        try:
            with self._sending:
                self._pipe.send((self._unsent, hand.task, hand.worker_id))
            self._unsent = None
            if hand.is_cancelled:
                self.cancel()
            while True:
                kind, *said = self._pipe.recv()
                self._began = True
                if kind == "done":
                    return said[0]
                if kind == "progress":
                    hand.report(*said)
                elif kind == "log":
                    hand.log(*said[0], dropped=said[1])
        except (EOFError, OSError) as fault:
            self.close()
            raise CoreError(self._how_it_ended()) from fault

    def cancel(self) -> None:
        """Tell the author's code in the process to stop.

        Never waits: while the task itself is being sent nothing is said here, and `converse` does it after that.
        """
        if self._sending.acquire(blocking=False):
            try:
                with suppress(OSError):  # it has ended, so it has stopped
                    self._pipe.send(("cancel",))
            finally:
                self._sending.release()

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
        ended = f"The process of the CPU-bound worker ended by itself (exit code {code})."
        if self._began or code != 1:
            return ended
        return f"{ended} It never began: a script that runs it must do so under `if __name__ == '__main__':`."
