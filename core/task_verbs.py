"""The verbs that act on tasks and types."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from core.answers import CreatedTask
from core.attempts import attempts_of
from core.bulk_verbs import BulkVerbs
from core.details import KeptReport, TaskDetail, TypeDetail
from core.errors import NotFound
from core.events import Level, Said, TaskCreated
from core.forms import Violation
from core.models import Claim, HistoryEntry, Json, NewTask, RowOutcome, Task, TaskStatus, TaskType, utcnow
from core.registering import created, differences, registered
from core.results.owed import Outbox
from core.rooms import Rooms
from core.schema_changes import VersionStep, steps_of
from core.snapshot import View
from core.taskmanager import checking
from core.twins import Twin, twin_of
from core.type_files import PlannedType, carried_out, planned, text_of, types_in

NO_HISTORY = "This TaskManager tells no history: only the last attempt is known."


class TaskVerbs(BulkVerbs):
    """What can be done with tasks and their types."""

    @property
    @abstractmethod
    def rooms(self) -> Rooms:
        """The open rooms. Raises `core.errors.Unreachable` while there is no TaskManager yet."""

    async def look(self, view: View) -> None:
        """Show this part of the queue from now on."""
        if self.rooms.monitor is not None:
            self.rooms.monitor.look(view)

    async def create_task(self, new: NewTask) -> CreatedTask:
        """Create a task; its type is registered first when only we know it."""
        rooms = self.rooms
        answer = await created(rooms.client, rooms.factory, new)
        rooms.publish(TaskCreated(answer.id, new.task_type, answer.deduplicated, utcnow()))
        return answer

    async def check_params(self, param_schema: Mapping[str, Json], params: Mapping[str, Json]) -> list[Violation]:
        """The rules that these parameters break; looked for in a thread, since that may take long."""
        return await asyncio.to_thread(checking.violations, param_schema, params)

    async def find_same(self, new: NewTask) -> Twin:
        """The same task, of all that the TaskManager has."""
        return twin_of(await self.rooms.client.same_task(new.task_type, new.parameters))

    async def open_task(self, task_id: int) -> TaskDetail:
        """Everything that is known of a task."""
        rooms = self.rooms
        task = await rooms.client.get_task(task_id)
        history: tuple[HistoryEntry, ...] = ()
        if "history" in rooms.can:
            history = await rooms.client.history(task_id)
        kept = rooms.database.result_of(task_id)
        # An attempt under way may be kept already, while its end is being told: what is at hand is as new.
        by_start = {log.started_at: log for log in (*rooms.database.logs_of(task_id), *rooms.pool.logs(task_id))}
        owed = Outbox(rooms.database, rooms.server).of_task(task_id)
        return TaskDetail(
            task,
            attempts=attempts_of(task, history),
            history=history,
            ideas=tuple(rooms.database.of_task(task_id)),
            saved=kept["data"] if kept else None,
            report=f"report {owed.state}" + (f": {owed.reason}" if owed.reason else "") if owed else "",
            notes=() if "history" in rooms.can else (NO_HISTORY,),
            logs=tuple(by_start[at] for at in sorted(by_start, reverse=True)),
            deadline=await self._deadline(task),
            claim_timeout=rooms.client.claim_timeout,
        )

    async def _deadline(self, task: Task) -> datetime | None:
        """When the claim of a task is over: as our worker knows it, else by when the server last heard of it."""
        if task.status is not TaskStatus.CLAIMED:
            return None
        rooms = self.rooms
        holders = [worker for worker in rooms.pool.statuses() if worker.id == task.claimed_by]
        for hand in (hand for worker in holders for hand in worker.in_hand if hand.task_id == task.id):
            return hand.deadline
        others = await rooms.client.workers() if "workers" in rooms.can else ()
        heard = [each for each in others if each.id == task.claimed_by and each.last_seen is not None]
        beats = [each.last_seen for each in heard if task.id in (hand.task_id for hand in each.in_hand)]
        known = [moment for moment in (task.claimed_at, *beats) if moment is not None]
        return max(known) + timedelta(seconds=rooms.client.claim_timeout) if known else None

    async def retry(self, task_ids: Sequence[int]) -> list[RowOutcome]:
        """Give failed tasks all their attempts anew."""
        return await self.rooms.client.bulk("retry", task_ids)

    async def release(self, task_ids: Sequence[int], *, force: bool = False) -> list[RowOutcome]:
        """Make claimed tasks pending again; those of other workers only with ``force``."""
        rooms = self.rooms
        if force:
            return await rooms.client.bulk("release", task_ids, force=True)
        outcomes: list[RowOutcome] = []
        for task_id in task_ids:
            holder = (await rooms.client.get_task(task_id)).claimed_by
            outcomes += await rooms.client.bulk("release", [task_id], worker_id=holder or "nobody")
        return outcomes

    async def cancel(self, task_ids: Sequence[int]) -> list[RowOutcome]:
        """End tasks that are not finished; only a retry begins them again."""
        return await self.rooms.client.bulk("cancel", task_ids)

    async def reports(self) -> list[KeptReport]:
        """Reports that were refused or are dead, newest first."""
        return Outbox(self.rooms.database, self.rooms.server).aside()

    async def resend_reports(self, claims: Sequence[Claim]) -> list[RowOutcome]:
        """Owe these reports again."""
        return kept_or_not(claims, await self.rooms.deliverer.resend(claims), "waiting")

    async def discard_reports(self, claims: Sequence[Claim]) -> list[RowOutcome]:
        """Delete these reports for good."""
        return kept_or_not(claims, await self.rooms.deliverer.discard(claims), "discarded")

    async def register_type(
        self, name: str, version: str, param_schema: Mapping[str, Json], *, update: bool = False
    ) -> TaskType:
        """Register a type when it is missing; another version or schema is replaced only with ``update``."""
        return await registered(self.rooms.client, name, version, param_schema, update=update)

    async def open_type(self, name: str) -> TypeDetail:
        """A type as the TaskManager tells it, beside what the worker here was made for, and what it was before."""
        rooms = self.rooms
        ours = rooms.factory.registration(name) if name in rooms.factory else None
        try:
            theirs = await rooms.client.get_task_type(name)
        except NotFound:
            theirs = None
        notes = differences(ours, theirs) if ours is not None and theirs is not None else []
        versions: tuple[VersionStep, ...] | None = () if "versions" in rooms.can else None
        if versions is not None and theirs is not None:
            told = await rooms.client.type_versions(theirs.name)
            versions = await asyncio.to_thread(steps_of, told)  # many large schemas take long
        return TypeDetail(theirs, ours.version if ours is not None else "", tuple(notes), versions)

    async def plan_types(self, path: str) -> list[PlannedType]:
        """What registering the types in a file would do."""
        client = self.rooms.client
        text = await asyncio.to_thread(lambda: text_of(Path(path).expanduser()))
        return await planned(client, types_in(text))

    async def register_types(self, plans: Sequence[PlannedType]) -> list[PlannedType]:
        """Register what a plan creates or changes."""
        return await carried_out(self.rooms.client, plans, change=True)

    async def type_for_work(self, name: str) -> TaskType:
        """The type as the TaskManager knows it, registered from our worker's definition when it is missing.

        Says what it has otherwise there: version, schema, or that it is inactive. Raises `UnknownTaskType`.
        """
        rooms = self.rooms
        ours = rooms.factory.registration(name)
        theirs = await registered(rooms.client, name, ours.version, ours.param_schema)
        for sentence in differences(ours, theirs):
            rooms.publish(Said(Level.WARNING, sentence, utcnow()))
        return theirs


def kept_or_not(claims: Sequence[Claim], done: Sequence[Claim], status: str) -> list[RowOutcome]:
    """The outcome for each report; one that was not done to is not kept aside any more."""
    gone = "no report about it is kept aside any more"
    return [
        RowOutcome(claim.task_id, True, status) if claim in done else RowOutcome(claim.task_id, False, None, 404, gone)
        for claim in claims
    ]
