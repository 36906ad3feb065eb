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
