"""The last line of a screen: the commands that can be given now, as many as fit whole."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tui.commands import FIELD, Command, CommandScreen
from tui.look import STYLES, Tone


class KeyBar(Static):
    """Keys and titles; a click gives the command."""

    DEFAULT_CSS = "KeyBar { height: 1; padding: 0 1; background: $panel; }"
    GAP = 2
    PALETTE = Command("command_palette", "ctrl+p", "All", "Find a command by name.", footer=1, shown="^p")

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.fill())

    def on_resize(self) -> None:
        """More or less fits."""
        self.fill()

    async def on_click(self, event: events.Click) -> None:
        """A click on a key is as good as the key."""
        command = event.style.meta.get("command")
        if command is not None:
            await self.app.run_action(f"app.give({command!r})")

    def fill(self) -> None:
        """Name what can be done now."""
        if not isinstance(self.screen, CommandScreen):
            return
        offered = [command for command, _ in self.screen.offered() if command.footer]
        typing = [command for command in offered if command.panes == FIELD]
        shown = [*(typing or offered), self.PALETTE]
        while len(shown) > 1 and self._cells(shown) > self.size.width:
            shown.remove(max(reversed(shown), key=lambda command: command.footer))
        self.update(Content(" " * self.GAP).join([self._named(command) for command in shown]))

    def _named(self, command: Command) -> Content:
        click = Style.from_meta({"command": command.id})
        return Content.assemble(
            (command.key, f"bold {STYLES[Tone.ACCENT]}"), (f" {command.title}", STYLES[Tone.MUTED])
        ).stylize(click)

    def _cells(self, commands: list[Command]) -> int:
        own = sum(cell_len(command.key) + 1 + cell_len(command.title) for command in commands)
        return own + self.GAP * (len(commands) - 1)
