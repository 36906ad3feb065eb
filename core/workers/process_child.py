"""The other end of `process_host`: what runs in the spawned process of a CPU-bound worker."""

from __future__ import annotations

import asyncio
import inspect
import os
import pickle
import signal
import threading
from collections.abc import Awaitable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, cast

from core.models import Task
from core.workers.base import BaseWorker
from core.workers.hand import whole_percent
from core.workers.outcomes import Checked, checked, failed, sentence

Message = tuple[Any, ...]


class RemoteHand:
    """A task in hand in this process; what is said about it goes through the pipe."""

    def __init__(self, task: Task, worker_id: str, link: Link) -> None:
        self.task = task
        self.worker_id = worker_id
        self.is_cancelled = False
        self.is_abandoned = False
        self._link = link

    def report(self, percent: float, message: str) -> None:
        """Say how far the task is."""
        self._link.send("progress", whole_percent(percent), str(message))


class Link:
    """The pipe to the parent: read by a thread of its own, so that a cancelled task hears of it, and this process
    ends with its parent even while an author's code keeps it busy."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self.tasks: SimpleQueue[tuple[bytes | None, RemoteHand]] = SimpleQueue()
        self.hand: RemoteHand | None = None

    def send(self, *message: object) -> None:
        """Send a message; one at a time. Raises what keeps it from being pickled; nothing is sent then."""
        with self._lock:
            self._pipe.send(message)

    def listen(self) -> None:
        """Take messages until the parent is gone; then end this process at once."""
        while True:
            try:
                message = cast("Message", self._pipe.recv())
            except (EOFError, OSError):
                os._exit(0)
            if message[0] == "cancel":
                if self.hand is not None:
                    self.hand.is_cancelled = self.hand.is_abandoned = True
            else:
                pickled, task, worker_id = message
                self.hand = RemoteHand(task, worker_id, self)  # at once: the next message may cancel it
                self.tasks.put((pickled, self.hand))


def serve(pipe: Connection) -> None:
    """Do the tasks that come through the pipe, one after the other, until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which lets the task in hand finish
    link = Link(pipe)
    threading.Thread(target=link.listen, name="parent", daemon=True).start()
    link.send("ready")
    worker: BaseWorker | None = None
    while True:
        pickled, hand = link.tasks.get()
        try:
            if pickled is not None:
                worker = cast("BaseWorker", pickle.loads(pickled))
            assert worker is not None
            link.send("done", perform(worker, hand))
        except BaseException as fault:  # noqa: BLE001  # whatever an author's code raises is that task's failure
            link.send("done", failed(sentence(fault)))


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
