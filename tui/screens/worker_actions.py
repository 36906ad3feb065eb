"""What the board does with workers: start them, steer them, stop them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from core.models import LIVE_STATES, WorkerStatus
from core.snapshot import Link, Snapshot, TypeRow
from tui.command import Command
from tui.commands import RETRY
from tui.screens.why_actions import WhyActions
from tui.wording import RETRY_ALL, all_stopping, could_be_told, whom

if TYPE_CHECKING:
    from tui.worker_deeds import WorkerDeeds


class WorkerActions(WhyActions):
    """The commands for workers. A part of the board."""

    @cached_property
    def worker_deeds(self) -> WorkerDeeds:
        """What can be done to workers."""
        from tui.worker_deeds import WorkerDeeds

        return WorkerDeeds(self.app, self.connection.verbs, lambda: self.newest)

    _leaving: tuple[str, ...] = ()

    def watch_snapshot(self, snapshot: Snapshot) -> None:
        """Say it when the last of those has stopped that were told to finish what they had in hand."""
        super().watch_snapshot(snapshot)
        was, here = self._leaving, [each for each in snapshot.workers if each.local and each.state in LIVE_STATES]
        leaving = [worker.id for worker in all_stopping(here)]
        self._leaving = tuple(dict.fromkeys((*was, *leaving))) if leaving else ()
        if was and not here:
            self.worker_deeds.say_stopped(was)

    @property
    def chosen_workers(self) -> list[WorkerStatus] | None:
        """In the workers' pane the marked ones, else the one under the cursor; elsewhere None, which means all."""
        here = self.place == "workers" and self.worker_pane.row_list.rows
        return self.worker_pane.chosen if here else None

    @property
    def current_worker(self) -> WorkerStatus | None:
        """The worker under the cursor of the workers' pane; elsewhere none."""
        return self.current if self.place == "workers" and isinstance(self.current, WorkerStatus) else None

    def possible(self, command: Command) -> bool:
        """Whether there are workers for it; a task to be done, or a TaskManager to take one."""
        if command.id in ("pause", "stop", "stop_now", "strategy"):
            meant = self.newest.workers if self.chosen_workers is None else self.chosen_workers
            return could_be_told(command.id, meant)
        if command.id in ("step", "restart", "concurrency"):
            from tui.worker_deeds import worker_could

            would_start = command.id == "step" and self.chosen_workers is None
            return worker_could(command.id, self.chosen_workers) and not (would_start and self._nothing_to_claim)
        return command.id != "new_task" or self.newest.server.link is Link.LIVE

    @property
    def _nothing_to_claim(self) -> bool:
        return not self.newest.counts.pending or self.newest.server.link is not Link.LIVE

    def title_of(self, command: Command, *, brief: bool = False) -> str:
        """Beside the keys for a task it is told that these are for workers, and for which; a group is retried whole."""
        if command is RETRY and self.place == "failures":
            return RETRY_ALL
        return whom(command.id, super().title_of(command, brief=brief), self.chosen_workers, brief=brief)

    def action_start(self) -> None:
        """Start workers: for the type under the cursor, where one is."""
        row = self.current if self.place == "types" else None
        self._start(self.newest.types, row.name if isinstance(row, TypeRow) else "")

    def _start_for(self, names: Sequence[str]) -> None:
        self._start([row for row in self.newest.types if row.name in names])

    def _start(self, types: Sequence[TypeRow], meant: str = "") -> None:
        from tui.screens.start_workers import StartWorkersScreen

        self.app.push_screen(StartWorkersScreen(self, self.worker_deeds, types, meant))

    def action_pause(self) -> None:
        """Pause or resume."""
        self.worker_deeds.pause(self.chosen_workers)

    def action_stop(self) -> None:
        """Stop; tasks in hand finish."""
        self.worker_deeds.stop(self.chosen_workers)

    def action_stop_all(self) -> None:
        """Stop all, whichever is chosen; tasks in hand finish."""
        self.worker_deeds.stop(None)

    def action_stop_now(self) -> None:
        """Stop, and give back what is in hand."""
        self.worker_deeds.stop(self.chosen_workers, now=True)

    def action_scale_up(self) -> None:
        """One worker more."""
        self.worker_deeds.scale(1, self.current_worker)

    def action_scale_down(self) -> None:
        """One worker fewer."""
        self.worker_deeds.scale(-1, self.current_worker)

    def action_step(self) -> None:
        """One task, and paused again."""
        self.worker_deeds.step(self.chosen_workers)

    def action_concurrency(self) -> None:
        """Choose how many tasks the chosen workers have in hand."""
        from tui.screens.concurrency import ConcurrencyScreen

        if meant := self.worker_deeds.meant(self.chosen_workers):
            self.app.push_screen(ConcurrencyScreen(self.worker_deeds, meant))

    def action_restart(self) -> None:
        """Start the chosen workers again."""
        self.worker_deeds.restart(self.chosen_workers)

    def action_strategy(self) -> None:
        """Choose which task is claimed next."""
        from tui.screens.strategy import StrategyScreen

        chosen = self.chosen_workers
        if meant := self.worker_deeds.meant(chosen):
            self.app.push_screen(StrategyScreen(self.worker_deeds, meant, self.now))
