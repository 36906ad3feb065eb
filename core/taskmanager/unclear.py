"""What became of a call whose answer did not arrive, judged by what the TaskManager shows afterwards."""

from __future__ import annotations

from core.answers import ReportTaken
from core.errors import ClaimLost, ServerFault, TaskManagerError, Unreachable
from core.models import Report, Task, TaskStatus
from core.taskmanager.wire import REQUEUED, taken


def became(report: Report, task: Task) -> ReportTaken | None:
    """What a report did, given the task as it is now: taken, or (None) not taken yet. Raises `ClaimLost`.

    Only a server that understands it is told that a failure is final: a task that waits again has not heard it.
    """
    other_attempt = bool(report.attempts) and task.attempts != report.attempts
    mine = task.claimed_by == report.worker_id and not other_attempt
    match task.status:
        case TaskStatus.CLAIMED if mine:
            return None
        case TaskStatus.COMPLETED if mine and report.success:
            return taken(task.id, TaskStatus.COMPLETED)
        case TaskStatus.FAILED if mine and not report.success and not task.is_cancelled:
            return taken(task.id, TaskStatus.FAILED)
        case TaskStatus.PENDING if not report.success and report.retryable and not other_attempt:
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
    """The same fault, now that the call is known to have done nothing yet."""
    return marked(fault, unclear=False)


def may_have_acted(fault: TaskManagerError) -> TaskManagerError:
    """The same fault, of a call that was sent before without an answer: that one may still arrive."""
    return marked(fault, unclear=True)


def marked(fault: TaskManagerError, *, unclear: bool) -> TaskManagerError:
    """The same fault, ``unclear`` or not where it can be that."""
    match fault:
        case ServerFault(temporary=temporary, status=status, server_text=text):
            return ServerFault(str(fault), temporary=temporary, unclear=unclear, status=status, server_text=text)
        case Unreachable():
            return Unreachable(str(fault), unclear=unclear)
        case _:
            return fault
