"""Stands before everything while the terminal is too small to show anything else."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from core.config import SMALLEST_TERMINAL
from tui.closing import ClosesOnce
from tui.look import Tone, lines, pieces

SMALLEST = Size(*SMALLEST_TERMINAL)
"""Columns and rows below which nothing sensible can be shown."""


class TooSmallScreen(ModalScreen[None], ClosesOnce[None]):
    """Nobody acts on what cannot be seen: one can only leave, or give the terminal more room."""

    BINDINGS = [Binding("q", "app.quit", "Quit")]
    DEFAULT_CSS = """
    TooSmallScreen { align: center middle; background: $background; }
    TooSmallScreen Static { width: 1fr; height: auto; text-align: center; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.told = Static()

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield self.told

    def on_resize(self) -> None:
        """Say how much is missing, or make room."""
        self.look()

    def on_screen_resume(self) -> None:
        """What stood before this is gone; meanwhile the terminal may have grown."""
        self.look()

    def look(self) -> None:
        """Go when there is room."""
        width, height = self.app.size
        if fits(self.app.size):
            if self.app.screen is self:  # the terminal may grow again while this goes
                self.dismiss()
            return
        said = f"{width}x{height} is too small: the board needs {SMALLEST.width}x{SMALLEST.height} or more."
        self.told.update(lines([((said, Tone.WARN),), pieces(("q", Tone.ACCENT), " quit")]))


def fits(size: Size) -> bool:
    """Whether something sensible can be shown."""
    return size.width >= SMALLEST.width and size.height >= SMALLEST.height


def guard(app: App[int]) -> None:
    """Cover everything when the terminal has become too small."""
    if not fits(app.size) and not any(isinstance(screen, TooSmallScreen) for screen in app.screen_stack):
        app.push_screen(TooSmallScreen())
