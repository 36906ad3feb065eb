"""How the tests of the board run: without animations, on a board that they hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest
import textual.app
import textual.pilot
from textual._compositor import visible_screen_stack
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, TextArea

from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.fakes import FakeConnection
from tests.tui.rest import all_painted, at_rest, let_go, paint_later
from tui.app import BoardApp
from tui.command import Command
from tui.screens.board import BoardScreen

SOON = 20.0
"""Seconds after which a test gives up waiting."""


class Desk:
    """A running board, the keys to it and the connection behind it."""

    def __init__(self, app: BoardApp, pilot: Pilot[int], connection: FakeConnection) -> None:
        self.app = app
        self.pilot = pilot
        self.connection = connection
        self.verbs = connection.verbs
        self._paints = False

    @property
    def board(self) -> BoardScreen:
        return self.app.board

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Put text into the field that has the focus, at once; `press` types letter by letter."""
        field = self.app.screen.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(text)
        await self.settle()

    async def resize(self, size: tuple[int, int]) -> None:
        """Make the terminal another size: cheaper than a board for each."""
        await self.pilot.resize_terminal(*size)
        await self.settle()

    async def put(self, snapshot: Snapshot) -> None:
        self.connection.put(snapshot)
        await self.settle()

    async def settle(self) -> None:
        await (all_painted() if self._paints else at_rest())

    async def paint_each(self) -> None:
        """Paint this state and each that comes, also those at which the test does not look."""
        self._paints = True
        await self.settle()

    def text(self) -> str:
        """All that the screen shows, line by line."""
        width, height = self.app.size
        visible_screen_stack.set(self.app._background_screens)  # a dialog is drawn with the board behind it
        compositor = self.app.screen._compositor
        lines = compositor.render_strips()  # the only way to the cells that a terminal would get
        compositor._dirty_regions.clear()
        return "\n".join(strip.text[:width] for strip in lines[:height])

    def notes(self) -> list[str]:
        return [note.message for note in self.app._notifications]


@asynccontextmanager
async def desk_of(
    board: tuple[BoardApp, FakeConnection], size: tuple[int, int] = (120, 36), *, notifications: bool = False
) -> AsyncIterator[Desk]:
    """That board, running, and at rest."""
    app, connection = board
    async with app.run_test(size=size, notifications=notifications) as pilot:
        desk = Desk(app, pilot, connection)
        await desk.settle()
        yield desk
        await all_painted()  # the last state, also where no test looks at it
        let_go(app)


async def until(desk: Desk, holds: Callable[[], bool]) -> None:
    """Wait for something that comes after a moment without a key."""
    try:
        async with asyncio.timeout(SOON):
            while not holds():
                await desk.settle()
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(desk.text()) from None


async def press_every_key(
    desk: Desk, commands: Iterable[Command], kind: type[Screen[None]], opens: Callable[[], Awaitable[None]]
) -> None:
    """Press each key of these commands on a screen of that kind, which is opened anew when a key has left it."""
    await desk.paint_each()
    for key in (key for command in commands for key in command.keys.split(",") if key):
        if desk.app.screen is desk.board:
            await opens()
        opened = desk.app.screen
        assert isinstance(opened, kind)
        await desk.press(key)
        assert desk.app.is_running, key
        if desk.app.screen is not opened and desk.app.screen is not desk.board:
            await desk.press("escape")


class Opens(Protocol):
    def __call__(self, snapshot: Snapshot = ..., size: tuple[int, int] = ...) -> AbstractAsyncContextManager[Desk]: ...


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No animation, whatever the terminal of the tests says about colour; no wait for longer than there is work."""
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", at_rest)
    monkeypatch.setattr(Screen, "_compositor_refresh", paint_later)
    for field in (Input, TextArea):  # a cursor that blinks is seen in a picture or not, by chance
        monkeypatch.setattr(field.cursor_blink, "_default", False)
    monkeypatch.setattr("tui.widgets.confirm.DEAF_FOR", 0.0)  # a slow machine makes any question late
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def open_board() -> Opens:
    """Opens a board on a snapshot."""

    def opened(
        snapshot: Snapshot = scenes.BUSY, size: tuple[int, int] = (120, 36)
    ) -> AbstractAsyncContextManager[Desk]:
        return desk_of(scenes.board(snapshot), size)

    return opened


@pytest.fixture
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, it is asked again only for a reason."""
    monkeypatch.setattr("tui.widgets.why_panel.AGAIN", 3600.0)
