"""Mends what keeps a task, as a diagnosis offers it, and tells whether that helped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from core.models import RowOutcome, TaskStatus
from tui.look import Piece, Tone, clock
from tui.task_deeds import TaskDeeds
from tui.wording import outcome

if TYPE_CHECKING:
    from core.diagnosis import Cure, Diagnosis

ASKS: Final = {
    "start_workers": False,
    "restart": False,
    "resume": False,
    "scale": False,
    "set_strategy": False,
    "set_concurrency": False,
    "retry": False,
    "resend_reports": False,
    "extend_claims": False,
    "release": True,
    "cancel": True,
    "stop_workers": True,
    "register_type": True,
}
"""The verbs that a cure may name, and whether they always ask first, as they do elsewhere on the board."""

DONE: Final = {
    "release": "released",
    "cancel": "cancelled",
    "retry": "retried",
    "resend_reports": "sent again",
    "extend_claims": "extended",
}
"""What became of the rows of those verbs that answer one for each."""

NO_RISK: Final = "Nothing is known that it would harm."
STILL_AFTER: Final = 3.0
"""Seconds after which it is said that it has not helped so far."""
LOOKS_FOR: Final = 60.0
"""Seconds for which it is looked whether it helped."""

NOW_IT: Final = {
    TaskStatus.PENDING: "the task waits for a worker again",
    TaskStatus.CLAIMED: "the task was claimed",
    TaskStatus.COMPLETED: "the task is done",
}
"""What another status than before says of a cure. To have failed is no help."""


class WhyDeeds(TaskDeeds):
    """Carries out cures."""

    def mend(self, cure: Cure, open_task: Callable[[int], None], begun: Callable[[], None]) -> None:
        """Do it, after a yes where something could be harmed; ``begun`` is called once it is done."""
        match cure.verb:
            case "":
                self.say(f"Only a person can do that: {cure.sentence}")
            case "open_task":
                open_task(cast("int", cure.args[0]))
            case "plan_bulk":
                order, meant = cast("tuple[Any, Any]", cure.args)
                self.bulk(order, tuple(meant), lambda rows: begun() if any(row.ok for row in rows) else None)
            case verb if verb in ASKS:
                self._call(cure, begun)
            case _:
                self.say(f"{cure.label} cannot be done from here; the call is {cure.call}.")

    def _call(self, cure: Cure, begun: Callable[[], None]) -> None:
        async def deed() -> str:
            risk = cure.risk or NO_RISK
            question = f"{cure.label}? {cure.sentence}"
            if (cure.risk or ASKS[cure.verb]) and not await self.confirmed(question, risk, cure.call):
                return ""
            answer = await self.working(getattr(self.verbs, cure.verb)(*cure.args, **cure.options))
            rows = cast("Sequence[RowOutcome]", answer) if cure.verb in DONE else ()
            if not rows or any(row.ok for row in rows):
                begun()
            return outcome(DONE[cure.verb], rows) if rows else f"{cure.label}: done."

        self.carry_out(deed)


@dataclass(frozen=True, slots=True)
class Trial:
    """A cure that was done: for which cause, at which time of the loop, and how the task was before. ``claim_end``:
    when its claim was to be over, where that is what was to be mended."""

    label: str
    code: str
    begun: float
    status: TaskStatus | None
    claim_end: datetime | None = None


def judged(trial: Trial, diagnosis: Diagnosis, now: float) -> tuple[bool | None, Piece]:
    """Whether it helped (None: that cannot be told yet), and how that is said; ``now`` is the time of the loop."""
    from core.diagnosis.words import span

    if not diagnosis.could_tell:
        said = "whether it helped cannot be told while the TaskManager cannot be read"
        return None, (f"◌ {trial.label}: done; {said}.", Tone.MUTED)
    later = f"{span(max(0.0, round(now - trial.begun)))} later"
    if diagnosis.status is not trial.status and diagnosis.status is not None:
        return judged_by(diagnosis.status, later)
    lasts = diagnosis.estimates.claim_end
    if trial.claim_end is not None and lasts is not None and lasts > trial.claim_end:
        return True, (f"✓ It helped: its claim lasts until {clock(lasts)} now, {later}.", Tone.GOOD)
    first = next((cause for cause in diagnosis.causes if cause.code == trial.code), None)
    if first is None:
        return True, (f"✓ It helped: that is over, {later}.", Tone.GOOD)
    if now - trial.begun < STILL_AFTER:
        return None, (f"◌ {trial.label}: done; looking whether it helps…", Tone.MUTED)
    return False, (f"✗ Still, {later}: {first.sentence}", Tone.WARN)


def judged_by(status: TaskStatus, later: str) -> tuple[bool, Piece]:
    """The same of a task that has another status than before."""
    if status is TaskStatus.FAILED:
        return False, (f"✗ It did not help: the task has failed, {later}.", Tone.BAD)
    return True, (f"✓ It helped: {NOW_IT[status]}, {later}.", Tone.GOOD)
