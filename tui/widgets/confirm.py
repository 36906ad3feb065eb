"""Asks before something that cannot be undone. The default is No."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.closing import ClosesOnce
from tui.look import Piece, Tone, lines, pieces

Risk: TypeAlias = str | Callable[[], str]
"""What a yes brings about; asked for again and again where it changes while the question stands."""

ASK_EVERY: Final = 0.25
"""Seconds between two looks at a risk that changes."""

DEAF_FOR = 0.4
"""Seconds for which a question that no key has just opened takes no answer: what is typed then is meant for others."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a yes does and what a no does, each as a person would say it of oneself: ``cancel it``, ``leave it``."""

    yes: str
    no: str = "change nothing"


class Confirm(ModalScreen[bool], ClosesOnce[bool]):
    """A question: what is to be done to whom, what that brings about and whether it can be undone (``risk``), and the
    call that a yes makes, empty for none; only ``y`` is a yes, and each key says what it does.

    ``unexpected``: no key has just opened it, so that it takes no answer at first, and its keys are pale."""

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

    def __init__(self, question: str, risk: Risk, call: str, answers: Answers, *, unexpected: bool = False) -> None:
        super().__init__()
        self.question, self.call, self.answers = question, call, answers
        self.hears = not unexpected
        self._risk = risk
        self.told = Static()

    @property
    def risk(self) -> str:
        """What a yes brings about as things are now."""
        return self._risk if isinstance(self._risk, str) else self._risk()

    def compose(self) -> ComposeResult:
        """One text."""
        with Vertical():
            yield self.told

    def on_mount(self) -> None:
        """Write it; anew where it changes."""
        if DEAF_FOR and not self.hears:
            self.set_timer(DEAF_FOR, self.hear)
        else:
            self.hears = True
        self.write()
        if not isinstance(self._risk, str):
            self.set_interval(ASK_EVERY, self.write)

    def hear(self) -> None:
        """Take answers from now on."""
        self.hears = True
        self.write()

    def write(self) -> None:
        """The question, the risk, the call, the answers."""
        said: list[tuple[Piece, ...]] = [((self.question, Tone.STRONG),), ((self.risk, Tone.WARN),)]
        if self.call:
            said.append(((f"Call: {self.call}", Tone.MUTED),))
        key = Tone.ACCENT if self.hears else Tone.MUTED
        said += [
            pieces(""),
            pieces(("y", key), f" yes, {self.answers.yes}"),
            pieces(("n", key), f" no, {self.answers.no} (also ", ("⏎ esc", key), ")"),
        ]
        self.told.update(lines(said))

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        if self.hears:
            self.dismiss(answer)
