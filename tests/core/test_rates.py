"""What ended and how long it took, over minutes, hours and all the time; in memory that does not grow."""

from __future__ import annotations

import pytest

from core.rates import History, Ring, Sketch, class_of


def test_percentiles_are_told_to_a_twentieth():
    sketch = Sketch()
    for n in range(1, 1001):
        sketch.add(class_of(n / 10))
    timing = sketch.timing
    assert timing is not None
    assert timing.count == 1000
    assert timing.p50 == pytest.approx(50, rel=0.06)
    assert timing.p95 == pytest.approx(95, rel=0.06)


def test_nothing_measured_tells_no_time():
    assert Sketch().timing is None


def test_lengths_that_no_clock_should_tell_are_counted_at_the_edges():
    sketch = Sketch()
    for seconds in (-5.0, 0.0, 1e12):
        sketch.add(class_of(seconds))
    assert sketch.timing is not None
    assert sketch.timing.count == 3


def test_each_range_counts_the_same_tasks():
    history = History(1000)
    for second in range(1000, 1060):
        history.ended(second, 2, success=True)
        history.ended(second, 1, success=False)
        history.pend(second, 7)
        history.waited(second, 3.0)
        history.ran(second, 0.5)
    minutes, hour, whole = history.series(1060)
    assert (len(minutes.spans), len(hour.spans), len(whole.spans)) == (60, 6, 60)
    for series in (minutes, hour, whole):
        assert sum(span.completed for span in series.spans) == 120
        assert sum(span.failed for span in series.spans) == 60
        assert series.spans[-1].pending == 7
        assert series.waited is not None
        assert series.waited.p50 == pytest.approx(3.0, rel=0.06)


def test_a_range_of_all_time_keeps_every_count_in_a_bounded_number_of_spans():
    ring = Ring("all", 0, 1, 300, forgets=False)
    for second in range(0, 100_000, 7):
        ring.at(second).completed += 1
    series = ring.series(100_000)
    assert len(series.spans) <= 300
    assert series.seconds == 512
    counted = sum(span.completed for span in series.spans)
    assert len(range(0, 100_000, 7)) - counted <= 512 // 7 + 1, "only the open span is left out"


def test_after_a_jump_of_the_clock_only_what_is_in_range_is_told():
    ring = Ring("5 minutes", 0, 1, 300)
    ring.at(1).completed += 5
    assert sum(span.completed for span in ring.series(200).spans) == 5
    later = ring.series(1_000_000)
    assert len(later.spans) == 300
    assert sum(span.completed for span in later.spans) == 0


def test_what_is_told_stays_the_same_object_until_another_span_is_over():
    ring = Ring("1 hour", 0, 10, 360)
    ring.at(3).completed += 1
    assert ring.series(12) is ring.series(19)
    assert ring.series(20) is not ring.series(19 + 11)


def test_what_ended_before_a_jump_of_the_clock_is_in_no_range_that_begins_after_it():
    history = History(0)
    history.ended(5, 7, success=True)
    minutes, hour, whole = history.series(500_000)
    assert [sum(span.completed for span in series.spans) for series in (minutes, hour, whole)] == [0, 0, 7]
