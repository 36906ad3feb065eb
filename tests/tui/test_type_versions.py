"""The screen of a task type tells what it was before, and what each version changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.details import TypeDetail
from core.errors import Unreachable
from core.models import TypeVersion
from core.schema_changes import steps_of
from tests.tui import scenes, scenes_results, scenes_versions
from tests.tui.conftest import Desk, Opens, until
from tests.tui.scenes_versions import DAY, FIRST, SECOND, THIRD, VERSIONS, board, detail
from tests.tui.test_pictures import pressed
from tui.screens.task_type import TaskTypeScreen
from tui.widgets.scrolled import Scrolled

Compare = Callable[..., bool]
TALL = (120, 90)


def seen(desk: Desk) -> str:
    return " ".join(desk.text().split())


@pytest.mark.parametrize("size", [TALL, (80, 90), (60, 90)])
async def test_each_version_tells_when_it_was_registered_and_what_it_changed(open_board: Opens, size: tuple[int, int]):
    async with open_board(board(), size) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("1", "enter")
        _, _, told = seen(desk).partition("Versions J: the schema of each, as JSON ")
        assert told.startswith(
            "1.2.0 2026-03-01 11:00:00 UTC 812 tasks created − api_key"
            ' + filter (object) + order (one of "date", "views") maximum of limit: 100 → 500'
            " additionalProperties: none → false default of limit: 10 → 20"
            " 1.1.0 2026-02-26 12:00:00 UTC 0 tasks created made active"
            " 1.1.0 2026-02-25 12:00:00 UTC inactive 4,100 tasks created"
            " channel_url now required − max + limit (integer) made inactive default of api_key changed"
            " description of channel_url: “The channel's address.” → “The channel's address or handle.”"
            " 1.0.0 2026-01-30 12:00:00 UTC 1 task created as it was registered first"
        )
        _, _, first = told.partition("as it was registered first")
        for field in ("channel_url", "max", "default 10" if size[0] < 100 else "10", "The channel's address."):
            assert field in first
        assert "s3cret" not in first
        assert "last replaced 2026-03-01 11:00:00 UTC" in seen(desk)


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_oldest_version_is_reached_on_a_small_terminal(open_board: Opens, size: tuple[int, int]):
    async with open_board(board(), size) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("1", "enter", "end")
        assert "The channel's address." in desk.text()
        assert "default 10" in desk.text()


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_what_is_long_goes_on_below_its_own_start_and_versions_below_are_announced(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(board(), size) as desk:
        note = "Its worker was made for another version than the one that the TaskManager has, it seems."
        desk.verbs.opened_types[scenes.CHANNEL] = replace(detail(*VERSIONS), notes=(note,))
        await desk.press("1", "enter")
        shown = [line.rstrip() for line in desk.text().splitlines()]
        begun = next(
            place
            for place, line in enumerate(shown)
            if line.startswith(" Version     1.2.0  4 versions (V shows them)")
        )
        told = shown[begun : next(place for place, line in enumerate(shown) if line.startswith(" Claimed by"))]
        labels = ("Version", "Tasks", "Oldest", "Rate", "Note")
        assert [
            line for line in told if line and not line.startswith((" " * 13, *(f" {each} " for each in labels)))
        ] == []
        assert note in seen(desk)
        await desk.press("G")
        assert "\n created" not in desk.text()
        assert "4,100 tasks created" in seen(desk)


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_what_a_type_was_before_is_three_keys_from_the_board_which_names_them(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(board(), size) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("1")
        assert "Versions" in seen(desk) if size[0] >= 80 else "4 versions" in seen(desk)
        assert "⏎ Open" in desk.text()
        await desk.press("enter")
        assert "4 versions (V shows them)" in seen(desk)
        assert "V Versions" in desk.text().splitlines()[-1]
        await desk.press("V")
        assert "1.1.0 2026-02-25 12:00:00 UTC inactive" in seen(desk)
        await desk.press("V")
        assert "4 versions (V shows them)" in seen(desk), "again: to the top"
        await desk.resize((120, 36))
        await desk.press("question_mark")
        assert "V goes to its versions" in seen(desk)


async def test_a_type_that_was_never_another_offers_no_versions(open_board: Opens):
    async with open_board(board(versions=1), (80, 24)) as desk:
        once = TypeVersion(1, "1.2.0", THIRD, True, scenes.ago(DAY), 7)
        desk.verbs.opened_types[scenes.CHANNEL] = detail(once)
        await desk.press("1", "enter")
        assert "versions (" not in desk.text()
        assert "V Versions" not in desk.text()


async def test_the_list_of_types_tells_that_there_are_several_versions_at_every_width(open_board: Opens):
    async with open_board(board(), (120, 36)) as desk:
        await desk.press("1")
        assert "4 versions  1 of 3" in desk.text(), "in the border, of the type under the cursor"
        await desk.press("down")
        assert "4 versions" not in desk.text()
        await desk.press("z")
        assert "1.2.0 +3 older" in desk.text()
        await desk.resize((80, 24))
        (row,) = [line for line in desk.text().splitlines() if "…Channel.Scrape" in line]
        assert row.split()[1:3] == ["…Channel.Scrape", "4"]
        await desk.resize((60, 20))
        assert "812 pending  1 claimed  4 versions" in desk.text()


async def test_a_long_version_leaves_room_for_how_many_there_were(open_board: Opens):
    async with open_board(board(version="2026.03.01-rc.12"), (120, 36)) as desk:
        await desk.press("1", "z")
        assert "2026.0… +3 older" in desk.text()


async def test_no_more_tasks_are_counted_in_the_queue_than_were_created(open_board: Opens):
    async with open_board(board(), (80, 60)) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("1", "enter")
        assert "812 tasks created" in desk.text()
        row, *others = board().types
        await desk.put(replace(board(), types=(replace(row, counts=replace(row.counts, completed=4_103)), *others)))
        assert "4,103 completed" in desk.text()
        assert "815 tasks created" in desk.text()


async def test_tasks_of_a_version_are_counted_anew_only_while_more_are_created(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tui.screens.task_type.RECOUNT", 0.05)
    async with open_board(board(), (80, 60)) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("1", "enter")
        screen = desk.app.screen
        assert isinstance(screen, TaskTypeScreen)
        screen.recount()
        await desk.settle()
        assert len(desk.verbs.called("open_type")) == 1
        row, *others = board().types
        desk.verbs.opened_types[scenes.CHANNEL] = detail(replace(VERSIONS[0], tasks=814), *VERSIONS[1:])
        await desk.put(replace(board(), types=(replace(row, counts=replace(row.counts, pending=815)), *others)))
        await until(desk, lambda: "814 tasks created" in desk.text())
        assert len(desk.verbs.called("open_type")) == 2


async def test_a_type_and_an_idea_and_the_help_scroll_with_the_keys_of_a_list(open_board: Opens):
    async with open_board(board(), (60, 20)) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        desk.verbs.ideas = defaultdict(scenes_results.idea)
        for way in (("1", "enter"), ("4", "enter"), ("question_mark",)):
            await desk.press(*way)
            text = desk.app.screen.query_one(Scrolled)
            await desk.press("G")
            assert text.scroll_offset.y == text.max_scroll_y > 0, way
            await desk.press("g", "j")
            assert text.scroll_offset.y == 1, way
            await desk.press("escape")


async def test_times_are_told_as_ages_where_that_was_chosen(open_board: Opens):
    async with open_board(board(), TALL) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("u", "u", "1", "enter")
        assert "1.0.0 30d00h ago 1 task created" in seen(desk)


async def test_a_type_that_was_registered_once_says_so_in_a_line(open_board: Opens):
    async with open_board(board(schema=FIRST, version="1.0.0"), TALL) as desk:
        once = detail(TypeVersion(1, "1.0.0", FIRST, True, scenes.ago(3 * DAY), 7))
        desk.verbs.opened_types[scenes.CHANNEL] = once
        await desk.press("1", "enter")
        assert "Registered once: version 1.0.0, 2026-02-26 12:00:00 UTC, 7 tasks created" in seen(desk)
        assert "last replaced" not in seen(desk)
        assert once.task_type is not None
        again = replace(once, task_type=replace(once.task_type, updated_at=scenes.ago(60)))
        desk.verbs.opened_types[scenes.CHANNEL] = again
        await desk.press("escape", "enter")
        assert "the same again 2026-03-01 11:59:00 UTC" in seen(desk)
        assert "last replaced" not in seen(desk)


async def test_what_was_before_the_oldest_version_that_is_kept_is_said_to_be_unknown(open_board: Opens):
    async with open_board(board(), TALL) as desk:
        kept = TypeVersion(1, "1.2.0", THIRD, True, scenes.ago(3 * DAY), None)
        desk.verbs.opened_types[scenes.CHANNEL] = detail(kept, lost=True)
        await desk.press("1", "enter")
        assert (
            seen(desk)
            .partition("Versions ")[2]
            .startswith("1.2.0 2026-02-26 12:00:00 UTC what was before it is not kept")
        )


async def test_a_server_that_keeps_no_versions_a_missing_type_and_one_that_is_being_read_say_so(open_board: Opens):
    async with open_board(board(), TALL) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = replace(detail(*VERSIONS), versions=None)
        await desk.press("1", "enter")
        assert "This TaskManager keeps the newest version only." in seen(desk)
        desk.verbs.opened_types[scenes.CHANNEL] = TypeDetail(None, "1.0.0", (), ())
        await desk.press("escape", "enter")
        assert "Versions It is not registered." in seen(desk)
        desk.verbs.may_answer.clear()
        await desk.press("escape", "enter")
        assert "Versions reading…" in seen(desk)
        desk.verbs.may_answer.set()
        await desk.settle()
        assert "Versions It is not registered." in seen(desk)


async def test_versions_that_were_read_stay_when_they_cannot_be_read_again(open_board: Opens):
    async with open_board(board(), TALL) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("1", "enter")
        desk.verbs.refusal = Unreachable("It does not answer.")
        await desk.put(board(version="1.3.0"))
        assert "✗ It does not answer." in seen(desk)
        assert "as it was registered first" in seen(desk)


@pytest.mark.parametrize("version", ["1.1.0", "1.2.0"])
async def test_a_version_that_is_registered_meanwhile_comes_up(open_board: Opens, version: str):
    async with open_board(board(schema=SECOND, version="1.1.0"), TALL) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS[1:])
        await desk.press("1", "enter")
        assert "maximum of limit: 100 → 500" not in seen(desk)
        newest = replace(VERSIONS[0], version=version)
        desk.verbs.opened_types[scenes.CHANNEL] = detail(newest, *VERSIONS[1:])
        await desk.put(board(version=version))
        assert (
            f"Versions J: the schema of each, as JSON {version} 2026-03-01 11:00:00 UTC 812 tasks created − api_key"
            in seen(desk)
        )


async def test_the_schemas_of_older_versions_are_shown_below_the_newest_without_secrets(open_board: Opens):
    async with open_board(board(), (120, 120)) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("1", "enter", "J")
        _, _, told = seen(desk).partition(" Versions ")
        assert '1.0.0 2026-01-30 12:00:00 UTC 1 task created type: "object" properties:' in told
        assert 'default: "•••"' in told
        assert "as it was registered first" not in told
        assert "s3cret" not in desk.text()
        await desk.press("J")
        assert "s3cret" not in desk.text()
        assert "as it was registered first" in desk.text()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_one_who_looks_at_a_version_stays_at_it_when_schemas_are_shown_and_hidden(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(board(), size) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
        await desk.press("1", "enter", "V")
        await desk.press(*["j"] * 12)
        text = desk.app.screen.query_one(Scrolled)
        before = text.scroll_offset.y
        at_top = next(line for line in desk.text().splitlines() if "UTC" in line)
        await desk.press("J")
        assert at_top in desk.text()
        await desk.press("J")
        assert text.scroll_offset.y == before
        await desk.press("g", "J")
        assert text.scroll_offset.y == 0, "one who is above the versions stays there"


async def test_no_task_is_counted_twice_that_was_created_while_the_type_was_read(open_board: Opens):
    async with open_board(board(), (80, 60)) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(replace(VERSIONS[0], tasks=815), *VERSIONS[1:])
        desk.verbs.may_answer.clear()
        await desk.press("1", "enter")
        row, *others = board().types
        await desk.put(replace(board(), types=(replace(row, counts=replace(row.counts, pending=815)), *others)))
        desk.verbs.may_answer.set()
        await until(desk, lambda: "tasks created" in desk.text())
        assert "815 tasks created" in desk.text()


async def test_many_versions_and_many_changes_are_counted(open_board: Opens):
    fields = {f"p{n:02}": {"type": "integer"} for n in range(30)}
    versions = [
        TypeVersion(
            n, f"1.{n}", THIRD if n < 99 else {"properties": fields}, True, scenes.ago(DAY) + timedelta(seconds=n)
        )
        for n in range(99, -1, -1)
    ]
    async with open_board(board(), TALL) as desk:
        opened = replace(detail(*VERSIONS), versions=steps_of(versions))
        desk.verbs.opened_types[scenes.CHANNEL] = opened
        await desk.press("1", "enter", "end")
        text = seen(desk)
        assert "and 80 older versions: prismq-workers types show PrismQ.YouTube.Channel.Scrape" in text
        assert "and 28 more" in text  # beside eight, of 30 new parameters, 4 that are gone and 2 rules
        assert "− channel_url" in text
        assert "registered again as it was" in text


async def test_hostile_names_values_and_versions_are_shown_as_escapes(open_board: Opens):
    odd = {
        "properties": {scenes.HOSTILE: {"type": scenes.HOSTILE, "default": scenes.HOSTILE}},
        "required": [scenes.HOSTILE],
    }
    versions = [
        TypeVersion(3, scenes.HOSTILE, {"properties": {scenes.HOSTILE: {"enum": [scenes.HOSTILE]}}}, True, scenes.NOW),
        TypeVersion(2, scenes.HOSTILE, odd, True, scenes.NOW),
        TypeVersion(1, scenes.HOSTILE, {}, True, scenes.NOW),
    ]
    async with open_board(board(), TALL) as desk:
        desk.verbs.opened_types[scenes.CHANNEL] = detail(*versions)
        await desk.press("1", "enter")
        for _ in range(2):
            assert not {"\x1b", "\x9b", "\u202e", "\u200b"} & set(desk.text())
            await desk.press("J")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_versions_of_a_type_look_right(size: tuple[int, int], snap_compare: Compare):
    app, connection = scenes.board(scenes_versions.board())
    connection.verbs.opened_types[scenes.CHANNEL] = detail(*VERSIONS)
    assert snap_compare(app, terminal_size=size, run_before=pressed("1", "enter", "end"))
