"""The form in which a task is made: its type, its parameters as fields and as JSON, its priority, how often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Select

from core.answers import CreatedTask
from core.errors import BadParameters, BadSetting, CoreError
from core.models import Json, NewTask
from core.repeating import Repeated, Series, repeat
from core.snapshot import TypeRow
from core.twins import Twin, can_ask, in_sight
from tui.deeds import Deeds
from tui.look import Piece, Tone, content, count
from tui.screens.form import Form, labelled, whole_number
from tui.screens.parameters_form import places
from tui.screens.repetition import AMOUNT, Repetition
from tui.screens.task_news import open_hint, summary, twin_told
from tui.screens.typed_form import TypedForm
from tui.widgets.confirm import Answers, Confirm
from tui.widgets.field_box import FieldBox
from tui.widgets.fields import Fields
from tui.widgets.line_input import LineInput
from tui.wording import told

LARGEST = 2_147_483_647
"""The highest priority that a 32-bit server keeps."""
NO_WORKER_HERE = "⚠ No worker here claims this type."
LOOK = 0.5
"""Seconds after which it is looked for types that were not known before."""


class NewTaskScreen(TypedForm):
    """A new task; ``focused`` is the type to begin with, told as the type ``of``, ``like`` a task to begin
    from."""

    heading = "New task"
    doing = "create"
    BINDINGS = [Binding("ctrl+o", "open_twin", "Open the same task")]
    ways = (("^r", Tone.ACCENT), (" JSON   ", Tone.MUTED), ("^t", Tone.ACCENT), (" type   ", Tone.MUTED), *Form.ways)

    def __init__(
        self,
        deeds: Deeds,
        types: Sequence[TypeRow],
        *,
        focused: str | None = None,
        of: str = "",
        like: NewTask | None = None,
        open_task: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__(deeds, types, like.task_type if like else focused, like.parameters if like else None)
        if of:
            self.heading = f"New task of the type {of}; ^t: another"
        self._given = self.chosen
        self.open_task = open_task
        self.twin = Twin()
        self.said = ""
        """What became of the last one that was sent, where nothing new was made."""
        self._asked: NewTask | None = None
        self._unasked = ""
        self.stopping = False
        self.repeating = False
        self.priority = LineInput(str(like.priority if like else 0), id="priority", type="integer", compact=True)
        self.times = LineInput("1", id="times", type="integer", compact=True)
        self.counter: Select[str] = Select([], prompt="nothing", id="counter", compact=True)
        self.repetition = Repetition(self.times, self.counter)
        self._begun = self._typed

    def fields(self) -> ComposeResult:
        """The type, then fields beside JSON; what every task has comes last."""
        yield self.kind
        with Horizontal(id="sides"):
            with Fields(id="fields"):
                yield self.form
                with Horizontal(classes="row"):
                    yield labelled("Priority", self.priority)
                    yield labelled(AMOUNT, self.times)
                    yield self.repetition.numbered
            yield self.parameters
        yield self.state

    def type_changed(self) -> None:
        """Other texts may get the number."""
        super().type_changed()
        self.query_one("#frame").border_title = self.heading if self.chosen == self._given else NewTaskScreen.heading
        self.repetition.offer(self.made)

    def begin_anew(self) -> None:
        """Nothing would be lost."""
        self._begun = self._typed

    @property
    def is_untouched(self) -> bool:
        """Whether nothing would be lost."""
        return self._typed == self._begun

    @property
    def _typed(self) -> tuple[object, ...]:
        return (self.chosen, self.parameters.text, dict(self.values), self.priority.value, self.times.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """How often is another."""
        if event.input is self.times and not self.sending:
            self._edited()

    def on_field_box_lined(self, event: FieldBox.Lined) -> None:
        """Several lines were pasted: a task for each, unless something else is chosen."""
        self.repetition.take_lines(event.path)
        self._edited()

    def on_select_changed(self, event: Select.Changed) -> None:
        """Where the counter goes is another."""
        if event.select is self.counter and not self.sending and self.repetition.is_chosen_anew():
            self._edited()

    def changed(self) -> None:
        """Say at once when a task in sight is the same."""
        self.said = ""
        self.repetition.settle(self.meant)
        self.twin = in_sight(self.deeds.snapshot(), self._first)

    async def ask(self) -> None:
        """Look for the same task among all that there are, where the TaskManager can be asked."""
        first = self._first
        if self.sending or self.chosen is None or self.twin.task_id is not None:
            return
        if can_ask(self.deeds.snapshot()):
            try:
                found = await self.deeds.verbs.find_same(first)
            except CoreError as error:
                self._unasked = f"Whether there is such a task could not be asked: {told(error)}"
            else:
                self._unasked = ""
                self.twin = found if first == self._first else self.twin
        self._asked = first
        self._tell()

    @property
    def _first(self) -> NewTask:
        """The task that is sent first."""
        return NewTask(self.chosen or "", self.repetition.first(self.meant))

    def sent(self, params: dict[str, Json]) -> list[dict[str, Json]]:
        """With the number in them where several are made."""
        return self.repetition.checked(params)

    def plan(self) -> tuple[Piece, ...]:
        """That several are made, and what tells them apart."""
        return self.repetition.told(self.meant)  # which veils what is a secret

    def news(self) -> tuple[Piece, ...]:
        """What is good to know before it is sent."""
        opens = self.open_task is not None
        if self.said and self.twin.task_id is not None:
            return ((f"≡ {self.said}", Tone.WARN), *open_hint(opens))
        if self.twin.task_id is not None:
            return twin_told(self.twin, self.repetition.is_told_apart(self.meant), opens)
        if self.repetition.many:
            return ()
        if self._asked != self._first or self.found:
            return ()
        return ((self._unasked, Tone.MUTED),) if self._unasked else twin_told(self.twin, False, opens)

    def outlook(self) -> tuple[Piece, ...]:
        """That nobody here would do it."""
        newest = {row.name: row for row in self.deeds.snapshot().types}
        row = newest.get(self.chosen or "") or self.types.get(self.chosen or "")
        return ((NO_WORKER_HERE, Tone.WARN),) if row is not None and row.is_for_nobody else ()

    # What is done

    def action_open_twin(self) -> None:
        """Open the task that is the same."""
        if self.twin.task_id is not None and self.open_task is not None:
            self.open_task(self.twin.task_id)

    def action_send(self) -> None:
        """Check it and create it."""
        if not self.sending:
            self.call_next(self._send_typed)

    async def _send_typed(self) -> None:
        await self._take_raw()
        try:
            priority = whole_number(self.priority.value, "The priority", -LARGEST, LARGEST)
            series = self.repetition.series(self.meant)
            if self.raw_fault:
                raise ValueError(self.raw_fault)
        except ValueError as fault:
            self.refuse(str(fault))
            return
        if self.faults:
            if self.only_json:
                self.action_turn()
            self.form.boxes[next(iter(self.faults))].editor.focus()
        elif self.chosen is None:
            self.refuse("Choose a task type.")
        else:
            self.send(partial(self._create, NewTask(self.chosen, self.meant, priority), series))

    async def _create(self, new: NewTask, series: Series) -> str:
        await self._check()
        if self.found:
            wrong, elsewhere = self._point_out()
            if self.is_attached:
                mistakes = f"{count(len(self.found), 'mistake')} to correct."
                raise BadSetting("; ".join(elsewhere[:3]) or (places(wrong) if wrong and self.only_json else mistakes))
            raise BadParameters(new.task_type, [each.message for each in self.found])
        if series.times == 1:
            return self._made(await self.deeds.verbs.create_task(new))
        self.stopping, self.repeating = False, True
        try:
            done = await repeat(self.deeds.verbs.create_task, new, series, self._progress, lambda: not self.stopping)
        finally:
            self.repeating = False
        self.twin = Twin(done.twin)
        return summary(done)

    def _point_out(self) -> tuple[list[FieldBox], list[str]]:
        """Go to the first field that is wrong, where it is seen; answers those that are, and what belongs to none."""
        self.known = None
        wrong, elsewhere = self.form.tell(self.faults, self.found, None)
        if wrong and not self.only_json:
            wrong[0].editor.focus()
        return wrong, elsewhere

    def _made(self, made: CreatedTask) -> str:
        if made.deduplicated:
            self.twin = Twin(made.id, made.status)
            return f"Nothing new: it is the same as task #{made.id}, which is {made.status}."
        self.twin = Twin()
        return f"Task #{made.id} created."

    def _progress(self, done: Repeated) -> None:
        if self.is_attached:
            same = f", {done.duplicates:,} the same" if done.duplicates else ""
            said = f"sending… {done.asked:,} of {done.times:,}{same}   "
            self.fault.update(content(((said, Tone.MUTED), ("esc", Tone.ACCENT), (" stops", Tone.MUTED))))

    def done(self, said: str) -> None:
        """Close when something new was made; a duplicate stays, so that it can be opened or changed."""
        if self.twin.task_id is None or not self.is_attached:
            super().done(said)
            return
        self._begun = self._typed
        self.said = said
        self.refuse("")
        self._tell()

    def action_leave(self) -> None:
        """Stop repeating; else close, and ask before something typed is lost."""
        if self.repeating:
            self.stopping = True
        elif self.sending or self.is_untouched:
            self.dismiss()
        else:
            answers = Answers("leave, and lose what I typed", "go on typing")
            asking = Confirm("Leave this form?", "What you typed is lost; no task is created.", "", answers)
            self.app.push_screen(asking, self._leave)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.dismiss()
