"""The form of a new task: fields and JSON are one, what is wrong stands at its field, nothing typed is lost."""

from __future__ import annotations

import pytest
from textual.widgets import Input, OptionList, Select, TextArea

from core.forms import Violation
from core.snapshot import Snapshot
from core.taskmanager.checking import violations
from tests.tui import scenes
from tests.tui.conftest import Opens, until
from tests.tui.forms import begin, form_of, with_schema
from tests.tui.scenes_forms import RICH
from tui.screens.choose_type import ChooseTypeScreen


@pytest.fixture
def rich() -> Snapshot:
    """A type with a field of every kind."""
    return with_schema(RICH)


async def test_what_is_typed_into_fields_is_the_json_beside_them(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        form = await begin(desk)
        await desk.type("https://example.org/@x")
        await desk.press("tab", "7")
        boxes = form.form.boxes
        assert isinstance(boxes[("tags",)].editor, TextArea)
        boxes[("tags",)].editor.text = "one\ntwo\n"
        select = boxes[("order",)].editor
        assert isinstance(select, Select)
        select.value = '"views"'
        inner = boxes[("window", "days")].editor
        assert isinstance(inner, Input)
        inner.value = "3"
        await desk.settle()
        assert form.params == {
            "channel_url": "https://example.org/@x",
            "max_videos": 507,
            "tags": ["one", "two"],
            "order": "views",
            "window": {"days": 3},
        }
        assert '"days": 3' in form.parameters.text


async def test_what_is_typed_as_json_is_in_the_fields(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        await desk.press("1", "n", "ctrl+r")
        form = form_of(desk)
        assert form.focused is form.parameters
        form.parameters.text = '{"channel_url": 5, "tags": ["a", "b"], "window": {"days": 2, "x": 1}, "unheard": true}'
        await desk.settle()
        assert form.form.boxes[("tags",)].entry == ("a", "b")
        assert "channel_url * required  string, as JSON" in desk.text()
        assert form.form.boxes[("window", None)].entry == '{\n  "x": 1\n}'
        await desk.press("ctrl+s")
        ((_, new),) = desk.verbs.calls
        assert new.parameters == {
            "channel_url": 5, "tags": ["a", "b"], "window": {"days": 2, "x": 1}, "unheard": True
        }  # fmt: skip


async def test_which_of_several_parameters_is_needed_is_told_from_the_first_key_on(open_board: Opens):
    alternatives = [{"required": ["url"]}, {"required": ["name"]}]
    schema = {"properties": {"url": {"type": "string"}, "n": {"type": "string"}}, "anyOf": alternatives}
    async with open_board(with_schema(schema)) as desk:
        desk.verbs.violations = violations(schema, {})
        form = await begin(desk)
        await until(desk, lambda: bool(form.found))
        assert "is needed" not in desk.text()
        await desk.press("tab", "x")
        await until(desk, lambda: bool(form.found))
        assert "✗ url or name is needed" in desk.text()


async def test_an_object_that_is_typed_where_there_are_no_fields_takes_the_place_of_the_empty_one(open_board: Opens):
    async with open_board(with_schema({})) as desk:
        await begin(desk)
        await desk.press(*'{"a":1}')
        assert form_of(desk).parameters.text == '{"a":1}'
        assert form_of(desk).params == {"a": 1}


async def test_a_form_that_was_opened_before_the_types_were_known_learns_them(open_board: Opens, rich: Snapshot):
    async with open_board(scenes.CONNECTING) as desk:
        await desk.press("1", "n")
        assert "No task type is known before the TaskManager answers." in desk.text()
        assert "tells no schema" not in desk.text()
        await desk.put(rich)
        await until(desk, lambda: form_of(desk).chosen == rich.types[0].name)
        await desk.settle()
        await desk.press("x")
        assert next(iter(form_of(desk).form.boxes.values())).has_focus_within
        assert "x" in form_of(desk).parameters.text


async def test_json_that_cannot_be_read_leaves_the_fields_as_they_were(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        form = await begin(desk)
        form.parameters.text = '{"max_videos": 9}'
        await desk.settle()
        form.parameters.text = '{"max_videos": }'
        await desk.settle()
        assert "The fields keep what could be read last." in " ".join(desk.text().split())
        assert form.form.boxes[("max_videos",)].entry == "9"


async def test_what_breaks_a_rule_is_told_at_its_field_as_one_types(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        desk.verbs.violations = [
            Violation(("max_videos",), "507 is greater than the maximum of 500", "maximum"),
            Violation(("tags", 1), "'' is too short", "minLength"),
        ]
        await desk.press("1", "n", "tab", "7")
        await until(desk, lambda: "✗ 507 is greater than the maximum of 500" in desk.text())
        assert "✗ item 2: '' is too short" in desk.text()
        await desk.press("ctrl+s")
        assert desk.verbs.calls == []
        assert desk.verbs.checked[-1]["max_videos"] == 507


async def test_a_required_field_is_told_when_it_is_sent_and_gets_the_focus(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        desk.verbs.violations = [Violation(("channel_url",), "'channel_url' is a required property", "required")]
        form = await begin(desk)
        await until(desk, lambda: bool(desk.verbs.checked))
        assert "This is required." not in desk.text()
        await desk.press("tab", "tab", "ctrl+s")
        assert "✗ This is required." in desk.text()
        assert form.focused is form.form.boxes[("channel_url",)].editor


async def test_what_is_no_number_is_told_at_once_and_the_json_keeps_the_last(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        await desk.press("1", "n", "tab", "minus")
        form = form_of(desk)
        assert "✗ This must be a whole number such as 5." in desk.text()
        assert '"max_videos": 50' in form.parameters.text
        await desk.press("ctrl+s")
        assert desk.verbs.calls == []


async def test_one_who_sees_the_json_alone_is_told_which_value_breaks_a_rule_and_keeps_the_cursor(
    open_board: Opens, rich: Snapshot
):
    async with open_board(rich, size=(80, 24)) as desk:
        desk.verbs.violations = [
            Violation(("max_videos",), "507 is greater than the maximum of 500", "maximum"),
            Violation(("tags", 1), "'' is too short", "minLength"),
        ]
        await desk.press("1", "n", "ctrl+r")
        form = form_of(desk)
        form.parameters.text = '{"channel_url": "https://example.org", "max_videos": 507, "tags": ["a", ""]}'
        said = "✗ max_videos: 507 is greater than the maximum of 500. And 1 more mistake."
        await until(desk, lambda: said in desk.text())
        assert "No task has these parameters yet." not in desk.text()
        await desk.press("ctrl+s")
        assert said in desk.text()
        assert form.focused is form.parameters
        await desk.press("ctrl+r")
        assert "✗ item 2: '' is too short" in desk.text()
        assert "more mistake" not in desk.text()


async def test_the_json_that_one_types_in_stays_in_sight_when_the_terminal_becomes_small(
    open_board: Opens, rich: Snapshot
):
    async with open_board(rich) as desk:
        await desk.press("1", "n", "ctrl+r")
        form = form_of(desk)
        await desk.resize((80, 24))
        assert form.focused is form.parameters
        assert form.parameters.display and '"max_videos"' in desk.text()
        await desk.resize((120, 36))
        await desk.press("ctrl+r")
        await desk.resize((80, 24))
        assert "channel_url * required" in desk.text()


async def test_a_text_of_another_format_is_warned_about_and_can_be_sent(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        await begin(desk)
        await desk.type("nowhere")
        assert "⚠ This does not look like an address" in desk.text()
        await desk.press("ctrl+s")
        assert len(desk.verbs.called("create_task")) == 1


async def test_what_was_typed_is_lost_only_when_one_says_so(open_board: Opens):
    async with open_board() as desk:
        form = await begin(desk)
        await desk.type("typed")
        await desk.press("escape")
        assert "What you typed is lost; no task is created." in desk.text()
        assert "Call:" not in desk.text()  # there is none: nothing is sent
        await desk.press("n")
        assert desk.app.screen is form
        await desk.press("escape", "y")
        assert desk.app.screen is desk.board


async def test_words_find_a_type_and_what_was_typed_stays(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        await begin(desk)
        await desk.type("https://example.org/@x")
        await desk.press("ctrl+t")
        assert isinstance(desk.app.screen, ChooseTypeScreen)
        await desk.type("video sear")
        assert scenes.CHANNEL not in desk.text().split("Task type")[1].split("esc")[0]
        await desk.press("enter")
        form = form_of(desk)
        assert form.chosen == scenes.SEARCH
        assert form.params["channel_url"] == "https://example.org/@x"


async def test_a_click_takes_the_type_that_was_there_however_the_list_changes(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        await desk.press("n", "ctrl+t")
        choosing = desk.app.screen
        assert isinstance(choosing, ChooseTypeScreen)
        place = choosing.names.option_count - 1
        clicked = OptionList.OptionSelected(choosing.names, choosing.names.get_option_at_index(place), place)
        await desk.type("zebra")
        choosing.post_message(clicked)
        await desk.settle()
        assert form_of(desk).chosen == clicked.option.id


async def test_a_type_that_nothing_has_in_its_name_is_not_chosen(open_board: Opens):
    async with open_board() as desk:
        await desk.press("1", "n", "ctrl+t")
        await desk.type("zebra")
        assert "No type has that in its name." in desk.text()
        await desk.press("enter", "escape")
        assert form_of(desk).chosen == scenes.CHANNEL


async def test_every_field_can_be_reached_and_sent_at_any_size(open_board: Opens, rich: Snapshot):
    async with open_board(rich, size=(60, 20)) as desk:
        form = await begin(desk)
        form.times.value = "2"  # where the number goes is asked for only then
        for size in ((60, 20), (80, 24), (120, 36)):
            await desk.resize(size)
            seen = set()
            for _ in range(len(form.form.boxes) + 6):
                focused = form.focused
                assert focused is not None
                assert focused.region.height and form.region.contains_region(focused.region), (size, focused)
                seen.add(focused)
                await desk.pilot.press("tab")
            assert {box.editor for box in form.form.boxes.values()} <= seen, size
            assert {form.priority, form.times, form.counter, form.kind} <= seen, size


async def test_odd_names_choices_and_values_are_shown_as_escapes(open_board: Opens):
    schema = {
        "properties": {
            scenes.HOSTILE: {"enum": [scenes.HOSTILE], "description": scenes.HOSTILE},
            "t": {"type": "string"},
        }
    }
    async with open_board(with_schema(schema)) as desk:
        (await begin(desk)).parameters.text = '{"t": "\\u001b[31m\\u202e"}'
        await desk.settle()
        assert not {"\x1b", "\x9b", "\u202e", "\u200b"} & set(desk.text())
        assert "\\u202e" in desk.text()
