"""What a simulation of the strategies is asked and answers: the load, and an outlook for each strategy. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from core.diagnosis.words import span


class ClaimOrder(Protocol):
    """What is asked of a strategy: see `core.workers.claiming.Strategy`."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def sort_by(self) -> str:
        """``priority``; all else is by the order of creation."""
        ...

    @property
    def sort_order(self) -> str:
        """ASC or DESC."""
        ...


@dataclass(frozen=True, slots=True)
class Waiter:
    """A task that waits, or ``stands_for`` several like it; ``waited`` seconds up to now."""

    id: int
    task_type: str
    priority: int = 0
    waited: float = 0.0
    stands_for: int = 1


@dataclass(frozen=True, slots=True)
class Hands:
    """A worker that does ``count`` tasks of these types at once, and has ``busy`` in hand. ``strategy``: the one that
    it keeps; empty where it would switch."""

    types: tuple[str, ...]
    count: int = 1
    busy: int = 0
    strategy: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """What there is to do, and who does it. By the name of a type: ``arrivals`` a second, ``priorities`` of those that
    came lately and that more will be like, ``run_seconds`` that a task takes."""

    waiting: tuple[Waiter, ...] = ()
    hands: tuple[Hands, ...] = ()
    arrivals: Mapping[str, float] = field(default_factory=dict[str, float])
    priorities: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    run_seconds: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Outlook:
    """What those that wait now would experience. Seconds are from creation to the begin of the work; those that have
    not begun within ``horizon`` seconds from now are ``starved``, and count as if they began then: all is at least so.

    ``begun``: how many tasks would begin until then in all, those that come included.
    """

    strategy: str
    waiting: int
    mean: float = 0.0
    p95: float = 0.0
    longest: float = 0.0
    starved: int = 0
    begun: int = 0
    horizon: float = 0.0

    @property
    def sentence(self) -> str:
        """In a line: ``mean wait 40 s · longest 6 min · 0 starve``; with how long they starve, where some do."""
        if not self.waiting:
            return "nothing waits"
        if not self.starved:
            return f"mean wait {span(self.mean)} · longest {span(self.longest)} · 0 starve"
        starve = f"{self.starved:,} {'starves' if self.starved == 1 else 'starve'}: not begun in {span(self.horizon)}"
        return f"mean wait at least {span(self.mean)} · {starve}"


@dataclass(frozen=True, slots=True)
class Simulation:
    """One outlook a strategy, and what they rest on, in sentences. ``why_not`` says why there are none."""

    outlooks: tuple[Outlook, ...] = ()
    assumptions: tuple[str, ...] = ()
    why_not: str = ""

    def of(self, strategy: str) -> Outlook | None:
        """The outlook of that strategy."""
        return next((each for each in self.outlooks if each.strategy == strategy), None)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, a line a sentence, for those without a screen."""
        if self.why_not:
            return (self.why_not, *self.assumptions)
        width = max((len(each.strategy) for each in self.outlooks), default=0)
        lines = (f"{each.strategy:<{width}}  95% {span(each.p95)} · {each.sentence}" for each in self.outlooks)
        return (*lines, *self.assumptions)
