"""The board as a program: one app, one connection, one exit code.

Its frame is painted first. What the board is made of takes longer to be imported than that, so this module imports it
when it is needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.screen import Screen

from core.board_settings import BoardSettings, read_settings, remember
from core.errors import BadSetting
from tui.collecting import settle, start_collecting
from tui.command import CommandScreen
from tui.contrast import readable
from tui.driver import BoardDriver
from tui.notices import NoticeApp
from tui.printing import ASIDE
from tui.screens.frame import FrameScreen
from tui.sheet import Sheet
from tui.signals import listen
from tui.themes import SAFE
from tui.widgets import option_pages  # noqa: F401 - mends Textual's lists

if TYPE_CHECKING:
    from core.verbs import Connection
    from tui.command import Command
    from tui.screens.board import BoardScreen
    from tui.screens.leaving import Choice

NOW = partial(datetime.now, UTC)

FURNISHED = "furnished"
"""The mode in which there is a board."""

USUAL = BoardSettings()
"""The settings of a board that remembers nothing."""

FAULTS_SHOWN = 12.0
"""Seconds for which it is told what in the settings could not be used."""

WAYS = {"utc": "are told in UTC", "local": "are told in local time", "relative": "are told as ages"}
"""The ways to tell times, in the order in which the command goes through them."""


class BoardApp(NoticeApp):
    """Holds the board; everything else is a screen above it. Its result is the number of reports left waiting.

    ``framed``: the frame of the board is shown until the board is there; what is typed meanwhile is for the board.
    """

    class Furnished(Message):
        """There is a board where its frame was."""

    TITLE = "PrismQ Workers"
    CSS_PATH = "screens/board.tcss"  # the default screen's own path is not read
    BINDINGS = [Binding("ctrl+z", "suspend_process", show=False, system=True)]

    def __init__(
        self,
        connection: Connection,
        *,
        now: Callable[[], datetime] = NOW,
        demo: bool = False,
        settings: BoardSettings = USUAL,
        framed: bool = False,
    ) -> None:
        super().__init__()
        self.stylesheet = Sheet(variables=self.get_css_variables())
        self.settings = settings
        self._connection, self._now, self._demo = connection, now, demo
        self._framed = framed
        self._left = False
        self._typed: list[events.Key | events.Paste] = []
        self._writing = asyncio.Lock()
        self.register_theme(SAFE)
        if not framed:
            self.board  # noqa: B018 - made now

    @cached_property
    def board(self) -> BoardScreen:
        """The board."""
        from tui.key_map import IN_USE, read_keys
        from tui.look import TIMES
        from tui.screens.board import BoardScreen

        IN_USE.keys, self.key_faults = read_keys(self.settings.keys)
        self.set_keymap(IN_USE.keys.overlay())
        board = BoardScreen(self._connection, self._now, demo=self._demo)
        TIMES.way, TIMES.now = self.settings.times, board.now
        return board

    def get_css_variables(self) -> dict[str, str]:
        """Those of the theme, its text readable everywhere; and the colour of borders without the focus: seen on light
        ground, too."""
        variables, dark = super().get_css_variables(), self.current_theme.dark
        variables.update(readable(variables, dark=dark))  # in place: Textual colours text by the same mapping
        return variables | {"edge": variables[f"surface-{'lighten' if dark else 'darken'}-3"]}

    def get_default_screen(self) -> Screen[None]:
        """The board, or its frame."""
        return FrameScreen(self._furnish) if self._framed else self.board

    @property
    def is_furnished(self) -> bool:
        """Whether there is a board."""
        return "board" in self.__dict__

    async def _furnish(self) -> None:
        """Put the board where its frame is."""
        await asyncio.to_thread(import_module, "tui.screens.board")
        if self._left:
            return
        start_collecting()
        self.board.on_settled = settle
        self.add_mode(FURNISHED, lambda: self.board)  # Textual cannot switch its default screen
        await self.switch_mode(FURNISHED)
        self.call_after_refresh(self.post_message, self.Furnished())

    async def on_board_app_furnished(self) -> None:
        """The board has its focus: what was typed by now comes after that, and before what is typed from now on."""
        self._framed = False
        for event in self._typed:
            await super().on_event(event)
        self._tell_faults()
        self.on_resize()

    async def on_event(self, event: events.Event) -> None:
        """Keep what is typed before there is a board; what is typed once all is closed is for nobody."""
        is_typed = isinstance(event, events.Key | events.Paste)
        if is_typed and self._framed:
            self._typed.append(event)
        elif not is_typed or self.screen_stack:
            await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """What one types is no command: a key that came before its field had the focus goes to the field all the same.

        A field that has the focus lets no printable key come this far.
        """
        from textual.widgets import Input, TextArea

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
        self.app_resume_signal.subscribe(self, lambda _: self.refresh())  # Textual draws only what has changed since
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        self.theme_changed_signal.subscribe(self, lambda theme: self._remember("theme", theme.name))
        if not self._framed:
            self._tell_faults()

    def _tell_faults(self) -> None:
        """Say what in the settings could not be used."""
        faults = [*self.settings.faults, *self.key_faults]
        if self.settings.theme not in self.available_themes:
            faults.append(f"There is no theme {self.settings.theme!r}; ctrl+p, Theme lists all.")
        if faults:
            more = f" (and {len(faults) - 1} more; `prismq-workers settings` tells all)" if len(faults) > 1 else ""
            self.notify(faults[0] + more, severity="warning", timeout=FAULTS_SHOWN)

    def shown_key(self, command: Command) -> str:
        """The first key of a command, as people write it."""
        from tui.key_map import IN_USE

        return IN_USE.keys.shown(command)

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
        from tui.look import TIMES

        ways = list(WAYS)
        TIMES.way = ways[(ways.index(TIMES.way) + 1) % len(ways)]
        for screen in self.screen_stack:
            if isinstance(screen, CommandScreen):
                screen.times_changed()
        self.notify(f"Times {WAYS[TIMES.way]}.")
        self._remember("times", TIMES.way)

    def on_resize(self) -> None:
        """Show nothing where nothing fits."""
        if self._framed:
            return
        from tui.screens.too_small import guard

        self.call_later(guard, self)

    def _fatal_error(self) -> None:
        """The board broke. Textual would print all values on the way there, secrets among them."""
        from tui.breaking import told_and_kept

        if not self._exit_renderables:
            fault = self._exception or RuntimeError("It is not known why.")
            self._exit_renderables.append(told_and_kept(fault))
        self._close_messages_no_wait()

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
            from tui.screens.palette import Palette

            self.push_screen(Palette())

    async def action_quit(self) -> None:
        """Leave; asks when tasks are in hand."""
        from tui.screens.trouble import TroubleScreen

        if isinstance(self.screen, TroubleScreen):
            self.screen.action_leave()
        else:
            self._leave()

    def _leave(self, choice: Choice | None = None) -> None:
        if not self.is_furnished:  # nothing has begun
            self._left = True
            self.exit(0)
            return
        from tui.screens.leaving import leave

        self.run_worker(leave(self, self.board, choice), group="leave")

    def action_suspend_process(self) -> None:
        """Ctrl+Z gives the shell back, unless tasks would stand still with the board until their claims are lost."""
        from tui.key_map import keyed
        from tui.look import count
        from tui.screens.leaving import in_hand

        hands = in_hand(self.board.newest) if self.is_furnished else 0
        if hands:
            stands = f"{count(hands, 'task')} in hand would stand still with the board"
            self.notify(keyed(f"{stands}: quit ({{quit}}) instead, or pause first ({{pause}})."))
        else:
            super().action_suspend_process()

    def action_help_quit(self) -> None:
        """Ctrl+C is a way out too."""
        self.call_later(self.action_quit)


def settings_of(*, demo: bool) -> BoardSettings:
    """The user's; a demo has the same keys and colours, and leaves nothing behind that is chosen in it."""
    settings = read_settings()
    return replace(settings, path=None) if demo else settings


def run_board(connection: Connection, *, now: Callable[[], datetime] = NOW, demo: bool = False) -> int:
    """Show the board until the user leaves; answers the exit code."""
    app = BoardApp(connection, now=now, demo=demo, settings=settings_of(demo=demo), framed=True)
    waiting: int | None = None
    try:
        waiting = app.run()
    finally:
        ASIDE.end()
        if app.is_furnished and not app.board.ended:  # the screen broke; what workers hold is given back all the same
            waiting = asyncio.run(connection.close(now=True))
    if app.is_furnished:
        from tui.farewell import tell_shell

        tell_shell(app.board.farewell, waiting or 0)
    return app.return_code or 0
