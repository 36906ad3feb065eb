"""Whether a cure that was done has helped: looked at for a while, and told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from core.models import TaskStatus
from tui.look import CANCELLED, Piece, Tone, short_name, until

if TYPE_CHECKING:
    from core.diagnosis import Cause, Cure, Diagnosis

STILL_AFTER: Final = 3.0
"""Seconds after which it is said that it has not helped so far."""
LOOKS_FOR: Final = 60.0
"""Seconds for which it is looked whether it helped; of a retry, once it has ended."""

NOW_IT: Final = {
    TaskStatus.PENDING: "the task waits for a worker again",
    TaskStatus.CLAIMED: "the task was claimed",
    TaskStatus.COMPLETED: "the task is done",
}
"""What another status than before says of a cure. To have failed is no help."""

ENDED: Final = (TaskStatus.COMPLETED, TaskStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Trial:
    """A cure that was done: for which cause, at which time of the loop, and how the task was before. ``claim_end``:
    when its claim was to be over, where that is what was to be mended."""

    label: str
    code: str
    begun: float
    status: TaskStatus | None
    claim_end: datetime | None = None
    retries: bool = False


class Trying:
    """The last cure that was done, for as long as it is looked whether it helps, and what is ``told`` of that."""

    def __init__(self) -> None:
        self.trial: Trial | None = None
        self.told: Piece = ("", Tone.PLAIN)
        self._helps = False
        self._stage: object = None
        self._looks_from = 0.0

    def forget(self) -> None:
        """Nothing is looked at any more."""
        self.trial, self.told = None, ("", Tone.PLAIN)

    def begin(self, cause: Cause, cure: Cure, before: Diagnosis | None, now: float) -> None:
        """That was done against the cause, at that time of the loop; ``before`` is how things were."""
        status = before.status if before is not None else None
        extends = before is not None and cure.verb == "extend_claims"
        claim_end = before.estimates.claim_end if before is not None and extends else None
        self.trial = Trial(cure.label, cause.code, now, status, claim_end, cure.verb == "retry")
        self._helps, self._stage, self._looks_from = False, None, now

    def judge(self, diagnosis: Diagnosis | None, now: float) -> None:
        """Say whether it helped, for as long as that is looked at: a task that was claimed may fail yet."""
        if self.trial is None or diagnosis is None:
            return
        if now - self._looks_from > LOOKS_FOR:
            self.forget()
            return
        if self.trial.retries and not (diagnosis.status is not None and diagnosis.status in ENDED):
            self._looks_from = now
        helped, told_now = judged(self.trial, diagnosis, now)
        is_seen = self._helps or (self.trial.retries and self._stage is not None)
        if is_seen and not diagnosis.could_tell:
            return  # what was seen is not unsaid by a server that is away now
        stage = (diagnosis.status, diagnosis.task and (diagnosis.task.attempts, diagnosis.task.claimed_by))
        known = stage == self._stage if self.trial.retries and diagnosis.could_tell else helped and self._helps
        if not known:  # the first moment in which it was so is the one that counts
            self.told = told_now
        if diagnosis.could_tell:
            self._stage = stage
        self._helps = bool(helped)
        if helped and diagnosis.status is TaskStatus.COMPLETED:
            self.trial = None


def is_tried(cause: Cause, cure: Cure) -> bool:
    """Whether it can be seen on this task that the cure helped; a copy helps another one, and to end it is no help."""
    return cure.command != "clone" and cure.verb not in ("open_task", "cancel")


def judged(trial: Trial, diagnosis: Diagnosis, now: float) -> tuple[bool | None, Piece]:
    """Whether it helped (None: that cannot be told yet), and how that is said; ``now`` is the time of the loop."""
    if diagnosis.could_tell:
        return judged_as_read(trial, diagnosis, now)
    said = "whether it helped cannot be told while the TaskManager cannot be read"
    return None, (f"◌ {trial.label}: done; {said}.", Tone.MUTED)


def judged_as_read(trial: Trial, diagnosis: Diagnosis, now: float) -> tuple[bool | None, Piece]:
    """The same of what could be read."""
    from core.diagnosis.words import span

    if trial.retries and diagnosis.status is not None:
        return retried(diagnosis, diagnosis.status, span(max(0.0, round(now - trial.begun))))
    later = f"{span(max(0.0, round(now - trial.begun)))} later"
    if diagnosis.status is not trial.status and diagnosis.status is not None:
        return judged_by(diagnosis.status, later, is_cancelled=was_cancelled(diagnosis))
    lasts = diagnosis.estimates.claim_end
    if trial.claim_end is not None and lasts is not None and lasts > trial.claim_end:
        return True, (f"✓ It helped: its claim lasts {until(lasts)} now, {later}.", Tone.GOOD)
    first = next((cause for cause in diagnosis.causes if cause.code == trial.code), None)
    if first is None:
        return True, (f"✓ It helped: that is over, {later}.", Tone.GOOD)
    if now - trial.begun < STILL_AFTER:
        return None, (f"◌ {trial.label}: done; looking whether it helps…", Tone.MUTED)
    return False, (f"✗ Still, {later}: {first.sentence}", Tone.WARN)


def was_cancelled(diagnosis: Diagnosis) -> bool:
    """Whether somebody has ended the task."""
    return diagnosis.is_cancelled or (diagnosis.task is not None and diagnosis.task.is_cancelled)


def judged_by(status: TaskStatus, later: str, *, is_cancelled: bool) -> tuple[bool, Piece]:
    """The same of a task that has another status than before."""
    if is_cancelled:
        return False, (f"{CANCELLED[0]}, {later}: whether it would have helped is not known.", CANCELLED[1])
    if status is TaskStatus.FAILED:
        return False, (f"✗ It did not help: the task has failed, {later}.", Tone.BAD)
    return True, (f"✓ It helped: {NOW_IT[status]}, {later}.", Tone.GOOD)


def retried(diagnosis: Diagnosis, status: TaskStatus, since: str) -> tuple[bool, Piece]:
    """How far a task is that was retried; ``since``: how long ago."""
    task = diagnosis.task
    attempt = f"attempt {task.attempts} of {task.max_retries}" if task is not None and task.attempts else ""
    match status:
        case TaskStatus.PENDING if attempt:
            return False, (f"◌ Retried: {attempt} has ended, and it waits for the next.", Tone.WARN)
        case TaskStatus.PENDING:
            return True, ("✓ Retried: it waits for a worker.", Tone.GOOD)
        case TaskStatus.CLAIMED:
            who = f" on {short_name(task.claimed_by)}" if task is not None and task.claimed_by else ""
            return True, (f"● Retried: {attempt or 'it'} is running{who}.", Tone.BUSY)
        case TaskStatus.COMPLETED:
            return True, (f"✓ Retried: it has completed, {since} later.", Tone.GOOD)
        case TaskStatus.FAILED if was_cancelled(diagnosis):
            said = f"{CANCELLED[0][:1]} Retried, and cancelled {since} later: it has not failed again."
            return False, (said, CANCELLED[1])
        case TaskStatus.FAILED:
            ran = f" ran on {short_name(task.claimed_by)}, and" if task is not None and task.claimed_by else ""
            return False, (f"✗ Retried: it{ran} has failed again, {since} later; below is why.", Tone.BAD)
