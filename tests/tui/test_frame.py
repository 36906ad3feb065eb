"""The frame that is painted before there is a board."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import sys
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.screen import Screen

from core.board_settings import BoardSettings
from tests.program import Program
from tests.terminal import Terminal
from tests.tui import scenes
from tests.tui.conftest import Desk, Opens, until
from tests.tui.fakes import FakeConnection
from tui.app import BoardApp
from tui.panes.outcomes import OutcomesPane
from tui.screens.board import BoardScreen
from tui.screens.frame import PANES, FrameScreen
from tui.screens.help import HelpScreen
from tui.screens.too_small import TooSmallScreen

SIZES = ((60, 20), (80, 24), (100, 30), (120, 36), (200, 60))


class Framed(App[None]):
    """The frame alone."""

    CSS_PATH = Path(inspect.getfile(BoardApp)).with_name("screens") / "board.tcss"

    def get_css_variables(self) -> dict[str, str]:
        return super().get_css_variables() | {"edge": "gray"}  # ours, which is no theme's

    def get_default_screen(self) -> Screen[None]:
        return FrameScreen(lambda: None)


def framed(settings: BoardSettings | None = None) -> BoardApp:
    """A board that shows its frame first, as the program does."""
    connection = FakeConnection(scenes.BUSY)
    return BoardApp(connection, now=lambda: scenes.NOW, settings=settings or BoardSettings(), framed=True)


async def test_nothing_jumps_when_the_board_takes_the_place_of_its_frame(open_board: Opens):
    frame = Framed()
    before = {}
    async with frame.run_test(size=SIZES[0]) as pilot:
        for size in SIZES:
            await pilot.resize_terminal(*size)
            before[size] = {id: frame.screen.query_one(f"#{id}").region for id in PANES}
    assert len({str(regions) for regions in before.values()}) == len(SIZES)
    async with open_board(size=SIZES[0]) as desk:
        for size in SIZES:
            await desk.resize(size)
            assert {id: desk.board.query_one(f"#{id}").region for id in PANES} == before[size], size


async def test_the_frame_names_the_panes_as_the_board_does(open_board: Opens):
    async with open_board() as desk:
        for each in desk.board.parts:
            part = each.results if isinstance(each, OutcomesPane) else each
            assert PANES[str(each.id)] == f"{part.key} {part.heading}"


async def test_what_is_typed_before_there_is_a_board_is_for_the_board():
    app = framed()
    async with app.run_test() as pilot:
        assert isinstance(app.screen, FrameScreen)
        for key in ("question_mark", "escape", "j", "question_mark"):
            app.post_message(events.Key(key, None))
        desk = Desk(app, pilot, FakeConnection(scenes.BUSY))
        await until(desk, lambda: isinstance(app.screen, HelpScreen))
        assert app.board.queue_pane.row_list.cursor == 1


async def test_settings_that_cannot_be_used_are_told_once_there_is_a_board():
    app = framed(BoardSettings(theme="nacht", keys={"nonsense": "x"}))
    async with app.run_test(notifications=True) as pilot:
        desk = Desk(app, pilot, FakeConnection(scenes.BUSY))
        await until(desk, lambda: isinstance(app.screen, BoardScreen) and bool(desk.notes()))
        assert "nonsense" in desk.notes()[0]


async def test_a_terminal_that_is_too_small_is_told_once_there_is_a_board():
    app = framed()
    async with app.run_test(size=(40, 10)) as pilot:
        desk = Desk(app, pilot, FakeConnection(scenes.BUSY))
        await until(desk, lambda: isinstance(app.screen, TooSmallScreen))


class Recording(BoardApp):
    """A board that notes the keys in the order in which they are given to what has the focus."""

    CSS_PATH = Framed.CSS_PATH
    given: list[str]

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        if priority:
            self.given.append(key)
        return await super()._check_bindings(key, priority)


async def test_no_key_overtakes_those_that_were_typed_before_there_was_a_board():
    app, sent = Recording(FakeConnection(scenes.BUSY), now=lambda: scenes.NOW, framed=True), []
    app.given = []
    async with app.run_test() as pilot:
        assert isinstance(app.screen, FrameScreen)
        desk = Desk(app, pilot, FakeConnection(scenes.BUSY))
        loop = asyncio.get_running_loop()

        def type_on() -> None:
            """As a driver does: from a thread of its own, while the frame is shown and after."""
            while len(app.given) < 100:
                for _ in range(20):
                    sent.append(f"key-{len(sent)}")
                    loop.call_soon_threadsafe(app.post_message, events.Key(sent[-1], None))
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()

        await asyncio.to_thread(type_on)
        await until(desk, lambda: len(app.given) == len(sent))
        assert app.given == sent


HELD = """
import sys

class Held:
    def find_spec(self, name, path=None, target=None):
        if name == "tui.screens.board":
            open("reached", "w").close()
            open("gate").read()

sys.meta_path.insert(0, Held())
from tui.__main__ import main
main()
"""
"""The program, whose board cannot be imported before somebody opens the gate."""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_the_frame_is_shown_ends_the_program_as_it_should(program: Program, sent: signal.Signals):
    gate = program.folder / "gate"
    os.mkfifo(gate)
    held = os.open(gate, os.O_RDWR)
    with Terminal([sys.executable, "-c", HELD], cwd=program.folder, environ=program.environ) as terminal:
        terminal.until(lambda screen: "Queue" in screen and (program.folder / "reached").exists())
        os.kill(terminal.pid, sent)
        os.close(held)
        assert terminal.ended() == 0
        assert b"Traceback" not in terminal.raw
        assert sent is signal.SIGHUP or b"\x1b[?1049l" in terminal.raw


@pytest.mark.parametrize("keys", ["q", "\x03", "\x11"], ids=["q", "ctrl+c", "ctrl+q"])
def test_one_can_leave_as_soon_as_anything_is_seen(program: Program, keys: str):
    with Terminal([sys.executable, "-m", "tui"], cwd=program.folder, environ=program.environ) as terminal:
        terminal.shows("Queue")
        terminal.press(keys)
        assert terminal.ended() == 0
