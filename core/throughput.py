"""How much was done, and how long it took: frozen pictures of seconds, minutes and hours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took: how often it was measured, and which seconds half and 95% of it stayed below."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Span:
    """What happened in some seconds. ``pending`` at their end, None where it was not known. ``waited`` from creation
    to claim, ``ran`` from claim to end: of tasks that workers of this program had."""

    completed: int = 0
    failed: int = 0
    pending: int | None = None
    waited: Timing | None = None
    ran: Timing | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Spans of ``seconds`` each, oldest first, in all of ``name``; the unfinished one is left out.

    ``waited`` and ``ran`` are over all of them."""

    name: str
    seconds: int
    spans: tuple[Span, ...] = ()
    waited: Timing | None = None
    ran: Timing | None = None


@dataclass(frozen=True, slots=True)
class Throughput:
    """Tasks that ended in each of the last seconds, oldest first; the newest, unfinished second is left out.

    ``series`` are the same over longer times, with the lengths of waiting and running.
    """

    completed: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    pending: tuple[int, ...] = ()
    series: tuple[Series, ...] = ()

    def per_second(self, seconds: int = 10) -> float:
        """Mean of ended tasks per second over the last ``seconds`` seconds."""
        ended = [sum(pair) for pair in zip(self.completed, self.failed, strict=False)][-seconds:]
        return sum(ended) / len(ended) if ended else 0.0
