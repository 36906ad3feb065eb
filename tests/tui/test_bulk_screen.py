"""Actions on many tasks: a dry run, a question, progress, a ledger; what failed stays marked."""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.bulk import TOGETHER, Action, Order, Owner
from core.bulk_planning import Known
from core.details import TaskDetail
from core.errors import Unreachable
from core.filters import TaskFilter
from core.models import RowOutcome, Task, TaskStatus
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, press_every_key
from tui.commands import BULK
from tui.ledger import as_csv
from tui.screens.bulk import BulkScreen, Stage

SIZES = [(120, 36), (80, 24), (60, 20)]


def screen(desk: Desk) -> BulkScreen:
    """The screen, on top."""
    found = desk.app.screen
    assert isinstance(found, BulkScreen)
    return found


async def ended(desk: Desk, group: str) -> None:
    """Wait for what is under way in that group."""
    if running := [each for each in desk.app.workers if each.group == group]:
        await desk.app.workers.wait_for_complete(running)
    await desk.settle()


def without_calls(desk: Desk) -> None:
    """A TaskManager that has only the documented calls."""
    shown = desk.connection.snapshot
    desk.connection.put(replace(shown, server=replace(shown.server, can=frozenset())))
    desk.verbs.known = Known(frozenset(), {"w-gone-17-0c2e-1": Owner.GONE, "w-ann-4242-5a3b-2": Owner.OURS})


