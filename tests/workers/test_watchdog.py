"""A worker that does not let the event loop go on is named while it does not."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.events import Said
from core.snapshot import Holdup
from core.workers import BaseWorker, Task, TaskResult
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from tests.workers.fakes import FakeTasks, Heard, MemorySettlement
from tests.workers.holding_workers import Holding, Polite


class Board:
    """What the watchdog said, in order, and whether it said so from another thread."""

    def __init__(self) -> None:
        self.said: list[tuple[Holdup | None, bool]] = []
        self.frees: Path | None = None

    def tell(self, holdup: Holdup | None) -> None:
        self.said.append((holdup, threading.current_thread() is threading.main_thread()))
        if holdup is not None and self.frees is not None:
            self.frees.touch()


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
async def pool(tasks: FakeTasks, settlement: MemorySettlement, heard: Heard, board: Board):
    pool = Pool(tasks, settlement, heard.publish, on_held=board.tell)
    yield pool
    await pool.close(now=True)


async def test_it_is_named_with_its_task_and_place_while_the_loop_is_held(pool, start, tasks, heard, board, tmp_path):
    board.frees = tmp_path / "named"  # the worker holds the loop until it was named: that is what the test waits for
    tasks.add(until=str(board.frees))
    start(Holding)
    await heard.until(lambda: len(board.said) == 2)
    (holdup, on_loop), (after, after_on_loop) = board.said
    assert (on_loop, after, after_on_loop) == (False, None, True)
    assert (holdup.worker_id, holdup.task_id) == ("w", 1)
    assert "holding_workers.py:" in holdup.place
    assert holdup.place.endswith("(process_task)")


async def test_how_long_it_held_the_loop_is_said_once_with_what_to_do(pool, start, tasks, heard, settlement):
    tasks.add(seconds=1.5)
    start(Holding)
    await heard.until(lambda: settlement.kept and heard.of(Said))
    [said] = heard.of(Said)
    assert said.level == "warning"
    assert said.text.startswith("w, with task 1, held up everything for 1.")
    assert "(hold): what waits or computes without `await` belongs in a `def process_task`" in said.text


async def test_nobody_is_named_who_awaits_or_works_in_a_thread(pool, make, tasks, heard, settlement, board):
    class Threaded(BaseWorker):
        def process_task(self, task: Task) -> TaskResult:
            threading.Event().wait(1.5)
            return TaskResult(True)

    tasks.add(1)
    tasks.add(1, type_id=2, type_name="U")
    pool.start(WorkerPlan.of(make(Polite, worker_id="a"), types=("T",)))
    pool.start(WorkerPlan.of(make(Threaded, worker_id="b", task_type_ids=[2]), types=("U",)))
    await heard.until(lambda: len(settlement.kept) == 2)
    assert (board.said, heard.of(Said)) == ([], [])


async def test_it_looks_no_longer_when_the_pool_is_closed(pool, start):
    others = threading.enumerate()  # those of earlier tests may still be on their way out
    start(Polite)
    [watching] = [each for each in threading.enumerate() if each.name == "watchdog" and each not in others]
    await pool.close()
    watching.join(5)
    assert not watching.is_alive()
