"""What a user can make the engine do. The front door of the board and of the command line.

`core.engine.Engine` carries these out on its own event loop; `core.host.EngineHost` carries calls over to it from
another thread. Every verb raises a `core.errors.CoreError` with one sentence when it cannot be done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # whoever only gives a verb does not need what all the others tell
    from core.answers import CreatedTask
    from core.bulk import BulkRow, Meant, Order, Plan
    from core.details import Extension, KeptReport, Preview, TaskDetail, TypeDetail, WorkerDetail
    from core.diagnosis import Diagnosis
    from core.diagnosis.outlook import Simulation
    from core.exports import Export, Progress
    from core.forms import Violation
    from core.models import Claim, Json, NewTask, RowOutcome, Step, TaskType
    from core.saved import IdeaDetail, IdeaQuery
    from core.snapshot import ActivityEntry, ResultsView, Snapshot, View
    from core.twins import Twin
    from core.type_files import PlannedType


class Verbs(Protocol):
    """The verbs of the engine."""

    async def look(self, view: View) -> None:
        """Show this part of the queue from now on, as ``snapshot.view``."""
        ...

    async def create_task(self, new: NewTask) -> CreatedTask:
        """Put a task on the TaskManager; the answer tells when an older one is the same."""
        ...

    async def check_params(self, param_schema: Mapping[str, Json], params: Mapping[str, Json]) -> list[Violation]:
        """The rules of a schema that these parameters break, as the embedded TaskManager finds them; nothing is sent.

        Raises `core.errors.BadSetting` where the schema cannot be used.
        """
        ...

    async def find_same(self, new: NewTask) -> Twin:
        """The task that this one would be the same as, of all that the TaskManager has; nothing is created.

        Raises `core.errors.NotPossibleHere` where it cannot be asked (`core.twins.can_ask`).
        """
        ...

    async def open_task(self, task_id: int) -> TaskDetail:
        """Read everything that is known of a task."""
        ...

    async def retry(self, task_ids: Sequence[int]) -> list[RowOutcome]:
        """Give failed tasks all their attempts anew."""
        ...

    async def release(self, task_ids: Sequence[int], *, force: bool = False) -> list[RowOutcome]:
        """Make claimed tasks pending again. ``force``: also those of workers that are not ours."""
        ...

    async def cancel(self, task_ids: Sequence[int]) -> list[RowOutcome]:
        """End tasks that are not finished; only a retry begins them again."""
        ...

    async def extend_claims(self, task_ids: Sequence[int]) -> list[Extension]:
        """Let the claims of tasks that workers of this process have in hand last anew, counted from now; answers until
        when, or why not and what can be done instead. Only the holder of a claim can extend it."""
        ...

    async def plan_bulk(self, order: Order, meant: Meant) -> Plan:
        """What the order would do to the tasks that are meant, as things are now. Changes nothing."""
        ...

    async def bulk(self, plan: Plan, task_ids: Sequence[int]) -> list[BulkRow]:
        """Do what the plan says to these of its tasks; `core.bulk.carried_out` does all of it, chunk after chunk."""
        ...

    async def reports(self) -> list[KeptReport]:
        """Reports that the TaskManager did not take and that are kept aside, newest first, bounded."""
        ...

    async def resend_reports(self, claims: Sequence[Claim]) -> list[RowOutcome]:
        """Owe these reports again: each task is read, and its report sent if the claim still holds."""
        ...

    async def discard_reports(self, claims: Sequence[Claim]) -> list[RowOutcome]:
        """Delete these reports for good; results that were saved stay."""
        ...

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
        """Start workers for these types (none: all that there are workers for); answers their ids.

        ``poll_interval`` and ``task_timeout`` are in seconds; None is what the class of the worker has.
        """
        ...

    async def pause(self, worker_ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) claim nothing more; tasks in hand finish. Answers who was changed."""
        ...

    async def resume(self, worker_ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) claim again. Answers who was changed."""
        ...

    async def stop_workers(self, worker_ids: Sequence[str] = (), *, now: bool = False) -> list[str]:
        """Stop these workers (none: all): tasks in hand finish, or are given back at once with ``now``."""
        ...

    async def set_strategy(self, strategy: str, worker_ids: Sequence[str] = ()) -> list[str]:
        """Claim by this strategy from the next claim on. Answers who was changed."""
        ...

    async def scale(self, count: int, *, like: str = "") -> int:
        """Have ``count`` workers like those that run: start more, or stop idle ones first. Answers the new number.

        ``like``: the id of a worker; then only those of the same types are counted, started and stopped.
        """
        ...

    async def set_concurrency(self, concurrency: int, worker_ids: Sequence[str] = ()) -> list[str]:
        """Let these workers (none: all) have so many tasks in hand. Answers who was changed."""
        ...

    async def step(self, worker_ids: Sequence[str] = ()) -> list[Step]:
        """Let each of these paused workers (none: a fresh one) claim and do one task, and stay paused.

        Answers what they claimed as soon as they have.
        """
        ...

    async def restart(self, worker_ids: Sequence[str]) -> list[str]:
        """Start workers that crashed or stopped again, as they were. Answers who was started."""
        ...

    async def open_worker(self, worker_id: str) -> WorkerDetail:
        """What is remembered of a worker of this process; empty for any other."""
        ...

    async def hindrances(self) -> dict[str, str]:
        """Why no worker can be started for a type though there is a class for it, by the name of the type."""
        ...

    async def strategies(self) -> dict[str, str]:
        """The orders in which workers can claim: by name, what each means in a sentence."""
        ...

    async def preview(self, strategy: str, types: Sequence[str] = ()) -> Preview:
        """Which tasks of these types (none: all that there are workers for) are claimed next by this strategy."""
        ...

    async def simulate(
        self, types: Sequence[str] = (), worker_ids: Sequence[str] = (), *, extra: int = 0
    ) -> Simulation:
        """What the waiting tasks of these types (none: all that there are workers for) would experience if these
        workers (none: all of this process) claimed by each of the strategies. Changes nothing.

        ``extra``: as many more workers, one task at a time, as if they were there.
        """
        ...

    async def register_type(
        self, name: str, version: str, param_schema: Mapping[str, Json], *, update: bool = False
    ) -> TaskType:
        """Register a type when it is missing; replace another version or schema only with ``update``."""
        ...

    async def look_at_results(self, view: ResultsView) -> None:
        """Show this part of the results from now on, as ``snapshot.results``."""
        ...

    async def open_idea(self, idea_id: str) -> IdeaDetail:
        """Read everything that is known of an idea."""
        ...

    async def count_results(self, query: IdeaQuery) -> int:
        """How many ideas fit. Takes its time where there are many; whoever does not want to know any more cancels."""
        ...

    async def export_results(self, query: IdeaQuery, export: Export, progress: Progress) -> int:
        """Write the ideas that fit to a file; answers how many. ``progress`` tells how far it is, and stops it.

        Raises `core.exports.FileThere` and `core.exports.ExportCancelled`.
        """
        ...

    async def export_activity(self, entries: Sequence[ActivityEntry], export: Export, progress: Progress) -> int:
        """Write these lines of the event log to a file, as `export_results` writes ideas."""
        ...

    async def open_type(self, name: str) -> TypeDetail:
        """Read what is known of a task type."""
        ...

    async def plan_types(self, path: str) -> list[PlannedType]:
        """Read the types in a file, and tell what registering them would do. Raises `core.errors.BadSetting`."""
        ...

    async def register_types(self, plans: Sequence[PlannedType]) -> list[PlannedType]:
        """Register what a plan creates or changes; answers what became of each."""
        ...

    async def why(self, task_id: int | None = None) -> Diagnosis:
        """Why this task is not done; without an id, why nothing happens, and what is stuck. Changes nothing.

        Does not raise where the TaskManager is away or refuses: that is a cause then. Raises `core.errors.NotFound`.
        """
        ...


class Connection(Protocol):
    """The engine at work somewhere else: what a front end holds. All methods may be called from any event loop."""

    @property
    def verbs(self) -> Verbs:
        """What can be done; each verb is awaited on the caller's loop and carried out on the engine's."""
        ...

    def start(self) -> None:
        """Start the engine on a thread of its own; returns at once."""
        ...

    def watch(self) -> AsyncIterator[Snapshot]:
        """The newest snapshot, whenever it is another, at most 15 a second; a slow watcher skips some.

        Raises a `core.errors.CoreError` when the engine could not be opened; ends when it is closed.
        """
        ...

    async def close(self, *, now: bool = False) -> int:
        """Stop the workers (finish what they have in hand, or give it back with ``now``), deliver reports, close.

        Answers how many reports still wait in the outbox.
        """
        ...
