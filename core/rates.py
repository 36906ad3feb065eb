"""What ended in each of the last seconds, minutes and hours, and how long it took; in memory that does not grow."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.throughput import Series, Span, Timing

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


GROWTH = 1.1
"""How much longer each class of a `Sketch` is than the one before: its answers are at most 5% off."""
LOG_GROWTH = math.log(GROWTH)
SHORTEST, LONGEST = 0.001, 30 * 86400.0
"""Seconds that are told apart; what is shorter or longer counts as these."""


class Sketch:
    """Lengths of time by classes, from which percentiles are told. At most some 230 classes, whatever is added."""

    __slots__ = ("_classes",)

    def __init__(self) -> None:
        self._classes: dict[int, int] = {}

    def add(self, place: int) -> None:
        """Count one more, whose class is as `class_of` answers it."""
        self._classes[place] = self._classes.get(place, 0) + 1

    def take(self, others: Iterable[Sketch]) -> Sketch:
        """Count what these have counted as well; answers itself."""
        for other in others:
            for place, count in other._classes.items():
                self._classes[place] = self._classes.get(place, 0) + count
        return self

    @property
    def timing(self) -> Timing | None:
        """What it tells; None when nothing was counted."""
        total = sum(self._classes.values())
        if not total:
            return None
        places = sorted(self._classes.items())
        return Timing(total, below(places, total * 0.5), below(places, total * 0.95))


def class_of(seconds: float) -> int:
    """The class of a `Sketch` that a length of time is in."""
    return math.floor(math.log(min(max(seconds, SHORTEST), LONGEST) / SHORTEST) / LOG_GROWTH)


def below(places: list[tuple[int, int]], rank: float) -> float:
    """The middle of the class that the one with this rank is in, seconds."""
    seen = 0
    for place, count in places:
        seen += count
        if seen >= rank:
            return SHORTEST * GROWTH ** (place + 0.5)
    return LONGEST


@dataclass(slots=True)
class Bucket:
    """What happened in some seconds, while it is added up."""

    completed: int = 0
    failed: int = 0
    pending: int | None = None
    waited: Sketch = field(default_factory=Sketch)
    ran: Sketch = field(default_factory=Sketch)

    def take(self, later: Bucket) -> Bucket:
        """Add what happened in the seconds after these; answers itself."""
        self.completed += later.completed
        self.failed += later.failed
        self.pending = self.pending if later.pending is None else later.pending
        self.waited.take([later.waited])
        self.ran.take([later.ran])
        return self

    @property
    def span(self) -> Span:
        """As it is told."""
        return Span(self.completed, self.failed, self.pending, self.waited.timing, self.ran.timing)


class Ring:
    """The last ``length`` buckets of ``width`` seconds each. ``forgets``: what is older is dropped; else two buckets
    become one whenever there is no more room, so that all times from the beginning are in it."""

    def __init__(self, name: str, begin: int, width: int, length: int, *, forgets: bool = True) -> None:
        self._name, self._begin, self._width, self._length, self._forgets = name, begin, width, length, forgets
        self._closed: deque[Bucket] = deque(maxlen=length if forgets else None)
        self._open = Bucket()
        self._told: Series | None = None

    def at(self, second: int) -> Bucket:
        """The bucket of that second, which is not older than the last one asked for."""
        missing = (second - self._begin) // self._width
        if missing > self._length and self._forgets:  # the clock jumped: all that is known is older
            self._closed.clear()
            self._open = Bucket()
            self._begin += (missing - self._length) * self._width
            self._told = None
        while second >= self._begin + self._width:
            self._closed.append(self._open)
            self._open = Bucket()
            self._begin += self._width
            self._told = None
            if not self._forgets and len(self._closed) >= self._length:
                self._halve()
        return self._open

    def _halve(self) -> None:
        pairs = list(self._closed)
        odd = pairs.pop() if len(pairs) % 2 else None
        self._closed = deque(pairs[n].take(pairs[n + 1]) for n in range(0, len(pairs), 2))
        if odd is not None:
            self._open = odd.take(self._open)
            self._begin -= self._width
        self._width *= 2

    def series(self, second: int) -> Series:
        """What is told of it; made anew only when another bucket is over."""
        self.at(second)
        if self._told is None:
            waited = Sketch().take(bucket.waited for bucket in self._closed)
            ran = Sketch().take(bucket.ran for bucket in self._closed)
            spans = tuple(bucket.span for bucket in self._closed)
            self._told = Series(self._name, self._width, spans, waited.timing, ran.timing)
        return self._told


class History:
    """What ended, waited and ran over the last 5 minutes, the last hour, and all the time since the start.

    What happens in one second is added up once, and told to each of the three when that second is over or asked for.
    """

    def __init__(self, begin: int) -> None:
        self._rings = (
            Ring("5 minutes", begin, 1, 300),
            Ring("1 hour", begin, 10, 360),
            Ring("all", begin, 1, 300, forgets=False),
        )
        self._second = begin
        self._open = Bucket()

    def ended(self, second: int, count: int, *, success: bool) -> None:
        """So many tasks ended."""
        bucket = self._at(second)
        if success:
            bucket.completed += count
        else:
            bucket.failed += count

    def pend(self, second: int, count: int) -> None:
        """So many tasks are pending."""
        self._at(second).pending = count

    def waited(self, second: int, seconds: float) -> None:
        """A task was claimed, so long after it was created."""
        self._at(second).waited.add(class_of(seconds))

    def ran(self, second: int, seconds: float) -> None:
        """A task ended, so long after it was claimed."""
        self._at(second).ran.add(class_of(seconds))

    def series(self, second: int) -> tuple[Series, ...]:
        """What is told of each."""
        self._spread()
        return tuple(ring.series(second) for ring in self._rings)

    def _at(self, second: int) -> Bucket:
        if second != self._second:
            self._spread()
            self._second = second
        return self._open

    def _spread(self) -> None:
        for ring in self._rings:
            ring.at(self._second).take(self._open)
        self._open = Bucket()
