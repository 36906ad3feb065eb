"""The form in which a task is made: its type, its parameters as fields and as JSON, its priority, how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.timer import Timer
from textual.widgets import Input, Select, Static, TextArea

from core.errors import BadParameters, BadSetting
from core.form_values import Entry, object_in, params_of, values_of
from core.forms import Kind, Path, Violation, encoded, every, fields_of, prefilled
from core.models import CreatedTask, Json, NewTask
from core.repeating import MOST_TIMES, Repeated, repeat
from core.snapshot import TypeRow
from tui.deeds import Deeds
from tui.look import Piece, Tone, content, count
from tui.screens.choose_type import ChooseTypeScreen
from tui.screens.form import Form, labelled, whole_number
from tui.widgets.confirm import Confirm
from tui.widgets.field_box import FieldBox, rewrite
from tui.widgets.safe_text import head
from tui.widgets.schema_form import SchemaForm
from tui.widgets.type_field import TypeField

CHECK_AFTER = 0.2
"""Seconds without a key after which the parameters are held against the schema."""

WIDE = 100
"""Columns from which fields and JSON stand beside each other."""

LARGEST = 2_147_483_647
"""The highest priority that a 32-bit server keeps."""


class NewTaskScreen(Form):
    """A new task; ``focused`` is the type to begin with, ``like`` a task to begin from.

    What is typed lives here, as parameters and as entries of fields; the editors only show it.
    """

    heading = "New task"
    doing = "create"
    BINDINGS = [
        Binding("ctrl+r", "turn", "JSON or fields"),
        Binding("ctrl+t", "choose_type", "Type"),
        Binding("ctrl+o", "open_twin", "Open the same task"),
    ]
    ways = (("^r", Tone.ACCENT), (" JSON   ", Tone.MUTED), ("^t", Tone.ACCENT), (" type   ", Tone.MUTED), *Form.ways)

    def __init__(
        self,
        deeds: Deeds,
        types: Sequence[TypeRow],
        *,
        focused: str | None = None,
        like: NewTask | None = None,
        open_task: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__()
        self.deeds = deeds
        self.open_task = open_task
        self.types = {row.name: row for row in types}
        self.chosen = like.task_type if like else focused or next(iter(self.types), None)
        self.params: dict[str, Json] = dict(like.parameters) if like else prefilled(self.schema)
        self.made = fields_of(self.schema)
        self.values = values_of(self.made, self.params)
        self.faults: dict[Path, str] = {}
        self.found: list[Violation] = []
        self.known: set[Path] | None = set()
        self.raw_fault = ""
        self.twin: int | None = None
        self.about_twin = ""
        self.stopping = False
        self.repeating = False
        self._timer: Timer | None = None
        self.kind = TypeField(id="kind")
        self.form = SchemaForm(self.made, self.values)
        self.priority = Input(str(like.priority if like else 0), id="priority", type="integer", compact=True)
        self.times = Input("1", id="times", type="integer", compact=True)
        self.counter: Select[str] = Select([], prompt="nowhere", id="counter", compact=True)
        self._written = encoded(self.params, indent=2)
        self.parameters = TextArea(self._written, id="parameters", tab_behavior="focus", soft_wrap=False, compact=True)
        self.state = Static(id="state")
        self._begun = self._typed
        self._untouched = self._written

    def fields(self) -> ComposeResult:
        """The type, then fields beside JSON; what every task has comes last."""
        yield self.kind
        with Horizontal(id="sides"):
            with VerticalScroll(id="fields", can_focus=False):
                yield self.form
                with Horizontal(classes="row"):
                    yield labelled("Priority", self.priority)
                    yield labelled("Repeat", self.times)
                    yield labelled("Counter ({n}) in", self.counter)
            yield self.parameters
        yield self.state

    def on_mount(self) -> None:
        """Begin where typing is likeliest."""
        self._explain()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        first = next(iter(self.form.boxes.values()), None)
        if first is not None:
            first.editor.focus()
        elif self.types:
            self.action_turn()
        else:
            self.kind.focus()
        self._edited()

    def on_resize(self) -> None:
        """Both sides, or one of them."""
        self.set_class(self.app.size.width >= WIDE, "-wide")

    @property
    def schema(self) -> Mapping[str, Json]:
        """The schema of the chosen type; empty where none is known."""
        row = self.types.get(self.chosen or "")
        return (row.param_schema or {}) if row is not None else {}

    @property
    def _typed(self) -> tuple[object, ...]:
        return (self.chosen, self.parameters.text, dict(self.values), self.priority.value, self.times.value)

    # The type

    def action_choose_type(self) -> None:
        """Choose another type."""
        self.app.push_screen(ChooseTypeScreen(list(self.types.values()), self.chosen), self._take_type)

    def on_type_field_wanted(self, event: TypeField.Wanted) -> None:
        """The same, from the line that tells it."""
        self.action_choose_type()

    async def _take_type(self, name: str | None) -> None:
        """Another type begins with other parameters, unless something was typed."""
        if name is None or name == self.chosen:
            return
        untouched = self.parameters.text == self._untouched and not self.faults
        self.chosen = name
        self.made = fields_of(self.schema)
        if untouched:
            self.params = prefilled(self.schema)
        self.faults, self.known, self.raw_fault = {}, set(), ""
        await self._show_params()
        if untouched:
            self._untouched = self._written
        self._explain()
        self._edited()

    def _explain(self) -> None:
        row = self.types.get(self.chosen or "")
        self.kind.tell(self.chosen, row)
        texts = [field for field in every(self.made) if field.kind in (Kind.TEXT, Kind.LINES)]
        named = [(content(((head(dotted(each.path), 60), Tone.PLAIN),)), dotted(each.path)) for each in texts]
        self.counter.set_options(named)
        self._counters = {dotted(each.path): each.path for each in texts}

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

    def on_input_changed(self, event: Input.Changed) -> None:
        """How often is another."""
        if not self.sending:
            self._tell()

    def on_select_changed(self, event: Select.Changed) -> None:
        """Where the counter goes is another."""
        if not self.sending:
            self._tell()

    def _edited(self) -> None:
        """Say at once what can be said at once, and check the rest when no key comes for a moment."""
        self.found, self.twin = [], self._same_in_sight()
        self.about_twin = f"The same as task #{self.twin}: creating it makes nothing new."
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

    def _same_in_sight(self) -> int | None:
        """The task in the queue, as far as it is shown, that has the same type and parameters."""
        mine = encoded(self.params)
        for task in self.deeds.snapshot().view.tasks:
            alike = task.task_type == self.chosen and not task.partial and task.parameters == self.params
            # Python takes true for 1, and the TaskManager does not.
            if alike and encoded({name: task.parameters[name] for name in self.params}) == mine:
                return task.id
        return None

    # What is told

    def _tell(self) -> None:
        wrong, elsewhere = self.form.tell(self.faults, self.found, self.known)
        if self.sending:
            return
        self.state.update(content(self._news()))
        if self.raw_fault:
            self.refuse(f"JSON: {self.raw_fault}. The fields keep what could be read last.")
        elif self.faults:
            self.refuse("The JSON keeps what the fields said last.")
        elif elsewhere:
            self.refuse("; ".join(elsewhere[:3]))
        elif wrong and self.known is None:
            self.refuse(f"{count(len(wrong), 'field')} to correct.")

    def _news(self) -> tuple[Piece, ...]:
        """What is good to know before it is sent."""
        if self.twin is not None:
            opens: tuple[Piece, ...] = (("  ^o", Tone.ACCENT), (f" opens #{self.twin}", Tone.MUTED))
            return ((f"≡ {self.about_twin}", Tone.WARN), *(opens if self.open_task else ()))
        many = self.times.value.strip() not in ("", "0", "1")
        if many and not isinstance(self.counter.value, str):
            return (("⚠ Without a counter all but the first are the same task.", Tone.WARN),)
        return ()

    # What is done

    def action_turn(self) -> None:
        """Go to the JSON, or back to the fields."""
        raw = not self.has_class("-raw")
        self.set_class(raw, "-raw")
        first = next(iter(self.form.boxes.values()), None)
        target = self.parameters if raw else first.editor if first is not None else self.priority
        self.call_after_refresh(target.focus)

    def action_open_twin(self) -> None:
        """Open the task that is the same."""
        if self.twin is not None and self.open_task is not None:
            self.open_task(self.twin)

    def action_send(self) -> None:
        """Check it and create it."""
        if not self.sending:
            self.call_next(self._send_typed)

    async def _send_typed(self) -> None:
        await self._take_raw()
        try:
            priority = whole_number(self.priority.value, "The priority", -LARGEST, LARGEST)
            times = whole_number(self.times.value, "Repeat", 1, MOST_TIMES)
            if self.raw_fault:
                raise ValueError(self.raw_fault)
        except ValueError as fault:
            self.refuse(str(fault))
            return
        if self.faults:
            self.form.boxes[next(iter(self.faults))].editor.focus()
        elif self.chosen is None:
            self.refuse("Choose a task type.")
        else:
            self.send(partial(self._create, NewTask(self.chosen, self.params, priority), times))

    async def _create(self, new: NewTask, times: int) -> str:
        await self._check()
        if self.found:
            self._point_out()
            raise BadParameters(new.task_type, [each.message for each in self.found])
        if times == 1:
            return self._made(await self.deeds.verbs.create_task(new))
        self.stopping, self.repeating = False, True
        counter = self._counters.get(self.counter.value) if isinstance(self.counter.value, str) else None
        try:
            done = await repeat(
                self.deeds.verbs.create_task, new, times, counter, self._progress, lambda: not self.stopping
            )
        finally:
            self.repeating = False
        self.twin = done.twin
        return summary(done)

    def _point_out(self) -> None:
        if self.is_attached:
            self.known = None
            wrong, _ = self.form.tell(self.faults, self.found, None)
            for box in wrong[:1]:
                box.editor.focus()

    def _made(self, made: CreatedTask) -> str:
        if made.deduplicated:
            self.twin = made.id
            return f"Nothing new: it is the same as task #{made.id}, which is {made.status}."
        self.twin = None
        return f"Task #{made.id} created."

    def _progress(self, done: Repeated) -> None:
        if self.is_attached:
            same = f", {done.duplicates:,} the same" if done.duplicates else ""
            said = f"sending… {done.asked:,} of {done.times:,}{same}   "
            self.fault.update(content(((said, Tone.MUTED), ("esc", Tone.ACCENT), (" stops", Tone.MUTED))))

    def done(self, said: str) -> None:
        """Close when something new was made; a duplicate stays, so that it can be opened or changed."""
        if self.twin is None or not self.is_attached:
            super().done(said)
            return
        self._begun = self._typed
        self.about_twin = said
        self._tell()

    def action_leave(self) -> None:
        """Stop repeating; else close, and ask before something typed is lost."""
        if self.repeating:
            self.stopping = True
        elif self.sending or self._typed == self._begun:
            self.dismiss()
        else:
            asking = Confirm("Leave this form?", "What you typed is lost.", "nothing is sent")
            self.app.push_screen(asking, self._leave)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.dismiss()


def dotted(path: Path) -> str:
    """A path as people write it."""
    return ".".join(each or "" for each in path)


def summary(done: Repeated) -> str:
    """What became of a repetition, in a sentence."""
    which = f" (#{done.first} to #{done.last})" if done.created > 1 else f" (#{done.first})" if done.created else ""
    said = f"{count(done.created, 'task')} created{which}"
    if done.duplicates:
        said += f"; {done.duplicates:,} were there already, the first is #{done.twin}"
    if done.trouble:
        return f"{said}; then it ended at {done.asked + 1:,} of {done.times:,}: {done.trouble}"
    return f"{said}; stopped at {done.asked:,} of {done.times:,}." if done.asked < done.times else f"{said}."
