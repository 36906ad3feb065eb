"""The part of a form that scrolls."""

from __future__ import annotations

from textual import events
from textual.containers import VerticalScroll


class Fields(VerticalScroll, can_focus=False):
    """What is typed in stays in sight, also when what is told below takes more room."""

    def on_resize(self, event: events.Resize) -> None:
        """More or less fits."""
        focused = self.screen.focused
        if focused is not None and self in focused.ancestors:
            focused.scroll_visible(animate=False)
