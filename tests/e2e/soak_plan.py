"""What a soak does, all of it drawn from a seed: the tasks, and when what is broken."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.e2e.proxy import Cut, Fault

MAX_ATTEMPTS = 3
"""After so many attempts `serve` takes a failure as final."""
HOWS = ("Thread", "Async", "Cpu")
CUTS = (Cut.DEAFEN, Cut.TRUNCATE, Cut.RESET, Cut.DROP, Cut.REFUSE, Cut.DELAY)
SCHEMAS = {
    "Slow": {"type": "object", "required": ["n"]},
    **{f"Soak.{how}": {"type": "object", "required": ["n", "seconds", "early", "late"]} for how in HOWS},
}
"""The types as their workers register them."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything.

    ``at_work`` is the share of kills that wait for a process that has begun a task, ``task_seconds`` what a task takes
    at most. After ``longest`` seconds nothing more is broken.
    """

    tasks: int
    workers: int
    kills: int
    at_work: float
    server_kills: int
    cuts: int
    stalls: int
    task_seconds: float
    claim_timeout: float
    longest: float


LONG = Size(2000, 6, 206, 0.8, 5, 20, 6, task_seconds=1.4, claim_timeout=6.0, longest=420.0)
SHORT = Size(80, 3, 6, 1.0, 1, 3, 0, task_seconds=0.12, claim_timeout=2.0, longest=60.0)


@dataclass(frozen=True, slots=True)
class Job:
    """A task to be created, and what must have become of it in the end."""

    n: int
    type: str
    params: dict[str, Any]

    @property
    def succeeds(self) -> bool:
        """Whether it ends completed; else it fails by its own fault."""
        return not (self.params.get("fail") or self.params.get("fails") == "always")

    @property
    def titles(self) -> set[str]:
        """The ideas that are saved in the end."""
        if self.type == "Slow":
            return {f"early {self.n}"} | ({f"late {self.n}"} if self.succeeds else set())
        early = {f"{self.n} early {number}" for number in range(self.params["early"])}
        if not self.succeeds:
            return early
        late = {f"{self.n} late {number}" for number in range(self.params["late"])}
        return early | late | ({f"source {self.params['source']}"} if "source" in self.params else set())


@dataclass(frozen=True, slots=True)
class Kill:
    """kill -9 for a worker process: one that has begun a task (then ``pick`` says which, from 0 to 1), or any."""

    pick: float
    at_work: bool


@dataclass(frozen=True, slots=True)
class Stall:
    """A worker process stands still, and goes on after ``seconds`` as if nothing had happened."""

    worker: int
    seconds: float


@dataclass(frozen=True, slots=True)
class KillServer:
    """kill -9 for the server, which is away for ``seconds``."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CutLines:
    """A fault in the lines of these workers, for ``seconds``."""

    workers: tuple[int, ...]
    fault: Fault
    seconds: float


@dataclass(frozen=True, slots=True)
class Create:
    """So many more tasks are put on the queue."""

    tasks: int


Event = Kill | Stall | KillServer | CutLines | Create


@dataclass(frozen=True, slots=True)
class Plan:
    """A soak. Each event comes when so many tasks have begun, so that it is the same on a slow machine."""

    seed: int
    size: Size
    jobs: list[Job] = field(repr=False)
    events: list[tuple[float, Event]] = field(repr=False)


def drawn(seed: int, size: Size) -> Plan:
    """The plan of a seed."""
    rng = random.Random(seed)
    jobs = [job(rng, n, size) for n in range(size.tasks)]
    events: list[tuple[float, Event]] = [
        *((at, Kill(rng.random(), rng.random() < size.at_work)) for at in spread(rng, size.kills, size)),
        *((at, Stall(rng.randrange(size.workers), size.claim_timeout + 2)) for at in spread(rng, size.stalls, size)),
        *((at, KillServer(rng.uniform(0.1, size.claim_timeout / 2))) for at in spread(rng, size.server_kills, size)),
        *((at, cut(rng, number, size)) for number, at in enumerate(spread(rng, size.cuts, size))),
        *creations(size),
    ]
    return Plan(seed, size, jobs, sorted(events, key=lambda event: event[0]))


def job(rng: random.Random, n: int, size: Size) -> Job:
    """One task: most succeed, some fail always, some at the first attempt only."""
    kind = rng.choices(list(SCHEMAS), (20, 40, 37, 3))[0]
    seconds = round(rng.uniform(0, size.task_seconds), 3)
    fate = rng.choices((None, "always", "first"), (84, 5, 11))[0]
    if kind == "Slow":
        return Job(n, kind, {"n": n, "seconds": seconds} | ({"fail": True} if fate == "always" else {}))
    params: dict[str, Any] = {"n": n, "seconds": seconds, "early": rng.randrange(3), "late": rng.randrange(5)}
    if fate is not None:
        params["fails"] = fate
    elif rng.random() < 0.1:
        params["source"] = n // 20  # several tasks find the same
    return Job(n, kind, params)


def cut(rng: random.Random, number: int, size: Size) -> CutLines:
    """Each kind in turn, for all workers or some; one in seven lasts longer than a claim."""
    kind = CUTS[number % len(CUTS)]
    amount = {Cut.TRUNCATE: float(rng.randrange(300)), Cut.DELAY: rng.uniform(0.05, 0.5)}.get(kind, 0.0)
    seconds = size.claim_timeout + 2 if number % 7 == 5 else rng.uniform(0.1, 0.3) * size.claim_timeout
    everyone = range(size.workers)
    workers = everyone if rng.random() < 0.5 else rng.sample(everyone, rng.randrange(1, size.workers))
    return CutLines(tuple(sorted(workers)), Fault(kind, amount), seconds)


def spread(rng: random.Random, events: int, size: Size) -> Iterator[float]:
    """When each of so many events is: about evenly, until nine of ten tasks have begun."""
    for number in range(events):
        yield 0.9 * size.tasks * (number + rng.random()) / events


def creations(size: Size) -> Iterator[tuple[float, Create]]:
    """A third of the tasks is there from the start, the others come bit by bit: there is always something to do."""
    first, steps = size.tasks // 3, 50
    shares = [(size.tasks - first) * step // steps for step in range(steps + 1)]
    for step, (before, after) in enumerate(pairwise(shares), 1):
        yield 0.9 * size.tasks * step / steps, Create(after - before)
