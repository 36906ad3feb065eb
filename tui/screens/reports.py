"""The screen of the reports that the TaskManager did not take: what they say, and why they were not taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.widgets import Static

from core.details import KeptReport
from core.errors import CoreError
from core.snapshot import Snapshot
from tui.command import Command, CommandScreen, bindings
from tui.commands import LIST, REPORTS
from tui.look import Piece, Tone, content, count, lines, moment, pieces, short_name, whole_age
from tui.report_deeds import ReportDeeds
from tui.screens.help import HelpScreen
from tui.screens.live import LiveScreen
from tui.type_names import TYPES
from tui.widgets.key_bar import KeyBar, fill_keys
from tui.widgets.masking import masked_text
from tui.widgets.rereading import Rereading
from tui.widgets.row_layout import Column, Layout
from tui.widgets.row_list import RowList
from tui.wording import told

ABOUT = (
    "Reports that the TaskManager did not take. Refused: the claim was lost, so that the task is somebody else's. "
    "Dead: the TaskManager will never take it as it is. Results that were saved stay in any case. Refused reports are "
    "deleted after 30 days."
)

STATES: dict[str, Piece] = {"refused": ("⚠ refused", Tone.WARN), "dead": ("✗ dead", Tone.BAD)}


def task(report: KeptReport, now: datetime) -> tuple[Piece, ...]:
    """Which task."""
    return ((f"#{report.claim.task_id}", Tone.STRONG),)


def kind(report: KeptReport, now: datetime) -> tuple[Piece, ...]:
    """Its type."""
    return ((report.task_type, Tone.PLAIN),)


def worker(report: KeptReport, now: datetime) -> tuple[Piece, ...]:
    """Who did it."""
    return ((short_name(report.worker_id), Tone.MUTED),)


def attempt(report: KeptReport, now: datetime) -> tuple[Piece, ...]:
    """Which attempt at the task it is of."""
    return ((str(report.attempt), Tone.MUTED),)


def state(report: KeptReport, now: datetime) -> tuple[Piece, ...]:
    """Refused or dead."""
    return (STATES.get(report.state, (report.state, Tone.PLAIN)),)


def reason(report: KeptReport, now: datetime) -> tuple[Piece, ...]:
    """Why it was not taken."""
    return ((masked_text(report.reason), Tone.PLAIN),)


def outcome(report: KeptReport, now: datetime) -> tuple[Piece, ...]:
    """What it would have told."""
    return (
        ("✓ ", Tone.GOOD) if report.success else ("✗ ", Tone.BAD),
        (masked_text(report.said), Tone.PLAIN),
    )


def age(report: KeptReport, now: datetime) -> tuple[Piece, ...]:
    """How old it is."""
    return ((whole_age(report.owed_at, now), Tone.PLAIN),)


TASK = Column("Task", task, width=8)
KIND = Column("Type", kind, share=2, keep_end=True, names=TYPES.said)
WORKER = Column("Worker", worker, width=9, keep_end=True)
ATTEMPT = Column("Att.", attempt, width=4, right=True)
STATE = Column("State", state, width=10)
REASON = Column("Reason", reason, share=3)
OUTCOME = Column("Outcome", outcome, share=2)
AGE = Column("Age", age, width=6, right=True)
LAYOUTS = (
    Layout(((TASK, STATE, REASON, AGE),)),
    Layout(((TASK, KIND, STATE, REASON, AGE),), at_least=76),
    Layout(((TASK, KIND, WORKER, ATTEMPT, STATE, REASON, OUTCOME, AGE),), at_least=110),
)


class ReportsScreen(CommandScreen):
    """The reports that are kept aside. They are read again whenever there are more or fewer."""

    CSS_PATH = "reports.tcss"
    AUTO_FOCUS = "RowList"
    BINDINGS = bindings(REPORTS)
    command_set = (*LIST, *REPORTS)

    def __init__(self, live: LiveScreen, deeds: ReportDeeds, open_task: Callable[[int], None]) -> None:
        super().__init__()
        self.live = live
        self.deeds = deeds
        self.open_task = open_task
        self.heading = Static(id="heading")
        self.row_list: RowList[KeptReport] = RowList(LAYOUTS, lambda each: each.claim, live.now, markable=True)
        self.detail = Static(id="detail")
        self._seen = 0
        self._reading = Rereading(self, self._read)

    @property
    def place(self) -> str:
        """Commands for reports are offered here."""
        return "reports"

    def compose(self) -> ComposeResult:
        """Heading, list, what the row says, keys."""
        yield self.heading
        yield self.row_list
        yield self.detail
        yield KeyBar()

    def on_mount(self) -> None:
        """Read them, follow their number, let ages tick."""
        self.heading.update(content((("Reports kept aside", Tone.STRONG), ("  reading…", Tone.MUTED))))
        self._seen = self.live.newest.reports_aside
        self.watch(self.live, "snapshot", self.follow, init=False)
        self.set_interval(1.0, self.row_list.refresh)
        self.read()

    def follow(self, snapshot: Snapshot) -> None:
        """Read anew when there are more or fewer."""
        if snapshot.reports_aside != self._seen:
            self._seen = snapshot.reports_aside
            self.read()

    def read(self) -> None:
        """Read them."""
        self._reading.ask()

    async def _read(self) -> None:
        try:
            self.show_reports(await self.deeds.verbs.reports())
        except CoreError as error:
            self.heading.update(content((("Reports kept aside  ", Tone.STRONG), (f"✗ {told(error)}", Tone.BAD))))

    def show_reports(self, reports: Sequence[KeptReport]) -> None:
        """Draw them."""
        self.row_list.set_rows(reports)
        self.row_list.say(("No report is kept aside: all were taken, or still wait.", Tone.GOOD))
        self.heading.update(content(((count(len(reports), "report"), Tone.STRONG), (" kept aside", Tone.STRONG))))
        self._tell()

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """What is under the cursor is told in full below."""
        self._tell()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open the task that the report is about."""
        if isinstance(event.row, KeptReport):
            self.open_task(event.row.claim.task_id)
        else:
            self.deeds.say("This list is empty: there is nothing to open.")

    def _tell(self) -> None:
        report = self.row_list.current
        if report is None:
            self.detail.update("")
        else:
            made = f"Made {moment(report.owed_at)} by {report.worker_id}, attempt {report.attempt}"
            said = ("Result: " if report.success else "Error: ") + masked_text(report.said)
            rows = [pieces((made, Tone.MUTED)), pieces(masked_text(report.reason)), pieces(said)]
            self.detail.update(lines(rows))
        fill_keys(self)

    def possible(self, command: Command) -> bool:
        """Whether there is a report to do it to."""
        return command.id not in ("open", "send_again", "discard") or self.row_list.current is not None

    def action_back(self) -> None:
        """Back to the board."""
        self.dismiss()

    def times_changed(self) -> None:
        """The row under the cursor is told with its time."""
        self._tell()

    def action_send_again(self) -> None:
        """Send the marked reports again, else the one under the cursor."""
        self.deeds.send_again(self.row_list.chosen, self._settled)

    def action_discard(self) -> None:
        """Discard the marked reports, else the one under the cursor."""
        self.deeds.discard(self.row_list.chosen, self._settled)

    def _settled(self) -> None:
        if self.is_attached:
            self.row_list.unmark()
            self.read()

    def action_help(self) -> None:
        """Explain this screen."""
        self.app.push_screen(HelpScreen("Reports kept aside", ABOUT, self.command_set, self.place))
