"""The panel that tells why a task is not done: beside its row, it mends, and says whether that helped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Static

from core.errors import CoreError
from core.masking import masked
from core.snapshot import Snapshot
from core.verbs import Verbs
from tui.command import CommandScreen, bindings
from tui.commands import WHY_PANEL
from tui.key_map import COMMANDS, keyed
from tui.look import Tone, content, lines, sign_of_rest
from tui.why_trial import Trying, is_tried
from tui.widgets.cure_cursor import CureCursor
from tui.widgets.rereading import Rereading
from tui.widgets.why_keys import told as keys_told
from tui.widgets.why_text import MOST_NUMBERED, Line, Told, doable, fit_to_show, said, title, written
from tui.wording import told

if TYPE_CHECKING:
    from core.diagnosis import Cause, Cure, Diagnosis

AGAIN = 2.0
"""Seconds after which it is asked again while the panel is open."""
HOLD = 1.0
"""Seconds for which no cure is done after they became others."""


class WhyPanel(CureCursor, can_focus=True):
    """Why one task, or everything, is where it is. Hidden until it is asked."""

    BINDINGS = [
        *bindings(WHY_PANEL),
        *(Binding(str(number), f"mend({number})", show=False) for number in range(1, MOST_NUMBERED + 1)),
    ]
    DEFAULT_CSS = """
    WhyPanel {
        display: none; height: 1fr; width: 1fr; scrollbar-size-vertical: 1;
        border: round $edge; border-title-color: $foreground; border-subtitle-color: $foreground;
    }
    WhyPanel.-open { display: block; }
    WhyPanel:focus { border: heavy $primary; border-title-color: $text-primary; }
    WhyPanel > Static { height: auto; }
    """

    class Closed(Message):
        """It was closed."""

    class Left(Message):
        """The list shall have the focus; the panel stays."""

    class Moved(Message):
        """Other cures can be done now."""

    def __init__(
        self,
        verbs: Verbs,
        snapshot: Callable[[], Snapshot],
        now: Callable[[], datetime],
        open_task: Callable[[int], None],
    ) -> None:
        super().__init__("why")
        self.verbs, self.snapshot, self.clock, self.open_task = verbs, snapshot, now, open_task
        self.task_id: int | None = None
        self.diagnosis: Diagnosis | None = None
        self.fault = ""
        self.of_kind = False
        """Whether it was asked about failures of one kind, of which it tells about the newest."""
        self.trying = Trying()
        self.text = Static()
        self._seen: object = None
        self._asked_at = 0.0
        self._read_at = self._done_at = 0.0
        self._changed_at = -HOLD
        self._asking = Rereading(self, self._ask)
        self._mendable = False

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        yield self.text

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    # What it is about

    def tell(self, task_id: int | None, *, of_kind: bool = False) -> None:
        """Tell about that task from now on, or about the whole system; open where it is not. ``of_kind``: it is the
        newest of those that failed alike, and was asked about for all of them."""
        self.of_kind = of_kind
        if not self.is_open or task_id != self.task_id:
            if task_id != self.task_id or self.trying.trial is None:
                self.trying.forget()  # who closes it meanwhile, and opens it again, still wants to know
            self.task_id, self.diagnosis, self.fault = task_id, None, ""
            self.keys.forget()
            self.chosen, self._changed_at = 0, -HOLD
            self._seen = self._trace()
            self.add_class("-open")
            self.scroll_home(animate=False)
            self.draw()
        self.ask()

    def close_panel(self) -> None:
        """Hide."""
        self.remove_class("-open")
        self.post_message(self.Closed())

    def follow(self) -> None:
        """Ask again when something about the task is another."""
        seen = self._trace()
        if self.is_open and seen != self._seen:
            self._seen = seen
            self.ask()

    def tick(self) -> None:
        """A second went by: ages are older, and it may be that something else holds by now."""
        if not self.is_open:
            return
        self.draw()
        if self._time() - self._asked_at >= AGAIN:
            self.ask()

    def _trace(self) -> object:
        """What tells that it should be asked again."""
        snapshot = self.snapshot()
        if self.task_id is None:
            states = tuple((worker.id, worker.state) for worker in snapshot.workers)
            return (snapshot.nothing_happens, snapshot.server.link, states)
        row = next((task for task in snapshot.view.tasks if task.id == self.task_id), None)
        key = (row.status, row.attempts, row.claimed_by) if row is not None else None
        return (key, snapshot.stuck.get(self.task_id), snapshot.server.link)

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()

    def ask(self) -> None:
        """Ask; while an answer is awaited, one more question is enough."""
        self._asking.ask()

    async def _ask(self) -> None:
        if not self.is_open:
            return
        wanted, asked_at = self.task_id, self._time()
        self._asked_at = asked_at
        try:
            found, fault = await self.verbs.why(wanted), ""
        except CoreError as error:
            found, fault = None, told(error)
        if wanted == self.task_id:
            self._note_changes(self.diagnosis, found)
            self.diagnosis, self.fault, self._read_at = found, fault, asked_at
            if asked_at >= self._done_at:  # what was asked before a cure was done says nothing about it
                self.trying.judge(self.diagnosis, self._time())
            self.draw()

    def _note_changes(self, old: Diagnosis | None, new: Diagnosis | None) -> None:
        """A number that was something else a moment ago is not what somebody means who presses it now."""
        before, after = (self._numbered(each) for each in (old, new))
        if any(number in after and after[number][1].call != cure.call for number, (_, cure) in before.items()):
            self._changed_at = self._time()

    def _numbered(self, diagnosis: Diagnosis | None) -> dict[int, tuple[Cause, Cure]]:
        """The cures that can be done, by their numbers, in their order."""
        cures = doable(diagnosis) if diagnosis is not None else []
        return dict(zip(self.keys.numbers([cure for _, cure in cures]), cures, strict=True))

    # What it says

    def draw(self) -> None:
        """Write it anew; what is in sight stays."""
        if not self.is_open or not self.size.width:
            return
        width = max(20, self.size.width - 1)
        self.border_title = content(title(self.diagnosis, self.task_id, self.clock(), self._alike()))
        above = self._above(width)
        if self.fault:
            self.shown = Told((*above, ((f"✗ {fit_to_show(self.fault)}", Tone.BAD),)), ())
        elif self.diagnosis is None:
            self.shown = Told((*above, (("Asking what is known…", Tone.MUTED),)), ())
        else:
            chosen = self.chosen if self.has_focus else -1
            found = written(self.diagnosis, self.clock(), width, chosen, list(self._numbered(self.diagnosis)))
            moved = tuple((cause, cure, a + len(above), b + len(above)) for cause, cure, a, b in found.cures)
            self.shown = Told((*above, *found.lines), moved)
        self.chosen = max(0, min(self.chosen, len(self.shown.cures) - 1))
        if bool(self.shown.cures) != self._mendable:
            self._mendable = bool(self.shown.cures)
            self.screen.refresh_bindings()
        numbers = list(self._numbered(self.diagnosis)) if self.shown.cures else []
        cures = [(number, cure) for number, (_, cure, _, _) in zip(numbers, self.shown.cures, strict=True)]
        leads = isinstance(self.screen, CommandScreen) and self.screen.possible(COMMANDS["go_stuck"])
        them = keyed("{go_stuck} shows them  ") if self.task_id is None and leads else ""
        self.border_subtitle = content(keys_told(cures, width - 3, them, has_focus=self.has_focus))
        self.text.update(lines(self.shown.lines))

    def _alike(self) -> int:
        """How many failed like it, where it stands for them as the newest; else 0."""
        groups = self.snapshot().failures if self.of_kind else ()
        return next((each.count for each in groups if each.task_ids[:1] == (self.task_id,)), 0)

    def _above(self, width: int) -> list[Line]:
        """Whether the last cure helped; of the whole system, that nothing happens."""
        read = self.diagnosis.idle if self.diagnosis is not None else None  # what the board saw last may be older
        idle = (self.snapshot().nothing_happens if read is None else read) if self.task_id is None else ""
        code = self.diagnosis.waits_for if self.diagnosis is not None else ""
        sign, tone = (sign_of_rest(code), Tone.PLAIN) if code else ("⚠", Tone.WARN)
        told_of = said(f"{sign} ", f"Nothing is happening because {idle}", tone, width) if idle else []
        helped = self.trying.told
        return [*(said("", *helped, width) if helped[0] else []), *told_of]

    def on_resize(self, event: events.Resize) -> None:
        """Lines are as long as there is room for."""
        self.draw()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Keys are for what mends it, or no more. (When `on_blur` is called, it has the focus still.)"""
        super().watch_has_focus(has_focus)
        self.draw()

    # What keys do

    def action_mend(self, number: int = 0) -> None:
        """Do the cure of that number, or the one under the cursor."""
        from tui.why_deeds import WhyDeeds

        numbered = self._numbered(self.diagnosis)
        numbers, cures = list(numbered), list(numbered.values())
        deeds = WhyDeeds(self.app, self.verbs, self.snapshot)
        place = self.keys.meant(number, self.chosen, [cure for _, cure in cures], self.task_id)
        if isinstance(place, str):
            deeds.say(place)
            return
        if self._read_at < self._done_at or self._time() - self._changed_at < HOLD:
            deeds.say("What mends it has just changed: look again before you press that.")
            return
        if not number and place >= len(self.shown.cures):
            return  # it is known, and not written yet
        if not number and not self.in_sight(place, whole=False):
            self.scroll_to(y=self.shown.cures[place][2], animate=False)  # nobody means what nobody sees
            return
        self.chosen = place
        cause, cure = cures[place]
        about = self.task_id
        self.keys.under_way[about] = cure.label

        def over() -> None:
            self.keys.under_way.pop(about, None)

        deeds.mend(cure, self.open_task, self._begun(numbers[place], cause, cure), over)

    def _begun(self, number: int, cause: Cause, cure: Cure) -> Callable[[], None]:
        """What is done once that cure is: its number stays its own, and what became of it is told on top."""
        about, before = self.task_id, self.diagnosis

        def begun() -> None:
            if about != self.task_id or not self.is_attached:
                return
            self._done_at = self._time()
            self.keys.keep(number, cure)
            self.trying.forget()  # whether the one before helped cannot be told any more
            if is_tried(cause, cure):
                self.trying.begin(cause, cure, before, self._time())
            self.scroll_home(animate=False)
            self.ask()

        return begun

    def action_copy_why(self) -> None:
        """Copy it as text."""
        from core.diagnosis.telling import as_lines

        if self.diagnosis is not None:
            text = "\n".join(fit_to_show(line) for line in as_lines(self.diagnosis, self.clock()))
            self._put(text, "Copied it as text")

    def action_copy_why_json(self) -> None:
        """Copy it as JSON."""
        from core.diagnosis.telling import as_document

        if self.diagnosis is not None:
            self._put(json.dumps(masked(as_document(self.diagnosis)), indent=2), "Copied it as JSON")

    def _put(self, text: str, sentence: str) -> None:
        from tui.why_deeds import WhyDeeds

        self.app.copy_to_clipboard(text)
        WhyDeeds(self.app, self.verbs, self.snapshot).say(sentence)

    def action_close_why(self) -> None:
        """Close."""
        self.close_panel()

    def action_leave_why(self) -> None:
        """To the list."""
        self.post_message(self.Left())
