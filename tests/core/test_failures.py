"""Failures of one kind are one group."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.attempts import attempts_of
from core.failures import group
from core.models import HistoryEntry, Task, TaskStatus

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def failed(number: int, error: str, task_type: str = "Echo") -> Task:
    """A failed task, newer ones with higher numbers."""
    at = NOW + timedelta(seconds=number)
    return Task(number, task_type, status=TaskStatus.FAILED, attempts=3, error=error, completed_at=at)


def test_errors_that_differ_in_names_numbers_and_addresses_only_are_one_group():
    groups = group(
        [
            failed(3, "channel '@three' not found after 12 s (https://a.example/3)"),
            failed(2, "channel '@two' not found after 7 s (https://a.example/2)"),
            failed(1, "the quota is used up"),
        ]
    )
    assert [(each.count, each.task_ids) for each in groups] == [(2, (3, 2)), (1, (1,))]
    assert groups[0].error.startswith("channel '@three'")
    assert (groups[0].first_at, groups[0].last_at) == (NOW + timedelta(seconds=2), NOW + timedelta(seconds=3))


def test_the_same_error_in_another_type_is_another_group():
    assert len(group([failed(1, "broken"), failed(2, "broken", "Other")])) == 2


def test_a_failure_without_a_text_is_a_group_that_says_so():
    assert group([failed(1, "")])[0].error == "no error text"


def test_attempts_are_read_from_the_history_one_a_claim():
    history = [
        HistoryEntry(NOW, "created"),
        HistoryEntry(NOW, "claimed", "w-1", 1),
        HistoryEntry(NOW, "progress", "w-1", 1, "Progress: 40% - page 2"),
        HistoryEntry(NOW, "retry", "w-1", 1, "connection reset"),
        HistoryEntry(NOW, "claimed", "w-2", 2),
        HistoryEntry(NOW, "claimed", "w-3", 3),
        HistoryEntry(NOW, "completed", "w-3", 3),
    ]
    rows = attempts_of(Task(1, "Echo", attempts=3), history)
    assert [(row.number, row.worker_id, row.outcome, row.progress) for row in rows] == [
        (1, "w-1", "failed, to be tried again", 40),
        (2, "w-2", "taken over", None),
        (3, "w-3", "completed", None),
    ]
    assert rows[0].message == "connection reset"


def test_without_a_history_the_last_attempt_is_what_the_task_tells():
    rows = attempts_of(failed(9, "broken"), [])
    assert [(row.number, row.outcome, row.message) for row in rows] == [(3, "failed", "broken")]
    assert attempts_of(Task(1, "Echo"), []) == ()
