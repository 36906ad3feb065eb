"""A task or type that is open is read again where that can help, and what takes long keeps nobody waiting."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from textual.screen import Screen

from core.details import TaskDetail
from core.diagnosis import Diagnosis
from core.diagnosis.cause import Cause
from core.errors import CoreError, NotFound, Unreachable
from core.models import TaskStatus
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tui.screens.task import TaskScreen
from tui.screens.task_type import TaskTypeScreen

FIRST, NEXT, *_ = scenes.BUSY.view.tasks
OPENS = {"task": (("enter",), "open_task"), "type": (("1", "enter"), "open_type")}


class SlowToTell:
    """Tells why a task is not done when it may; until then it is asked in vain."""

    def __init__(self) -> None:
        self.asked: list[int | None] = []
        self.may_tell = asyncio.Event()
        self.fault: CoreError | None = None

    async def why(self, task_id: int | None = None) -> Diagnosis:
        self.asked.append(task_id)
        await self.may_tell.wait()
        if self.fault is not None:
            raise self.fault
        return told_why(task_id)


def told_why(task_id: int | None) -> Diagnosis:
    return Diagnosis(task_id, scenes.NOW, (Cause("no-worker", f"Nobody claims #{task_id}."),))


def changed(status: TaskStatus) -> Snapshot:
    """The board when the first task has that status."""
    view = scenes.BUSY.view
    return replace(scenes.BUSY, view=replace(view, tasks=(replace(FIRST, status=status), *view.tasks[1:])))


def opened(desk: Desk) -> TaskScreen:
    assert isinstance(desk.app.screen, TaskScreen)
    return desk.app.screen


async def test_the_next_task_is_read_and_told_of_while_why_the_first_is_not_done_is_awaited(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    async with open_board() as desk:
        slow = SlowToTell()
        monkeypatch.setattr(desk.verbs, "why", slow.why)
        for each in (FIRST, NEXT):
            desk.verbs.details[each.id] = TaskDetail(each)
        await desk.press("enter")
        await until(desk, lambda: slow.asked == [FIRST.id])
        await desk.press("right_square_bracket")
        await until(desk, lambda: slow.asked == [FIRST.id, NEXT.id])
        assert desk.verbs.called("open_task") == [("open_task", FIRST.id), ("open_task", NEXT.id)]
        assert "reading…" not in desk.text().splitlines()[0]
        slow.may_tell.set()
        await until(desk, lambda: f"Nobody claims #{NEXT.id}." in desk.text())


async def test_a_task_is_read_again_while_why_it_is_not_done_is_awaited(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch
):
    async with open_board() as desk:
        slow = SlowToTell()
        monkeypatch.setattr(desk.verbs, "why", slow.why)
        desk.verbs.details[FIRST.id] = TaskDetail(FIRST)
        await desk.press("enter")
        desk.verbs.details[FIRST.id] = TaskDetail(replace(FIRST, error="It came in meanwhile."))
        opened(desk).read()
        await until(desk, lambda: "It came in meanwhile." in desk.text())
        assert slow.asked == [FIRST.id]
        slow.may_tell.set()
        await until(desk, lambda: f"Nobody claims #{FIRST.id}." in desk.text())


@pytest.mark.parametrize("status", [TaskStatus.COMPLETED, TaskStatus.FAILED])
async def test_why_it_was_not_done_is_not_told_of_a_task_with_another_status(
    open_board: Opens, monkeypatch: pytest.MonkeyPatch, status: TaskStatus
):
    async with open_board() as desk:
        slow = SlowToTell()
        slow.may_tell.set()
        monkeypatch.setattr(desk.verbs, "why", slow.why)
        desk.verbs.details[FIRST.id] = TaskDetail(FIRST)
        await desk.press("enter")
        assert f"Nobody claims #{FIRST.id}." in desk.text()
        slow.fault = Unreachable("The TaskManager does not answer.")
        desk.verbs.details[FIRST.id] = TaskDetail(replace(FIRST, status=status))
        await desk.put(changed(status))
        assert status in desk.text().splitlines()[0]
        assert "Nobody claims" not in desk.text()


async def test_what_is_told_too_late_of_another_status_is_not_shown(open_board: Opens, monkeypatch: pytest.MonkeyPatch):
    async with open_board() as desk:
        slow = SlowToTell()
        monkeypatch.setattr(desk.verbs, "why", slow.why)
        desk.verbs.details[FIRST.id] = TaskDetail(FIRST)
        await desk.press("enter")
        desk.verbs.details[FIRST.id] = TaskDetail(replace(FIRST, status=TaskStatus.COMPLETED))
        await desk.put(changed(TaskStatus.COMPLETED))
        slow.may_tell.set()
        await desk.settle()
        assert slow.asked == [FIRST.id]
        assert "Nobody claims" not in desk.text()


async def tick(desk: Desk, times: int = 3) -> None:
    """As if so many seconds had passed."""
    for _ in range(times):
        for screen in desk.app.screen_stack:
            if isinstance(screen, TaskScreen | TaskTypeScreen):
                screen.tick()
        await desk.settle()


@pytest.mark.parametrize("what", OPENS)
async def test_what_is_not_there_is_not_asked_for_again_and_again(open_board: Opens, what: str):
    keys, verb = OPENS[what]
    async with open_board() as desk:
        desk.verbs.refusal = NotFound(f"There is no such {what}.", status=404)
        await desk.press(*keys)
        await tick(desk)
        assert f"There is no such {what}." in desk.text()
        assert len(desk.verbs.called(verb)) == 1


@pytest.mark.parametrize("what", OPENS)
async def test_what_was_not_reached_is_read_again_until_it_is(open_board: Opens, what: str):
    keys, verb = OPENS[what]
    async with open_board() as desk:
        desk.verbs.refusal = Unreachable("The TaskManager does not answer.")
        await desk.press(*keys)
        await tick(desk)
        assert len(desk.verbs.called(verb)) >= 4
        desk.verbs.refusal = None
        desk.verbs.details[FIRST.id] = TaskDetail(FIRST)
        await tick(desk)
        assert "does not answer" not in desk.text()


@pytest.mark.parametrize("how", ["covered", "held still"])
@pytest.mark.parametrize("what", OPENS)
async def test_nothing_is_asked_or_drawn_each_second_while_it_is_covered_or_held_still(
    open_board: Opens, what: str, how: str, monkeypatch: pytest.MonkeyPatch
):
    keys, verb = OPENS[what]
    async with open_board() as desk:
        desk.verbs.refusal = Unreachable("The TaskManager does not answer.")
        await desk.press(*keys)
        screen = desk.app.screen
        if how == "covered":
            for _ in range(2):  # what lies under one alone may be seen through it
                await desk.app.push_screen(Screen[None]())
        else:
            desk.board.action_freeze()
        before, drawn = len(desk.verbs.called(verb)), list[None]()
        monkeypatch.setattr(screen, "draw", lambda: drawn.append(None))
        await tick(desk)
        assert (len(desk.verbs.called(verb)), drawn) == (before, [])
