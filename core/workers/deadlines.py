"""Until when the claims of tasks in hand hold: what is renewed, spoken of, looked up, or lost. Times are handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from core.errors import CoreError, NotFound
from core.events import Level, Said
from core.models import Task, TaskStatus, utcnow
from core.workers.ports import Publish

if TYPE_CHECKING:
    from core.workers.hand import Hand

SPEAK_AT = 0.75
"""Share of a claim's time after which a claim that nothing renews is spoken of."""
LONGEST_TICK, SHORTEST_LOOK, LONGEST_LOOK = 1.0, 0.1, 30.0
"""Seconds between two looks at the deadlines, at most; between two readings of a task that is past its own."""


class Step(Enum):
    """What a claim's time asks for."""

    SPEAK = auto()
    LOOK = auto()


@dataclass(slots=True)
class ClaimTime:
    """The time of one claim: ``seconds`` long, counted from ``since``, the last moment at which the server heard of it.

    ``late``: its time is over, so that another worker may be given the task, unless the server hears of it before.
    """

    seconds: float
    since: datetime
    spoken: bool = False
    late: bool = False
    look_at: datetime | None = None

    @property
    def deadline(self) -> datetime:
        """When it is over."""
        return self.since + timedelta(seconds=self.seconds)

    def renew(self, at: datetime) -> None:
        """The server heard of the claim at that moment, or later, and counts anew."""
        if at > self.since:
            self.since, self.late, self.look_at = at, False, None

    def step(self, now: datetime) -> Step | None:
        """What is to be done now, each time once: speak before the end; after it look, and look again now and then."""
        if now < self.deadline:
            due = not self.spoken and now >= self.since + timedelta(seconds=SPEAK_AT * self.seconds)
            self.spoken = self.spoken or due
            return Step.SPEAK if due else None
        self.late = self.spoken = True
        if self.look_at is not None and now < self.look_at:
            return None
        self.look_at = now + timedelta(seconds=min(LONGEST_LOOK, max(SHORTEST_LOOK, self.seconds / 10)))
        return Step.LOOK


def claim_time(task: Task, received: datetime, seconds: float) -> ClaimTime:
    """The time of a claim that was answered at ``received``; it counts from when the server says that it was made.

    A moment that cannot be, since clocks or time zones disagree, is not believed.
    """
    told = task.claimed_at
    credible = told is not None and received - timedelta(seconds=seconds) < told < received
    return ClaimTime(seconds, told if told is not None and credible else received)


def is_lost(task: Task, held: Task, worker_id: str) -> bool:
    """Whether a task, read again, is not held by this claim any more."""
    is_ours = task.status is TaskStatus.CLAIMED and task.claimed_by == worker_id
    return not is_ours or (held.attempts > 0 and task.attempts != held.attempts)


class Reading(Protocol):
    """The TaskManager, as far as it is asked about a claim."""

    async def get_task(self, task_id: int) -> Task:
        """Read a task as it is now. Raises `NotFound`."""
        ...


async def still_ours(tasks: Reading, claimed: Sequence[Task], worker_id: str) -> list[Task]:
    """Of tasks whose claim was answered late: those that are not somebody else's by now. What cannot be read counts as
    ours, and is looked up again when its time is over."""

    async def is_ours(task: Task) -> bool:
        try:
            return not is_lost(await tasks.get_task(task.id), task, worker_id)
        except NotFound:
            return False
        except CoreError:
            return True

    ours = await asyncio.gather(*(is_ours(task) for task in claimed))
    return [task for task, holds in zip(claimed, ours, strict=True) if holds]


class Deadlines:
    """Watches the claims of what is ``in_hand``. ``lose`` is told of each that is not ours any more, and ``changed``
    of each that is past its time."""

    def __init__(
        self,
        tasks: Reading,
        in_hand: Callable[[], Iterable[Hand]],
        lose: Callable[[Hand], None],
        changed: Callable[[Hand], None],
        publish: Publish,
        *,
        seconds: float,
        now: Callable[[], datetime] = utcnow,
    ) -> None:
        self._tasks, self._in_hand, self._publish = tasks, in_hand, publish
        self._lose, self._changed = lose, changed
        self._tick = min(LONGEST_TICK, seconds / 20)
        self._now = now

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(self._tick)
            await self.look()

    async def look(self) -> None:
        """Do what the time of each claim asks for now."""
        now = self._now()
        due = [(hand, hand.claim, hand.claim.late) for hand in self._in_hand() if hand.claim is not None]
        steps = [(hand, claim, was_late, claim.step(now)) for hand, claim, was_late in due if not hand.settling]
        for hand, claim, was_late, step in steps:
            if step is Step.SPEAK:
                self._say(before_the_end(hand, claim, now))
            elif claim.late and not was_late:
                self._say(past_the_end(hand, claim))
                self._changed(hand)
        await asyncio.gather(*(self._read(hand) for hand, _, _, step in steps if step is Step.LOOK))

    async def _read(self, hand: Hand) -> None:
        """See whether the task is still ours."""
        try:
            lost = is_lost(await self._tasks.get_task(hand.task.id), hand.task, hand.worker_id)
        except NotFound:
            lost = True
        except CoreError:
            return  # nothing is known, and it is read again
        if lost:
            self._lose(hand)

    def _say(self, text: str) -> None:
        self._publish(Said(Level.WARNING, text, self._now()))


def before_the_end(hand: Hand, claim: ClaimTime, now: datetime) -> str:
    """That the time of a claim is nearly over."""
    took = (now - hand.since).total_seconds()
    left = max(0.0, (claim.deadline - now).total_seconds())
    return (
        f"Task {hand.task.id} has been in hand for {took:.4g} s, and its claim of {claim.seconds:g} s ends in "
        f"{left:.4g} s: the TaskManager may give it to another worker then."
    )


def past_the_end(hand: Hand, claim: ClaimTime) -> str:
    """That the time of a claim is over."""
    return (
        f"Task {hand.task.id} ran past its claim of {claim.seconds:g} s, and {hand.worker_id} still works on it: "
        "from now on another worker may be given it."
    )
