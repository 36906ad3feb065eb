"""What became of a call whose answer did not arrive, judged by what the TaskManager shows afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import ClaimLost, ServerFault, TaskManagerError, Unreachable
from core.models import Report, ReportTaken, Task, TaskStatus
from core.taskmanager.wire import REQUEUED, taken

MOST_REMEMBERED = 10_000
"""Claims that one client keeps in mind."""


class Held:
    """The claims that this client knows of, so that one that was made without an answer can be told from them."""

    def __init__(self) -> None:
        self._claims: dict[tuple[int, int], None] = {}

    def know(self, task: Task) -> None:
        """This claim's answer has arrived."""
        self._claims[task.id, task.attempts] = None
        if len(self._claims) > MOST_REMEMBERED:
            del self._claims[next(iter(self._claims))]

    def unknown(self, claimed: Iterable[Task], worker_id: str, types: frozenset[str]) -> list[Task]:
        """Tasks that are claimed by this worker without our knowledge, oldest first; ``types`` empty: of any type."""
        mine = [
            task
            for task in claimed
            if task.claimed_by == worker_id
            and (task.id, task.attempts) not in self._claims
            and (not types or task.task_type.lower() in types)
        ]
        return sorted(mine, key=lambda task: task.id)


def became(report: Report, task: Task) -> ReportTaken | None:
    """What a report did, given the task as it is now: taken, or (None) not taken yet. Raises `ClaimLost`."""
    other_attempt = bool(report.attempts) and task.attempts != report.attempts
    mine = task.claimed_by == report.worker_id and not other_attempt
    match task.status:
        case TaskStatus.CLAIMED if mine:
            return None
        case TaskStatus.COMPLETED if mine and report.success:
            return taken(task.id, TaskStatus.COMPLETED)
        case TaskStatus.FAILED if mine and not report.success:
            return taken(task.id, TaskStatus.FAILED)
        case TaskStatus.PENDING if not report.success and not other_attempt:
            return taken(task.id, REQUEUED)
        case _:
            raise ClaimLost(lost_sentence(report, task))


def lost_sentence(report: Report, task: Task) -> str:
    """Why a report can do nothing any more."""
    owner = f" by {task.claimed_by}" if task.claimed_by and task.claimed_by != report.worker_id else ""
    now = f"it is {task.status}{owner} (attempt {task.attempts})"
    return f"Task #{task.id} is no longer claimed by {report.worker_id}: {now}."


def lost_its_retries(taken: ReportTaken, task: Task) -> bool:
    """Whether a failure became final though attempts were left (the real service fails in two separate writes)."""
    return taken.status == TaskStatus.FAILED and task.attempts < task.max_retries


def is_unclear(fault: TaskManagerError) -> bool:
    """Whether the call may have had its effect all the same."""
    return isinstance(fault, Unreachable | ServerFault) and fault.unclear


def had_no_effect(fault: TaskManagerError) -> TaskManagerError:
    """The same fault, now that the call is known to have done nothing."""
    match fault:
        case ServerFault():
            return ServerFault(
                str(fault), temporary=fault.temporary, status=fault.status, server_text=fault.server_text
            )
        case Unreachable():
            return Unreachable(str(fault))
        case _:
            return fault
