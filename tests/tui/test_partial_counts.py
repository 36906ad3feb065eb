"""Who was cancelled is known of the failed tasks that were looked at: beyond these no number pretends to be exact."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.content import Content

from core.snapshot import Counts, FailureGroup, Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens

CANCELLED = FailureGroup(
    "cancelled", scenes.CHANNEL, 40, (7, 6), first_at=scenes.ago(600), last_at=scenes.ago(60), kind="cancelled"
)


def failing(counted: int) -> Snapshot:
    """The busy board with 6,000 that count as failed, of which so many were looked at."""
    return replace(
        scenes.BUSY,
        counts=Counts(pending=12, failed=6_000),
        failures=(CANCELLED,),
        failures_counted=counted,
        failures_total=6_000,
    )


def told(desk: Desk) -> tuple[str, str, str]:
    """The status line, the title of the queue and the tabs of pane 4."""
    board = desk.board
    titles = (board.queue_pane.border_title, board.outcome_pane.border_title)
    queue, tabs = (Content.from_markup(str(title)).plain for title in titles)
    return desk.text().splitlines()[0], queue, tabs


async def test_where_all_were_looked_at_failed_and_cancelled_are_counted_apart(open_board: Opens):
    async with open_board(failing(6_000), (160, 40)) as desk:
        status, queue, tabs = told(desk)
        assert "✗ 5,960 failed (F)" in status
        assert "failed 5,960  cancelled 40" in queue
        assert "Failures 5,960" in tabs


@pytest.mark.parametrize(("size", "said"), [((160, 40), "failed 6,000, 40+ of them cancelled"), ((60, 20), "(⊘ 40+)")])
async def test_where_some_were_not_they_are_one_number(open_board: Opens, size: tuple[int, int], said: str):
    async with open_board(failing(5_000), size) as desk:
        status, queue, tabs = told(desk)
        assert "✗ 6,000 failed or cancelled (F)" in status or size[0] < 80
        assert said in queue and "6,000" in queue
        assert "Failures 6,000" in tabs
