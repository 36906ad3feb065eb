"""A pasted address finds the tasks that tell the same video or channel, however both are written."""

from __future__ import annotations

import json

import pytest

from core.filters import TaskFilter
from core.models import Task
from tests.server.client import Api

VIDEO = (
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "http://m.youtube.com/watch?feature=share&v=dQw4w9WgXcQ&t=42s",
    "https://youtu.be/dQw4w9WgXcQ?si=Ab-1_x",
    "youtube.com/shorts/dQw4w9WgXcQ/",
    "https://www.youtube.com/live/dQw4w9WgXcQ",
)
CHANNEL = (
    "https://www.youtube.com/@Beats/videos",
    "https://youtube.com/@beats",
    "http://m.youtube.com/@beats/",
    "www.youtube.com/@beats/featured?view=0",
    "https://www.youtube.com/@beats/shorts",
    "https://www.youtube.com/%40beats/streams",
    "https://www.youtube.com/@beats?si=Ab-1_x",
)
BY_ID = (
    "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv",
    "youtube.com/channel/UCabcdefghijklmnopqrstuv/videos",
)
CUSTOM = ("https://www.youtube.com/c/Beats/about", "https://youtube.com/beats")
ABROAD = ("https://www.youtube.com/@ритм/videos", "https://youtube.com/@%D1%80%D0%B8%D1%82%D0%BC")
KINDS = (
    (*VIDEO, "dQw4w9WgXcQ"),
    (*CHANNEL, "@beats", "/@beats"),
    (*BY_ID, "UCabcdefghijklmnopqrstuv"),
    (*CUSTOM, "c/beats"),
    (*ABROAD, "@ритм"),
    ("https://www.youtube.com/user/beats/", "user/beats"),
    ("https://www.youtube.com/@beats-and-bread/videos", "@beats-and-bread"),
    ("https://www.youtube.com/@beats.live", "@beats.live"),
    ("https://youtu.be/dQw4w9WgXcR",),
    ("https://www.youtube.com/playlist?list=PLabcdefghijklmnop", "music/beats", "beats"),
)
"""Parameters: those of one line are the same."""


@pytest.mark.parametrize("typed", [*VIDEO, *CHANNEL, *BY_ID, *CUSTOM, *ABROAD])
async def test_an_address_finds_every_form_of_the_same_and_nothing_else_here_and_on_the_server(typed: str, api: Api):
    await api.register("Echo")
    tasks: list[Task] = []
    told: dict[int, str] = {}
    for address in (each for kind in KINDS for each in kind):
        params = {"deep": {"url": address}, "n": len(tasks)}
        tasks.append(Task(await api.create("Echo", **params), "Echo", params))
        told[tasks[-1].id] = address
    wanted = TaskFilter.parse(typed)
    kind = next(each for each in KINDS if typed in each)
    same = [task_id for task_id, address in told.items() if address in kind]
    assert [task.id for task in tasks if wanted.matches(task)] == same
    answered = (await api.get("/tasks", filter=json.dumps(wanted.to_json()), limit=100)).data["tasks"]
    assert sorted(task["id"] for task in answered) == same


@pytest.mark.parametrize("typed", [*VIDEO, *CHANNEL, f"-{CHANNEL[0]}", f"status:failed {VIDEO[0]} OR {VIDEO[2]}"])
def test_a_filter_with_an_address_is_written_as_it_was_typed(typed: str):
    wanted = TaskFilter.parse(typed)
    assert str(wanted) == typed
    assert TaskFilter.parse(str(wanted)) == wanted


def test_it_is_told_what_an_address_was_read_as():
    assert TaskFilter.parse(VIDEO[1]).addressed == ("dQw4w9WgXcQ",)
    assert TaskFilter.parse(f"-{CHANNEL[0]} OR {CUSTOM[0]} lofi").addressed == ("@Beats", "c/Beats")
    assert TaskFilter.parse("lofi @beats c/beats").addressed == ()


@pytest.mark.parametrize("line", [f'"{VIDEO[2]}"', '"youtu.be/dQw4w9WgXcQ"', '"www.youtube.com/@beats"'])
def test_in_quotes_an_address_is_a_text(line: str):
    wanted = TaskFilter.parse(line)
    assert (wanted.text, wanted.addressed, str(wanted)) == (line.strip('"'), (), line)


@pytest.mark.parametrize(
    "line",
    [
        "https://example.org/@beats",
        "https://www.youtube.com/",
        "youtube.com/playlist?list=PLabcdefghijklmnop",
        "https://youtu.be/short",
        "/tmp/youtube",
        "@beats",
        "a/b",
    ],
)
def test_what_is_no_address_of_a_video_or_channel_is_a_text(line: str):
    assert TaskFilter.parse(line).text == line


