"""Reading a task: folding, searching, large values, copies, files, the next task; and nothing moves meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.details import TaskDetail
from core.models import HistoryEntry, Json, TaskStatus
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tests.tui.test_untrusted_text import raw
from tui.screens.task import TaskScreen
from tui.widgets.masking import MASK
from tui.widgets.reader import Reader

FIRST = scenes.busy_tasks()[0]


def reader(desk: Desk) -> Reader:
    assert isinstance(desk.app.screen, TaskScreen)
    return desk.app.screen.reader


async def finds(desk: Desk, told: str) -> None:
    """Wait until the search tells that."""
    await until(
        desk, lambda: told in next((line for line in desk.text().splitlines() if line.strip().startswith("/ ")), "")
    )


async def shows(desk: Desk, text: str) -> None:
    """Wait for the threads that read and search."""
    await until(desk, lambda: text in desk.text())


async def opened(desk: Desk, **more: Json) -> TaskDetail:
    """The first task, opened with these fields."""
    detail = TaskDetail(replace(FIRST, **more))
    desk.verbs.details[FIRST.id] = detail
    await desk.press("2", "enter")
    return detail


async def test_a_section_and_an_object_in_it_fold_by_the_same_key(open_board: Opens):
    async with open_board() as desk:
        await opened(desk, result={"video": {"title": "Bread", "length": 9}})
        await desk.press("tab", "tab", "down")
        assert 'title: "Bread"' in desk.text()
        await desk.press("enter")
        assert "▸ video: {…} 2 fields" in desk.text() and "Bread" not in desk.text()
        await desk.press("right")
        assert 'title: "Bread"' in desk.text()
        await desk.press("up", "enter")
        assert "▸ Result" in desk.text() and "video" not in desk.text()
        await desk.press("minus")
        assert "▸ Overview" in desk.text() and "Priority" not in desk.text()
        await desk.press("minus")
        assert 'title: "Bread"' in desk.text()


async def test_left_folds_what_one_is_in(open_board: Opens):
    async with open_board() as desk:
        await opened(desk, result={"video": {"title": "Bread"}})
        await desk.press("tab", "tab", "down", "down", "left")
        assert reader(desk).outline.path_at(reader(desk).cursor) == ("result", "video")
        await desk.press("left", "left")
        assert reader(desk).outline.path_at(reader(desk).cursor) == ("result",)


async def test_a_long_text_is_shown_wrapped_when_it_is_asked_for(open_board: Opens):
    async with open_board(size=(60, 40)) as desk:
        await opened(desk, result={"text": "first\n" + "word " * 60 + "last"})
        assert "last" not in desk.text()
        await desk.press("tab", "tab", "down", "enter")
        assert desk.text().count("word") == 60 and "last" in desk.text()
        assert all(len(line) <= 60 for line in desk.text().splitlines())


async def test_a_large_value_shows_its_head_and_the_rest_is_read_on_demand(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await opened(desk, result={"rows": [{"n": n, "text": "x" * 70} for n in range(50_000)]})
        await shows(desk, "Result (4.6 MB)")
        loaded = len(reader(desk).outline)
        assert loaded < 1_000
        await desk.press("G", "up")
        assert "MB more, press m" in desk.text()
        await desk.press("m")
        await until(desk, lambda: len(reader(desk).outline) > loaded + 4_000)


async def test_folding_what_is_not_read_to_its_end_hides_all_of_it(open_board: Opens):
    async with open_board() as desk:
        await opened(desk, result={"rows": list(range(2_000)), "after": "all of them"})
        await desk.press("tab", "tab", "down", "enter")
        assert "▸ rows: […] 2,000 items" in desk.text()
        await desk.press("m")
        await shows(desk, "all of them")
        assert "press m" not in desk.text()
        await desk.press("enter", "G", "up", "up")
        assert "press m" in desk.text() and "all of them" in desk.text()


async def test_a_search_finds_what_is_folded_away_or_not_read_yet(open_board: Opens):
    async with open_board() as desk:
        rows: list[Json] = [{"n": n} for n in range(3_000)]
        rows[2_500] = {"deep": {"note": "the Needle is here"}}
        await opened(desk, result={"rows": rows, "text": "hay " * 5_000 + "NEEDLE"}, error="no needle")
        await desk.press("tab", "tab", "tab", "enter", "slash")
        await desk.type("needle")
        await finds(desk, "1 of 3")
        assert next(line for line in desk.text().splitlines() if "no needle" in line).startswith("›")
        await desk.press("enter", "n")
        await shows(desk, "the Needle is here")
        assert "2 of 3" in desk.text()
        await desk.press("n")
        await shows(desk, "hay NEEDLE")
        await desk.press("n")
        await finds(desk, "1 of 3")
        await desk.press("N")
        await finds(desk, "3 of 3")
        await desk.press("escape")
        assert "3 of 3" not in desk.text() and isinstance(desk.app.screen, TaskScreen)


async def test_what_is_searched_for_is_marked_where_it_stands(open_board: Opens):
    async with open_board() as desk:
        await opened(desk, result={"title": "Bread and bread"})
        await desk.press("slash")
        await desk.type("bread")
        await shows(desk, "1 of 1")
        strips = (reader(desk).render_line(y) for y in range(reader(desk).size.height))
        lit = [each.text for strip in strips for each in strip if each.style and each.style.underline]
        assert lit == ["Bread", "bread"]


async def test_a_search_without_a_find_says_so_and_n_says_how_to_search(open_board: Opens):
    async with open_board() as desk:
        await opened(desk)
        await desk.press("n")
        assert "There is no place to go to; / searches." in desk.notes()
        await desk.press("slash")
        await desk.type("zebra")
        await shows(desk, "nowhere")


async def test_secrets_are_not_found_by_a_search_before_they_are_shown(open_board: Opens):
    async with open_board() as desk:
        await opened(desk, result={"log": "used ghp_abcdefghijklmnopqrst"})
        await desk.press("slash")
        await desk.type("ghp_abc")
        await shows(desk, "nowhere")
        await desk.app.run_action("screen.reveal")
        await shows(desk, "ghp_abcdefghijklmnopqrst")
        await shows(desk, "1")


async def test_what_one_reads_stays_where_it_is_while_the_task_changes(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        task = replace(FIRST, result={"rows": [f"row {n}" for n in range(300)]})
        desk.verbs.details[FIRST.id] = TaskDetail(task)
        await desk.press("2", "enter", *["pagedown"] * 6)
        before = [line[:79] for line in desk.text().splitlines()[1:20]]
        history = tuple(HistoryEntry(scenes.ago(9 - n), "progress", "w-1", 1, f"{n}%") for n in range(9))
        failed = replace(task, error="a line\n" * 7, progress=70)
        desk.verbs.details[FIRST.id] = TaskDetail(failed, history=history, notes=("Something came in above.",))
        await desk.put(with_row(replace(FIRST, progress=70)))
        assert [line[:79] for line in desk.text().splitlines()[1:20]] == before
        await desk.press("g")
        assert "Something came in above." in desk.text()


def with_row(row: Json) -> Snapshot:
    view = scenes.BUSY.view
    return replace(scenes.BUSY, view=replace(view, tasks=(row, *view.tasks[1:])))


@pytest.mark.parametrize(("down", "up"), [("right_square_bracket", "left_square_bracket"), ("J", "K")])
async def test_the_next_task_of_the_queue_is_a_key_away(open_board: Opens, down: str, up: str):
    async with open_board() as desk:
        await desk.press("enter", down)
        assert "Task #10430" in desk.text()
        await desk.press(up)
        assert "Task #10431" in desk.text()
        await desk.press(up)
        assert "This is its first row." in desk.notes()


@pytest.mark.parametrize(
    ("key", "copied"),
    [("i", "10427"), ("c", 'curl -fsS -H "X-API-Key: $TASKMANAGER_API_KEY" https://t.example.org/api/tasks/10427')],
)
async def test_y_offers_the_id_json_and_curl(open_board: Opens, key: str, copied: str):
    async with open_board(on("https://t.example.org/api")) as desk:
        await desk.press("down", "down", "down", "down", "enter", "y")
        assert "curl command that reads it" in desk.text()
        await desk.press(key)
        assert desk.app.clipboard == copied


async def test_a_failed_task_can_be_copied_as_the_call_that_retries_it(open_board: Opens):
    async with open_board(on("https://ann:hunter2@t.example.org/api", "retry")) as desk:
        await desk.press("down", "down", "down", "down", "enter", "y", "r")
        assert """-d '{"action": "retry", "ids": [10427]}'""" in desk.app.clipboard
        assert "hunter2" not in desk.app.clipboard and "$TASKMANAGER_API_KEY" in desk.app.clipboard


async def test_a_server_that_cannot_retry_is_offered_no_call_for_it(open_board: Opens):
    async with open_board(on("https://t.example.org/api")) as desk:
        await desk.press("down", "down", "down", "down", "enter", "y", "r")
        assert "curl command that retries it" not in desk.text()
        assert desk.app.clipboard == ""


def on(url: str, *can: str) -> Snapshot:
    """The busy board on a TaskManager elsewhere."""
    return replace(scenes.BUSY, server=scenes.server(label=url, embedded=False, can=frozenset(can)))


async def test_a_section_is_saved_to_a_file_that_is_named_and_never_overwritten(
    open_board: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    async with open_board() as desk:
        await opened(desk, result={"api_key": "s3cret", "text": "x" * 3_000})
        await desk.press("tab", "tab", "S")
        await until(desk, lambda: len(desk.notes()) == 1)
        await desk.press("S")
        await until(desk, lambda: any("-2.json" in note for note in desk.notes()))
        first = tmp_path / f"task-{FIRST.id}-result.json"
        assert json.loads(first.read_text()) == {"api_key": MASK, "text": "x" * 3_000}
        assert first.stat().st_mode & 0o077 == 0
        assert str(tmp_path / f"task-{FIRST.id}-result-2.json") in desk.notes()[-1]


async def test_a_section_that_cannot_be_saved_is_said(
    open_board: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    async with open_board() as desk:
        await opened(desk)
        await desk.press("S")
        await until(desk, lambda: "Overview was not saved: No such file or directory" in desk.notes())


async def test_the_key_of_a_task_tells_what_it_blocks(open_board: Opens):
    async with open_board(on("https://t.example.org/api")) as desk:
        await opened(desk, dedupe_key="9f3ac0")
        assert "Key       9f3ac0" in desk.text()
        assert f"The same task cannot be created again: #{FIRST.id} holds its key." in desk.text()
        assert f"Address   https://t.example.org/api/tasks/{FIRST.id}" in desk.text()


async def test_a_history_of_any_length_is_paged(open_board: Opens):
    async with open_board() as desk:
        entries = tuple(HistoryEntry(scenes.ago(n), "progress", "w-1", 1, f"step {n}") for n in range(900, 0, -1))
        desk.verbs.details[FIRST.id] = TaskDetail(FIRST, history=entries)
        await desk.press("enter", "shift+tab", "enter", "G", "up")
        assert "more, press m" in desk.text()
        loaded = len(reader(desk).outline)
        await desk.press("m")
        await until(desk, lambda: len(reader(desk).outline) > loaded + 1_000)
        await desk.press("G")
        assert "step 1 " in desk.text()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_hostile_text_does_nothing_wherever_it_is_read(open_board: Opens, size: tuple[int, int]):
    async with open_board(scenes.HOSTILE_TEXT, size) as desk:
        row = scenes.HOSTILE_TEXT.view.tasks[0]
        value = {scenes.HOSTILE: [scenes.HOSTILE * 40, {scenes.HOSTILE: scenes.HOSTILE}]}
        history = (HistoryEntry(scenes.NOW, scenes.HOSTILE, scenes.HOSTILE, 1, scenes.HOSTILE),)
        attempts = (replace(scenes.detail().attempts[0], worker_id=scenes.HOSTILE, message=scenes.HOSTILE),) * 2
        task = replace(row, parameters=value, result=value, status=TaskStatus.FAILED, dedupe_key=scenes.HOSTILE)
        desk.verbs.details[7] = TaskDetail(task, attempts, history, report=scenes.HOSTILE)
        await desk.press("2", "enter", "tab", "down", "down", "enter")
        for _ in range(12):
            assert raw(desk.text()) == set()
            await desk.press("pagedown")
        await desk.press("slash")
        await desk.type("evil")
        await shows(desk, "1 of")
        assert raw(desk.text()) == set()
        await desk.press("enter", "y")
        assert raw(desk.text()) == set()
