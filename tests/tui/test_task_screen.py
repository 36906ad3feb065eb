"""The screen of a task: every key works on it, and nothing that it shows is too long for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import masking
from core.details import AttemptRow, TaskDetail
from core.errors import Unreachable
from core.models import HistoryEntry, TaskStatus
from core.snapshot import Link
from tests.tui import scenes
from tests.tui.conftest import Opens, until
from tui.commands import READING, TASK
from tui.screens.new_task import NewTaskScreen
from tui.screens.task_text import Showing, sections
from tui.widgets.confirm import Confirm
from tui.widgets.masking import MASK, masked_text
from tui.widgets.outline import FIRST_ROWS, Outline


async def test_every_key_that_is_offered_on_the_task_screen_can_be_pressed(open_board: Opens):
    async with open_board() as desk:
        await desk.press("enter")
        opened = desk.app.screen
        for command in (*READING, *TASK):
            for key in filter(None, command.keys.split(",")):
                await desk.press(key)
                assert desk.app.is_running, key
                if key == "escape":
                    assert desk.app.screen is desk.board
                    await desk.press("enter")
                    opened = desk.app.screen
                elif desk.app.screen is not opened:
                    await desk.press("escape")
                assert desk.app.screen is opened, key


async def test_a_claimed_task_is_released_cancelled_and_cloned_from_its_screen(open_board: Opens):
    async with open_board() as desk:
        await desk.press("enter", "C")
        assert isinstance(desk.app.screen, Confirm)
        await desk.press("y", "l", "y")
        assert [call[:2] for call in desk.verbs.calls if call[0] in ("cancel", "release")] == [
            ("cancel", (10431,)),
            ("release", (10431,)),
        ]
        await desk.press("e")
        assert isinstance(desk.app.screen, NewTaskScreen)


async def test_a_retry_by_an_operator_is_a_line_between_the_attempts():
    rows = tuple(
        AttemptRow(n, "w-1", scenes.ago(900 - n), scenes.ago(890 - n), "failed", "HTTP 503") for n in (1, 2, 3)
    )
    again = AttemptRow(1, "w-1", scenes.ago(3))
    events = [("claimed", 1), ("retry", 1), ("claimed", 2), ("retry", 2), ("claimed", 3), ("failed", 3), ("retry", 0)]
    history = tuple(
        HistoryEntry(scenes.ago(9), event, "w-1", attempts) for event, attempts in (*events, ("claimed", 1))
    )
    task = scenes.task(5, TaskStatus.CLAIMED, attempts=1, error="HTTP 503")
    detail = TaskDetail(task, (*rows, again), history)
    told = {each.title: [row.text for row in each.make()] for each in sections(detail, Showing(scenes.NOW))}
    heads = [line[:2] for line in told["Attempts (4 in all)"] if line[0] not in " │≠"]
    assert heads == ["✗ ", "✗ ", "✗ ", "↻ ", "● "]
    assert "Attempts  1 of 3 since it was retried" in told["Overview"]
    assert "Last error" in told and "Error" not in told


@pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=str)
async def test_of_a_failed_task_one_reads_the_error_first(open_board: Opens, size: tuple[int, int]):
    async with open_board(size=size) as desk:
        task = scenes.task(10427, TaskStatus.FAILED, error="quota exceeded\n  at line 7", dedupe_key="9f3ac0")
        desk.verbs.details[10427] = TaskDetail(task)
        await desk.press("down", "down", "down", "down", "enter")
        lines = [line[1:].strip() for line in desk.text().splitlines()]
        at = next(n for n, line in enumerate(lines) if "quota exceeded" in line)
        assert at <= 3
        assert at < next(n for n, line in enumerate(lines) if line.startswith("Key "))


@pytest.mark.parametrize("text", ["x", "key", "a-", 'key="', "token ", "cookie:\n", "key'"])
def test_a_text_without_an_end_is_read_once(text: str, monkeypatch: pytest.MonkeyPatch):
    """A hundred thousand characters; a pattern that reads them again from every place would not end in this life."""
    long = text * (100_000 // len(text))
    assert len(masked_text(long)) <= 100_000


def test_what_was_cut_amid_a_secret_does_not_tell_its_beginning():
    assert masked_text('failed with api_key="abc') == f"failed with api_key={MASK}"
    assert masked_text("X-API-Key: abc, retry") == f"X-API-Key: {MASK}, retry"


def test_of_a_long_error_only_what_is_looked_at_is_masked(monkeypatch: pytest.MonkeyPatch):
    masked: list[int] = []
    monkeypatch.setattr(masking, "masked_text", lambda text: masked.append(len(text)) or text)
    detail = TaskDetail(scenes.task(5, TaskStatus.FAILED, error="a word " * 1_000_000))
    outline = Outline()
    outline.put(sections(detail, Showing(scenes.NOW)))
    assert max(masked) <= masking.WINDOW
    assert sum(masked) <= FIRST_ROWS * 80 + 2 * masking.WINDOW


def test_each_second_only_what_tells_ages_is_made_anew():
    outline = Outline()
    outline.put(sections(scenes.detail(), Showing(scenes.NOW)))
    before = {each.key: each.shown for each in outline.sections}
    assert outline.put(sections(scenes.detail(), Showing(scenes.ago(-1))))
    assert {each.key for each in outline.sections if each.shown is not before[each.key]} == {"overview", "attempts"}


@pytest.mark.parametrize(
    ("left", "line"),
    [
        (185, "Claim     3m05s left of 5m00s"),
        (-20, "Claim     past its time since 20s: another worker may be given the task"),
    ],
)
async def test_a_claimed_task_tells_how_much_is_left_of_its_claim(open_board: Opens, left: float, line: str):
    async with open_board() as desk:
        claimed = scenes.busy_tasks()[0]
        desk.verbs.details[claimed.id] = TaskDetail(claimed, deadline=scenes.ago(-left), claim_timeout=300)
        await desk.press("2", "enter")
        assert line in desk.text()


@pytest.mark.parametrize("keys", [("enter",), ("1", "enter")])
async def test_what_could_not_be_read_is_read_again_once_the_server_is_back(open_board: Opens, keys: tuple[str, ...]):
    away = replace(scenes.BUSY, server=replace(scenes.BUSY.server, link=Link.OFFLINE))
    async with open_board(away) as desk:
        desk.verbs.refusal = Unreachable("The TaskManager does not answer.")
        await desk.press(*keys)
        assert "✗ The TaskManager does not answer." in desk.text()
        desk.verbs.refusal = None
        await desk.put(scenes.BUSY)
        await until(desk, lambda: "does not answer" not in desk.text())
        assert "Parameters" in desk.text()


async def test_a_task_that_is_shown_says_that_its_server_is_away(open_board: Opens):
    async with open_board() as desk:
        await desk.press("enter")
        await desk.put(replace(scenes.BUSY, server=replace(scenes.BUSY.server, link=Link.OFFLINE)))
        await until(desk, lambda: "✗ offline" in desk.text())
        await desk.put(scenes.BUSY)
        await until(desk, lambda: "✗ offline" not in desk.text())
