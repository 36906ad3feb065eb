"""What every form above the board has: a frame with a heading, a fault line, and two ways out."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from core.errors import CoreError
from core.models import utcnow
from tui.closing import ClosesOnce
from tui.deeds import Deed, Deeds
from tui.look import Piece, Tone, content, unheard
from tui.widgets.masking import masked_text
from tui.wording import told

SENDING = "sending…"


class Form(ModalScreen[None], ClosesOnce[None]):
    """Ctrl+S sends, escape leaves; what is wrong stands in the form, and nothing typed is lost."""

    CSS_PATH = "forms.tcss"
    BINDINGS = [
        Binding("ctrl+s", "send", "Send"),
        Binding("escape", "leave", "Leave"),
        # Before the field gets the key: what is typed after it at once would still go to that field.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]
    heading = ""
    doing = "send"
    deeds: Deeds
    ways: tuple[Piece, ...] = (
        ("tab", Tone.ACCENT),
        (" next   ", Tone.MUTED),
        ("esc", Tone.ACCENT),
        (" leave", Tone.MUTED),
    )

    def __init__(self) -> None:
        super().__init__(classes="form")
        self.fault = Static(classes="fault")
        self.sending = False

    def on_mount(self) -> None:
        """Tell what sending waits for."""
        self.set_interval(1.0, self.tell_waiting)

    def compose(self) -> ComposeResult:
        """The fields, what is wrong, the keys."""
        with Vertical(id="frame") as frame:
            frame.border_title = self.heading
            yield from self.fields()
            yield self.fault
            yield Static(content(self.hint()), classes="hint")

    def fields(self) -> ComposeResult:
        """The fields of the form."""
        raise NotImplementedError

    def hint(self) -> tuple[Piece, ...]:
        """The keys that matter here."""
        return (("^s", Tone.ACCENT), (f" {self.doing}   ", Tone.MUTED), *self.ways)

    def refuse(self, sentence: str) -> None:
        """Say what is wrong; empty: nothing."""
        self.fault.update(content(((f"✗ {masked_text(sentence)}", Tone.BAD),) if sentence else ()))

    def send(self, deed: Deed) -> None:
        """Do it beside everything else, and say so at once. It goes on when the form is left."""
        if not self.sending:
            self.sending = True
            self.fault.update(content(((SENDING, Tone.MUTED),)))
            self.app.run_worker(self._send(deed), group="deeds")

    def tell_waiting(self) -> None:
        """That the TaskManager is away, while something is sent to it."""
        if self.sending and (away := unheard(self.deeds.snapshot().server, utcnow())):
            self.fault.update(content(((f"{SENDING}  ", Tone.MUTED), *away)))

    async def _send(self, deed: Deed) -> None:
        try:
            said = await deed()
        except CoreError as error:
            self.sending = False
            if self.is_attached:
                self.refuse(told(error))
            else:
                self.deeds.say(told(error), wrong=True)
        else:
            self.sending = False
            self.done(said)

    def done(self, said: str) -> None:
        """It was done: say so, and close."""
        self.deeds.say(said)
        if self.is_attached:
            self.dismiss()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field sends."""
        event.stop()
        self.action_send()

    def action_send(self) -> None:
        """Do what the form is for."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Close; nothing is done."""
        self.dismiss()


def labelled(label: str, field: Widget) -> Vertical:
    """A field under its label."""
    return Vertical(Static(content(((label, Tone.MUTED),)), classes="label"), field, classes="field")


def whole_number(text: str, what: str, least: int, most: int) -> int:
    """A number in a range; a `ValueError` with a sentence otherwise."""
    try:
        number = int(text.strip())
    except ValueError:
        raise ValueError(f"{what} must be a whole number.") from None
    if not least <= number <= most:
        raise ValueError(f"{what} must be from {least:,} to {most:,}.")
    return number
