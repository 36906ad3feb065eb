"""One of several failed tasks that is tried before the others: what became of it, and what to press."""

from __future__ import annotations

from core.errors import CoreError
from core.models import Task, TaskStatus
from core.verbs import Verbs
from tui.key_map import keyed
from tui.look import CANCELLED, STATUS, Piece, Tone, bar, pieces, short_name
from tui.widgets.masking import masked_text
from tui.wording import told


class Canary:
    """The task that is tried, as it was read last; None until one is. ``fault``: why it cannot be read now."""

    def __init__(self) -> None:
        self.task: Task | None = None
        self.fault = ""

    @property
    def is_tried(self) -> bool:
        """Whether one is being tried that has not ended yet."""
        return self.task is not None and self.task.status not in (TaskStatus.COMPLETED, TaskStatus.FAILED)

    @property
    def has_completed(self) -> bool:
        """Whether it is done: then it makes sense to retry the others."""
        return self.task is not None and self.task.status is TaskStatus.COMPLETED

    def begin(self, failed: Task) -> None:
        """It was retried just now."""
        self.task, self.fault = Task(failed.id, failed.task_type, max_retries=failed.max_retries), ""

    async def read(self, verbs: Verbs) -> None:
        """See how it is now."""
        if self.task is None:
            return
        try:
            self.task, self.fault = (await verbs.open_task(self.task.id)).task, ""
        except CoreError as fault:
            self.fault = told(fault)

    def state(self, others: int, *, none_left: bool) -> tuple[Piece, ...]:
        """What became of it; before one is tried, how to begin. ``others``: those that can be retried after it."""
        if self.task is None:
            return () if none_left else pieces((keyed(BEGIN), Tone.MUTED))
        named: Piece = (f"#{self.task.id} tried first: ", Tone.STRONG)
        if self.fault:
            return pieces(named, (f"✗ {self.fault}", Tone.BAD))
        return pieces(named, *became(self.task, others))


BEGIN = "{canary} retries one first and watches it; {retry} retries all."


def became(task: Task, others: int) -> tuple[Piece, ...]:
    """What became of the one that was tried, so far; ``others`` are failed still."""
    who = f" by {short_name(task.claimed_by)}" if task.claimed_by else ""
    match task.status:
        case TaskStatus.PENDING if task.attempts:
            said = f"○ pending again after attempt {task.attempts}: {masked_text((task.error or '')[:300])}"
            return ((said, Tone.WARN),)
        case TaskStatus.PENDING:
            return pieces("○ pending, no worker has claimed it yet")
        case TaskStatus.CLAIMED:
            return pieces(STATUS[task.status], f"{who}  {bar(task.progress)} {task.progress}%")
        case TaskStatus.COMPLETED:
            return pieces(
                STATUS[task.status], who + (keyed(f"; {{retry}} retries the other {others:,}") if others else "")
            )
        case TaskStatus.FAILED if task.is_cancelled:
            return pieces(CANCELLED, (" after its retry, so it is not known whether it would fail again", Tone.MUTED))
        case TaskStatus.FAILED:
            return pieces(STATUS[task.status], (f" again{who}: {masked_text((task.error or '')[:300])}", Tone.BAD))
