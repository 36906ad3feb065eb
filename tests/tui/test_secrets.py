"""No secret is shown, said or copied before it is asked for, wherever on the board it comes up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.details import AttemptLog, AttemptRow, LogLine, TaskDetail
from core.errors import Invalid
from core.models import HistoryEntry, TaskStatus
from core.snapshot import ActivityEntry, FailureGroup, Link, QueueView, ResultRow
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens

PLAIN = "hunter2hunter2"
SAID = f"refused ghp_{PLAIN} at https://ann:{PLAIN}@example.org/?token={PLAIN}"

FAILED = replace(scenes.task(7, TaskStatus.FAILED, error=SAID), parameters={"api_key": PLAIN, "note": SAID})
AGAIN = replace(FAILED, id=6, status=TaskStatus.PENDING)
DETAIL = TaskDetail(
    replace(FAILED, result={"password": PLAIN, "said": [SAID]}),
    attempts=(AttemptRow(1, "w-1", scenes.NOW, scenes.NOW, "failed", SAID, 40),),
    history=(HistoryEntry(scenes.NOW, "failed", "w-1", 1, SAID),),
    notes=(SAID,),
    report=SAID,
    logs=(AttemptLog(1, "w-1", scenes.NOW, (LogLine(scenes.NOW, "INFO", "x", SAID),), 0),),
)
WORKER = scenes.workers()[0]
SCENE = replace(
    scenes.BUSY,
    server=scenes.server(label=f"https://ann:{PLAIN}@example.org/api", embedded=False, source=""),
    view=QueueView(tasks=(FAILED, AGAIN), total=2, at=scenes.NOW),
    workers=(
        replace(WORKER, in_hand=(replace(WORKER.in_hand[0], message=SAID),)),
        replace(scenes.workers()[2], note=SAID, until=None),
    ),
    results=(ResultRow("1", SAID, "youtube", f"https://example.org/?token={PLAIN}", "", 7, "T", "w-1"),),
    failures=(FailureGroup(SAID, "T", 1, (7,), scenes.NOW, scenes.NOW),),
    activity=(ActivityEntry(1, scenes.NOW, "error", SAID, 7),),
    held=SAID,
)


def tells(desk: Desk) -> bool:
    """Whether the secret is anywhere on the screen, or was said or copied."""
    return any(PLAIN[:9] in each for each in (desk.text(), desk.app.clipboard, *desk.notes()))


@pytest.mark.parametrize(
    "keys",
    [(), ("1", "z"), ("3", "z"), ("4", "z"), ("4", "4", "z"), ("4", "4", "4", "z"), ("4", "y"), ("enter",), ("C",)],
    ids="-".join,
)
async def test_a_secret_is_shown_nowhere(open_board: Opens, keys: tuple[str, ...]):
    async with open_board(SCENE, (120, 36)) as desk:
        desk.verbs.details[7] = DETAIL
        await desk.press(*keys)
        for size in ((120, 36), (200, 60), (80, 24)):
            await desk.resize(size)
            assert not tells(desk), size
            await desk.press("home")
            assert not tells(desk), size
            await desk.press("end")
            assert not tells(desk), size


async def test_a_secret_is_not_copied_with_the_task_until_it_is_shown(open_board: Opens):
    async with open_board(SCENE) as desk:
        desk.verbs.details[7] = DETAIL
        await desk.press("enter", "Y")
        assert not tells(desk)
        await desk.app.run_action("screen.reveal")
        await desk.press("Y")
        assert PLAIN in desk.app.clipboard
        assert PLAIN in desk.text()


async def test_a_secret_in_an_error_of_a_verb_is_not_said(open_board: Opens):
    async with open_board(SCENE) as desk:
        desk.verbs.refusal = Invalid(f"No way with {SAID}")
        await desk.press("p")
        assert desk.notes() and not tells(desk)


@pytest.mark.parametrize("link", [Link.OFFLINE, Link.REFUSED])
async def test_a_secret_in_the_trouble_of_the_server_is_not_shown(open_board: Opens, link: Link):
    async with open_board(replace(scenes.EMPTY, server=scenes.server(link, trouble=SAID))) as desk:
        assert "refused •••" in desk.text()
        assert not tells(desk)
