"""The other end of `process_host`: what runs in the spawned process of a CPU-bound worker.

Each message is a kind, the number of the conversation that it belongs to (0: none), and what is said. An author's
code may fork: a copy of this process says nothing.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import pickle
import signal
import threading
from collections.abc import Awaitable
from functools import partial
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import FrameType
from typing import Any, cast

from core.details import LogLine
from core.models import Task
from core.workers.base import BaseWorker
from core.workers.hand import beginning_log, whole_percent
from core.workers.log_capture import LogCapture
from core.workers.log_sending import LogSender
from core.workers.outcomes import Checked, broken_off, checked

Message = tuple[Any, ...]
STOPS = (signal.SIGINT, signal.SIGTERM)
"""Signals that stop the program. They are blocked in a new process until it can leave them to its parent."""


class RemoteHand:
    """A task in hand in this process; what is said about it goes through the pipe."""

    def __init__(self, task: Task, worker_id: str, number: int, link: Link) -> None:
        self.task = task
        self.worker_id = worker_id
        self.number = number
        self.is_cancelled = False
        self.is_abandoned = False
        self._link = link
        self._log: LogSender | None = None
        self._done = False

    def report(self, percent: float, message: str) -> None:
        """Say how far the task is."""
        self._link.send("progress", self.number, whole_percent(percent), str(message))

    def log(self, line: LogLine, /) -> None:
        """Keep a line that was logged; not in a copy, where locks may be held by threads that are not there."""
        if self._link.is_copy:
            return
        if self._log is None:
            with beginning_log:
                if self._log is None and not self._done:
                    self._log = LogSender(partial(self._link.send, "log", self.number))
        if self._log is not None:
            self._log.add(line)

    def end_log(self) -> None:
        """Send the lines that are left; none after that."""
        if self._link.is_copy:
            return
        with beginning_log:
            self._done = True
        if self._log is not None:
            self._log.close()


class Link:
    """The pipe to the parent: read by a thread of its own, so that a cancelled task hears of it, and this process
    ends with its parent even while an author's code keeps it busy."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self.tasks: SimpleQueue[tuple[bytes | None, RemoteHand]] = SimpleQueue()
        self.hand: RemoteHand | None = None

    @property
    def is_copy(self) -> bool:
        """Whether this is a process that an author's code forked."""
        return os.getpid() != self._pid

    def send(self, *message: object) -> None:
        """Send a message; one at a time, and nothing in a copy. Raises what keeps it from being pickled."""
        if self.is_copy:
            return  # not even the lock may be asked for: who held it is not here
        pickled = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._pipe.send_bytes(pickled)

    def listen(self) -> None:
        """Take messages until the parent is gone; then end this process at once, and what it has forked."""
        while True:
            try:
                kind, number, *said = cast("Message", self._pipe.recv())
            except (EOFError, OSError):
                os.killpg(self._pid, signal.SIGKILL)
                os._exit(0)
            if kind == "cancel":
                if self.hand is not None and self.hand.number == number:
                    self.hand.is_cancelled = self.hand.is_abandoned = True
            else:
                pickled, task, worker_id = said
                self.hand = RemoteHand(task, worker_id, number, self)  # at once: the next message may cancel it
                self.tasks.put((pickled, self.hand))

    def let_go(self) -> None:
        """In a copy: nobody waits for it, and the pipe must end with the process that it belongs to."""
        if signal.getsignal(signal.SIGTERM) is left_to_the_parent:  # else the author's code has set one of its own
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if self.hand is not None:
            self.hand.is_cancelled = self.hand.is_abandoned = True
        self._pipe.close()


def serve(pipe: Connection) -> None:
    """Do the tasks that come through the pipe, one after the other, until the parent is gone."""
    leave_stopping_to_the_parent()
    os.setsid()  # so that the parent can end this process with all that it starts
    os.set_inheritable(pipe.fileno(), False)
    LogCapture().start()
    link = Link(pipe)
    os.register_at_fork(after_in_child=link.let_go)
    threading.Thread(target=link.listen, name="parent", daemon=True).start()
    link.send("ready", 0)
    sent: bytes | None = None
    worker: BaseWorker | None = None
    while True:
        pickled, hand = link.tasks.get()
        sent = pickled or sent
        try:
            if worker is None:
                worker = cast("BaseWorker", pickle.loads(cast("bytes", sent)))
            result = perform(worker, hand)
            hand.end_log()
            link.send("done", hand.number, result)
        except BaseException as fault:  # noqa: BLE001  # whatever an author's code raises is that task's failure
            hand.end_log()
            link.send("done", hand.number, broken_off(fault))
        if link.is_copy:
            os._exit(0)  # the fork returned here too, and the task is done where it was begun


def leave_stopping_to_the_parent() -> None:
    """Ctrl+C, and a SIGTERM that all processes of the program are sent, are for the parent alone, which lets the task
    in hand finish or kills this process. What this process starts hears SIGTERM as ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, left_to_the_parent)  # one that is ignored would be so in what is started too
    signal.siginterrupt(signal.SIGTERM, False)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def left_to_the_parent(number: int, frame: FrameType | None) -> None:
    """Hear a signal, and do nothing."""


def perform(worker: BaseWorker, hand: RemoteHand) -> Checked:
    """Do one task here; answers its result, checked. Raises what the author's code raises."""
    with worker.holding(hand):
        answer: object = worker.process_task(hand.task)
        if inspect.isawaitable(answer):
            answer = asyncio.run(awaited(answer))
    return checked(answer)


async def awaited(answer: Awaitable[object]) -> object:
    """What an awaitable gives."""
    return await answer
