"""What the demo makes: the same for the same seed, and good tasks but for what is meant to fail."""

import json
from collections import Counter
from itertools import islice

from core.demo.plan import OPENING, SHARES, tasks
from core.demo.unworked import UNWORKED_TYPE
from core.models import NewTask


def first(number: int, seed: int = 7) -> list[NewTask]:
    return list(islice(tasks(seed), number))


def test_the_same_seed_makes_the_same_tasks():
    assert first(300) == first(300)


def test_another_seed_makes_other_tasks():
    assert first(30, seed=1) != first(30, seed=2)


def test_no_two_tasks_are_alike_even_after_hours():
    said = [json.dumps([task.task_type, task.parameters], sort_keys=True) for task in first(12_000)]
    assert len(set(said)) == len(said)


def test_the_opening_has_three_tasks_that_nobody_works_on_and_no_more_follow():
    unworked = [place for place, task in enumerate(first(2000)) if task.task_type == UNWORKED_TYPE.name]
    assert len(unworked) == 3
    assert max(unworked) < OPENING


def test_the_opening_has_every_type():
    assert {task.task_type for task in first(OPENING)} == {*SHARES, UNWORKED_TYPE.name}


def test_priorities_go_from_none_to_nine():
    assert set(Counter(task.priority for task in first(500))) == set(range(10))
