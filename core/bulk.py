"""An action on many tasks: what is wanted, the plan of it, and what became of each task."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.actions import Action
from core.errors import CoreError
from core.filters import TaskFilter
from core.models import Json, RowOutcome, Task
from core.record import Record

MOST_MEANT = 50_000
"""Tasks that one plan is about, at most."""
TOGETHER, SINGLY = 200, 20
"""Tasks between two looks at whether to go on: by calls that take many, and by calls that take one."""

INSTEAD = {
    "retry": "Create a new task with a changed parameter, where the schema of its type allows one.",
    "release": "Report it as failed in the name of its owner, which uses up an attempt, or wait until its claim is too "
    "old.",
    "cancel": "Let a worker claim it and report a failure, until its attempts are used up.",
    "delete": "Finished tasks stay; only whoever runs the server can remove them from its database.",
}
"""What can be done where a server has no call for it."""

BY_HAND = "released by hand"
"""The error of a failure that is reported to have a task released."""

COPY_OF = "copy_of"
"""The parameter that tells copies from the task they are copies of."""


class Owner(StrEnum):
    """How the worker that holds a task is, as far as that is known."""

    OURS = "ours"
    ALIVE = "alive"
    GONE = "gone"
    UNKNOWN = "unknown"


class Way(StrEnum):
    """How an action is done."""

    DIRECT = "direct"
    """By the server's own call for it."""
    AS_NEW = "as new"
    """By new tasks with the same parameters and one more."""
    AS_FAILED = "as failed"
    """By a failure reported in the name of the owner."""
    NONE = "none"
    """Not at all."""


class Fate(StrEnum):
    """What became, or would become, of a task."""

    PLANNED = "planned"
    SKIPPED = "skipped"
    DONE = "done"
    FAILED = "failed"
    UNTRIED = "not tried"


Meant = tuple[int, ...] | TaskFilter
"""Which tasks: these, or all that fit."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted. ``force``: release also from owners that may be alive.

    A TaskManager takes no task with the type and the parameters of another, so the ``copies`` that are made of each
    have ``changes`` in their parameters (``{n}`` in a text is the number of the copy), or, where there are none, one
    parameter more, unless they are to be the ``same``. ``token`` is in that one: a call made twice makes one copy.
    """

    action: Action
    force: bool = False
    copies: int = 1
    same: bool = False
    changes: Mapping[str, Json] = field(default_factory=dict[str, Json])
    token: str = ""

    @property
    def marks(self) -> bool:
        """Whether copies get a parameter more."""
        return not self.same and not self.changes

    def parameters(self, task: Task, number: int) -> dict[str, Json]:
        """Those of a copy."""
        more = {COPY_OF: f"{task.id}-{self.token}-{number}"} if self.marks else numbered(self.changes, number)
        return {**task.parameters, **({} if self.same else more)}


def numbered(changes: Mapping[str, Json], number: int) -> dict[str, Json]:
    """The changes for the copy of that number."""
    return {
        name: value.replace("{n}", str(number)) if isinstance(value, str) else value for name, value in changes.items()
    }


@dataclass(frozen=True, slots=True)
class BulkRow(Record):
    """One task of a plan or ledger: its fate, and in words what it was then or why not. ``made``: ids of its copies."""

    id: int
    fate: Fate
    said: str
    task_type: str = ""
    made: tuple[int, ...] = ()

    @property
    def outcome(self) -> RowOutcome:
        """The same, as other verbs answer it."""
        return RowOutcome(self.id, self.fate is Fate.DONE, error=None if self.fate is Fate.DONE else self.said)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done. ``rows`` has every task that is meant, in the order meant; ``owners`` who holds each that is
    to be released. ``reason``: why it is done in another way than the direct one, or not at all. ``partial``: why there
    may be more tasks than were found."""

    order: Order
    way: Way
    rows: tuple[BulkRow, ...]
    calls: tuple[str, ...] = ()
    risk: str = ""
    reason: str = ""
    partial: str = ""
    owners: Mapping[int, str] = field(default_factory=dict[int, str])

    @property
    def act(self) -> tuple[int, ...]:
        """The tasks that will be acted on."""
        return tuple(row.id for row in self.rows if row.fate is Fate.PLANNED)

    @property
    def skipped(self) -> tuple[tuple[str, int], ...]:
        """Why others are left out, with how many of them, most first."""
        return tuple(Counter(row.said for row in self.rows if row.fate is Fate.SKIPPED).most_common())

    def chunks(self) -> Iterator[tuple[int, ...]]:
        """The tasks to act on, a few at a time."""
        act, size = self.act, TOGETHER if self.way is Way.DIRECT else SINGLY
        for first in range(0, len(act), size):
            yield act[first : first + size]


def untried(plan_made: Plan, task_ids: Sequence[int], why: str) -> tuple[BulkRow, ...]:
    """The rows of tasks that were not come to."""
    types = {row.id: row.task_type for row in plan_made.rows}
    return tuple(BulkRow(task_id, Fate.UNTRIED, why, types.get(task_id, "")) for task_id in task_ids)


class Carrier(Protocol):
    """Who can do a chunk of a plan: the verbs, or what the command line has in their place."""

    async def bulk(self, plan: Plan, task_ids: Sequence[int]) -> list[BulkRow]:
        """Do what the plan says to these of its tasks."""
        ...


async def carried_out(carrier: Carrier, made: Plan) -> AsyncGenerator[tuple[BulkRow, ...]]:
    """Do what the plan says, chunk after chunk; whoever stops asking stops it between two of them.

    A chunk that was broken off ends it: its tasks are told as failed, since it may have been done by half, and all
    later ones as not tried.
    """
    left = list(made.act)
    for chunk in made.chunks():
        try:
            rows = tuple(await carrier.bulk(made, chunk))
        except CoreError as fault:
            types = {row.id: row.task_type for row in made.rows}
            yield tuple(BulkRow(each, Fate.FAILED, str(fault), types.get(each, "")) for each in chunk)
            yield untried(made, left[len(chunk) :], "not tried after that error")
            return
        del left[: len(chunk)]
        yield rows
        if any(row.fate is Fate.UNTRIED for row in rows):
            yield untried(made, left, rows[-1].said)
            return
