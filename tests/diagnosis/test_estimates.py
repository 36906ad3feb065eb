"""What may be expected: places, the start, and what ends by itself."""

from __future__ import annotations

from dataclasses import replace

from core.diagnosis import Place
from core.diagnosis.estimates import estimates_of
from core.models import WorkerState
from core.snapshot import Counts
from core.task_gathering import by_our_clock, counted
from core.throughput import Timing
from tests.diagnosis.known import GONE, ago, claimed, of, pending, row, system, worker

BUSY = worker(state=WorkerState.BUSY, holds=3)


def test_the_start_is_told_with_a_spread_from_the_place_and_the_measured_pace():
    known = of(pending(), system(BUSY, type_row=row(rates=(2,) * 30)), places=(Place("FIFO", 59, used_by=1),))
    start = estimates_of(known).start
    assert start is not None
    assert (round(start.seconds), start.per_minute, start.measured) == (30, 120, 30)
    assert start.earliest < 30 < (start.latest or 0) < 60


def test_the_more_is_measured_the_smaller_is_the_spread():
    def width(rates: tuple[int, ...], before: int) -> float:
        known = of(pending(), system(BUSY, type_row=row(rates=rates)), places=(Place("FIFO", before, used_by=1),))
        start = estimates_of(known).start
        assert start is not None and start.latest is not None
        return (start.latest - start.earliest) / start.seconds

    assert width((20,) * 30, 600) < width((1,) * 30, 600) < width((1,) * 30, 5)


def test_where_newer_tasks_go_first_there_is_no_latest_start():
    start = estimates_of(of(pending(), system(BUSY), places=(Place("LIFO", 59, used_by=1),))).start
    assert start is not None and start.latest is None


def test_where_tasks_take_long_and_none_ended_lately_their_lengths_tell_the_start():
    slow = system(BUSY, type_row=row(rates=(0,) * 30), ran=Timing(12, 120.0, 200.0))
    start = estimates_of(of(pending(), slow, places=(Place("FIFO", 4, used_by=1),))).start
    assert start is not None
    assert (start.seconds, start.earliest, start.latest) == (600 / BUSY.concurrency, 0, 1000 / BUSY.concurrency + 200)
    newest_first = estimates_of(of(pending(), slow, places=(Place("LIFO", 4, used_by=1),))).start
    assert newest_first is not None and newest_first.latest is None


def test_it_is_said_why_no_start_can_be_told():
    quiet = system(BUSY, type_row=row(rates=(0,) * 30))
    assert "pace is not known" in estimates_of(of(pending(), quiet, places=(Place("FIFO", 1, used_by=1),))).why_no_start
    assert "nobody can tell" in estimates_of(of(pending(), quiet, places=(Place("FIFO", 1),))).why_no_start


def test_a_place_too_far_to_be_counted_is_told_from_the_other_end_of_the_queue():
    fifo, lifo = Place("FIFO", 1000, exact=False), Place("LIFO", 40, used_by=1)
    known = row(counts=Counts(pending=5000))
    assert counted((fifo, lifo), known)[0] == Place("FIFO", 4959)
    assert counted((fifo, lifo), replace(known, counts=Counts(5000, exact=False))) == (fifo, lifo)


def test_the_end_of_a_claim_is_told_by_our_clock_where_the_servers_is_far_off():
    ahead = of(claimed("x-08", claimed_at=ago(-60)), system(clock_offset=90.0))
    assert by_our_clock(ahead) == ago(30 - 300)
    assert by_our_clock(of(claimed("x-08", claimed_at=ago(30)), system())) == ago(30 - 300)


def test_what_ends_by_itself_is_told_soonest_first():
    resting = worker(state=WorkerState.BACKING_OFF, until=ago(-12))
    ends = estimates_of(of(pending(), system(resting, limited_until=ago(-5)))).ends
    assert [end.what for end in ends] == ["the server takes calls again at", "w-01 claims again at"]
    [over] = estimates_of(of(claimed("w-gone", claimed_at=ago(100)), replace(system(GONE), claim_timeout=300))).ends
    assert (over.what, (over.at - ago(0)).total_seconds()) == ("its claim can be taken over from", 200)
