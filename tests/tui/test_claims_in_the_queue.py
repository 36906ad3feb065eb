"""The queue tells how long a claim lasts, and why a task failed as far as a list tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.models import InHand, Task, TaskStatus, WorkerState, WorkerStatus
from core.snapshot import QueueView, Snapshot
from tests.tui import scenes
from tests.tui.conftest import Opens

CLAIMED = Task(
    7, "Echo", status=TaskStatus.CLAIMED, claimed_by="w-gone", claimed_at=scenes.NOW - timedelta(seconds=100)
)


def queue_of(task: Task, *workers: WorkerStatus, timeout: float = 300.0) -> Snapshot:
    """One task, and who works on it."""
    server = replace(scenes.BUSY.server, claim_timeout=timeout)
    return replace(scenes.BUSY, server=server, view=QueueView(tasks=(task,), total=1), workers=workers)


async def test_the_lower_border_counts_down_the_claim_under_the_cursor(open_board: Opens):
    async with open_board(queue_of(CLAIMED)) as desk:
        assert "claim 3m20s left  1 of 1" in desk.text()
        late = replace(CLAIMED, claimed_at=scenes.NOW - timedelta(seconds=310))
        await desk.put(queue_of(late))
        assert "claim over for 10s" in desk.text()
        await desk.put(queue_of(replace(CLAIMED, status=TaskStatus.PENDING)))
        assert "claim" not in str(desk.board.queue_pane.border_subtitle)


async def test_what_its_worker_knows_of_the_claim_goes_before_the_time_of_the_claim(open_board: Opens):
    hand = InHand(7, "Echo", 1, scenes.NOW, deadline=scenes.NOW + timedelta(seconds=45))
    ours = WorkerStatus("w-gone", WorkerState.BUSY, types=("Echo",), in_hand=(hand,))
    async with open_board(queue_of(CLAIMED, ours)) as desk:
        assert "claim 45s left" in desk.text()
        heard = scenes.NOW - timedelta(seconds=10)
        other = replace(ours, local=False, last_seen=heard, in_hand=(replace(hand, deadline=None),))
        await desk.put(queue_of(CLAIMED, other))
        assert "claim 4m50s left" in desk.text()
        await desk.put(queue_of(CLAIMED, timeout=0.0))
        assert "claim" not in str(desk.board.queue_pane.border_subtitle)


async def test_a_list_that_tells_no_errors_does_not_say_that_there_was_none(open_board: Opens):
    failed = Task(7, "Echo", status=TaskStatus.FAILED)
    async with open_board(queue_of(replace(failed, partial=True))) as desk:
        assert "⏎ tells why" in desk.text()
        await desk.put(queue_of(failed))
        assert "no reason" in desk.text()
