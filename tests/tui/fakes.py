"""Stand-ins for the engine: they hold snapshots that a test puts in, and write down what they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from core.answers import CreatedTask
from core.bulk import BulkRow, Fate, Meant, Order, Plan, Way
from core.bulk_planning import Known, plan
from core.details import Extension, KeptReport, Preview, TaskDetail, TypeDetail, WorkerDetail
from core.diagnosis import Diagnosis
from core.diagnosis.outlook import Simulation
from core.errors import CoreError
from core.exports import Export, Progress, write
from core.filters import TaskFilter
from core.forms import Violation
from core.models import Claim, Json, NewTask, RowOutcome, Step, Task, TaskStatus, TaskType, TypeVersion, utcnow
from core.saved import IdeaDetail, IdeaQuery
from core.schema_changes import steps_of
from core.snapshot import ActivityEntry, ResultsView, Snapshot, TypeRow, View
from core.twins import Twin, twin_of
from core.type_files import Plan as TypePlan
from core.type_files import PlannedType

Call = tuple[str, *tuple[object, ...]]


def registered_once(row: TypeRow) -> TypeDetail:
    """A type opened that was never another."""
    schema, at = row.param_schema or {}, datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
    kind = TaskType(row.id or 1, row.name, row.version, schema, row.is_active, at, at)
    return TypeDetail(kind, "", (), steps_of([TypeVersion(1, row.version, schema, row.is_active, at)]))


class FakeVerbs:
    """Writes down every verb; ``refusal`` is raised instead of an answer where one is set.

    No verb answers before ``may_answer`` is set, as it is from the beginning."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.reads: list[Call] = []
        self.refusal: CoreError | None = None
        self.details: dict[int, TaskDetail] = {}
        self.kept: list[KeptReport] = []
        self.ideas: dict[str, IdeaDetail] = {}
        self.exporting: Progress | None = None
        self.outcomes: dict[int, RowOutcome] = {}
        self.duplicate_of: int | None = None
        self.same: Task | None = None
        self.next_task: int | None = 10430
        self.opened: dict[str, WorkerDetail] = {}
        self.previews: dict[str, Preview] = {}
        self.known_strategies = {each: f"{each} it is." for each in ("FIFO", "LIFO", "PRIORITY")}
        self.hindered: dict[str, str] = {}
        self.known = Known(frozenset({"retry", "release", "cancel", "delete", "workers"}))
        self.violations: list[Violation] = []
        self.opened_types: dict[str, TypeDetail] = {}
        self.planned: list[PlannedType] = []
        self.checked: list[Mapping[str, Json]] = []
        self.simulation = Simulation()
        self.diagnoses: dict[int | None, Diagnosis] = {}
        self.extended_until: datetime | None = None
        self.counted: dict[IdeaQuery, int] = {}
        self.may_count = asyncio.Event()
        self.may_count.set()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def _note(self, *call: object) -> None:
        self.calls.append(call)  # type: ignore[arg-type]  # the first is always the name
        await self.may_answer.wait()
        if self.refusal is not None:
            raise self.refusal

    async def _read(self, *call: object) -> None:
        """A verb that only looks: written down apart."""
        self.reads.append(call)  # type: ignore[arg-type]  # the first is always the name
        if self.refusal is not None:
            raise self.refusal

    def called(self, verb: str) -> list[Call]:
        return [call for call in self.calls if call[0] == verb]

    def _rows(self, task_ids: Sequence[int]) -> list[RowOutcome]:
        return [self.outcomes.get(each, RowOutcome(each, True)) for each in task_ids]

    async def look(self, view: View) -> None:
        await self._note("look", view)

    async def create_task(self, new: NewTask) -> CreatedTask:
        await self._note("create_task", new)
        made = self.duplicate_of or 77
        return CreatedTask(made, new.task_type, TaskStatus.PENDING, deduplicated=self.duplicate_of is not None)

    async def check_params(self, param_schema: Mapping[str, Json], params: Mapping[str, Json]) -> list[Violation]:
        """Not among the calls: it sends nothing, and comes as one types."""
        self.checked.append(params)
        return list(self.violations)

    async def find_same(self, new: NewTask) -> Twin:
        """Not among the calls: it sends nothing, and comes as one types."""
        await self._read("find_same", new)
        return twin_of(self.same)

    async def open_task(self, task_id: int) -> TaskDetail:
        await self._note("open_task", task_id)
        return self.details[task_id]

    async def retry(self, task_ids: Sequence[int]) -> list[RowOutcome]:
        await self._note("retry", tuple(task_ids))
        return self._rows(task_ids)

    async def release(self, task_ids: Sequence[int], *, force: bool = False) -> list[RowOutcome]:
        await self._note("release", tuple(task_ids), force)
        return self._rows(task_ids)

    async def cancel(self, task_ids: Sequence[int]) -> list[RowOutcome]:
        await self._note("cancel", tuple(task_ids))
        return self._rows(task_ids)

    async def extend_claims(self, task_ids: Sequence[int]) -> list[Extension]:
        await self._note("extend_claims", tuple(task_ids))
        rows = [(each, self.outcomes.get(each)) for each in task_ids]
        return [
            Extension(each, ok=True, status="claimed", until=self.extended_until)
            if told is None
            else Extension(each, told.ok, told.status, told.code, told.error)
            for each, told in rows
        ]

    async def plan_bulk(self, order: Order, meant: Meant) -> Plan:
        await self._note("plan_bulk", order, meant)
        rows = [detail.task for detail in self.details.values()]
        if isinstance(meant, TaskFilter):
            return plan(order, [task for task in rows if meant.matches(task)], self.known)
        known = {task.id: task for task in rows}
        missing = [each for each in meant if each not in known]
        return plan(order, [known[each] for each in meant if each in known], self.known, missing)

    async def bulk(self, plan: Plan, task_ids: Sequence[int]) -> list[BulkRow]:
        await self._note("bulk", plan.order.action, tuple(task_ids))
        rows: list[BulkRow] = []
        for told in self._rows(task_ids):
            made = tuple(9000 + told.id * 10 + n for n in range(plan.order.copies)) if plan.way is Way.AS_NEW else ()
            said = f"then {told.status}" if told.ok else told.error or ""
            rows.append(BulkRow(told.id, Fate.DONE if told.ok else Fate.FAILED, said, made=made))
        return rows

    async def reports(self) -> list[KeptReport]:
        await self._note("reports")
        return list(self.kept)

    async def resend_reports(self, claims: Sequence[Claim]) -> list[RowOutcome]:
        await self._note("resend_reports", tuple(claims))
        return self._rows([claim.task_id for claim in claims])

    async def discard_reports(self, claims: Sequence[Claim]) -> list[RowOutcome]:
        await self._note("discard_reports", tuple(claims))
        self.kept = [each for each in self.kept if each.claim not in claims]
        return self._rows([claim.task_id for claim in claims])

    async def start_workers(
        self,
        types: Sequence[str] = (),
        *,
        count: int = 1,
        strategy: str = "FIFO",
        concurrency: int = 1,
        poll_interval: float | None = None,
        task_timeout: float | None = None,
    ) -> list[str]:
        advanced = {"poll_interval": poll_interval, "task_timeout": task_timeout}
        told = {name: value for name, value in advanced.items() if value is not None}
        await self._note("start_workers", tuple(types), count, strategy, concurrency, *([told] if told else []))
        return [f"w-{number}" for number in range(count)]

    async def pause(self, worker_ids: Sequence[str] = ()) -> list[str]:
        await self._note("pause", tuple(worker_ids))
        return list(worker_ids)

    async def resume(self, worker_ids: Sequence[str] = ()) -> list[str]:
        await self._note("resume", tuple(worker_ids))
        return list(worker_ids)

    async def stop_workers(self, worker_ids: Sequence[str] = (), *, now: bool = False) -> list[str]:
        await self._note("stop_workers", tuple(worker_ids), now)
        return list(worker_ids)

    async def set_strategy(self, strategy: str, worker_ids: Sequence[str] = ()) -> list[str]:
        await self._note("set_strategy", strategy, tuple(worker_ids))
        return list(worker_ids)

    async def scale(self, count: int, *, like: str = "") -> int:
        await self._note("scale", count, *([like] if like else []))
        return count

    async def set_concurrency(self, concurrency: int, worker_ids: Sequence[str] = ()) -> list[str]:
        await self._note("set_concurrency", concurrency, tuple(worker_ids))
        return list(worker_ids)

    async def step(self, worker_ids: Sequence[str] = ()) -> list[Step]:
        await self._note("step", tuple(worker_ids))
        return [Step(each, self.next_task, "Echo") for each in worker_ids or ("w-fresh",)]

    async def restart(self, worker_ids: Sequence[str]) -> list[str]:
        await self._note("restart", tuple(worker_ids))
        return list(worker_ids)

    async def open_worker(self, worker_id: str) -> WorkerDetail:
        await self._read("open_worker", worker_id)
        return self.opened.get(worker_id, WorkerDetail(worker_id))

    async def strategies(self) -> dict[str, str]:
        """Not among the calls: it asks nobody."""
        return dict(self.known_strategies)

    async def preview(self, strategy: str, types: Sequence[str] = ()) -> Preview:
        await self._read("preview", strategy, tuple(types))
        return self.previews.get(strategy, Preview(strategy))

    async def simulate(
        self, types: Sequence[str] = (), worker_ids: Sequence[str] = (), *, extra: int = 0
    ) -> Simulation:
        await self._read("simulate", tuple(types), tuple(worker_ids))
        return self.simulation

    async def hindrances(self) -> dict[str, str]:
        await self._read("hindrances")
        return dict(self.hindered)

    async def register_type(
        self, name: str, version: str, param_schema: Mapping[str, Json], *, update: bool = False
    ) -> TaskType:
        await self._note("register_type", name, version)
        return TaskType(1, name, version)

    async def look_at_results(self, view: ResultsView) -> None:
        await self._note("look_at_results", view)

    async def open_idea(self, idea_id: str) -> IdeaDetail:
        await self._note("open_idea", idea_id)
        return self.ideas[idea_id]

    async def count_results(self, query: IdeaQuery) -> int:
        await self._read("count_results", query)
        await self.may_count.wait()
        return self.counted.get(query, 1)

    async def export_results(self, query: IdeaQuery, export: Export, progress: Progress) -> int:
        self.exporting = progress
        await self._note("export_results", query, export)
        return await asyncio.to_thread(write, export, ["id"], [{"id": each} for each in self.ideas], progress)

    async def export_activity(self, entries: Sequence[ActivityEntry], export: Export, progress: Progress) -> int:
        await self._note("export_activity", tuple(entry.number for entry in entries), export)
        return len(entries)

    async def open_type(self, name: str) -> TypeDetail:
        await self._note("open_type", name)
        return self.opened_types.get(name, TypeDetail(None))

    async def plan_types(self, path: str) -> list[PlannedType]:
        await self._note("plan_types", path)
        return list(self.planned)

    async def register_types(self, plans: Sequence[PlannedType]) -> list[PlannedType]:
        await self._note("register_types", tuple(each.name for each in plans))
        after = {TypePlan.CREATE: TypePlan.CREATED, TypePlan.CHANGE: TypePlan.CHANGED}
        return [replace(each, plan=after.get(each.plan, each.plan)) for each in plans]

    async def why(self, task_id: int | None = None) -> Diagnosis:
        await self._read("why", task_id)
        return self.diagnoses.get(task_id, Diagnosis(task_id, utcnow()))


class FakeConnection:
    """A connection whose snapshots a test puts in by hand."""

    def __init__(self, snapshot: Snapshot | CoreError) -> None:
        self.verbs = FakeVerbs()
        if isinstance(snapshot, Snapshot):
            self.verbs.opened_types = {row.name: registered_once(row) for row in snapshot.types}
        self.snapshot = snapshot
        self.started = False
        self.closed: list[bool] = []
        self.may_close = asyncio.Event()
        self.may_close.set()
        self.waiting = 0
        self.fault: CoreError | None = None
        self._changed = asyncio.Event()

    def start(self) -> None:
        self.started = True

    def put(self, snapshot: Snapshot) -> None:
        """This is how things are now."""
        self.snapshot = snapshot
        self._changed.set()

    async def watch(self) -> AsyncIterator[Snapshot]:
        while True:
            if isinstance(self.snapshot, CoreError):
                raise self.snapshot
            self._changed.clear()
            yield self.snapshot
            await self._changed.wait()

    async def close(self, *, now: bool = False) -> int:
        self.closed.append(now)
        await self.may_close.wait()
        if self.fault is not None:
            raise self.fault
        return self.waiting
