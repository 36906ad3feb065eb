"""How many things ended in each of the last seconds."""

from __future__ import annotations

from collections import deque

KEPT_SECONDS = 300
"""How far back counts are kept."""


class PerSecond:
    """Counts a second, for the last `KEPT_SECONDS` seconds. Seconds are whole numbers of a monotonic clock."""

    def __init__(self) -> None:
        self._counts: deque[tuple[int, int]] = deque(maxlen=KEPT_SECONDS)

    def add(self, second: int, count: int) -> None:
        """Count ``count`` more in that second, which is not older than the last one counted."""
        if count <= 0:
            return
        if self._counts and self._counts[-1][0] >= second:
            last, had = self._counts[-1]
            self._counts[-1] = (last, had + count)
        else:
            self._counts.append((second, count))

    def total(self, now: int, seconds: int) -> int:
        """How many there were in the second that is ``now`` and the ``seconds`` - 1 before it."""
        total = 0
        for second, count in reversed(self._counts):
            if second <= now - seconds:
                break
            total += count
        return total

    def series(self, now: int, seconds: int) -> tuple[int, ...]:
        """Counts of the ``seconds`` whole seconds before ``now``, oldest first."""
        counted = [0] * seconds
        first = now - seconds
        for second, count in reversed(self._counts):
            if second < first:
                break
            if second < now:
                counted[second - first] = count
        return tuple(counted)


class Growth:
    """Turns a running total into what was added since it was last seen; a total that shrank added nothing."""

    def __init__(self) -> None:
        self._seen: int | None = None

    def step(self, total: int) -> int:
        """What came since the last call; 0 at the first."""
        before, self._seen = self._seen, total
        return 0 if before is None else max(0, total - before)