TYPED = (
    *("https://www.youtube.com/@Caf%C3%A9", "https://www.youtube.com/@CAF%C3%89", "https://www.youtube.com/@Café"),
    *("https://www.youtube.com/c/Caf%C3%A9", "https://www.youtube.com/user/Caf%C3%A9", "https://youtube.com/Caf%C3%A9"),
    *("https://www.youtube.com/c/%E3%81%82", "https://www.youtube.com/user/beats", "https://www.youtube.com/%40beats"),
    *("https://sample.example/beats", "https://sample.example/@beats", "https://sample.example/c/beats"),
    *("https://www.youtube-nocookie.com/beats", "https://www.youtubekids.com/beats"),
    *("https://www.youtube.com/c//beats", "https://www.youtube.com//@beats", "https://www.youtube.com/@beats."),
    "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fc%2Fbeats",
    "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2F%40beats%3Fhl%3Dde",
    "https://www.youtube.com/redirect?q=https%3A%2F%2Fyoutube.com%2Fuser%2Fbeats",
    "https%3A%2F%2Fyoutube.com%2Fbeats",
    "https%253A%252F%252Fwww.youtube.com%252F%2540beats",
    *("https://www.youtube.com/@be·ats", "https://www.youtube.com/@be%C2%B7ats", "https://www.youtube.com/@straße"),
    *("https://www.youtube.com/c/İst", "https://WWW.YOUTUBE.COM/C/Beats", "(https://youtu.be/dQw4w9WgXcQ)"),
    "https://www.youtube.com/attribution_link?u=%2Fwatch%3Fv%3DdQw4w9WgXcQ",
)
HANDLE, NAME, USER = (f"https://www.youtube.com/{path}" for path in ("@beats", "c/beats", "user/beats"))


async def both_find(api: Api, typed: str, **told: str) -> bool:
    """Whether an address finds a task with this error or these parameters, at hand and on the server."""
    await api.register("Echo")
    error, params = told.pop("error", None), {**told, "n": 1}
    task_id = await api.create("Echo", **params)
    if error is not None:
        await api.claim()
        await api.complete(task_id, success=False, error=error)
    wanted = TaskFilter.parse(typed)
    here = wanted.matches(Task(task_id, "Echo", params, error=error))
    there = (await api.get("/tasks", filter=json.dumps(wanted.to_json()))).data["tasks"]
    assert here is bool(there)
    return here


@pytest.mark.parametrize("typed", TYPED)
async def test_each_address_finds_what_tells_just_that_address(typed: str, api: Api):
    assert await both_find(api, typed, url=typed)


@pytest.mark.parametrize(
    "error",
    [
        "There is no channel '@beats': it was removed, or it never was.",
        "Cannot read https://www.youtube.com/@beats: HTTP 404",
        "Cannot read (https://www.youtube.com/@beats)",
        "'https://www.youtube.com/@beats' is not there",
        "https://www.youtube.com/@beats. Try later",
        "@beats: not found",
        "channel @beats",
    ],
)
async def test_a_channel_is_found_in_what_errors_say_of_it(error: str, api: Api):
    assert await both_find(api, HANDLE, error=error)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        (NAME, "Cannot read https://www.youtube.com/c/beats: HTTP 404"),
        (NAME, "There is no channel 'c/beats': it was removed, or it never was."),
        (NAME, "https://sample.example/beats. Try later"),
        (USER, "There is no channel 'user/beats': it was removed, or it never was."),
        (USER, "user/beats: not found"),
    ],
)
async def test_other_names_of_channels_are_found_in_what_errors_say_of_them(typed: str, error: str, api: Api):
    assert await both_find(api, typed, error=error)


@pytest.mark.parametrize("text", ["see {} please", "<{}>", "x {})", "{};y", "{} ", "first\n{}\nlast", 'say "{}"'])
@pytest.mark.parametrize("typed", [HANDLE, NAME, USER])
async def test_a_channel_is_found_amid_other_words(typed: str, text: str, api: Api):
    assert await both_find(api, typed, note=text.format(typed))


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://www.youtube.com/@caf", "https://www.youtube.com/@caf%C3%A9"),
        ("https://www.youtube.com/@caf%C3%A9", "https://www.youtube.com/@caf"),
        (HANDLE, "joe@beats"),
        (HANDLE, "https://tiktok.com/@beats"),
        (HANDLE, "https%3A%2F%2Ftiktok.com%2F%40beats"),
        (HANDLE, "https://www.youtube.com/@beats.live"),
        (HANDLE, "https://www.youtube.com/@beats-live"),
        (HANDLE, "https://www.youtube.com/@beats·live"),
        ("https://www.youtube.com/@beats.", "https://www.youtube.com/@beats.live"),
        (NAME, "/usr/c/beats/b"),
        (NAME, "https://x.example/c/beats"),
        (NAME, "https://notyoutube.com/beats"),
        (NAME, "https://youtu.be/beats"),
        (USER, "/home/user/beats/file"),
        (USER, "https://x.example/user/beats"),
    ],
)
async def test_what_only_looks_like_the_channel_is_not_found(typed: str, url: str, api: Api):
    assert not await both_find(api, typed, url=url)


@pytest.mark.parametrize("page", ["ads", "jobs", "robots.txt", "howyoutubeworks", "search?q=x", "feed/trending"])
def test_a_page_of_the_site_is_no_channel(page: str):
    assert TaskFilter.parse(f"https://music.youtube.com/{page}").addressed == ()


async def test_many_addresses_may_be_looked_for_at_once(api: Api):
    await api.register("Echo")
    task_id = await api.create("Echo", url="https://www.youtube.com/beats-30/videos")
    line = " OR ".join(f"https://www.youtube.com/beats-{number}" for number in range(60))
    answered = (await api.get("/tasks", filter=json.dumps(TaskFilter.parse(line).to_json()))).data["tasks"]
    assert [task["id"] for task in answered] == [task_id]


@pytest.mark.parametrize("line", [HANDLE, f"-{HANDLE}", f"lofi OR {HANDLE}"])
def test_a_server_of_before_it_knew_addresses_is_asked_for_what_was_typed(line: str):
    asked = TaskFilter.parse(line).to_json(frozenset())
    assert asked == TaskFilter.parse(line.replace(HANDLE, f'"{HANDLE}"')).to_json()
