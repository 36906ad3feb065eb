"""The rows of the queue tell what each task is about, by its telling parameters, and name its type in one way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.details import TaskDetail
from core.models import Json, Task, TaskStatus
from core.snapshot import StuckTask
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tests.tui.test_untrusted_text import raw
from tui.panes.queue_parameters import brief, named
from tui.type_names import TypeNames

SIZES = [(60, 20), (80, 24), (120, 36), (200, 60)]


def about(parameters: dict[str, Json]) -> Task:
    return Task(7, "Echo", parameters)


@pytest.mark.parametrize(
    ("parameters", "short", "long"),
    [
        ({}, "", ""),
        ({"channel_url": "https://www.youtube.com/@quiet-tape-club", "max_videos": 5},
         "@quiet-tape-club  max_videos=5", "channel_url=@quiet-tape-club  max_videos=5"),
        ({"limit": 3, "query": "timber frames"}, "timber frames  limit=3", "limit=3  query=timber frames"),
        ({"video_url": "https://www.youtube.com/watch?v=abc"}, "watch?v=abc", "video_url=watch?v=abc"),
        ({"url": "https://www.youtube.com/@lofi/videos"}, "@lofi", "url=@lofi"),
        ({"url": "https://example.org/"}, "example.org", "url=example.org"),
        ({"api_key": "s3cret", "deep": {"on": 1}, "tags": ["a"], "none": None, "on": True}, "on=yes", "on=yes"),
        ({"note": "password=hunter22 then"}, "password=••• then", "note=password=••• then"),
    ],
)  # fmt: skip
def test_parameters_are_told_compactly_and_without_secrets(parameters: dict[str, Json], short: str, long: str):
    assert brief(about(parameters)) == short
    assert named(about(parameters)) == long


def test_only_the_beginning_of_large_parameters_is_looked_at():
    many = about({f"p{n}": "x" * 1_000 for n in range(1_000)})
    assert len(brief(many)) < 3_000


async def show(desk: Desk, *tasks: Task, stuck: dict[int, StuckTask] | None = None) -> None:
    view = replace(scenes.BUSY.view, tasks=tasks, total=len(tasks))
    await desk.put(replace(scenes.BUSY, view=view, stuck=stuck or {}))


def lines(desk: Desk, *numbers: int) -> list[str]:
    return [next(line for line in desk.text().splitlines() if f"{number} " in line) for number in numbers]


async def test_every_row_tells_them_at_every_size(open_board: Opens):
    task = scenes.task(10430)
    failed = replace(task, id=10429, status=TaskStatus.FAILED, error="quota exceeded")
    claimed = replace(task, id=10428, status=TaskStatus.CLAIMED, progress=64)
    async with open_board() as desk:
        for size in SIZES:
            await desk.resize(size)
            await show(desk, task, failed, claimed)
            assert all("@lofi" in line for line in lines(desk, 10430, 10429, 10428)), desk.text()
            assert "s3cret" not in desk.text()
        assert "channel_url=@lofi" in desk.text()
        assert "quota exceeded" in desk.text()


async def test_tasks_in_sight_of_which_the_list_tells_no_parameters_are_asked_for_once(open_board: Opens):
    rows = tuple(replace(scenes.task(number), parameters={}, partial=True) for number in range(900, 600, -1))
    can = scenes.server(can=frozenset({"filter"}))
    async with open_board(size=(80, 24)) as desk:
        desk.verbs.details[899] = TaskDetail(about({"query": "timber frames"}))
        view = replace(scenes.BUSY.view, tasks=rows, total=len(rows))
        await desk.put(replace(scenes.BUSY, view=view, server=can))
        desk.board.queue_pane.tick()
        await until(desk, lambda: "timber frames" in desk.text())
        desk.board.queue_pane.tick()
        await desk.settle()
        asked = [number for verb, *given in desk.verbs.reads if verb == "parameters_of" for number in given[0]]
        assert len(asked) == len(set(asked)) < 25
        assert asked[:2] == [900, 899]


async def test_without_the_column_it_is_as_it_was(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        desk.board.queue_pane.leave_out(frozenset(["Parameters"]))
        await desk.settle()
        assert "Worker   Progress" in desk.text()
        assert "Parameters" not in desk.text()


async def test_hostile_parameters_never_reach_the_terminal_raw(open_board: Opens):
    bad = scenes.HOSTILE
    async with open_board() as desk:
        for size in SIZES:
            await desk.resize(size)
            await show(desk, replace(scenes.task(10430), parameters={bad: 5, "text": bad, "url": f"https://{bad}"}))
            assert raw(desk.text()) == set()


async def test_what_stands_behind_the_mark_of_stuck_tasks_has_its_place(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        task = scenes.task(10430)
        await show(desk, task)
        before = lines(desk, 10430)[0].index("…Channel.Scrape")
        await show(desk, task, stuck={10430: StuckTask("no-worker", "No worker.")})
        assert "10430 ⚠" in desk.text()
        assert lines(desk, 10430)[0].index("…Channel.Scrape") == before


def test_a_short_name_has_two_parts_or_as_many_as_tell_it_from_others():
    names = TypeNames()
    assert names.learn(["P.YouTube.Video.Search", "P.Reddit.Post.Search", "P.Vimeo.Video.Search", "Echo", "A.B"])
    assert not names.learn(["A.B", "Echo", "P.Reddit.Post.Search", "P.Vimeo.Video.Search", "P.YouTube.Video.Search"])
    assert names.short("P.Reddit.Post.Search") == "…Post.Search"
    assert names.short("P.YouTube.Video.Search") == "…YouTube.Video.Search"
    assert (names.short("Echo"), names.short("A.B"), names.short("Un.known.Other.Thing")) == (
        "Echo",
        "A.B",
        "…Other.Thing",
    )


def test_a_type_that_is_not_known_is_never_called_as_a_known_one_is():
    names = TypeNames()
    names.learn(["P.Reddit.Post.Scrape", "P.YouTube.Video.Search", "P.Vimeo.Video.Search"])
    assert names.short("P.Reddit.Post.Scrape") == "…Post.Scrape"
    assert names.short("Post.Scrape") == "Post.Scrape"
    assert names.short("Q.Post.Scrape") == "Q.Post.Scrape"
    assert names.short("A.Q.Post.Scrape") == "…Q.Post.Scrape"
    assert names.short("Q.Video.Search") == "Q.Video.Search"


def test_names_are_whole_for_all_or_short_for_all():
    names = TypeNames()
    names.learn(["P.YouTube.Video.Search", "P.Reddit.Post.Scrape"])
    assert {names.said(name, 22) for name in ("P.Reddit.Post.Scrape",)} == {"P.Reddit.Post.Scrape"}
    assert names.said("P.Reddit.Post.Scrape", 21) == "…Post.Scrape"


async def test_one_type_has_one_name_in_all_narrow_lists(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        shown = [desk.text()]
        for keys in (("4", "4"), ("3", "enter"), ("escape", "1")):
            await desk.press(*keys)
            shown.append(desk.text())
        for text in shown:
            assert "…YouTube.Video" not in text and "…Search" not in text, text
