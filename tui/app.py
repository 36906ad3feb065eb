"""The board as a program: one app, one connection, one exit code."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from datetime import datetime

from textual import events
from textual.app import SystemCommand
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widgets import Input

from core.board_settings import BoardSettings, read_settings, remember
from core.errors import BadSetting
from core.models import utcnow
from core.verbs import Connection
from tui.collecting import settle
from tui.command import Command, CommandScreen
from tui.driver import BoardDriver
from tui.key_map import IN_USE, read_keys
from tui.look import TIMES, count
from tui.notices import NoticeApp
from tui.screens.board import BoardScreen
from tui.screens.leaving import Choice, leave
from tui.screens.too_small import guard
from tui.screens.trouble import TroubleScreen
from tui.sheet import Sheet
from tui.signals import listen
from tui.themes import SAFE

USUAL = BoardSettings()
"""The settings of a board that remembers nothing."""

FAULTS_SHOWN = 12.0
"""Seconds for which it is told what in the settings could not be used."""

WAYS = {"utc": "are told in UTC", "local": "are told in local time", "relative": "are told as ages"}
"""The ways to tell times, in the order in which the command goes through them."""


class BoardApp(NoticeApp):
    """Holds the board; everything else is a screen above it. Its result is the number of reports left waiting."""

    TITLE = "PrismQ Workers"
    CSS_PATH = "screens/board.tcss"  # the default screen's own path is not read

    def __init__(
        self,
        connection: Connection,
        *,
        now: Callable[[], datetime] = utcnow,
        demo: bool = False,
        settings: BoardSettings = USUAL,
    ) -> None:
        super().__init__()
        self.stylesheet = Sheet(variables=self.get_css_variables())
        self.settings = settings
        self._writing = asyncio.Lock()
        self.board = BoardScreen(connection, now, demo=demo)
        self.key_map, self.faults = read_keys(settings.keys)
        self.set_keymap(self.key_map.overlay())
        IN_USE.keys = self.key_map
        self.register_theme(SAFE)
        TIMES.way, TIMES.now = settings.times, self.board.now

    def on_key(self, event: events.Key) -> None:
        """What one types is no command: a key that came before its field had the focus goes to the field all the same.

        A field that has the focus lets no printable key come this far.
        """
        from textual.widgets import TextArea  # large, and only forms have one

        field = self.focused
        if event.is_printable and (isinstance(field, Input) or (isinstance(field, TextArea) and not field.read_only)):
            event.prevent_default()
            field.post_message(events.Key(event.key, event.character))

    def get_driver_class(self) -> type[Driver]:
        """Ours for a terminal; another where Textual is told to draw elsewhere."""
        usual = super().get_driver_class()
        return BoardDriver if usual is LinuxDriver else usual

    def on_mount(self) -> None:
        """Leave well when asked from outside: finish on SIGTERM (at once when asked again), at once on a hang-up."""
        listen(self._leave)
        self._dress()
        self.theme_changed_signal.subscribe(self, lambda theme: self._remember("theme", theme.name))

    def _dress(self) -> None:
        """Look as the settings say, and tell what in them could not be used."""
        chosen, faults = self.settings.theme, [*self.settings.faults, *self.faults]
        if chosen in self.available_themes:
            self.theme = chosen
        elif chosen != USUAL.theme:
            faults.append(f"There is no theme {chosen!r}; ctrl+p, Theme lists all.")
        if faults:
            more = f" (and {len(faults) - 1} more; `prismq-workers settings` tells all)" if len(faults) > 1 else ""
            self.notify(faults[0] + more, severity="warning", timeout=FAULTS_SHOWN)

    def shown_key(self, command: Command) -> str:
        """The first key of a command, as people write it."""
        return self.key_map.shown(command)

    def _remember(self, name: str, value: str) -> None:
        """Keep a choice for the next start."""
        path = self.settings.path
        if path is None:
            return

        async def write() -> None:
            try:
                async with self._writing:
                    await asyncio.to_thread(remember, path, name, value)
            except BadSetting as fault:
                self.notify(str(fault), severity="warning")

        self.run_worker(write(), group="remember")

    def action_times(self) -> None:
        """Tell times in another way."""
        ways = list(WAYS)
        TIMES.way = ways[(ways.index(TIMES.way) + 1) % len(ways)]
        for screen in self.screen_stack:
            if isinstance(screen, CommandScreen):
                screen.times_changed()
        self.notify(f"Times {WAYS[TIMES.way]}.")
        self._remember("times", TIMES.way)

    def on_resize(self) -> None:
        """Show nothing where nothing fits."""
        self.call_later(guard, self)

    def get_default_screen(self) -> Screen[None]:
        """The board."""
        return self.board

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The commands of the screen that is in front."""
        if isinstance(screen, CommandScreen):
            yield from screen.system_commands()

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
    app = BoardApp(connection, now=now, demo=demo, settings=read_settings())
    app.board.on_settled = settle
    waiting = app.run()
    if not app.board.ended:  # the screen broke; what workers hold is given back all the same
        waiting = asyncio.run(connection.close(now=True))
    if waiting:
        sys.stderr.write(f"{count(waiting, 'report')} still waiting; the next start delivers them.\n")
    return app.return_code or 0
