"""The screen of a task: every key works on it, and nothing that it shows is too long for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.models import HistoryEntry, TaskStatus
from core.snapshot import AttemptRow, TaskDetail
from tests.tui import scenes
from tests.tui.conftest import Opens
from tui.commands import TASK
from tui.screens import task_text
from tui.screens.new_task import NewTaskScreen
from tui.screens.task_text import ages, sections
from tui.widgets.confirm import Confirm
from tui.widgets.masking import MASK, masked_text


async def test_every_key_that_is_offered_on_the_task_screen_can_be_pressed(open_board: Opens):
    async with open_board() as desk:
        await desk.press("enter")
        opened = desk.app.screen
        for command in TASK:
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
    told = sections(detail, scenes.NOW, reveal=False)
    lines = ["".join(text for text, _ in row) for row in told["Attempts (4 in all)"]]
    heads = [line[:2] for line in lines if not line.startswith("   ")]
    assert heads == ["✗ ", "✗ ", "✗ ", "↻ ", "● "]
    assert "1 of 3 since it was retried" in str(told["Overview"])
    assert "Last error" in told and "Error" not in told


@pytest.mark.parametrize("text", ["x", "key", "a-", 'key="', "token ", "cookie:\n", "key'"])
def test_a_text_without_an_end_is_read_once(text: str, monkeypatch: pytest.MonkeyPatch):
    """A hundred thousand characters; a pattern that reads them again from every place would not end in this life."""
    long = text * (100_000 // len(text))
    assert len(masked_text(long)) <= 100_000


def test_what_was_cut_amid_a_secret_does_not_tell_its_beginning():
    assert masked_text('failed with api_key="abc') == f"failed with api_key={MASK}"
    assert masked_text("X-API-Key: abc, retry") == f"X-API-Key: {MASK}, retry"


def test_of_a_long_error_only_the_beginning_is_masked_and_shown(monkeypatch: pytest.MonkeyPatch):
    masked: list[int] = []
    monkeypatch.setattr(task_text, "masked_text", lambda text: masked.append(len(text)) or text)
    detail = TaskDetail(scenes.task(5, TaskStatus.FAILED, error="x" * 1_000_000))
    told = sections(detail, scenes.NOW, reveal=False)["Error"]
    assert max(masked) <= task_text.MOST_OF_AN_ERROR
    assert sum(len(text) for row in told for text, _ in row) < 3_000
    assert "1,000,000 characters in all, Y copies the whole" in told[-1][0][0]


def test_each_second_only_what_tells_ages_is_made_anew(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(task_text, "json_rows", lambda *_, **__: pytest.fail("parameters have no age"))
    detail = replace(scenes.detail(), attempts=())
    assert set(ages(detail, scenes.NOW)) == {"Overview"}


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
