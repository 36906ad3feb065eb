"""What it costs to look for what is stuck: the board does it for every row it holds, once a second."""

from __future__ import annotations

import time

import pytest

from core.diagnosis.judging import causes_of
from core.diagnosis.light import known_of
from core.diagnosis.stuck import stuck_among
from core.models import WorkerState
from tests.benchmarks.measuring import Target, table
from tests.diagnosis.known import claimed, pending, system, worker
from tests.diagnosis.pictures import PICTURES

ROWS, ROUNDS = 1000, 5


@pytest.mark.bench
def test_what_a_task_costs():
    crew = [worker(number, WorkerState.BUSY, holds=number) for number in range(1, 9)]
    around = system(*crew)
    tasks = [pending(id=1000 + n) if n % 3 else claimed("w-0" + str(n % 8 + 1), id=n) for n in range(ROWS)]
    pictures = [known for known, *_ in PICTURES.values()]

    def each(call: object, count: int) -> list[float]:
        took: list[float] = []
        for _ in range(ROUNDS):
            began = time.process_time()
            call()  # type: ignore[operator]  # one of the two below
            took.append((time.process_time() - began) * 1_000_000 / count)
        return took

    figures = {
        "marks, µs a row": each(lambda: stuck_among(around, tasks), ROWS),
        "all causes of a row, µs": each(lambda: [causes_of(known_of(around, task)) for task in tasks], ROWS),
        "all causes of what was gathered, µs": each(lambda: [causes_of(known) for known in pictures], len(pictures)),
    }
    print(table("Diagnosis", figures, dict.fromkeys(figures, Target(100, at_most=True))))
