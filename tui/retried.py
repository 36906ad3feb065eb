"""The task that was retried last: how it ends is said once, where somebody still looks at it."""

from __future__ import annotations

from core.models import Task, TaskStatus

READ = 5_000
"""Characters of an error at most; many more than a notice shows, so that no secret is cut before it is hidden."""


class Retried:
    """The task as it was before its retry; None once its end is known."""

    def __init__(self) -> None:
        self.task: Task | None = None

    def end(self, seen: Task) -> str:
        """How it ended, in a sentence, when it is seen at its end for the first time; else empty."""
        was = self.task
        if was is None or seen.id != was.id or (seen.status, seen.completed_at) == (was.status, was.completed_at):
            return ""
        if seen.status not in (TaskStatus.COMPLETED, TaskStatus.FAILED):
            return ""
        self.task = None
        if seen.status is TaskStatus.COMPLETED:
            return f"#{seen.id} completed."
        if seen.is_cancelled:
            return f"#{seen.id} was cancelled after its retry."
        again = "failed" if was.is_cancelled else "failed again"
        return f"#{seen.id} {again}: {seen.error[:READ]}" if seen.error else f"#{seen.id} {again}."
