"""When a worker may claim again: after a miss, after trouble with the server, after failures. Nobody waits here.

Times are those of the event loop's clock, in seconds, handed in as ``now``.
"""

from __future__ import annotations

from random import Random

from core.errors import CoreError, RateLimited
from core.models import TaskResult
from core.workers.backoff import Backoff

FAILURES_IN_A_ROW = 5
"""Failed tasks in a row after which a worker rests."""
FIRST_REST, LONGEST_REST = 5.0, 60.0
"""Seconds of the first rest, doubled for each that follows without a success between, and at most. Chance has no part
in them: who reads of a rest can rely on it."""

LEAST_LIMIT = 0.1
"""Seconds that a worker waits at least when the server's rate limit refused its claim."""


class Pace:
    """What happened to a worker lately, and until when it waits because of that. ``note`` says why, if it must."""

    def __init__(self, backoff: Backoff, rng: Random) -> None:
        self.misses = 0
        self.done = 0
        self.failed = 0
        self.note = ""
        self._backoff = backoff
        self._rng = rng
        self._troubles = self._failures = self._rests = 0
        self._next_at = self._rest_until = 0.0

    def until(self) -> float:
        """When it may claim again; in the past when it may now."""
        return max(self._next_at, self._rest_until)

    def backs_off(self, now: float) -> bool:
        """Whether it waits because something is wrong, not because there is nothing to do."""
        return self._troubles > 0 or self._rest_until > now

    @property
    def failures(self) -> int:
        """Failed attempts since the last success."""
        return self._failures

    def hurry(self) -> None:
        """There may be something to claim: do not wait for the poll."""
        self._next_at = 0.0

    def answered(self, found: int, now: float, *, waited: bool) -> None:
        """The server answered with this many tasks; ``waited``: it waited for one as long as it was asked to."""
        if self._troubles or self._rest_until <= now:
            self.note = ""
        self._troubles = 0
        self.misses = 0 if found else self.misses + 1
        self._next_at = 0.0 if found or waited else now + self._backoff.delay(self.misses, self._rng)

    def troubled(self, fault: CoreError, now: float) -> None:
        """The server did not answer, or refused."""
        self._troubles += 1
        if isinstance(fault, RateLimited):
            self._next_at = now + max(fault.retry_after, LEAST_LIMIT)
        else:
            self._next_at = now + self._backoff.delay(self._troubles, self._rng)
        self.note = str(fault)

    def ended(self, result: TaskResult, now: float) -> str | None:
        """A task ended; after too many failures in a row it is time to rest, longer each time. Answers what is to be
        said of a rest that begins."""
        if result.success:
            self.done += 1
            self._failures = self._rests = 0
            return None
        self.failed += 1
        self._failures += 1
        if self._failures < FAILURES_IN_A_ROW or now < self._rest_until:
            return None
        seconds = min(LONGEST_REST, FIRST_REST * 2 ** min(self._rests, 16))
        self._rests += 1
        self._rest_until = now + seconds
        self.note = f"{self._failures} failures in a row: resting for {seconds:g} s. The last: {result.error}"
        return self.note
