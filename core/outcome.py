"""What becomes of a task in a worker's hands, on its way to be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.details import AttemptLog
from core.errors import PermanentError, RetryLater
from core.models import Claim, Json, Task, TaskResult
from core.texts import cut

LATEST = datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The latest time until which a task is put off: the last year whose every moment has a name in every zone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task that was processed, with all that must be kept of it.

    ``save`` is called inside the database transaction: it stores what was found (it is the worker's
    ``save_results``). It may raise; then the task counts as failed with that error. None: nothing to store.
    ``data`` and ``metrics`` are those of the result as JSON, where that is written already: it may be large.
    ``logged`` answers what the attempt has logged, what ``save`` logs included; None when it logged nothing.
    ``claim`` is the claim that it is of.
    """

    task: Task
    worker_id: str
    result: TaskResult
    started_at: datetime
    finished_at: datetime
    save: Callable[[], object] | None = field(default=None, repr=False)
    data: str | None = field(default=None, repr=False)
    metrics: str | None = field(default=None, repr=False)
    logged: Callable[[], AttemptLog | None] | None = field(default=None, repr=False)
    claim: Claim = field(init=False)

    def __post_init__(self) -> None:
        """Name the claim once: it is asked for several times a task."""
        object.__setattr__(self, "claim", Claim.of(self.task.id, self.started_at))


def failure(fault: BaseException, text: str, metrics: Mapping[str, Json] | None = None) -> TaskResult:
    """The result of a task that ``fault`` has ended, told by ``text``: the fault says whether and when to try again."""
    retry_at = said_by(fault) if isinstance(fault, RetryLater) else None
    if retry_at is None and isinstance(fault, RetryLater):
        text = f"{text} ({type(fault).__name__} must say with a datetime with a zone when to try again.)".lstrip()
    retryable = not isinstance(fault, PermanentError)
    return TaskResult(False, error=cut(text), metrics=metrics, retryable=retryable, retry_at=retry_at)


def said_by(fault: RetryLater) -> datetime | None:
    """Until when it puts the task off, in UTC; None where an author's own kind of it says nothing usable."""
    try:
        at: object = fault.at
    except Exception:  # noqa: BLE001  # an author's exception may raise anything when it is read
        return None
    return in_utc(at)


def in_utc(value: object) -> datetime | None:
    """The same time in UTC, at most `LATEST`, so that ``datetime.max`` is "never by itself"; None for what is no time
    with a zone, or none that UTC can tell."""
    try:
        if isinstance(value, datetime) and value.utcoffset() is not None:
            return min(value, LATEST).astimezone(UTC)
    except Exception:  # noqa: BLE001  # an author's zone may raise anything, and the ends of the calendar are near
        return None
    return None
