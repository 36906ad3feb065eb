"""Asks before something that cannot be undone. The default is No."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.closing import ClosesOnce
from tui.look import Piece, Tone, lines, pieces


class Confirm(ModalScreen[bool], ClosesOnce[bool]):
    """A question with its risk and the call that a yes makes; only ``y`` is a yes."""

    is_question = True
    BINDINGS = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,enter,q", "answer(False)", "No"),
    ]
    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm > Vertical {
        width: 66; max-width: 95%; height: auto; border: round $warning; padding: 1 2; background: $surface;
    }
    """

    def __init__(self, question: str, risk: str, call: str) -> None:
        super().__init__()
        self.question, self.risk, self.call = question, risk, call

    def compose(self) -> ComposeResult:
        """The question, the risk, the call, the answers."""
        said: list[tuple[Piece, ...]] = [
            ((self.question, Tone.STRONG),),
            ((self.risk, Tone.WARN),),
            ((f"Call: {self.call}", Tone.MUTED),),
            pieces(""),
            pieces(
                ("y", Tone.ACCENT), " yes     ", ("n", Tone.ACCENT), " or ", ("⏎", Tone.ACCENT), " no (the default)"
            ),
        ]
        with Vertical():
            yield Static(lines(said))

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)
