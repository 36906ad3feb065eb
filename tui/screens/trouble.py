"""Says why the board cannot work, and how to leave."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from core.errors import CoreError
from tui.closing import ClosesOnce
from tui.look import Tone, lines, pieces
from tui.widgets.masking import masked_text


class TroubleScreen(ModalScreen[None], ClosesOnce[None]):
    """The error in one sentence; ``q`` leaves with its exit code."""

    BINDINGS = [Binding("q,escape,enter", "leave", "Quit")]
    DEFAULT_CSS = """
    TroubleScreen { align: center middle; }
    TroubleScreen > Vertical {
        width: 70; max-width: 95%; height: auto; max-height: 90%;
        border: round $error; padding: 1 2; background: $surface;
    }
    """

    def __init__(self, error: CoreError) -> None:
        super().__init__()
        self.error = error

    def compose(self) -> ComposeResult:
        """The sentence, and what to press."""
        with Vertical():
            yield Static(
                lines(
                    [
                        (("✗ PrismQ Workers cannot start", Tone.BAD),),
                        pieces(""),
                        pieces(masked_text(str(self.error))),
                        pieces(""),
                        pieces(("q", Tone.ACCENT), f" quit (exit code {self.error.exit_code})"),
                    ]
                )
            )

    def action_leave(self) -> None:
        """Leave with the error's exit code."""
        self.app.exit(return_code=self.error.exit_code)