async def test_every_key_that_is_offered_on_the_screen_can_be_pressed(
    open_board: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    async with open_board(scenes.FAILING) as desk:

        async def opens() -> None:
            desk.board.task_deeds.bulk(Order(Action.RETRY), (500, 499), desk.board.settled)
            await desk.settle()

        await press_every_key(desk, BULK, BulkScreen, opens)


async def test_a_dry_run_comes_first_and_only_y_carries_it_out(open_board: Opens):
    async with open_board() as desk:
        await desk.press("a", "C")
        shown = desk.text()
        assert "dry run" in shown
        assert "will be cancelled" in shown
        assert "it is completed; cancel needs it pending or claimed" in shown
        assert "POST /tasks/bulk" in shown
        assert "y carries it out, esc goes back and changes nothing." in desk.text()
        await desk.press("enter", "C", "ctrl+s")
        assert screen(desk).stage is Stage.DRY_RUN
        assert desk.notes() == ["y carries it out, esc goes back and changes nothing."]
        assert desk.verbs.called("bulk") == []
        await desk.press("y")
        ((_, action, ids),) = desk.verbs.called("bulk")
        assert (action, 10431 in ids, 10426 in ids) == (Action.CANCEL, True, False)
        assert "There is no undo" not in desk.text(), "a retry brings it back, and the dry run told the rest"


async def test_what_failed_comes_first_in_the_ledger_and_stays_marked(open_board: Opens):
    async with open_board(scenes.FAILING) as desk:
        desk.verbs.outcomes[499] = RowOutcome(499, False, error="Task is completed; retry needs it failed")
        await desk.press("space", "space", "r", "y")
        assert desk.verbs.called("bulk") == [("bulk", Action.RETRY, (500, 499))]
        assert [row.id for row in screen(desk).row_list.rows] == [499, 500]
        assert "1 done, 1 failed" in desk.text()
        await desk.press("escape")
        assert desk.board.queue_pane.row_list.marks == {499}


async def test_a_ledger_is_not_read_as_the_present(open_board: Opens):
    for size in SIZES:
        async with open_board(scenes.FAILING, size) as desk:
            for each in (499, 500):
                desk.verbs.outcomes[each] = RowOutcome(each, True, TaskStatus.PENDING)
            await desk.press("space", "space", "r", "y")
            assert "then pending" in desk.text() and "now pending" not in desk.text(), size
            told = " ".join(desk.text().split())
            assert re.search(r"Each row tells how it was at \d\d:\d\d:\d\d; it may be another by now\.", told), size


async def test_a_group_of_failures_is_retried_after_a_yes(open_board: Opens):
    async with open_board() as desk:
        await desk.press("4", "4", "r", "y")
        assert desk.verbs.called("bulk") == [("bulk", Action.RETRY, (10427,))]
        assert "there is no such task" in desk.text()


async def test_where_nothing_was_done_there_is_nothing_said_of_an_undo(open_board: Opens):
    async with open_board(scenes.FAILING) as desk:
        for each in (499, 500):
            desk.verbs.outcomes[each] = RowOutcome(each, False, error="Task is completed; retry needs it failed")
        await desk.press("space", "space", "r", "y")
        assert "2 failed" in desk.text()
        assert "undo" not in desk.text()


def many(desk: Desk, number: int) -> None:
    """Failed tasks that the server has."""
    for n in range(1, number + 1):
        desk.verbs.details[n] = TaskDetail(Task(n, "Many", status=TaskStatus.FAILED))


async def test_all_that_match_a_filter_are_meant_and_escape_stops_between_two_chunks(open_board: Opens):
    async with open_board() as desk:
        many(desk, 10_000)
        desk.board.task_deeds.bulk(Order(Action.RETRY), TaskFilter(types=("Many",)), desk.board.settled)
        await desk.settle()
        assert "Retry all that match type:Many" in desk.text()
        assert "10,000 will be retried" in desk.text()
        desk.verbs.may_answer.clear()
        await desk.press("y", "escape")
        assert "Stopping after this chunk" in desk.text()
        desk.verbs.may_answer.set()
        await desk.settle()
        assert len(desk.verbs.called("bulk")) == 1
        assert f"{TOGETHER:,} done, {10_000 - TOGETHER:,} not tried" in desk.text()
        assert len(desk.board.queue_pane.row_list.marks) == 10_000 - TOGETHER


async def test_ten_thousand_rows_are_done_to_the_last(open_board: Opens):
    async with open_board() as desk:
        many(desk, 10_000)
        desk.board.task_deeds.bulk(Order(Action.DELETE), TaskFilter(types=("Many",)), desk.board.settled)
        await desk.settle()
        await desk.press("y")
        await ended(desk, "carry")
        assert "10,000 of 10,000" in desk.text()


async def test_a_connection_that_breaks_leaves_a_ledger_that_says_so(open_board: Opens):
    async with open_board(scenes.FAILING) as desk:
        await desk.press("a", "r", "enter")
        desk.verbs.refusal = Unreachable("The TaskManager does not answer.")
        await desk.press("y")
        assert screen(desk).stage is Stage.OVER
        assert "The TaskManager does not answer." in desk.text()
        await desk.press("escape")
        assert desk.board.queue_pane.row_list.marks


async def test_a_dry_run_that_cannot_be_made_says_why_and_is_tried_again(open_board: Opens):
    async with open_board(scenes.FAILING) as desk:
        desk.verbs.refusal = Unreachable("The TaskManager does not answer.")
        await desk.press("a", "r")
        assert "R looks again" in desk.text()
        desk.verbs.refusal = None
        await desk.press("R")
        assert "will be retried" in desk.text()


async def test_one_task_is_deleted_after_a_small_question(open_board: Opens):
    async with open_board() as desk:
        await desk.press("down", "D")
        assert "Delete the task #10430" in desk.text()
        assert "history are lost; this cannot" in desk.text()
        await desk.press("D", "enter")
        assert desk.verbs.called("bulk") == []
        await desk.press("D")
        await desk.press("y")
        assert desk.verbs.called("bulk") == [("bulk", Action.DELETE, (10430,))]
        assert desk.notes()[-1] == "#10430 deleted"


async def test_several_are_copied_and_the_copies_can_be_deleted_again(open_board: Opens):
    async with open_board() as desk:
        await desk.press("space", "space", "e", "plus")
        assert "2 copies each" in desk.text()
        assert "copy_of" in desk.text()
        await desk.press("y")
        made = screen(desk)._made()
        assert len(made) == 4
        for each in made:
            desk.verbs.details[each] = TaskDetail(Task(each, scenes.CHANNEL))
        await desk.press("u")
        assert "4 will be deleted" in desk.text()
        await desk.press("y")
        assert desk.verbs.called("bulk")[-1] == ("bulk", Action.DELETE, made)


async def test_how_copies_differ_is_chosen_and_a_fault_in_it_is_told(open_board: Opens):
    async with open_board() as desk:
        await desk.press("space", "space", "e", "e")
        await desk.type("{oops")
        await desk.press("ctrl+s")
        assert "This is not JSON" in desk.text()
        await desk.press(*["backspace"] * 5)
        await desk.type('{"max_videos": 51}')
        await desk.press("ctrl+s")
        assert screen(desk).order.changes == {"max_videos": 51}
        assert '"max_videos": …' in desk.text()


async def test_a_task_with_a_live_owner_is_left_out_until_it_is_forced(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.known = replace(desk.verbs.known, owners={"w-ann-4242-5a3b-2": Owner.OURS})
        await desk.press("space", "down", "space", "l")
        assert "w-ann-4242-5a3b-2 is alive and works on it" in desk.text()
        assert "1 will be released, 1 skipped" in desk.text()
        await desk.press("F")
        assert "2 will be released, 0 skipped" in desk.text()
        assert "a second time" in desk.text()


@pytest.mark.parametrize(
    ("downs", "key", "said"),
    [
        (4, "r", "Instead, each can be created as a new task"),
        (2, "l", "Instead, each can be reported as failed in the name of its owner, which uses up an attempt."),
        (0, "C", "This TaskManager cannot cancel tasks. Let a worker claim it"),
        (1, "D", "This TaskManager cannot delete tasks. Finished tasks stay"),
    ],
)
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_what_this_server_cannot_do_is_said_with_the_nearest_honest_way(
    open_board: Opens, size: tuple[int, int], downs: int, key: str, said: str
):
    async with open_board(size=size) as desk:
        without_calls(desk)
        desk.verbs.details[10429] = TaskDetail(replace(desk.verbs.details[10429].task, attempts=2))
        await desk.settle()
        await desk.press(*["down"] * downs, key)
        assert said in " ".join(desk.text().replace("│", " ").split())
        await desk.press("y")
        assert bool(desk.verbs.called("bulk")) is (key in "rl")


async def test_the_ledger_is_written_to_a_new_file_whose_path_is_told(
    open_board: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    async with open_board(scenes.FAILING) as desk:
        desk.verbs.outcomes[499] = RowOutcome(499, False, error="token=s3cret was refused")
        await desk.press("space", "space", "r", "y", "J", "V")
        await ended(desk, "deeds")
        written = {Path(name).suffix: tmp_path / name for name in os.listdir(tmp_path)}
        assert str(written[".csv"]) in desk.notes()[-1] or str(written[".json"]) in desk.notes()[-1]
        told = json.loads(written[".json"].read_text())
        assert told["counts"] == {"failed": 1, "done": 1}
        assert "s3cret" not in written[".json"].read_text() + written[".csv"].read_text()
        assert [row["id"] for row in csv.DictReader(written[".csv"].read_text().splitlines())] == ["499", "500"]


async def test_text_from_outside_drives_neither_the_terminal_nor_a_spreadsheet(open_board: Opens):
    async with open_board() as desk:
        evil = Task(1, scenes.HOSTILE, status=TaskStatus.FAILED)
        desk.verbs.details = {1: TaskDetail(evil)}
        desk.verbs.outcomes[1] = RowOutcome(1, False, error=scenes.HOSTILE)
        desk.board.task_deeds.bulk(Order(Action.RETRY), (1,), desk.board.settled)
        await desk.settle()
        await desk.press("y")
        assert not any(c in desk.text() for c in "\x1b\x07\u202e\x9b")
        rows = tuple(screen(desk).ledger.values())
        assert as_csv((replace(rows[0], task_type="=1+1"),)).splitlines()[1].startswith("1,'=1+1,")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_counts_the_risk_and_the_first_rows_are_in_sight_at_every_size(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(size=size) as desk:
        await desk.press("a", "C")
        shown = desk.text()
        for text in ("will be cancelled", "No worker does them any more", "#10431", "planned", "y Carry out"):
            assert text in shown, shown
