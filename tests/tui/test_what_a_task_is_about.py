"""The rows of the queue tell what each task is about, by its telling parameters, and name its type in one way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from core.models import Json, Task, TaskStatus
from core.snapshot import StuckTask
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tests.tui.test_untrusted_text import raw
from tui.look import Tone
from tui.panes.queue_parameters import brief, joined, named
from tui.type_names import TypeNames
from tui.widgets.row_layout import Column, fit_pieces

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
    many = about({f"p{n}": "x " * 400 for n in range(1_000)})
    assert len(brief(many)) <= len(named(many)) < 200
    assert brief(about({"text": "timber frames " * 1_000_000})).startswith("timber frames timber")


def test_no_more_parameters_are_looked_at_than_a_row_has_room_for():
    looked = list[int]()
    assert joined(looked.append(n) or "timber frames " * 4 for n in range(12))
    assert looked == [0, 1, 2]


SECRET = "Zq9x" * 50


@pytest.mark.parametrize(
    ("value", "short"),
    [
        (f"https://oauth2:{SECRET}@git.host/org/repo", "repo"),
        (f"https://{SECRET}@git.host/", "git.host"),
        (f"https://oauth2:{SECRET}@git.host", "git.host"),
        (f"https://hooks.slack.com/services/T0001/B0001/{SECRET[:24]}", "hooks.slack.com/…"),
        (f"https://files.host/kept?Signature={SECRET[:40]}", "files.host/…"),
        ("https://www.youtube.com/channel/UCX6OQ3DkcsbYNE6H8uQQuVA", "UCX6OQ3DkcsbYNE6H8uQQuVA"),
        ("https://blog.host/how-to-bake-sourdough-2024", "how-to-bake-sourdough-2024"),
    ],
)
def test_an_address_tells_no_key_that_it_holds(value: str, short: str):
    assert brief(about({"address": value})) == short


@pytest.mark.parametrize("before", [*range(0, 200, 25), 900, 960, 980, 1_000])
def test_no_half_of_a_secret_is_left_where_a_text_is_cut(before: int):
    for secret in (
        f" postgres://u:{SECRET}@host/db",
        f" password={SECRET}",
        f" --token {SECRET}",
        f" https://u:{SECRET}@h",
    ):
        told = about({"text": "x" * before + secret})
        assert SECRET[:4] not in brief(told) + named(told)
        halved = about({"text": ("x" * before + secret)[: before + 60] + "…"})
        assert SECRET[:4] not in brief(halved) + named(halved)
        told = about({"text": f" https://u:{SECRET}{SECRET}@h" * 2 + "x" * before + secret})
        assert SECRET[:4] not in brief(told) + named(told)


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


async def test_rows_tell_what_a_list_tells_of_their_parameters(open_board: Opens):
    told = replace(scenes.task(10430), parameters={}, partial=True, brief={"query": "timber frames", "api_key": SECRET})
    async with open_board(size=(80, 24)) as desk:
        await show(desk, told, replace(told, id=10429, brief={}))
        assert "timber frames" in lines(desk, 10430)[0]
        assert "timber" not in lines(desk, 10429)[0]
        assert SECRET[:4] not in desk.text()


async def test_a_failed_row_tells_why_before_all_but_the_most_telling_of_its_parameters(open_board: Opens):
    parameters: dict[str, Json] = {"url": "https://youtube.com/@yoru-cassette", "query": "tape " * 20, "max_videos": 5}
    failed = replace(scenes.task(10429), status=TaskStatus.FAILED, error="quota exceeded", parameters=parameters)
    async with open_board() as desk:
        for size in [(76, 24), (80, 24), (95, 24), (100, 30), (110, 30)]:
            await desk.resize(size)
            await show(desk, failed, replace(failed, id=10428, parameters={"query": "tape " * 20}))
            for line in lines(desk, 10429, 10428):
                assert "quot" in line and "……" not in line and "… …" not in line, line
            assert "@yor" in desk.text()


def test_a_cell_of_several_pieces_is_cut_once_where_it_is_full():
    column = Column[int]("", lambda row, now: (), share=1)
    said = (("abc", Tone.BAD), ("", Tone.PLAIN), ("def", Tone.PLAIN), ("日本", Tone.GOOD))
    for width in range(14):
        fitted = fit_pieces(column, said, width)
        text = "".join(text for text, _ in fitted)
        assert cell_len(text) == width
        assert text.count("…") == (0 < width < 10)
        assert text.rstrip().removesuffix("…").strip() in "abcdef日本"
    assert fit_pieces(column, said, 5)[:2] == [("abc", Tone.BAD), ("d…", Tone.PLAIN)]


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
