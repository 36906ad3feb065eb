"""The screen of an action on many tasks: a dry run, a question, progress, and a ledger of each task."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from core.bulk import Action, BulkRow, Fate, Meant, Order, Plan, Way, carried_out, untried
from core.errors import CoreError
from core.models import utcnow
from tui.command import Command, CommandScreen, bindings
from tui.commands import BULK, LIST
from tui.deeds import Deeds, Settled
from tui.key_map import keyed
from tui.ledger import as_json, export
from tui.look import Line, Tone, content, count, lines, pieces, unheard
from tui.screens.bulk_text import ANSWERS, LAYOUTS, dry_run, heading, progress, trouble
from tui.screens.change_parameters import ChangeParametersScreen
from tui.screens.help import HelpScreen
from tui.widgets.key_bar import KeyBar, fill_keys
from tui.widgets.masking import masked_text
from tui.widgets.row_list import RowList
from tui.wording import told

ABOUT = (
    "First a dry run: what would be done to each task, what is left out and why; nothing is changed. {carry_out} "
    "carries it out, a chunk at a time; {back} stops between two chunks. Afterwards this is the ledger: failed tasks "
    "come first, and stay marked in the queue."
)
NO_CHANGE = "dry run: nothing is changed yet"
MOST_COPIES = 1000
FIRST = (Fate.FAILED, Fate.UNTRIED, Fate.SKIPPED, Fate.DONE, Fate.PLANNED)
"""The order of a ledger that is complete."""


class Stage(StrEnum):
    """How far the screen is."""

    LOOKING = "looking"
    TROUBLE = "trouble"
    DRY_RUN = "dry run"
    RUNNING = "running"
    OVER = "done"


class BulkScreen(CommandScreen):
    """Which tasks are meant is settled when it opens; what is done is what its dry run says."""

    CSS_PATH = "bulk.tcss"
    AUTO_FOCUS = "RowList"
    BINDINGS = bindings(BULK)
    command_set = (*LIST, *BULK)

    def __init__(self, deeds: Deeds, order: Order, meant: Meant, settled: Settled, caution: str = "") -> None:
        super().__init__()
        self.deeds = deeds
        self.order = order
        self.meant = meant
        self.settled = settled
        self.caution = caution
        self.stage = Stage.LOOKING
        self.plan: Plan | None = None
        self.ledger: dict[int, BulkRow] = {}
        self.trouble = ""
        self.stopping = False
        self.over_at: datetime | None = None
        self.heading = Static(id="heading")
        self.told = Static(id="told")
        self.row_list: RowList[BulkRow] = RowList(LAYOUTS, lambda row: row.id, utcnow)
        self.detail = Static(id="detail")

    @property
    def place(self) -> str:
        """Commands for many tasks are offered here."""
        return "bulk"

    @property
    def acting(self) -> int:
        """How many tasks are acted on."""
        return len(self.plan.act) if self.plan is not None else 0

    def compose(self) -> ComposeResult:
        """Heading, what is to be said, the tasks, the row in full, keys."""
        yield self.heading
        yield self.told
        yield self.row_list
        yield self.detail
        yield KeyBar()

    def on_mount(self) -> None:
        """Make the dry run; tell while the TaskManager is away."""
        self.set_interval(1.0, self._tell_heading)
        self.look()

    def look(self) -> None:
        """Make the dry run, with the order as it is now."""
        self.stage, self.trouble = Stage.LOOKING, ""
        self.draw()
        self._look()

    @work(group="look", exclusive=True)
    async def _look(self) -> None:
        try:
            self.plan = await self.deeds.verbs.plan_bulk(self.order, self.meant)
        except CoreError as error:
            self.stage, self.trouble = Stage.TROUBLE, told(error)
        else:
            self.stage = Stage.DRY_RUN
            self.ledger = {row.id: row for row in self.plan.rows}
        self.draw()

    # What is seen

    def draw(self) -> None:
        """Bring everything up to date."""
        self.row_list.set_rows(tuple(self.ledger.values()))
        self.row_list.say(("Reading the tasks…" if self.stage is Stage.LOOKING else "No task is meant.", Tone.MUTED))
        self._tell_heading()
        self.told.update(lines(self._sentences()))
        self._tell_row()
        if self.is_mounted:
            fill_keys(self)

    def _tell_heading(self) -> None:
        self.heading.update(
            content(
                (
                    (f"{heading(self.order, self.meant, copies=self._makes_tasks)}  ", Tone.STRONG),
                    (f"{NO_CHANGE if self.stage is Stage.DRY_RUN else self.stage.value}  ", Tone.ACCENT),
                    *unheard(self.deeds.snapshot().server, utcnow()),
                )
            )
        )

    @property
    def _makes_tasks(self) -> bool:
        return self.plan.way is Way.AS_NEW if self.plan is not None else self.order.action is Action.CLONE

    def _sentences(self) -> list[Line]:
        if self.stage is Stage.TROUBLE:
            return trouble(self.trouble)
        if self.plan is None or self.stage is Stage.LOOKING:
            return [pieces(("Looking at what would be done; nothing is changed…", Tone.MUTED))]
        if self.stage is Stage.DRY_RUN:
            caution = [pieces((f"⚠ {self.caution}", Tone.WARN))] if self.caution else []
            return [*caution, *dry_run(self.plan)]
        made = self._made() if self.stage is Stage.OVER else None
        over_at = self.over_at if self.order.action is not Action.DELETE else None
        return progress(self.ledger.values(), self.acting, made, stopping=self.stopping, over_at=over_at)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """What the row under the cursor says is told in full."""
        self._tell_row()

    def _tell_row(self) -> None:
        row = self.row_list.current
        text = f"#{row.id} {row.task_type}: {masked_text(row.said)}" if row is not None else ""
        self.detail.update(content(((text, Tone.PLAIN),)))

    # What can be done

    def possible(self, command: Command) -> bool:
        """Whether it makes sense at this stage."""
        dry, over = self.stage is Stage.DRY_RUN, self.stage is Stage.OVER
        creates = dry and self._makes_tasks
        return {
            "carry_out": dry and bool(self.acting),
            "force": dry and self.order.action is Action.RELEASE,
            "more_copies": creates,
            "fewer_copies": creates,
            "change": creates,
            "undo": over and bool(self._made()),
            "look_again": dry or self.stage is Stage.TROUBLE,
        }.get(command.id, command.id != "open")

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter is no yes: the dry run is the question, and it tells what is."""
        event.stop()
        if self.stage is Stage.DRY_RUN and self.acting:
            self.deeds.say(keyed(ANSWERS))

    def action_carry_out(self) -> None:
        """Do what the dry run says: it is the question, with the risk and the calls, and another key is the yes."""
        if self.stage is not Stage.DRY_RUN or self.plan is None:
            return
        if self.acting:
            self.carry(self.plan)
        else:
            self.deeds.say(self.plan.reason or "None of these tasks would be changed.")

    @work(group="carry")
    async def carry(self, plan: Plan) -> None:
        """Do it, chunk after chunk, until it is done or stopped."""
        self.stage, self.stopping = Stage.RUNNING, False
        self.draw()
        async with aclosing(carried_out(self.deeds.verbs, plan)) as chunks:
            async for rows in chunks:
                self._take(rows)
                if self.stopping:
                    break
        left = [row.id for row in self.ledger.values() if row.fate is Fate.PLANNED]
        self._take(untried(plan, left, "stopped before it was its turn"))
        self._end(plan)

    def _take(self, rows: Sequence[BulkRow]) -> None:
        for row in rows:
            before = self.ledger[row.id]
            self.ledger[row.id] = replace(row, task_type=row.task_type or before.task_type)
        self.draw()

    def _end(self, plan: Plan) -> None:
        self.stage, self.over_at = Stage.OVER, utcnow()
        acted = set(plan.act)
        self.settled([row.outcome for row in self.ledger.values() if row.id in acted])
        self.ledger = {row.id: row for row in sorted(self.ledger.values(), key=lambda row: FIRST.index(row.fate))}
        self.draw()
        self.row_list.move(0)

    def action_back(self) -> None:
        """Back; what runs is stopped first, between two chunks."""
        if self.stage is Stage.RUNNING:
            self.stopping = True
            self.draw()
        else:
            self.dismiss()

    def action_look_again(self) -> None:
        """Make the dry run anew."""
        if self.stage in (Stage.DRY_RUN, Stage.TROUBLE):
            self.look()

    def _reorder(self, order: Order) -> None:
        """Another order means another dry run."""
        if self.stage is Stage.DRY_RUN:
            self.order = order
            self.look()

    def action_force(self) -> None:
        """Release also from owners that may be alive, or no more."""
        if self.order.action is Action.RELEASE:
            self._reorder(replace(self.order, force=not self.order.force))

    def action_more_copies(self) -> None:
        """One copy more of each."""
        if self._makes_tasks:
            self._reorder(replace(self.order, copies=min(MOST_COPIES, self.order.copies + 1)))

    def action_fewer_copies(self) -> None:
        """One copy fewer of each."""
        if self._makes_tasks:
            self._reorder(replace(self.order, copies=max(1, self.order.copies - 1)))

    def action_change(self) -> None:
        """Choose how copies differ from the tasks that they are copies of."""
        if self.stage is Stage.DRY_RUN and self._makes_tasks:
            self.app.push_screen(ChangeParametersScreen(self.deeds, self.order, self._reorder))

    def _made(self) -> tuple[int, ...]:
        return tuple(each for row in self.ledger.values() for each in row.made)

    def action_undo(self) -> None:
        """Delete the copies that were made, after a dry run."""
        if self.stage is Stage.OVER and (made := self._made()):
            self.app.push_screen(BulkScreen(self.deeds, Order(Action.DELETE), made, self.settled))
        else:
            self.deeds.say("There is nothing here that can be undone.")

    def action_copy_ledger(self) -> None:
        """Copy the list as JSON."""
        text = as_json(self.order.action, tuple(self.ledger.values()))
        self.app.copy_to_clipboard(text)
        self.deeds.say(f"Copied {count(len(self.ledger), 'row')} of JSON")

    def action_export(self, kind: str) -> None:
        """Write the list to a new file in the working folder."""
        rows, action = tuple(self.ledger.values()), self.order.action

        async def deed() -> str:
            path = await asyncio.to_thread(export, action, rows, kind, utcnow())
            return f"Wrote {count(len(rows), 'row')} to {path}"

        self.deeds.carry_out(deed)

    def action_help(self) -> None:
        """Explain this screen."""
        self.app.push_screen(HelpScreen("Many tasks", ABOUT, self.command_set, self.place))
