"""Spawned processes for CPU-bound workers: one a slot, used again, killed when a task takes too long.

Each is the leader of a process group, with which it is ended: an author's code may have forked.
"""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import os
import pickle
import signal
import threading
from collections import defaultdict
from contextlib import suppress
from functools import partial
from io import BytesIO
from multiprocessing.context import SpawnProcess
from typing import Any
from weakref import WeakSet

from core.errors import CoreError
from core.workers.base import BaseWorker
from core.workers.hand import Hand
from core.workers.outcomes import Checked, sentence
from core.workers.process_child import serve
from core.workers.spawning import start
from core.workers.threads import Threads

LOOK_EVERY = 0.25
"""Seconds between two looks at whether a process lives that says nothing: one that it has started, and that holds its
end of the pipe, keeps us from hearing that it ended."""


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
            host.kill()
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
        self._number = 0
        self._process: SpawnProcess = context.Process(target=serve, args=(theirs,), name="prismq-worker", daemon=True)
        self._starter = os.getpid()
        started.start(self, self._process)
        theirs.close()

    def is_alive(self) -> bool:
        """Whether the process is there. Only while nobody converses."""
        return self._process.is_alive()

    def converse(self, hand: Hand) -> Checked:
        """Have the process do a task; passes on what it says meanwhile. Raises `CoreError` when the process ends, or
        what it says cannot be read."""
        self._number += 1
        try:
            with self._sending:
                self._pipe.send(("task", self._number, self._unsent, hand.task, hand.worker_id))
            self._unsent = None
            if hand.is_cancelled:
                self.cancel()
            while True:
                kind, number, *said = unpickled(self._next_message())
                self._began = True
                if number != self._number:
                    continue  # a thread that an earlier task left behind speaks of that one
                if kind == "done":
                    return said[0]
                if kind == "progress":
                    hand.report(*said)
                elif kind == "log":
                    hand.log(*said[0], dropped=said[1])
        except (EOFError, OSError) as fault:
            why = self._how_it_ended()
            self.close()
            raise CoreError(why) from fault

    def cancel(self) -> None:
        """Tell the author's code in the process to stop.

        Never waits: while the task itself is being sent nothing is said here, and `converse` does it after that.
        """
        if self._sending.acquire(blocking=False):
            try:
                with suppress(OSError):  # it has ended, so it has stopped
                    self._pipe.send(("cancel", self._number))
            finally:
                self._sending.release()

    def kill(self) -> None:
        """End the process now, whatever it does, with all that it has started; `converse` hears of it."""
        pid = self._process.pid
        if pid is None:
            return  # it was not started
        if self._process.is_alive():
            end_group(pid)
            self._process.kill()  # it may be too young to have a group
        elif not is_there(pid):  # else its number is another's by now
            end_group(pid)

    def end_with_the_program(self) -> None:
        """`kill`, for the program that started it; a copy of that ends without."""
        if os.getpid() == self._starter:
            self.kill()

    def _next_message(self) -> bytes:
        while not self._pipe.poll(LOOK_EVERY):
            if not self._process.is_alive() and not self._pipe.poll():
                raise EOFError
        return self._pipe.recv_bytes()

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


class Started:
    """The hosts whose processes may live still. They end with the program: `multiprocessing` would ask for that by
    SIGTERM, and wait for ever."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """In a copy of the program: the processes are not its own, and who held the lock is not here."""
        self._hosts: WeakSet[ProcessHost] = WeakSet()
        self._lock = threading.Lock()
        self._is_over = False

    def start(self, host: ProcessHost, process: SpawnProcess) -> None:
        """Start the process of a host. Raises OSError where there is no room, and when the program ends."""
        with self._lock:  # also while it starts: one that `multiprocessing` knows and we do not would be waited for
            if self._is_over:
                raise OSError("No process is started any more: the program ends.")
            self._hosts.add(host)
            start(process)

    def end_all(self) -> None:
        """End what lives; nothing is started any more."""
        with self._lock:
            self._is_over = True
            hosts = tuple(self._hosts)
        for host in hosts:
            host.end_with_the_program()


started = Started()
atexit.register(started.end_all)
os.register_at_fork(after_in_child=started.begin_anew)


def end_group(leader: int) -> None:
    """End all processes of a group at once, if there is any."""
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: on macOS, when all of them have ended
        os.killpg(leader, signal.SIGKILL)


def is_there(pid: int) -> bool:
    """Whether a process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def unpickled(message: bytes) -> tuple[Any, ...]:
    """What a process said. Raises `CoreError` when it cannot be read: it is made by an author's code."""
    try:
        return pickle.load(Steps(message))
    except Exception as fault:  # whatever keeps it from being read here belongs to that task
        raise CoreError(f"The answer of the worker's process cannot be read: {sentence(fault)}.") from fault


class Steps:
    """A pickle as a file that is read in steps: each lets other threads run, the event loop's too, which the
    unpickler by itself does not before it is done."""

    def __init__(self, pickled: bytes) -> None:
        self._file = BytesIO(pickled)

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        return self._file.read(size)

    def readinto(self, buffer: bytearray, /) -> int:
        """Fill a buffer with the next bytes; answers how many there were."""
        return self._file.readinto(buffer)

    def readline(self) -> bytes:
        """The next line."""
        return self._file.readline()
