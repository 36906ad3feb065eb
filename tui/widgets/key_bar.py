"""The last line of a screen: the commands that can be given now, as many as fit whole."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widgets import Static

from tui.command import Command, CommandScreen, key_of
from tui.commands import ALWAYS, FIELD
from tui.look import STYLES, Tone


class KeyBar(Static):
    """Keys and titles; a click gives the command."""

    DEFAULT_CSS = "KeyBar { height: 1; padding: 0 1; background: $panel; }"
    GAP = 2
    PALETTE = Command("command_palette", "ctrl+p", "All", "Find a command by name.", footer=ALWAYS, shown="^p")
    WIDE = 98
    """Cells from which titles stand as they are."""
    WORKING = Content.styled("working…", f"bold {STYLES[Tone.WARN]}")

    working: reactive[int] = reactive(0)
    """How many things that were asked for take their time."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[str] = []
        self._named_last: object = None

    def on_mount(self) -> None:
        """Follow the focus, and what is in front."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.fill())
        self.app.screen_change_signal.subscribe(self, lambda _: self.fill())

    def on_resize(self) -> None:
        """More or less fits."""
        self.fill()

    def watch_working(self) -> None:
        """Say so, or no more."""
        self.fill()

    async def on_click(self, event: events.Click) -> None:
        """A click on a key is as good as the key."""
        command = event.style.meta.get("command")
        if command is not None:
            await self.app.run_action(f"app.give({command!r})")

    def fill(self) -> None:
        """Name what can be done now: nothing behind a dialog, which names its own keys."""
        screen, front = self.screen, self.app.screen
        covered = front is not screen and front.is_modal
        if not isinstance(screen, CommandScreen):
            return
        offered = [command for command, _ in screen.offered() if command.footer and not covered]
        typing = [command for command in offered if command.panes == FIELD]
        shown = [*(typing or [each for each in offered if screen.possible(each)]), *([] if covered else [self.PALETTE])]
        titles = [screen.title_of(command) for command in shown]
        ranks = {command.id: screen.rank_of(command) for command in shown[:-1]}
        named = (list(ranks.items()), titles, screen.place, self.size.width, self.working)
        if named == self._named_last:
            return  # as nearly always
        self._named_last = named
        room = self.size.width - (self.WORKING.cell_length + self.GAP) * bool(self.working)
        while self._cells(shown) > room and any(each.footer != ALWAYS for each in shown):
            shown.remove(max(reversed(shown), key=screen.rank_of))
        shown.sort(key=lambda each: (each.footer == ALWAYS, each.is_elsewhere(screen.place)))  # likeliest first
        said = [self.WORKING] * bool(self.working) + [self._named(command) for command in shown]
        if [each.plain for each in said] != self._shown:
            self._shown = [each.plain for each in said]
            self.update(Content(" " * self.GAP).join(said), layout=False)  # one line, whatever it says

    def _named(self, command: Command) -> Content:
        click = Style.from_meta({"command": command.id})
        return Content.assemble(
            (key_of(self.app, command), f"bold {STYLES[Tone.ACCENT]}"), (f" {self._title(command)}", STYLES[Tone.MUTED])
        ).stylize(click)

    def _title(self, command: Command) -> str:
        screen, brief = self.screen, self.size.width < self.WIDE
        return screen.title_of(command, brief=brief) if isinstance(screen, CommandScreen) else command.title

    def _cells(self, commands: list[Command]) -> int:
        own = sum(cell_len(key_of(self.app, command)) + 1 + cell_len(self._title(command)) for command in commands)
        return own + self.GAP * (len(commands) - 1)


def fill_keys(screen: CommandScreen) -> None:
    """Name anew what can be done. A screen that is going, and learns something still, has no key bar any more."""
    for bar in screen.query(KeyBar):
        bar.fill()
