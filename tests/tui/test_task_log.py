"""The log on the screen of a task: attempt by attempt, as it grows, and never raw."""

from __future__ import annotations

from dataclasses import replace

from core.details import AttemptLog, LogLine, TaskDetail
from core.models import InHand, TaskStatus
from tests.tui import scenes
from tests.tui.conftest import Opens
from tests.tui.test_untrusted_text import raw
from tui.screens.task_text import Showing, sections
from tui.widgets.json_view import unfolded
from tui.widgets.masking import MASK


def a_log(number: int, *texts: str, dropped: int = 0) -> AttemptLog:
    lines = tuple(LogLine(scenes.ago(60 - number), "INFO", "author", text) for text in texts)
    return AttemptLog(number, f"w-{number}", scenes.ago(60 - number), lines, dropped)


def told(*logs: AttemptLog, reveal: bool = False) -> tuple[str, list[str]]:
    """The heading and the rows of the log section."""
    detail = TaskDetail(scenes.task(5, TaskStatus.FAILED), logs=logs)
    [log] = [each for each in sections(detail, Showing(scenes.NOW, 80, reveal)) if each.key == "log"]
    return log.title, [row.text for row in unfolded(log.make())]


def test_attempts_are_told_apart_and_what_is_missing_is_counted():
    title, rows = told(a_log(2, "again", "done\nValueError: no", dropped=1200), a_log(1, "first"))
    assert title == "Log (3 lines)"
    assert [row.split("  ")[0] for row in rows if row.startswith("Attempt")] == ["Attempt 2", "Attempt 1"]
    assert "1,200 earlier lines not kept" in rows[2]
    assert rows[4].endswith("author  done")
    assert rows[5] == "          ValueError: no"


def test_a_task_without_a_log_has_no_section_for_it():
    detail = TaskDetail(scenes.task(5, TaskStatus.FAILED))
    assert "log" not in [each.key for each in sections(detail, Showing(scenes.NOW))]


def test_secrets_in_a_log_are_masked_until_they_are_shown():
    assert told(a_log(1, "api_key=abc"))[1][2].endswith(f"api_key={MASK}")
    assert told(a_log(1, "api_key=abc"), reveal=True)[1][2].endswith("api_key=abc")


async def test_the_log_of_each_attempt_unfolds_and_the_newest_is_unfolded_at_once(open_board: Opens):
    async with open_board() as desk:
        row = desk.connection.snapshot.view.tasks[0]
        desk.verbs.details[row.id] = TaskDetail(row, logs=(a_log(2, "newer"), a_log(1, "older")))
        await desk.press("enter")
        assert "author  newer" in desk.text() and "author  older" not in desk.text()
        await desk.press("G", "up", "enter")
        assert "author  older" in desk.text()


async def test_a_long_line_of_a_log_goes_on_below_itself(open_board: Opens):
    async with open_board(size=(60, 40)) as desk:
        row = desk.connection.snapshot.view.tasks[0]
        desk.verbs.details[row.id] = TaskDetail(row, logs=(a_log(1, "word " * 30 + "end"),))
        await desk.press("2", "enter")
        assert desk.text().count("word") == 30
        assert "end" in desk.text()


async def test_the_log_of_a_task_in_hand_grows_on_its_screen(open_board: Opens):
    async with open_board() as desk:
        row = desk.connection.snapshot.view.tasks[0]
        desk.verbs.details[row.id] = TaskDetail(row, logs=(a_log(1, "begun"),))
        await desk.press("enter")
        assert "author  begun" in desk.text()
        desk.verbs.details[row.id] = TaskDetail(row, logs=(a_log(1, "begun", "half way"),))
        busy = desk.connection.snapshot.workers[0]
        hand = InHand(row.id, row.task_type, 1, scenes.ago(60), logged=2)
        snapshot = desk.connection.snapshot
        await desk.put(replace(snapshot, workers=(replace(busy, in_hand=(hand,)), *snapshot.workers[1:])))
        assert "author  half way" in desk.text()


async def test_hostile_text_in_a_log_does_nothing_to_the_terminal(open_board: Opens):
    async with open_board(size=(120, 60)) as desk:
        row = desk.connection.snapshot.view.tasks[0]
        log = a_log(1, scenes.HOSTILE, "[bold]no markup[/]")
        desk.verbs.details[row.id] = TaskDetail(row, logs=(replace(log, worker_id=scenes.HOSTILE),))
        await desk.press("enter")
        assert raw(desk.text()) == set()
        assert "[bold]no markup[/]" in desk.text()
