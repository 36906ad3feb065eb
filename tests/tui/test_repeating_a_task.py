"""A new task that is the same as another, and one that is made many times."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from textual import events
from textual.widgets import Input, Select, TextArea

from core.answers import CreatedTask
from core.errors import RateLimited
from core.forms import Violation
from core.models import Json, NewTask
from core.snapshot import Snapshot
from core.taskmanager.checking import violations
from tests.tui.conftest import Desk, Opens, until
from tests.tui.forms import begin, form_of, with_schema
from tests.tui.scenes_forms import RICH
from tui.screens.new_task import NewTaskScreen
from tui.screens.task import TaskScreen


@pytest.fixture
def rich() -> Snapshot:
    """A type with a field of every kind."""
    return with_schema(RICH)


def said(desk: Desk) -> str:
    """The words on the screen without the frame."""
    return " ".join(desk.text().replace("│", " ").split())


async def test_a_task_in_sight_that_is_the_same_is_named_before_it_is_sent(open_board: Opens):
    async with open_board() as desk:
        await desk.press("e")
        assert "≡ The same as task #" in desk.text()
        form = form_of(desk)
        twin = form.twin.task_id
        await desk.press("ctrl+o")
        opened = desk.app.screen
        assert isinstance(opened, TaskScreen)
        assert opened.reading.task_id == twin
        await desk.press("escape")
        assert desk.app.screen is form


async def test_a_duplicate_stays_in_the_form_and_can_be_opened(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.duplicate_of = 10429
        await desk.press("1", "n", "ctrl+s")
        assert "the same as task #10429" in desk.text()
        assert "opens it" in desk.text()
        await desk.press("ctrl+o")
        assert isinstance(desk.app.screen, TaskScreen)
        await desk.press("escape", "escape")
        assert desk.app.screen is desk.board


async def test_a_task_is_repeated_with_a_counter(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        form = await begin(desk)
        await desk.type("https://example.org/")
        form.times.value = "3"
        await desk.settle()
        told = "“https://example.org/1”, “https://example.org/2” and “https://example.org/3”."
        assert f"3 tasks, told apart by a number in channel_url: {told}" in said(desk)
        await desk.press("ctrl+s")
        made = [new.parameters["channel_url"] for _, new in desk.verbs.called("create_task")]
        assert made == [f"https://example.org/{n}" for n in (1, 2, 3)]
        assert desk.notes() == ["3 tasks created (#77 to #77)."]


async def test_several_tasks_that_would_be_one_are_warned_about_when_someone_chose_no_counter(
    open_board: Opens, rich: Snapshot
):
    async with open_board(rich) as desk:
        form = await begin(desk)
        await desk.type("https://example.org/")
        form.times.value = "3"
        await desk.settle()
        form.counter.focus()
        await desk.settle()
        form.counter.clear()
        form.times.value = "4"
        await desk.settle()
        assert "⚠ 4 times the same is 1 task: with the same parameters the TaskManager makes a task once." in said(desk)
        assert "Choose a text under “Numbered in”, or write {n} in one." in said(desk)


async def test_where_the_number_goes_is_asked_for_only_while_there_are_several(open_board: Opens, rich: Snapshot):
    async with open_board(rich, (80, 24)) as desk:
        form = await begin(desk)
        await desk.type("https://example.org/@one")
        while not form.times.has_focus:
            await desk.pilot.press("tab")
        await desk.settle()
        assert "Tasks to make" in desk.text() and "Numbered in" not in desk.text()
        await desk.press("5", "tab")
        assert "Numbered in" in desk.text()
        assert form.counter.has_focus and form.counter.value == "channel_url"
        assert "“…://example.org/@one5”." in said(desk)
        await desk.press("shift+tab", "backspace", "tab")
        assert "Numbered in" not in desk.text()
        assert not form.counter.has_focus


async def test_the_number_goes_where_it_is_written_unless_someone_chose(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        form = await begin(desk)
        await desk.type("https://example.org/")
        form.times.value = "12"
        await desk.settle()
        form.form.boxes[("note",)].editor.focus()
        await desk.press(*"page", "left_curly_bracket", "n", "right_curly_bracket")
        assert form.counter.value == "note"
        assert "in note: “page1”, “page2”, … “page12”. All the same they would be 1 task." in said(desk)
        form.counter.value = "channel_url"
        await desk.settle()
        assert "by a number in channel_url and note: channel_url: “https://example.org/1”" in said(desk)
        await desk.press("x")
        assert form.counter.value == "channel_url"
        await desk.press("ctrl+s")
        made = [new.parameters for _, new in desk.verbs.called("create_task")]
        assert [(each["channel_url"], each["note"]) for each in made] == [
            (f"https://example.org/{n}", f"page{n}x") for n in range(1, 13)
        ]


async def test_words_get_the_number_as_a_word_of_its_own_and_a_long_text_shows_its_place(
    open_board: Opens, rich: Snapshot
):
    async with open_board(rich) as desk:
        form = await begin(desk)
        form.times.value = "2"
        await desk.type("cats")
        assert "“cats 1” and “cats 2”." in said(desk)
        await desk.type(" and dogs and horses and {n} cows in the garden behind the house")
        assert "“…ogs and horses and 1 cows in the garden…” and" in said(desk)


async def test_a_number_that_breaks_a_rule_is_told_before_anything_is_sent(
    open_board: Opens, rich: Snapshot, monkeypatch: pytest.MonkeyPatch
):
    async def check(_: object, params: Mapping[str, Json]) -> list[Violation]:
        is_long = len(str(params.get("channel_url"))) > 21
        return [Violation(("channel_url",), "It is too long", "maxLength")] if is_long else []

    async with open_board(rich) as desk:
        form = await begin(desk)
        monkeypatch.setattr(desk.verbs, "check_params", check)
        await desk.type("https://example.org/")
        form.times.value = "9"
        await desk.press("ctrl+s")
        assert len(desk.verbs.called("create_task")) == 9
        form = await begin(desk)
        await desk.type("https://example.org/")
        form.times.value = "10"
        await desk.press("ctrl+s")
        await until(desk, lambda: "It is too long" in desk.text())
        assert len(desk.verbs.called("create_task")) == 9


async def test_how_many_that_is_no_number_is_told_where_it_is_typed(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        (await begin(desk)).times.value = "20000"
        await desk.settle()
        assert "⚠ Tasks to make must be from 1 to 10,000." in desk.text()


async def test_parameters_without_a_text_can_only_be_made_once(open_board: Opens):
    async with open_board(with_schema({"properties": {"n": {"type": "integer"}}})) as desk:
        (await begin(desk)).times.value = "3"
        await desk.settle()
        assert "There is no text here that could be numbered" in said(desk)


async def test_several_that_were_one_are_counted_as_such(
    open_board: Opens, rich: Snapshot, monkeypatch: pytest.MonkeyPatch
):
    async with open_board(rich) as desk:
        create = desk.verbs.create_task

        async def once(new: NewTask) -> CreatedTask:
            made = await create(new)
            desk.verbs.duplicate_of = made.id
            return made

        monkeypatch.setattr(desk.verbs, "create_task", once)
        form = await begin(desk)
        await desk.type("https://example.org/")
        form.times.value = "10"
        await desk.settle()
        form.counter.clear()
        await desk.settle()
        await desk.press("ctrl+s")
        await until(desk, lambda: "1 task created (#77); 9 more would have been the same task." in said(desk))


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_how_many_stays_in_sight_while_it_is_typed(open_board: Opens, rich: Snapshot, size: tuple[int, int]):
    async with open_board(rich, size) as desk:
        form = await begin(desk)
        await desk.type("https://example.org/@one-of-very-many-channels/videos")
        while not form.times.has_focus:
            await desk.pilot.press("tab")
        await desk.press("1", "0")
        assert form.query_one("#fields").region.contains_region(form.times.region)
        assert "All the same they would be 1 task." in said(desk)


async def test_repeating_is_stopped_by_escape_and_says_how_far_it_came(open_board: Opens):
    async with open_board() as desk:
        form = await begin(desk)
        form.times.value = "5"
        desk.verbs.may_answer.clear()
        await desk.press("ctrl+s")
        await until(desk, lambda: bool(desk.verbs.calls))
        await desk.press("escape")
        desk.verbs.may_answer.set()
        await until(desk, lambda: bool(desk.notes()))
        assert desk.notes() == ["1 task created (#77); stopped at 1 of 5."]


async def test_a_repetition_that_is_refused_says_where_it_ended(open_board: Opens):
    async with open_board() as desk:
        (await begin(desk)).times.value = "5"
        desk.verbs.refusal = RateLimited("Too many calls.", retry_after=3)
        await desk.press("ctrl+s")
        assert "0 tasks created; then it ended at 1 of 5: Too many calls." in " ".join(desk.notes())


SECRET = "hunter2hunter2"
KEYED = with_schema(
    {
        "properties": {"api_key": {"type": "string"}, "q": {"type": "string"}, "tags": {"items": {"type": "string"}}},
        "required": ["api_key", "q"],
    }
)


async def paste(desk: Desk, text: str) -> None:
    desk.app.post_message(events.Paste(text))
    await desk.settle()
    await desk.settle()


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_secret_gets_no_number_by_itself_and_is_never_told(open_board: Opens, size: tuple[int, int]):
    async with open_board(KEYED, size) as desk:
        form = await begin(desk)
        await desk.type(SECRET)
        form.times.value = "3"
        await desk.settle()
        assert form.counter.value == "q"
        form.counter.value = "api_key"
        await desk.settle()
        assert "in api_key: “•••1”, “•••2” and “•••3”." in said(desk)
        assert f"{SECRET}1" not in desk.text() and f"{SECRET} 1" not in desk.text()


async def test_what_looks_like_a_secret_gets_no_number_and_is_masked_where_it_is_told(open_board: Opens):
    schema = {"properties": {"q": {"type": "string"}}, "required": ["q"]}
    async with open_board(with_schema(schema)) as desk:
        form = await begin(desk)
        await desk.type("password=hunter2hunter2")
        form.times.value = "2"
        await desk.settle()
        assert form.counter.value is Select.NULL
        assert "⚠ 2 times the same is 1 task" in said(desk)
        form.counter.value = "q"
        await desk.settle()
        assert "2 tasks, told apart by a number in q: “password=•••" in said(desk)


async def test_the_secret_of_a_clone_is_sent_as_it_was_in_each(open_board: Opens):
    async with open_board(KEYED) as desk:
        like = NewTask(KEYED.types[0].name, {"api_key": SECRET, "q": "bread"})
        form = NewTaskScreen(desk.board.task_deeds, KEYED.types, like=like)
        desk.app.push_screen(form)
        await desk.settle()
        form.times.value = "3"
        await desk.settle()
        assert form.counter.value == "q"
        await desk.press("ctrl+s")
        made = [new.parameters for _, new in desk.verbs.called("create_task")]
        assert made == [{"api_key": SECRET, "q": f"bread {n}"} for n in (1, 2, 3)]


@pytest.mark.parametrize(("typed", "count"), [("01", 1), ("03", 3), ("1", 1)])
async def test_as_many_are_promised_as_are_made(open_board: Opens, rich: Snapshot, typed: str, count: int):
    async with open_board(rich) as desk:
        form = await begin(desk)
        await desk.type("cats")
        form.times.value = typed
        await desk.settle()
        assert (f"{count} tasks, told apart" in said(desk)) is (count > 1)
        assert "1 tasks" not in said(desk)
        await desk.press("ctrl+s")
        made = [new.parameters["channel_url"] for _, new in desk.verbs.called("create_task")]
        assert made == (["cats"] if count == 1 else [f"cats {n}" for n in range(1, count + 1)])


async def test_where_no_number_comes_though_one_is_written_is_told(open_board: Opens):
    async with open_board(KEYED) as desk:
        form = await begin(desk)
        form.parameters.text = '{"api_key": "k{n}", "q": "page {n}", "tags": ["a{n}"]}'
        form.times.value = "2"
        await desk.settle()
        assert "in q: “page 1” and “page 2”." in said(desk)
        assert "⚠ {n} in api_key, tags is sent as it stands." in said(desk)


LINES = "alpha words\n\n  beta words\nalpha words\ngamma\n"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_lines_that_are_pasted_into_a_text_are_a_task_each(
    open_board: Opens, rich: Snapshot, size: tuple[int, int]
):
    async with open_board(rich, size) as desk:
        form = await begin(desk)
        await paste(desk, LINES)
        assert (form.times.value, form.times.disabled) == ("3", True)
        told = "3 tasks, one for each line of channel_url: “alpha words”, “beta words” and “gamma”."
        assert f"{told} Left out: 1 blank line and 1 said twice." in said(desk)
        await desk.press("ctrl+s")
        made = [new.parameters["channel_url"] for _, new in desk.verbs.called("create_task")]
        assert made == ["alpha words", "beta words", "gamma"]
        assert desk.notes() == ["3 tasks created (#77 to #77)."]


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_lines_in_a_text_that_may_have_several_are_offered_as_a_task_each(
    open_board: Opens, size: tuple[int, int]
):
    schema = {"properties": {"words": {"type": "string", "maxLength": 200}}}
    async with open_board(with_schema(schema), size) as desk:
        form = await begin(desk)
        await paste(desk, LINES)
        assert form.times.value == "1"
        assert "1 task, with all the lines. “words, one line each” under “Numbered in” makes a task of" in said(desk)
        form.counter.focus()
        await desk.press("enter", "down", "enter")
        assert form.times.value == "3"
        assert "3 tasks, one for each line of words" in said(desk)
        await desk.press("ctrl+s")
        made = [new.parameters["words"] for _, new in desk.verbs.called("create_task")]
        assert made == ["alpha words", "beta words", "gamma"]


async def test_lines_are_typed_on_and_given_up(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        form = await begin(desk)
        await paste(desk, "one\ntwo")
        await desk.press("enter", *"three")
        assert form.times.value == "3"
        form.counter.value = "note"
        await desk.settle()
        assert not form.times.disabled
        assert "3 tasks, told apart by a number in note" in said(desk)
        form.counter.value = "channel_url\n"
        await desk.settle()
        assert "one for each line of channel_url" in said(desk)
        editor = form.form.boxes[("channel_url",)].editor
        assert isinstance(editor, TextArea)
        editor.text = "lone"
        await desk.settle()
        assert (form.times.value, form.times.disabled) == ("1", False)
        assert "one for each line" not in said(desk)
        await desk.press("ctrl+s")
        assert [new.parameters["channel_url"] for _, new in desk.verbs.called("create_task")] == ["lone"]


async def test_lines_that_a_terminal_sends_as_keys_are_not_joined(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        form = await begin(desk)
        for each in "ab\ncd\nef":
            desk.app.post_message(events.Key("ctrl+j", None) if each == "\n" else events.Key(each, each))
        await until(desk, lambda: form.params.get("channel_url") == "ab\ncd\nef")
        assert "3 tasks, one for each line of channel_url: “ab”, “cd” and “ef”." in said(desk)


async def test_each_line_is_held_against_the_schema(open_board: Opens, monkeypatch: pytest.MonkeyPatch):
    schema: Mapping[str, Json] = {"properties": {"q": {"type": "string", "maxLength": 5}}, "required": ["q"]}

    async def check(schema: Mapping[str, Json], params: Mapping[str, Json]) -> list[Violation]:
        return violations(schema, params)

    async with open_board(with_schema(schema)) as desk:
        form = await begin(desk)
        monkeypatch.setattr(desk.verbs, "check_params", check)
        await paste(desk, "one\ntoo long\ntwo")
        await until(desk, lambda: "too long' is too long" in said(desk))
        await desk.press("ctrl+s")
        assert desk.verbs.called("create_task") == []
        assert form.is_attached


@pytest.mark.parametrize("field", ["max_videos", "times"])
async def test_a_field_of_one_line_says_that_it_takes_the_first_of_several(
    open_board: Opens, rich: Snapshot, field: str
):
    async with open_board(rich) as desk:
        form = await begin(desk)
        editor = form.times if field == "times" else form.form.boxes[(field,)].editor
        assert isinstance(editor, Input)
        editor.value = ""
        editor.focus()
        await desk.settle()
        await paste(desk, "7\n8\n9")
        assert editor.value == "7"
        assert desk.notes() == ["Only the first of 3 pasted lines was taken: this field holds one."]
