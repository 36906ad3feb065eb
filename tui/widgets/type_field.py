"""The line of a form that tells the task type; enter asks for another."""

from __future__ import annotations

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Static

from core.snapshot import TypeRow
from tui.key_map import keyed
from tui.look import Tone, content
from tui.widgets.safe_text import cut, head

LONGEST = 96
"""Cells of a name, at most: fields and keys stay in sight below it."""


class TypeField(Static, can_focus=True):
    """The chosen type with its version. A space is no key here: it comes with words that were meant for a field."""

    DEFAULT_CSS = """
    TypeField { height: auto; padding: 0 1; background: $boost; }
    TypeField:focus { background: $primary 20%; }
    """
    BINDINGS = [Binding("enter,down", "choose", "Choose", show=False)]

    class Wanted(Message):
        """Another type is wanted."""

    def tell(self, name: str | None, row: TypeRow | None, *, unheard: bool = False) -> None:
        """Show this type; None where there is none, which may be since the TaskManager is ``unheard``."""
        if name is None and unheard:
            said = (("No task type is known before the TaskManager answers.", Tone.WARN),)
        elif name is None:
            said = ((keyed("No task type is known. Start workers ({start}) or register a type first."), Tone.WARN),)
        else:
            version = row.version if row is not None and row.version else "not registered"
            off = "  off: it takes no new tasks" if row is not None and not row.is_active else ""
            shown = cut(head(name), LONGEST, keep_end=True)
            said = ((shown, Tone.STRONG), (f"  {version}", Tone.MUTED), (off, Tone.WARN), (" ▾", Tone.ACCENT))
        self.update(content(said))

    def on_click(self) -> None:
        """The mouse asks too."""
        self.action_choose()

    def action_choose(self) -> None:
        """Ask for another type."""
        self.post_message(self.Wanted())
