"""Forms: what is chosen is plain, what is sent is said at once, what is refused stands in the form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input, TextArea

from core.errors import Invalid
from tests.tui import scenes
from tests.tui.conftest import Opens, desk_of
from tests.tui.scenes_forms import TYPES
from tui.screens.new_task import NewTaskScreen
from tui.widgets.field_box import FieldBox
from tui.wording import told


async def test_a_chosen_type_and_another_differ_in_more_than_colour(open_board: Opens, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_board() as desk:
        await desk.press("s")
        assert "[x] PrismQ.YouTube.Channel.Scrape" in desk.text()
        await desk.press("tab", "tab", "space")
        assert "[ ] PrismQ.YouTube.Channel.Scrape" in desk.text()
        assert "[x] PrismQ.YouTube.Video.Search" in desk.text()
        assert "^s start   tab" in desk.text()


@pytest.mark.parametrize("key", ["n", "s"])
async def test_while_an_answer_is_awaited_the_form_says_sending_and_sends_once(open_board: Opens, key: str):
    async with open_board() as desk:
        desk.verbs.may_answer.clear()
        await desk.press(key, "ctrl+s", "ctrl+s")
        assert "sending…" in desk.text()
        desk.verbs.may_answer.set()
        await desk.settle()
        assert len(desk.verbs.calls) == 1
        assert desk.app.screen is desk.board


async def test_a_form_that_is_left_while_it_sends_tells_how_it_went(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.may_answer.clear()
        await desk.press("1", "n", "ctrl+s", "escape")
        desk.verbs.may_answer.set()
        await desk.settle()
        assert desk.notes() == ["Task #77 created."]


async def test_another_verb_that_takes_its_time_is_said_to_be_under_way(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.deeds.PATIENCE", 0.0)
    async with open_board() as desk:
        desk.verbs.may_answer.clear()
        await desk.press("p")
        assert "working…" in desk.text().splitlines()[-1]
        desk.verbs.may_answer.set()
        await desk.settle()
        assert "working…" not in desk.text()


async def test_the_newest_sentence_is_the_only_one_and_a_form_that_opens_clears_it():
    async with desk_of(scenes.board(scenes.BUSY), notifications=True) as desk:
        await desk.press("y", "p", "l", "escape", "y")
        assert desk.notes() == ["Copied 10431"]
        assert desk.text().count("Copied") == 1
        assert len(desk.board.query("ToastHolder")) == 1
        *_, above, last = desk.text().splitlines()
        assert "Copied" in above and "Help" in last
        await desk.press("1", "n")
        assert isinstance(desk.app.screen, NewTaskScreen)
        assert desk.notes() == []
        assert "Copied" not in desk.text()


def test_a_refusal_is_told_in_words():
    error = Invalid(
        "The TaskManager refuses the task; correct this: $.max_videos: 500 is greater than the maximum of 100 "
        "(rule: maximum); $: 'channel_url' is a required property (rule: required)."
    )
    assert told(error) == (
        "The TaskManager refuses the task; correct this: max_videos: 500 is greater than the maximum of 100; "
        "'channel_url' is a required property."
    )


async def test_on_sixty_columns_a_long_explanation_goes_on_below_its_own_start(open_board: Opens):
    async with open_board(size=(60, 24)) as desk:
        await desk.press("t")
        assert "l  LIFO      newest first of each type, in turn  " in desk.text()
        assert "p  PRIORITY  most urgent first of each type, in turn  " in desk.text()
        await desk.press("escape", "1", "n")
        assert "Priority  " in desk.text()
        await desk.press("escape", "question_mark")
        _, _, keys = desk.text().partition("Here ")
        begun = {line[3:4] for line in keys.splitlines() if line.startswith("│")}
        assert begun <= {" ", "E"}  # only the heading Everywhere stands at the edge


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=str)
async def test_a_new_task_begins_with_its_first_label_in_sight(open_board: Opens, size: tuple[int, int]):
    async with open_board(TYPES, size) as desk:
        await desk.press("1", "n")
        await desk.settle()
        assert "channel_url * required" in desk.text()
        for _ in range(8):
            await desk.press("tab")
            focused = desk.app.screen.focused
            box = next((each for each in focused.ancestors if isinstance(each, FieldBox)), None) if focused else None
            if box is not None:
                assert box.field.name in desk.text()


@pytest.mark.parametrize("keys", [("n",), ("1", "n", "ctrl+r"), ("s",)], ids="-".join)
async def test_an_empty_text_field_has_edges_that_are_no_colour(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
):
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_board(size=(80, 24)) as desk:
        await desk.press(*keys)
        field = desk.app.screen.focused
        assert isinstance(field, Input | TextArea)
        text, region = desk.text().splitlines(), field.region
        for y in range(region.y, region.bottom):
            assert (text[y][region.x], text[y][region.right - 1]) == ("│", "│")


async def test_t_without_workers_says_so_at_once(open_board: Opens):
    async with open_board(replace(scenes.BUSY, workers=())) as desk:
        await desk.press("t")
        assert desk.app.screen is desk.board
        assert desk.notes() == ["No worker of this board runs; s starts some."]
