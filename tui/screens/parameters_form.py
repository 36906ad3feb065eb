"""What a form with parameters has: fields made from a schema beside their JSON, checked as one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import work
from textual.binding import Binding
from textual.timer import Timer
from textual.widgets import Static, TextArea

from core.errors import BadSetting
from core.form_values import Entry, object_in, params_of, values_of
from core.forms import Path, Violation, encoded, fields_of
from core.masking import MASK, masked_text
from core.models import Json
from core.veils import bare, discreet, lifted, veiled
from tui.deeds import Deeds
from tui.look import Piece, Tone, content, count, lines
from tui.screens.form import Form
from tui.screens.task_news import dotted
from tui.widgets.field_box import FieldBox, rewrite
from tui.widgets.line_input import LineInput
from tui.widgets.safe_text import head
from tui.widgets.schema_form import SchemaForm, placed

CHECK_AFTER = 0.2
"""Seconds without a key after which the parameters are held against the schema."""

NOTHING = encoded({}, indent=2)
"""The JSON of no parameters."""

WIDE = 100
"""Columns from which fields and JSON stand beside each other."""


class ParametersForm(Form):
    """Keeps what is typed, as parameters and as entries of fields; the editors only show it."""

    BINDINGS = [Binding("ctrl+r", "turn", "JSON or fields"), Binding("ctrl+l", "reveal", "Show secrets")]

    def __init__(self, deeds: Deeds, schema: Mapping[str, Json], params: Mapping[str, Json]) -> None:
        super().__init__()
        self.deeds = deeds
        self.original: dict[str, Json] = dict(params)
        self.revealed = False
        self.params: dict[str, Json] = veiled(params)
        """What is shown: with secrets only while they are revealed."""
        self.made = fields_of(schema)
        self.values = values_of(self.made, self.params)
        self.faults: dict[Path, str] = {}
        self.found: list[Violation] = []
        self.known: set[Path] | None = set()
        """Fields that someone typed in; None: what is wrong with any of them is told."""
        self.raw_fault = ""
        self.form = SchemaForm(self.made, self.values)
        self._written = encoded(self.params, indent=2)
        self.parameters = TextArea(self._written, id="parameters", tab_behavior="focus", soft_wrap=False, compact=True)
        self.parameters.border_title = "JSON"
        self.state = Static(id="state")
        self._timer: Timer | None = None

    @property
    def schema(self) -> Mapping[str, Json]:
        """What the parameters are held against; empty where none is known."""
        raise NotImplementedError

    def changed(self) -> None:
        """Other parameters are typed."""
        raise NotImplementedError

    def outlook(self) -> tuple[Piece, ...]:
        """What keeps the task from being done, whatever its parameters are."""
        raise NotImplementedError

    async def ask(self) -> None:
        """Ask the TaskManager what can be asked: no key has come for a moment, and the parameters break no rule."""

    def sent(self, params: dict[str, Json]) -> list[dict[str, Json]]:
        """What is sent of such parameters; each is held against the schema."""
        return [params]

    def plan(self) -> tuple[Piece, ...]:
        """What sending would make, where that is not one task."""
        return ()

    def news(self) -> tuple[Piece, ...]:
        """What is good to know before it is sent."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Both sides, or the one that is typed in."""
        wide = self.app.size.width >= WIDE
        if not wide and self.has_class("-wide"):
            self.set_class(self.focused is self.parameters, "-raw")
        self.set_class(wide, "-wide")

    @property
    def only_json(self) -> bool:
        """Whether the fields are out of sight."""
        return self.has_class("-raw") and not self.has_class("-wide")

    # What is typed

    async def on_field_box_changed(self, event: FieldBox.Changed) -> None:
        """A field is another: so is the JSON, where the fields make some."""
        event.stop()
        self._take_entry(event.path, event.entry)

    def _take_entry(self, path: Path, entry: Entry | None) -> None:
        self.form.note(path, entry)
        self.values = dict(self.form.values)
        if self.known is not None:
            self.known.add(path)
        params, self.faults = params_of(self.made, self.values)
        if not self.faults:
            self.params, self.raw_fault = params, ""
            self._write_raw()
        self._edited()

    def on_line_input_cut(self, event: LineInput.Cut) -> None:
        """What became of lines for which there is no place."""
        self.deeds.say(f"Only the first of {event.lines:,} pasted lines was taken: this field holds one.")

    def on_line_input_joined(self, event: LineInput.Joined) -> None:
        """The same where a terminal sends them as if they were typed."""
        self.deeds.say("This field holds one line: what follows the line break was put behind it.")

    async def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """The JSON is another: so are the fields, where it can be read."""
        if event.text_area is self.parameters:
            await self._take_raw()

    async def _take_raw(self) -> None:
        text = self.parameters.text
        if text == self._written:
            return
        self._written = text
        try:
            self.params, self.raw_fault = object_in(text), ""
        except ValueError as fault:
            self.raw_fault = str(fault)
        else:
            self.faults = {}
            self.values = values_of(self.made, self.params)
            await self.form.show(self.made, self.values)
        self._edited()

    async def _show_params(self) -> None:
        self.values = values_of(self.made, self.params)
        self._write_raw()
        await self.form.show(self.made, self.values)

    def _write_raw(self) -> None:
        self._written = encoded(self.params, indent=2)
        rewrite(self.parameters, self._written)

    def _edited(self) -> None:
        """Say at once what can be said at once, and check the rest when no key comes for a moment."""
        self.found = []
        self.changed()
        if not self.sending:
            self.refuse("")
        self._tell()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(CHECK_AFTER, self.check)

    @work(group="check", exclusive=True)
    async def check(self) -> None:
        """Hold the parameters against the schema."""
        if not self.faults and not self.raw_fault:
            params = self.params
            await self._check()
            self._tell()
            if params is self.params and not self.found:
                await self.ask()

    @property
    def meant(self) -> dict[str, Json]:
        """The parameters themselves."""
        return self._lifted[0]

    @property
    def _lifted(self) -> tuple[dict[str, Json], list[Violation]]:
        if self.revealed:
            return self.params, bare(self.params, self.original)
        return lifted(self.params, self.original)

    async def _check(self) -> None:
        params, (meant, torn) = self.params, self._lifted
        try:
            found = torn
            for each in self.sent(meant):
                found = found or await self.deeds.verbs.check_params(self.schema, each)
        except BadSetting as fault:
            # The TaskManager has the last word: what cannot be checked here is sent all the same.
            self.state.update(content(((f"⚠ Not checked here: {masked_text(str(fault))}", Tone.WARN),)))
            return
        if params is self.params:
            self.found = found if self.revealed else [discreet(each, meant) for each in found]

    # What is told

    def _tell(self) -> None:
        wrong, elsewhere = self.form.tell(self.faults, self.found, self.known)
        if self.sending:
            return
        self.state.update(
            lines([row for row in (self._hidden_told(), self.plan(), self.news(), self.outlook()) if row])
        )
        if self.raw_fault:
            self.refuse(f"JSON: {self.raw_fault}. The fields keep what could be read last.")
        elif self.faults:
            self.refuse("The JSON keeps what the fields said last.")
        elif elsewhere:
            self.refuse("; ".join(elsewhere[:3]))
        elif wrong and self.only_json:
            self.refuse(places(wrong))
        elif wrong and self.known is None:
            self.refuse(f"{count(len(wrong), 'field')} to correct.")

    def _hidden_told(self) -> tuple[Piece, ...]:
        """That there are secrets, and how they are shown or hidden."""
        if self.revealed:
            return (("⚠ Secrets are shown.", Tone.WARN), ("  ^l", Tone.ACCENT), ("\u00a0hides them", Tone.MUTED))
        if MASK not in self.parameters.text:
            return ()
        return ((f"{MASK} is kept as it was.", Tone.MUTED), ("  ^l", Tone.ACCENT), ("\u00a0shows secrets", Tone.MUTED))

    async def action_reveal(self) -> None:
        """Show secrets; again: hide them."""
        meant, torn = self._lifted
        if self.sending or self.faults or self.raw_fault or torn:
            self.refuse("First correct what is wrong.")
            return
        if not self.revealed and meant == self.params:
            return
        self.revealed = not self.revealed
        self.original, self.params = meant, dict(meant) if self.revealed else veiled(meant)
        await self._show_params()
        for area in self.query(TextArea):
            area.history.clear()  # undo would show what is hidden now, or bring masks among what is meant as it stands
        self._edited()

    def action_turn(self) -> None:
        """Go to the JSON, or back to the fields."""
        raw = not self.has_class("-raw")
        self.set_class(raw, "-raw")
        first = next(iter(self.form.boxes.values()), None)
        if raw:
            self.set_focus(self.parameters)
            if self.parameters.text == NOTHING:
                self.parameters.select_all()  # who types an object types its braces, too
        elif first is not None:
            self.set_focus(first.editor)
        if not self.sending:
            self.refuse("")
        self._tell()


def places(wrong: Sequence[FieldBox]) -> str:
    """What is wrong, for one who does not see the fields: the first of them with its name, and how many more."""
    more = f" And {count(len(wrong) - 1, 'more mistake')}." if len(wrong) > 1 else ""
    said = wrong[0].fault
    return placed(head(dotted(wrong[0].field.path), 40), f"{said}{'' if said.endswith('.') else '.'}{more}")
