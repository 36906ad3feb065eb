"""A screen with the panel that tells why a task is not done: how it opens, follows, and closes."""

from __future__ import annotations

from collections.abc import Iterator

from textual.dom import DOMNode

from tui.command import Command, CommandScreen
from tui.commands import IN_WHY, WHY_PANEL
from tui.widgets.why_panel import WhyPanel

ABOUT = (
    "Why a task is not done, or why nothing happens: all causes that hold, the first one first, each with what is "
    "known of it and with what helps. A number, or enter on one, does it; what could harm asks first. Then it is "
    "told whether that helped."
)
TAKEN = frozenset(key for command in WHY_PANEL for key in command.keys.split(","))
"""Keys that are the panel's while it has the focus."""


class WhyBeside(CommandScreen):
    """What such screens share. The screen makes ``why_panel``, and says what it is about."""

    why_panel: WhyPanel

    @property
    def asked_about(self) -> int | None:
        """The task that the panel is to tell about; None: the whole system."""
        raise NotImplementedError

    def offered(self) -> Iterator[tuple[Command, DOMNode]]:
        """The panel's own commands come first while it has the focus; to mend is one where something can be mended."""
        if self.focused is not self.why_panel:  # which a panel that has just been mounted does not know yet
            yield from super().offered()
            return
        offered = [
            (command, target)
            for command, target in super().offered()
            if command in WHY_PANEL or not TAKEN & set(command.keys.split(","))
        ]
        offered.sort(key=lambda each: IN_WHY[0] not in each[0].panes)
        yield from (each for each in offered if each[0].id != "mend" or self.why_panel.shown.cures)

    def action_why(self) -> None:
        """Why is this task not done?"""
        self.open_why(self.asked_about)

    def open_why(self, task_id: int | None) -> None:
        """Tell about that task, or about the whole system."""
        self.why_panel.tell(task_id)
        self.panel_changed()
        self.set_focus(self.why_panel)

    def close_why(self) -> bool:
        """Close the panel; whether it was open."""
        was_open = self.why_panel.is_open
        if was_open:
            self.why_panel.close_panel()
        return was_open

    def panel_changed(self) -> None:
        """It was opened or closed: there is more or less room."""

    def focus_list(self) -> None:
        """Give the focus to what the panel stands beside."""
        raise NotImplementedError

    def on_why_panel_closed(self, event: WhyPanel.Closed) -> None:
        """All the room is for the list again."""
        event.stop()
        self.panel_changed()
        self.focus_list()

    def on_why_panel_left(self, event: WhyPanel.Left) -> None:
        """To the list; the panel follows."""
        event.stop()
        self.focus_list()
