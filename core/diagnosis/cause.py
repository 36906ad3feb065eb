"""What a diagnosis says: causes with their evidence and cures, what could not be known, and what may be expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import cast

from core.bulk import Order
from core.models import Json, Task, TaskStatus

LONGEST_SENTENCE = 160
"""Characters of a sentence that a person reads, at most: two lines of a terminal that is 80 columns wide."""


CLAIM_ENDS = "its claim can be taken over from"
"""What is said of the end of a claim among what ends by itself."""


class Certainty(StrEnum):
    """How sure it is that a cause holds."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Verdict(StrEnum):
    """What a diagnosis comes to. ``FINE``: it goes on by itself, or is done; ``FAILED``: the task has ended as failed;
    ``STUCK``: somebody must do something, or it takes very long; ``UNKNOWN``: too little could be read."""

    FINE = "fine"
    FAILED = "failed"
    STUCK = "stuck"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cure:
    """What mends a cause. ``verb`` is a method of `core.verbs.Verbs`, to be called with ``args`` and ``options``; empty
    where only a person can do it, outside of this program.

    ``label`` is what a button says; ``sentence`` what it will do; ``risk`` what may go wrong, empty where nothing can.
    ``command`` is the id of the board's command that does the same, empty where there is none.

    The verb ``plan_bulk`` answers a plan, which is shown and then carried out by ``bulk``; ``open_task`` only shows.
    """

    label: str
    sentence: str
    verb: str = ""
    args: tuple[Json, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict[str, Json])
    risk: str = ""
    command: str = ""

    @property
    def call(self) -> str:
        """What tells it from other cures: ``start_workers(['Echo'], count=1)``; empty where there is no verb. People
        are told `core.diagnosis.calls.told_call` instead."""
        if not self.verb:
            return ""
        named = [f"{name}={shown(value)}" for name, value in self.options.items()]
        return f"{self.verb}({', '.join([*map(shown, self.args), *named])})"


def shown(value: Json) -> str:
    """An argument as text; tuples are told as the lists that they stand for, of an order only what it asks for."""
    if isinstance(value, Order):
        return f"Order({str(value.action)!r}{', force=True' if value.force else ''})"
    told = repr(list(cast("tuple[Json, ...]", value)) if isinstance(value, tuple) else value)
    return told if len(told) <= 100 else f"{told[:99]}…"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a task, or everything, is where it is. ``code`` never changes (``no-worker``); ``sentence`` is for a person.

    ``stuck``: it will not be over by itself soon; else it only explains. ``evidence``: names and values, in words.
    ``cures``: the best first. ``on_purpose``: somebody has done it here, so that it is no trouble to be told of.
    """

    code: str
    sentence: str
    evidence: tuple[tuple[str, str], ...] = ()
    cures: tuple[Cure, ...] = ()
    certainty: Certainty = Certainty.CERTAIN
    stuck: bool = True
    on_purpose: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a waiting task would stand if all workers of its type claimed by this strategy.

    ``before``: how many tasks are claimed before it, None where that is not known; ``exact`` is false where there may
    be more. ``overtaken_by``: the first of them that were created after it. ``used_by``: how many live workers of its
    type claim so now.
    """

    strategy: str
    before: int | None
    exact: bool = True
    overtaken_by: tuple[int, ...] = ()
    used_by: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    """When a waiting task will probably be claimed: seconds from now, and between which it is in 19 of 20 cases.

    ``latest`` is None where there is no end in sight. ``per_minute``: tasks of its type that ended in a minute, as
    measured over ``measured`` seconds; where none ended so lately, what their lengths come to.
    """

    seconds: float
    earliest: float
    latest: float | None
    per_minute: float
    measured: int


@dataclass(frozen=True, slots=True)
class End:
    """Something that ends by itself at a known time: ``what`` is the beginning of a sentence that the time ends, up to
    its "from" or "at"."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Estimates:
    """What may be expected. ``why_no_start`` says in a sentence why ``start`` is not known, for a waiting task."""

    places: tuple[Place, ...] = ()
    start: Start | None = None
    why_no_start: str = ""
    ends: tuple[End, ...] = ()

    @property
    def claim_end(self) -> datetime | None:
        """When the claim of the task is over; None where there is none, or nobody knows."""
        return next((end.at for end in self.ends if end.what == CLAIM_ENDS), None)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a task is not done, or, without a ``task_id``, why nothing happens. ``causes``: all that hold, the first one
    first. ``unknown``: what could not be known, in sentences. ``at``: when what it rests on was read.

    ``could_tell`` is false where the task, or the TaskManager, could not be read. ``idle``: why nothing happens at all,
    as the end of a sentence; empty while something does, None where nobody has looked for that. ``task``: its row, as
    it was read.
    """

    task_id: int | None
    at: datetime
    causes: tuple[Cause, ...] = ()
    unknown: tuple[str, ...] = ()
    estimates: Estimates = Estimates()
    status: TaskStatus | None = None
    task_type: str = ""
    could_tell: bool = True
    idle: str | None = None
    task: Task | None = None

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        if any(cause.stuck and cause.certainty is not Certainty.POSSIBLE for cause in self.causes):
            return Verdict.STUCK
        if self.status is TaskStatus.FAILED:
            return Verdict.FAILED
        return Verdict.FINE if self.could_tell else Verdict.UNKNOWN

    @property
    def waits_for(self) -> str:
        """The code of the first cause for which it is stuck, where somebody has brought about all of these on purpose;
        else empty."""
        stuck = [cause for cause in self.causes if cause.stuck and cause.certainty is not Certainty.POSSIBLE]
        return stuck[0].code if stuck and all(cause.on_purpose for cause in stuck) else ""

    @property
    def is_cancelled(self) -> bool:
        """Whether the task did not fail: somebody ended it."""
        return any(cause.code == "cancelled" and cause.certainty is Certainty.CERTAIN for cause in self.causes)

    @property
    def rests(self) -> str:
        """The code of the first cause that somebody has brought about on purpose, whatever else holds; else empty."""
        return next((cause.code for cause in self.causes if cause.stuck and cause.on_purpose), "")

    @property
    def is_doubtful(self) -> bool:
        """Whether it seems to be fine, though something was found for which it may be stuck."""
        possible = any(cause.certainty is Certainty.POSSIBLE for cause in self.causes)
        return possible and self.verdict is Verdict.FINE

    @property
    def sentence(self) -> str:
        """The first cause, in a sentence."""
        return self.causes[0].sentence if self.causes else "Nothing is wrong that could be seen."
