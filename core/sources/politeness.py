"""Limits on how a host is asked: how many calls at a time, and how long between the beginnings of two."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.sources.errors import SourceBusy

PATIENCE = 300.0
"""Seconds that a call waits for its turn at most."""

LOOK = 0.2
"""Seconds after which a wait that can be called off looks whether it was."""

Wait = Callable[[threading.Condition, float], object]
"""Waits on a condition that is held, for so many seconds at most."""


@dataclass(slots=True)
class Host:
    """Who waits for a host, how many are at it, and when the next may begin."""

    waiting: deque[object] = field(default_factory=deque[object])
    busy: int = 0
    next_at: float = -math.inf


class HostLimits:
    """At most ``concurrency`` calls to a host at a time, begun ``delay`` seconds apart or more, in the order of asking.

    One is shared by everything in the process that asks the host; safe from any thread. ``clock`` tells seconds.
    """

    def __init__(
        self,
        concurrency: int,
        delay: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Wait = threading.Condition.wait,
    ) -> None:
        self.concurrency = concurrency
        self.delay = delay
        self._clock = clock
        self._wait = wait
        self._hosts: dict[str, Host] = {}
        self._changed = threading.Condition()
        self._closed = False

    @contextmanager
    def turn(
        self, host: str, *, patience: float = PATIENCE, called_off: Callable[[], bool] | None = None
    ) -> Generator[None]:
        """Wait for a turn at ``host`` and hold it. A thread that holds one must not ask for another.

        ``called_off`` is asked now and then while it waits. Raises `SourceBusy` when that says yes, after ``patience``
        seconds, and when the limits were closed.
        """
        name = host.lower()
        self._begin(name, patience, called_off)
        try:
            yield
        finally:
            with self._changed:
                self._hosts[name].busy -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """End all waits, now and later: the program ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _begin(self, name: str, patience: float, called_off: Callable[[], bool] | None) -> None:
        ticket = object()
        with self._changed:
            host = self._hosts.setdefault(name, Host())
            host.waiting.append(ticket)
            until = self._clock() + patience
            try:
                while (left := self._until_turn(host, ticket)) > 0 or self._closed:
                    patient = until - self._clock()
                    if self._closed or patient <= 0 or (called_off is not None and called_off()):
                        raise SourceBusy(name)
                    self._wait(self._changed, min(left, patient, LOOK if called_off is not None else math.inf))
                host.busy += 1
                host.next_at = self._clock() + self.delay
            finally:
                host.waiting.remove(ticket)
                self._changed.notify_all()

    def _until_turn(self, host: Host, ticket: object) -> float:
        """Seconds until this ticket may go on; without end while others must move first."""
        if host.waiting[0] is not ticket or host.busy >= self.concurrency:
            return math.inf
        return host.next_at - self._clock()
