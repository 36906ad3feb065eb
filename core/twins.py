"""The task that a new one would be the same as: what is known of it before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.forms import encoded
from core.models import NewTask, Task, TaskStatus
from core.snapshot import Snapshot

ASKED = "same"
"""What a TaskManager can do that can be asked for it."""


@dataclass(frozen=True, slots=True)
class Twin:
    """The older task; None where none was found among ``searched`` rows, or (None) among all tasks there are."""

    task_id: int | None = None
    status: TaskStatus | None = None
    searched: int | None = None


def can_ask(snapshot: Snapshot) -> bool:
    """Whether the TaskManager can be asked, so that nothing is left to be told by the creation."""
    return ASKED in snapshot.server.can


def in_sight(snapshot: Snapshot, new: NewTask) -> Twin:
    """The same task among the rows of the queue that are loaded. Asks nobody."""
    rows = snapshot.view.tasks
    return replace(twin_of(next((task for task in rows if same(task, new)), None)), searched=len(rows))


def twin_of(task: Task | None) -> Twin:
    """This task, where there is one."""
    return Twin(task.id, task.status) if task is not None else Twin()


def same(task: Task, new: NewTask) -> bool:
    """Whether the two have the same type and parameters, as far as the row tells them."""
    if task.partial or task.task_type != new.task_type or task.parameters != new.parameters:
        return False
    # Python takes true for 1, and the TaskManager does not.
    return encoded({name: task.parameters[name] for name in new.parameters}) == encoded(dict(new.parameters))
