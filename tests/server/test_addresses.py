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
