"""What a form with parameters has: fields made from a schema beside their JSON, checked as one types."""

from __future__ import annotations

from collections.abc import Mapping

from textual import work
from textual.binding import Binding
from textual.timer import Timer
from textual.widgets import Static, TextArea

from core.errors import BadSetting
from core.form_values import Entry, object_in, params_of, values_of
from core.forms import Path, Violation, encoded, fields_of
from core.models import Json
from tui.deeds import Deeds
from tui.look import Piece, Tone, content, count
from tui.screens.form import Form
from tui.widgets.field_box import FieldBox, rewrite
from tui.widgets.schema_form import SchemaForm

CHECK_AFTER = 0.2
"""Seconds without a key after which the parameters are held against the schema."""

NOTHING = encoded({}, indent=2)
"""The JSON of no parameters."""

WIDE = 100
"""Columns from which fields and JSON stand beside each other."""


class ParametersForm(Form):
    """Keeps what is typed, as parameters and as entries of fields; the editors only show it."""

    BINDINGS = [Binding("ctrl+r", "turn", "JSON or fields")]

    def __init__(self, deeds: Deeds, schema: Mapping[str, Json], params: Mapping[str, Json]) -> None:
        super().__init__()
        self.deeds = deeds
        self.params: dict[str, Json] = dict(params)
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
        self.state = Static(id="state")
        self._timer: Timer | None = None

    @property
    def schema(self) -> Mapping[str, Json]:
        """What the parameters are held against; empty where none is known."""
        raise NotImplementedError

    def changed(self) -> None:
        """Other parameters are typed."""
        raise NotImplementedError

    async def ask(self) -> None:
        """Ask the TaskManager what can be asked: no key has come for a moment, and the parameters break no rule."""

    def news(self) -> tuple[Piece, ...]:
        """What is good to know before it is sent."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Both sides, or one of them."""
        self.set_class(self.app.size.width >= WIDE, "-wide")

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
            await self._check()
            self._tell()
            if not self.found:
                await self.ask()

    async def _check(self) -> None:
        params = self.params
        try:
            found = await self.deeds.verbs.check_params(self.schema, params)
        except BadSetting as fault:
            # The TaskManager has the last word: what cannot be checked here is sent all the same.
            self.state.update(content(((f"⚠ Not checked here: {fault}", Tone.WARN),)))
            return
        if params is self.params:
            self.found = found

    # What is told

    def _tell(self) -> None:
        wrong, elsewhere = self.form.tell(self.faults, self.found, self.known)
        if self.sending:
            return
        self.state.update(content(self.news()))
        if self.raw_fault:
            self.refuse(f"JSON: {self.raw_fault}. The fields keep what could be read last.")
        elif self.faults:
            self.refuse("The JSON keeps what the fields said last.")
        elif elsewhere:
            self.refuse("; ".join(elsewhere[:3]))
        elif wrong and self.known is None:
            self.refuse(f"{count(len(wrong), 'field')} to correct.")

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
