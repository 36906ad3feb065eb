"""What can be done to tasks by hand, and in which status of a task."""

from __future__ import annotations

from enum import StrEnum

from core.models import Task, TaskStatus


class Action(StrEnum):
    """What can be done to many tasks."""

    RETRY = "retry"
    RELEASE = "release"
    CANCEL = "cancel"
    DELETE = "delete"
    CLONE = "clone"

    @property
    def done(self) -> str:
        """What a task is afterwards: ``retried``."""
        return DONE[self]


DONE = {
    Action.RETRY: "retried",
    Action.RELEASE: "released",
    Action.CANCEL: "cancelled",
    Action.DELETE: "deleted",
    Action.CLONE: "cloned",
}

FITTING: dict[Action, tuple[TaskStatus, ...]] = {
    Action.RETRY: (TaskStatus.FAILED,),
    Action.RELEASE: (TaskStatus.CLAIMED,),
    Action.CANCEL: (TaskStatus.PENDING, TaskStatus.CLAIMED),
    Action.DELETE: (TaskStatus.PENDING, TaskStatus.COMPLETED, TaskStatus.FAILED),
    Action.CLONE: tuple(TaskStatus),
}
"""The statuses of a task in which each may be done; see `fits`."""

ENDS = {"retry": "pending", "release": "pending", "cancel": "failed", "delete": "deleted"}
"""What a task is after an action that was done."""


def fits(action: Action, task: Task) -> bool:
    """Whether a task is such that this may be done to it. A retry also ends the wait of one that is put off."""
    is_put_off = task.status is TaskStatus.PENDING and task.retry_at is not None
    return task.status in FITTING[action] or (action is Action.RETRY and is_put_off)


def cancel_risk(number: int, in_hand: int, who: str = "Its worker") -> str:
    """What becomes of so many tasks that are cancelled, and what is lost of those ``in_hand``; ``who`` has a single one
    in hand."""
    them = "it" if number == 1 else "them"
    said = f"No worker does {them} any more, unless somebody retries {them}."
    if not in_hand:
        return said
    if number == 1:
        return f"{said} {who} has it in hand: what it has done of it so far is lost."
    are, of = ("is", "it") if in_hand == 1 else ("are", "them")
    return f"{said} {in_hand:,} {are} in hand: what was done of {of} so far is lost."
