"""Carries out verbs for the screens: off the screen's path, with errors said, and asked about where they destroy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.app import App

from core.errors import CoreError
from core.models import LIVE_STATES, RowOutcome, Task, TaskStatus, WorkerState, WorkerStatus
from core.snapshot import Snapshot
from core.verbs import Verbs
from tui.look import count, ids, outcome
from tui.widgets.confirm import Confirm
from tui.widgets.safe_text import head

Deed = Callable[[], Awaitable[str]]
"""Something to be done; answers the sentence to say afterwards, empty for none."""


class Deeds:
    """What every screen needs to do things: the verbs, the newest snapshot, and a voice."""

    def __init__(self, app: App[int], verbs: Verbs, snapshot: Callable[[], Snapshot]) -> None:
        self.app = app
        self.verbs = verbs
        self.snapshot = snapshot

    def carry_out(self, deed: Deed) -> None:
        """Do it beside everything else; the screen that asked may close meanwhile."""
        self.app.run_worker(self._carry_out(deed), group="deeds")

    async def _carry_out(self, deed: Deed) -> None:
        try:
            said = await deed()
        except CoreError as error:
            self.say(str(error), wrong=True)
        else:
            if said:
                self.say(said)

    def say(self, sentence: str, *, wrong: bool = False) -> None:
        """Tell the user, for a while."""
        self.app.notify(head(sentence, 600), severity="error" if wrong else "information", markup=False)

    async def confirmed(self, question: str, risk: str, call: str) -> bool:
        """Whether the user says yes."""
        return await self.app.push_screen_wait(Confirm(question, risk, call))


class TaskDeeds(Deeds):
    """What can be done to tasks. Each deed answers the outcome of each row."""

    def retry(self, task_ids: Sequence[int], settled: Callable[[list[RowOutcome]], None]) -> None:
        """Give these tasks all their attempts anew; asks when there is more than one."""

        async def deed() -> str:
            if len(task_ids) > 1 and not await self.confirmed(
                f"Retry {count(len(task_ids), 'task')}?",
                "Each gets all its attempts anew; those that are not failed are skipped.",
                f"retry {ids(task_ids)}",
            ):
                return ""
            rows = await self.verbs.retry(task_ids)
            settled(rows)
            return outcome("retried", rows)

        self.carry_out(deed)

    def release(self, tasks: Sequence[Task], settled: Callable[[list[RowOutcome]], None]) -> None:
        """Make these claimed tasks pending again; warns when their owners are alive."""
        task_ids = [task.id for task in tasks]

        async def deed() -> str:
            force = any(task.claimed_by not in self._ours() for task in tasks if task.claimed_by)
            call = f"release {ids(task_ids)}" + (" by force (workers of other processes)" if force else "")
            if not await self.confirmed(f"Release {count(len(tasks), 'task')}?", self._release_risk(tasks), call):
                return ""
            rows = await self.verbs.release(task_ids, force=force)
            settled(rows)
            return outcome("released", rows)

        self.carry_out(deed)

    def cancel(self, tasks: Sequence[Task], settled: Callable[[list[RowOutcome]], None]) -> None:
        """End these tasks for good."""
        task_ids = [task.id for task in tasks]

        async def deed() -> str:
            claimed = sum(task.status is TaskStatus.CLAIMED for task in tasks)
            lost = f" {count(claimed, 'task')} in hand: that work is lost." if claimed else ""
            question = f"Cancel {count(len(tasks), 'task')}?"
            if not await self.confirmed(question, f"This cannot be undone.{lost}", f"cancel {ids(task_ids)}"):
                return ""
            rows = await self.verbs.cancel(task_ids)
            settled(rows)
            return outcome("cancelled", rows)

        self.carry_out(deed)

    def _ours(self) -> set[str]:
        return {worker.id for worker in self.snapshot().workers if worker.local}

    def _release_risk(self, tasks: Sequence[Task]) -> str:
        alive = {worker.id for worker in self.snapshot().workers if worker.state in LIVE_STATES}
        owners = sorted({task.claimed_by for task in tasks if task.claimed_by in alive and task.claimed_by})
        if owners:
            verb = "is" if len(owners) == 1 else "are"
            return f"{', '.join(owners[:3])} {verb} alive: another worker will run the work a second time."
        return "No owner is known to be alive; if one is, the work runs twice."


class WorkerDeeds(Deeds):
    """What can be done to workers. ``chosen`` are those meant; None means all of this process."""

    def _meant(self, chosen: Sequence[WorkerStatus] | None) -> list[WorkerStatus]:
        meant = self.snapshot().workers if chosen is None else chosen
        here = [worker for worker in meant if worker.local and worker.state in LIVE_STATES]
        if not here:
            self.say(
                "No worker of this board runs; s starts some."
                if chosen is None
                else "That worker has ended, or belongs to another process and is steered there."
            )
        return here

    def pause(self, chosen: Sequence[WorkerStatus] | None) -> None:
        """Pause these; when all of them are paused already, let them go on."""
        meant = self._meant(chosen)
        if not meant:
            return
        names = [worker.id for worker in meant]
        paused = all(worker.state is WorkerState.PAUSED for worker in meant)

        async def deed() -> str:
            changed = await (self.verbs.resume(names) if paused else self.verbs.pause(names))
            return f"{'Resumed' if paused else 'Paused'} {named(changed)}."

        self.carry_out(deed)

    def stop(self, chosen: Sequence[WorkerStatus] | None, *, now: bool = False) -> None:
        """Stop these: tasks in hand finish, or are given back with ``now``. Asks for several, always with ``now``."""
        meant = self._meant(chosen)
        if not meant:
            return
        names = [worker.id for worker in meant]
        hands = sum(len(worker.in_hand) for worker in meant)
        risk = (
            f"{count(hands, 'task')} in hand: given back unfinished, begun anew by the next worker."
            if now
            else f"{count(hands, 'task')} in hand: finished first. Nothing new is claimed."
        )
        question = f"Stop {count(len(meant), 'worker')}{' now' if now else ''}?"
        call = f"stop {', '.join(names[:3])}{' and others' if len(names) > 3 else ''}{' now' if now else ''}"

        async def deed() -> str:
            if (now or len(meant) > 1) and not await self.confirmed(question, risk, call):
                return ""
            return f"Stopped {named(await self.verbs.stop_workers(names, now=now))}."

        self.carry_out(deed)

    def scale(self, step: int) -> None:
        """Have one worker more or fewer."""
        live = [worker for worker in self.snapshot().workers if worker.local and worker.state in LIVE_STATES]
        leaving = sum(worker.state is WorkerState.DRAINING for worker in live)

        async def deed() -> str:
            return f"{count(await self.verbs.scale(max(0, len(live) - leaving + step)), 'worker')} now."

        self.carry_out(deed)

    def use_strategy(self, strategy: str, chosen: Sequence[WorkerStatus] | None) -> None:
        """Claim by this strategy from the next claim on."""
        names = [worker.id for worker in self._meant(chosen)]
        if not names:
            return

        async def deed() -> str:
            return f"{named(await self.verbs.set_strategy(strategy, names))}: {strategy} from the next claim on."

        self.carry_out(deed)


def named(worker_ids: Sequence[str]) -> str:
    """One worker by its id, several by their number."""
    return worker_ids[0] if len(worker_ids) == 1 else count(len(worker_ids), "worker")
