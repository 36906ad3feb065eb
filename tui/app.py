"""The board as a program: one app, one connection, one exit code."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from datetime import datetime

from textual.app import SystemCommand
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen

from core.models import utcnow
from core.verbs import Connection
from tui.commands import CommandScreen
from tui.driver import BoardDriver
from tui.look import count
from tui.notices import NoticeApp
from tui.screens.board import BoardScreen
from tui.screens.leaving import Choice, leave
from tui.screens.too_small import guard
from tui.screens.trouble import TroubleScreen
from tui.signals import listen


class BoardApp(NoticeApp):
    """Holds the board; everything else is a screen above it. Its result is the number of reports left waiting."""

    TITLE = "PrismQ Workers"
    CSS_PATH = "screens/board.tcss"  # the default screen's own path is not read

    def __init__(self, connection: Connection, *, now: Callable[[], datetime] = utcnow, demo: bool = False) -> None:
        super().__init__()
        self.board = BoardScreen(connection, now, demo=demo)

    def get_driver_class(self) -> type[Driver]:
        """Ours for a terminal; another where Textual is told to draw elsewhere."""
        usual = super().get_driver_class()
        return BoardDriver if usual is LinuxDriver else usual

    def on_mount(self) -> None:
        """Leave well when asked from outside: finish on SIGTERM (at once when asked again), at once on a hang-up."""
        listen(self._leave)

    def on_resize(self) -> None:
        """Show nothing where nothing fits."""
        self.call_later(guard, self)

    def get_default_screen(self) -> Screen[None]:
        """The board."""
        return self.board

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The commands of the screen that is in front, and the looks."""
        if isinstance(screen, CommandScreen):
            yield from screen.system_commands()
        yield SystemCommand("Theme", "Choose the colours.", self.action_change_theme)

    async def action_give(self, command_id: str) -> None:
        """Give a command by its id, as a click in the key bar does."""
        screen = self.screen
        offered = screen.offered() if isinstance(screen, CommandScreen) else ()
        for command, target in offered:
            if command.id == command_id:
                await self.run_action(command.action, default_namespace=target)
        if command_id == "command_palette":
            self.action_command_palette()

    def action_command_palette(self) -> None:
        """Find a command by its name, where there are commands."""
        if isinstance(self.screen, CommandScreen):
            super().action_command_palette()

    async def action_quit(self) -> None:
        """Leave; asks when tasks are in hand."""
        if isinstance(self.screen, TroubleScreen):
            self.screen.action_leave()
        else:
            self._leave()

    def _leave(self, choice: Choice | None = None) -> None:
        self.run_worker(leave(self, self.board, choice), group="leave")

    def action_help_quit(self) -> None:
        """Ctrl+C is a way out too."""
        self.call_later(self.action_quit)


def run_board(connection: Connection, *, now: Callable[[], datetime] = utcnow, demo: bool = False) -> int:
    """Show the board until the user leaves; answers the exit code."""
    app = BoardApp(connection, now=now, demo=demo)
    waiting = app.run()
    if not app.board.ended:  # the screen broke; what workers hold is given back all the same
        waiting = asyncio.run(connection.close(now=True))
    if waiting:
        sys.stderr.write(f"{count(waiting, 'report')} still waiting; the next start delivers them.\n")
    return app.return_code or 0
