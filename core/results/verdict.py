"""What a task, read again, tells about a report that may have arrived before."""

from __future__ import annotations

from dataclasses import dataclass

from core.models import Report, Task, TaskStatus

AGREES = {
    True: frozenset({TaskStatus.COMPLETED}),
    False: frozenset({TaskStatus.FAILED, TaskStatus.PENDING}),
}
"""States of a task, by whether the report was a success, that tell that the report was taken."""
FINAL = frozenset({TaskStatus.FAILED})
"""Those that tell it of a failure that no attempt can mend, where the server understands that."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What reading a task told about a report. ``open``: the claim still holds, so the report is to be sent.

    Else ``status`` is what became of the report, when it was taken, and ``reason`` why it never will be, when not.
    """

    open: bool = False
    status: str | None = None
    reason: str = ""


def verdict_on(report: Report, task: Task, *, takes_final: bool) -> Verdict:
    """Judge a report by the task as it is now: another worker or another attempt means that the claim is lost.

    ``takes_final``: a report may say that a failure is final; then a task that waits again has not heard that.
    """
    if report.attempts and task.attempts != report.attempts:
        return Verdict(reason=f"Task {task.id} has been claimed again (attempt {task.attempts}).")
    if task.claimed_by not in (None, "", report.worker_id):
        return Verdict(reason=f"Task {task.id} is claimed by {task.claimed_by}.")
    if task.status is TaskStatus.CLAIMED:
        return Verdict(open=True)
    is_final = takes_final and not report.success and not report.retryable
    if task.status in (FINAL if is_final else AGREES[report.success]):
        return Verdict(status=str(task.status))
    return Verdict(reason=f"Task {task.id} is {task.status} on the server.")
