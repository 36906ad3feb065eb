"""Failures of one kind are one group."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("channel '@one' is gone", "channel 'two' is gone"),
        ('no such key "a b"', 'no such key "c"'),
        ("video dQw4w9WgXcQ was refused", "video a1b2c3d4e5f was refused"),
        ("GET https://a.example/x?y=1 failed", "GET http://b.example failed"),
        ("at 0xdeadbeef", "at 0x1f"),
        ("job 2f1e8c1a-1111-2222-3333-444455556666 died", "job aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee died"),
        ("timed out after 1.5 s", "timed out after 30 s"),
        ("mail to ann@example.org bounced", "mail to bob@example.net bounced"),
        ("broken\n  line 2", "broken\n  line 3"),
    ],
)
def test_what_varies_makes_no_other_group(one: str, other: str):
    assert len(group([failed(1, one), failed(2, other)])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("HTTP 404 from the source", "HTTP 503 from the source"), ("it can't be read", "it can't be written, isn't it")],
)
def test_what_differs_in_kind_is_another_group(one: str, other: str):
    assert len(group([failed(1, one), failed(2, other)])) == 2


def test_a_group_tells_how_many_failed_in_each_hour():
    now = NOW + timedelta(hours=30)
    tasks = [replace(failed(n, "broken"), completed_at=now - timedelta(hours=h)) for n, h in enumerate((0.1, 0.2, 5.5))]
    ((one,)) = group([*tasks, replace(failed(9, "broken"), completed_at=now - timedelta(hours=29))], now)
    assert one.count == 4
    assert (one.hours[-1], one.hours[-6], sum(one.hours), len(one.hours)) == (2, 1, 3, 24)


def test_workers_whose_error_is_that_word_are_not_told_as_cancelled():
    tasks = [replace(failed(n, "cancelled"), cancelled=told) for n, told in enumerate((True, False, False), start=1)]
    groups = group(tasks)
    assert [(each.task_ids, each.is_cancelled) for each in groups] == [((2, 3), False), ((1,), True)]
    assert len({each.kind for each in groups}) == 2
