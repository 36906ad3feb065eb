"""When a worker may claim again: times are handed in, and nobody waits."""

from __future__ import annotations

from random import Random

from core.errors import RateLimited, Unreachable
from core.models import TaskResult
from core.workers.backoff import Backoff
from core.workers.pace import Pace

FAILED, DONE = TaskResult(False, error="the site is down"), TaskResult(True)


def a_pace() -> Pace:
    return Pace(Backoff(), Random(1))


def rest_after(pace: Pace, now: float) -> float:
    """How long the rest is that the next failure begins."""
    assert pace.ended(FAILED, now) is not None
    return pace.until() - now


def test_the_fifth_failure_in_a_row_begins_a_rest_and_says_so():
    pace = a_pace()
    assert [pace.ended(FAILED, 100.0) for _ in range(4)] == [None] * 4
    assert pace.until() <= 100.0
    said = pace.ended(FAILED, 100.0)
    assert said == pace.note == "5 failures in a row: resting for 5 s. The last: the site is down"
    assert pace.until() == 105.0
    assert pace.backs_off(104.9) and not pace.backs_off(105.0)


def test_rests_double_up_to_a_minute_and_are_never_shorter_than_said():
    pace, now = a_pace(), 100.0
    for _ in range(4):
        pace.ended(FAILED, now)
    rests: list[float] = []
    for _ in range(7):
        rests.append(rest_after(pace, now))
        now = pace.until()
    assert rests == [5, 10, 20, 40, 60, 60, 60]


def test_a_failure_during_a_rest_makes_it_no_longer_and_says_nothing():
    pace = a_pace()
    for _ in range(5):
        pace.ended(FAILED, 100.0)
    assert pace.ended(FAILED, 102.0) is None
    assert pace.until() == 105.0


def test_a_success_sets_failures_and_rests_back():
    pace = a_pace()
    for _ in range(5):
        pace.ended(FAILED, 100.0)
    assert rest_after(pace, 105.0) == 10
    assert pace.ended(DONE, 200.0) is None
    assert [pace.ended(FAILED, 200.0) for _ in range(4)] == [None] * 4
    assert rest_after(pace, 200.0) == 5


def test_a_word_that_there_is_something_to_do_does_not_cut_a_rest_short():
    pace = a_pace()
    for _ in range(5):
        pace.ended(FAILED, 100.0)
    pace.hurry()
    assert pace.until() == 105.0


def test_a_rate_limit_is_waited_for_as_long_as_the_server_says_and_other_trouble_longer_each_time():
    pace = a_pace()
    for _ in range(3):
        pace.troubled(RateLimited("slow down", retry_after=20), 100.0)
        assert pace.until() == 120.0
    pace = a_pace()
    waits: list[float] = []
    for _ in range(3):
        pace.troubled(Unreachable("no answer"), 100.0)
        waits.append(pace.until() - 100.0)
    assert waits == sorted(waits) and waits[0] >= 4
