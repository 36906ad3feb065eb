"""What a command is, and the screen that offers some: its bindings, key bar, palette and help follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from tui.closing import ClosesOnce

NO_KEY = "no_key"
"""Stands where a command has no key until the user gives it one; no terminal sends it."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a user can do.

    ``id`` is also the action that carries it out, unless ``does`` names another. ``keys`` are Textual's names,
    comma-separated; ``shown`` is how the first of them is written. ``panes``: it is offered only while one of these is
    focused (none: always). ``footer``: the key bar names it, and leaves the highest out first where they do not all
    fit, after those that are for other panes than the focused one; 0: the key bar leaves it out altogether.
    ``near``: panes that it matters in most; ``ranks``: when the key bar leaves it out in panes where that is not told
    by these. ``movement``: it only moves; the palette only finds it. ``brief``: its title in a key bar with
    little room, where that is another one.
    """

    id: str
    keys: str
    title: str
    help: str
    panes: tuple[str, ...] = ()
    footer: int = 0
    near: tuple[str, ...] = ()
    ranks: tuple[tuple[str, int], ...] = ()
    movement: bool = False
    destructive: bool = False
    shown: str = ""
    does: str = ""
    brief: str = ""

    @property
    def action(self) -> str:
        """The action that carries it out, with its parameters."""
        return self.does or self.id

    @property
    def method(self) -> str:
        """The name of the method that carries it out."""
        return f"action_{self.action.partition('(')[0].rpartition('.')[2]}"

    @property
    def key(self) -> str:
        """The first key, as people write it."""
        return self.shown or self.keys.partition(",")[0]

    def rank(self, place: str) -> int:
        """When the key bar leaves it out while that pane is focused: the higher, the sooner."""
        near = self.footer - 10 * (place in self.panes or place in self.near)
        return dict(self.ranks).get(place, near)

    def is_elsewhere(self, place: str) -> bool:
        """Whether it matters most in other panes than this one."""
        return bool(self.near) and place not in self.panes and place not in self.near

    @property
    def bindings(self) -> list[Binding]:
        """What Textual needs to know; the id lets a settings file remap the key, or give one to those without."""
        keys = self.keys or NO_KEY
        return [Binding(keys, self.action, self.title, show=bool(self.footer), key_display=self.key, id=self.id)]


def key_of(app: App[Any], command: Command) -> str:
    """The key of a command in this app, as people write it."""
    shown = getattr(app, "shown_key", None)
    return shown(command) if shown is not None else command.key


def bindings(commands: tuple[Command, ...]) -> list[BindingType]:
    """The bindings of these commands."""
    return [binding for command in commands for binding in command.bindings]


class CommandScreen(ClosesOnce[None]):
    """A screen that offers commands."""

    command_set: tuple[Command, ...] = ()

    @property
    def place(self) -> str:
        """Which pane is in use; commands are scoped by it."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a command only where it makes sense."""
        scoped = [each for each in self.command_set if each.method == f"action_{action}"]
        return not scoped or any(not each.panes or self.place in each.panes for each in scoped)

    def times_changed(self) -> None:
        """Times are told in another way from now on: what is on the screen is drawn anew."""

    def possible(self, command: Command) -> bool:
        """Whether the command would do anything now, as far as that is cheap to know. Its key works all the same."""
        return True

    def rank_of(self, command: Command) -> int:
        """When the key bar leaves it out here and now: the higher, the sooner."""
        return command.rank(self.place)

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """What the command is called here and now, for the key bar and the palette; ``brief``: with little room."""
        return command.brief if brief and command.brief else command.title

    def on_screen_suspend(self) -> None:
        """What was said belongs to what is covered now."""
        self.app.clear_notifications()

    def offered(self) -> Iterator[tuple[Command, DOMNode]]:
        """The commands that can be given now, each with the widget or screen that carries it out."""
        place, nodes = self.place, (self.focused, self, self.app)
        for command in self.command_set:
            if command.panes and place not in command.panes:
                continue
            target = next((node for node in nodes if node is not None and hasattr(node, command.method)), None)
            if target is not None:
                yield command, target

    def system_commands(self) -> Iterator[SystemCommand]:
        """The commands that can be given now, for the palette; those that only move where one looks for them."""
        for command, target in self.offered():
            key = key_of(self.app, command)
            title = f"{self.title_of(command)} ({key})" if key else self.title_of(command)
            yield SystemCommand(title, command.help, self._run(command, target), discover=not command.movement)

    def _run(self, command: Command, target: DOMNode) -> Any:
        async def run() -> None:
            await self.app.run_action(command.action, default_namespace=target)

        return run
