"""What the waiting tasks would experience under each strategy: worked out, so that it is known what must come."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diagnosis.outlook import Hands, Load, Simulation, Waiter
from core.diagnosis.simulation import MOST_COMING, simulated
from core.diagnosis.words import span
from core.workers.claiming import STRATEGIES, Strategy

ORDERS = tuple(STRATEGIES.values())


def queue(*priorities: int, every: float = 1.0) -> tuple[Waiter, ...]:
    """Waiting tasks, one created every so many seconds, the last one now."""
    last = len(priorities) - 1
    return tuple(Waiter(n + 1, "A", each, (last - n) * every) for n, each in enumerate(priorities))


def load(
    waiting: tuple[Waiter, ...], *, arrivals: float = 0.0, run: float = 10.0, count: int = 1, priority: int = 0
) -> Load:
    return Load(waiting, (Hands(("A",), count),), {"A": arrivals}, {"A": (priority,)}, {"A": run})


def of(simulation: Simulation, strategy: str):
    found = simulation.of(strategy)
    assert found is not None
    return found


def test_one_worker_takes_the_oldest_first_and_each_waits_for_those_before_it():
    fifo = of(simulated(load(queue(0, 0, 0)), ORDERS), "FIFO")
    # Created 2, 1 and 0 seconds ago, begun at 0, 10 and 20.
    assert (fifo.waiting, fifo.mean, fifo.longest, fifo.starved) == (3, (2 + 11 + 20) / 3, 20, 0)
    assert fifo.sentence == "mean wait 11 s · longest 20 s · 0 starve"


def test_the_newest_first_makes_the_oldest_wait_for_all():
    lifo = of(simulated(load(queue(0, 0, 0)), ORDERS), "LIFO")
    assert (lifo.mean, lifo.longest) == ((0 + 11 + 22) / 3, 22)


def test_higher_priorities_are_served_first_and_ties_by_age():
    waiting = (Waiter(1, "A", 5), Waiter(2, "A", 1), Waiter(3, "A", 5))
    overtaking = of(simulated(load(waiting, arrivals=0.2, priority=3), ORDERS), "PRIORITY")
    assert (overtaking.starved, overtaking.waiting) == (1, 3), "those that come are between the two high ones and it"
    by_age = of(simulated(load(queue(5, 5)), ORDERS), "PRIORITY")
    assert (by_age.mean, by_age.longest) == ((1 + 10) / 2, 10)


def test_under_overload_the_newest_first_starves_those_that_wait_and_the_oldest_first_does_not():
    simulation = simulated(load(queue(*[0] * 10), arrivals=0.2), ORDERS)
    assert of(simulation, "FIFO").starved == 0
    assert of(simulation, "LIFO").starved == 9
    lifo = of(simulation, "LIFO")
    assert lifo.sentence.startswith("mean wait at least ")
    assert lifo.sentence.endswith(f" · 9 starve: not begun in {span(lifo.horizon)}")


def test_busy_workers_begin_later_one_after_the_other():
    busy = replace(load(queue(0, 0)), hands=(Hands(("A",), 2, busy=2),))
    assert of(simulated(busy, ORDERS), "FIFO").longest == 10


def test_a_worker_that_keeps_its_strategy_saves_the_old_ones_from_starving():
    both = replace(load(queue(*[0] * 6), arrivals=0.2), hands=(Hands(("A",)), Hands(("A",), strategy="FIFO")))
    assert of(simulated(both, ORDERS), "LIFO").starved == 0


def test_types_come_in_turn_and_nobody_does_what_it_is_not_for():
    waiting = (Waiter(1, "A"), Waiter(2, "A"), Waiter(3, "B"), Waiter(4, "C"))
    hands = (Hands(("A", "B")),)
    told = simulated(Load(waiting, hands, run_seconds={"A": 10, "B": 10, "C": 10}), ORDERS)
    fifo = of(told, "FIFO")
    assert (fifo.starved, fifo.longest) == (1, fifo.horizon)


def test_who_claims_nothing_or_knows_no_length_gets_no_figures_but_the_reason():
    assert "No worker claims" in simulated(load(queue(0), count=0), ORDERS).why_not
    assert "how long a run of A takes" in simulated(replace(load(queue(0)), run_seconds={}), ORDERS).why_not


def test_what_it_rests_on_is_said():
    said = " ".join(simulated(load(queue(0, 0), arrivals=0.5, count=3), ORDERS).assumptions)
    for each in ("A 10 s", "30 tasks a minute come", "1 worker with 3 places", "starving"):
        assert each in said


def test_any_strategy_that_there_is_can_be_simulated():
    odd = Strategy("LEAST", "priority", "ASC", "The lowest priority first.")
    assert [each.strategy for each in simulated(load(queue(0)), (*ORDERS, odd)).outlooks] == [*STRATEGIES, "LEAST"]


def test_the_work_is_bounded_however_much_comes_and_waits():
    many = tuple(Waiter(n, "A", n % 5, 1.0, stands_for=1000) for n in range(1, 301))
    simulation = simulated(load(many, arrivals=500.0, run=0.1, count=50), ORDERS)
    assert of(simulation, "FIFO").waiting == 300_000
    assert MOST_COMING <= 2_000


LOADS = st.builds(
    lambda waits, arrivals, run, count, high: load(
        tuple(Waiter(n + 1, "A", p, w) for n, (w, p) in enumerate(sorted(waits, key=lambda each: -each[0]))),
        arrivals=arrivals,
        run=run,
        count=count,
        priority=high,
    ),
    st.lists(st.tuples(st.floats(0, 600), st.integers(0, 3)), min_size=1, max_size=25),
    st.sampled_from([0.0, 0.01, 0.1, 0.5]),
    st.sampled_from([0.5, 3.0, 20.0]),
    st.integers(1, 4),
    st.integers(0, 4),
)


@given(LOADS)
def test_every_strategy_does_the_same_amount_of_work(drawn: Load):
    outlooks = simulated(drawn, ORDERS).outlooks
    assert len({each.begun for each in outlooks}) == 1
    assert {each.waiting for each in outlooks} == {len(drawn.waiting)}


@given(LOADS)
def test_the_oldest_first_has_the_smallest_longest_wait_and_starves_nobody(drawn: Load):
    simulation = simulated(drawn, ORDERS)
    fifo = of(simulation, "FIFO")
    assert all(fifo.longest <= each.longest + 1e-6 for each in simulation.outlooks)
    assert fifo.starved == 0


@given(LOADS)
def test_without_newcomers_all_strategies_have_the_same_mean(drawn: Load):
    quiet = replace(drawn, arrivals={})
    means = [each.mean for each in simulated(quiet, ORDERS).outlooks]
    assert max(means) == pytest.approx(min(means))


@given(LOADS)
def test_the_same_load_has_the_same_outlook(drawn: Load):
    assert simulated(drawn, ORDERS) == simulated(drawn, ORDERS)
