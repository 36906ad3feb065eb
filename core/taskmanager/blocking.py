"""The blocking client of any TaskManager, for scripts and threads: a thin portal over the asynchronous one."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from core.answers import Changes, CreatedTask, Health, ProgressTaken, ReportTaken, TaskPage
from core.config import Config
from core.filters import TaskFilter
from core.models import (
    HistoryEntry,
    Json,
    Report,
    RowOutcome,
    Task,
    TaskStatus,
    TaskType,
    TypeStats,
    TypeVersion,
    WorkerStatus,
)
from core.taskmanager.capabilities import Capabilities
from core.taskmanager.client import AsyncTaskManagerClient
from core.taskmanager.portal import PORTAL
from core.taskmanager.retry import Retrying, Say

Value = TypeVar("Value")


class TaskManagerClient:
    """The methods of `AsyncTaskManagerClient`, blocking. Safe from any thread, also while event loops run elsewhere.

    A call stops the thread that makes it: inside a coroutine use the asynchronous client.
    """

    def __init__(self, config: Config | None = None, *, url: str | None = None, api_key: str | None = None) -> None:
        """As `AsyncTaskManagerClient`. Raises `BadSetting` for an unusable URL or key."""
        self._tasks = AsyncTaskManagerClient(config, url=url, api_key=api_key)

    def __repr__(self) -> str:
        return repr(self._tasks).removeprefix("Async")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _do(self, work: Coroutine[Any, Any, Value]) -> Value:
        return PORTAL.run(work)

    def close(self) -> None:
        """Close connections and files; a later call opens them anew."""
        self._do(self._tasks.aclose())

    @property
    def config(self) -> Config:
        """The settings in use."""
        return self._tasks.config

    @property
    def on_retry(self) -> Say | None:
        """Takes a sentence whenever a call is made again; called on another thread."""
        return self._tasks.on_retry

    @on_retry.setter
    def on_retry(self, say: Say | None) -> None:
        self._tasks.on_retry = say

    @property
    def retrying(self) -> Retrying:
        """How long calls are tried."""
        return self._tasks.retrying

    @retrying.setter
    def retrying(self, retrying: Retrying) -> None:
        self._tasks.retrying = retrying

    @property
    def claim_timeout(self) -> float:
        """Seconds after which a claim may be taken over by another worker."""
        return self._tasks.claim_timeout

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe about the way to this server, in sentences."""
        return self._tasks.warnings

    @property
    def can_wait(self) -> bool:
        """Whether ``claim_many`` waits for work."""
        return self._tasks.can_wait

    def identity(self) -> str:
        """What this server is known by."""
        return self._do(self._tasks.identity())

    def still(self, identity: str) -> bool:
        """Whether the server that answers now is the one of that identity."""
        return self._do(self._tasks.still(identity))

    def health_check(self) -> Health:
        """Whether the TaskManager is well."""
        return self._do(self._tasks.health_check())

    def capabilities(self) -> Capabilities:
        """What this server can do."""
        return self._do(self._tasks.capabilities())

    def register_task_type(self, name: str, version: str, param_schema: Mapping[str, Json]) -> TaskType:
        """Make a type known, or replace its version and schema."""
        return self._do(self._tasks.register_task_type(name, version, param_schema))

    def get_task_type(self, name: str) -> TaskType:
        """The type of that name."""
        return self._do(self._tasks.get_task_type(name))

    def list_task_types(self, active_only: bool = False) -> list[TaskType]:
        """All types, as far as the server can list them."""
        return self._do(self._tasks.list_task_types(active_only))

    def create_task(self, task_type: str, params: Mapping[str, Json], priority: int = 0) -> CreatedTask:
        """Put a task on the queue."""
        return self._do(self._tasks.create_task(task_type, params, priority))

    def claim_task(
        self,
        worker_id: str,
        task_type_id: int,
        sort_by: str = "created_at",
        sort_order: str = "ASC",
        type_pattern: str | None = None,
    ) -> Task | None:
        """Claim the next task of a type; None when there is none."""
        return self._do(self._tasks.claim_task(worker_id, task_type_id, sort_by, sort_order, type_pattern))

    def update_progress(self, task_id: int, worker_id: str, progress: int, message: str | None = None) -> ProgressTaken:
        """Tell how far a task is, in percent."""
        return self._do(self._tasks.update_progress(task_id, worker_id, progress, message))

    def complete_task(
        self,
        task_id: int,
        worker_id: str,
        success: bool,
        result: Json = None,
        error: str | None = None,
        *,
        retryable: bool = True,
        retry_at: datetime | None = None,
    ) -> ReportTaken:
        """Report the end of a task."""
        told = (task_id, worker_id, success, result, error)
        return self._do(self._tasks.complete_task(*told, retryable=retryable, retry_at=retry_at))

    def get_task(self, task_id: int) -> Task:
        """A task with all that is known of it."""
        return self._do(self._tasks.get_task(task_id))

    def list_tasks(
        self,
        status: TaskStatus | str | None = None,
        type: str | None = None,
        limit: int = 50,
        offset: int = 0,
        *,
        filter: TaskFilter | None = None,
        after_id: int | None = None,
        sort: tuple[str, str] | None = None,
        around: int | None = None,
        brief: bool = False,
    ) -> TaskPage:
        """A page of tasks, newest first unless sorted."""
        listing = self._tasks.list_tasks
        page = listing(
            status, type, limit, offset, filter=filter, after_id=after_id, sort=sort, around=around, brief=brief
        )
        return self._do(page)

    def claim_many(
        self,
        worker_id: str,
        task_type_ids: Sequence[int],
        *,
        limit: int,
        sort_by: str = "created_at",
        sort_order: str = "ASC",
        wait: float = 0,
    ) -> list[Task]:
        """Claim up to ``limit`` tasks, types in turn."""
        claim = self._tasks.claim_many
        return self._do(claim(worker_id, task_type_ids, limit=limit, sort_by=sort_by, sort_order=sort_order, wait=wait))

    def complete_many(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        """Report many tasks; answers what became of each."""
        return self._do(self._tasks.complete_many(worker_id, reports))

    def release_many(self, worker_id: str, task_ids: Sequence[int]) -> bool:
        """Give claimed tasks back. False where the server has no call for it, or did not give back all of them."""
        return self._do(self._tasks.release_many(worker_id, task_ids))

    def bulk(
        self,
        action: str,
        task_ids: Sequence[int],
        *,
        worker_id: str | None = None,
        force: bool = False,
        dry_run: bool = False,
    ) -> list[RowOutcome]:
        """Do one of retry, release, cancel, delete to many tasks."""
        return self._do(self._tasks.bulk(action, task_ids, worker_id=worker_id, force=force, dry_run=dry_run))

    def bulk_matching(
        self, action: str, filter: TaskFilter, *, force: bool = False, dry_run: bool = False
    ) -> tuple[list[RowOutcome], bool]:
        """Do one of retry, release, cancel, delete to all tasks that fit; answers also whether more fit."""
        return self._do(self._tasks.bulk_matching(action, filter, force=force, dry_run=dry_run))

    def pending_in_order(self, type_name: str, sort_by: str, sort_order: str, limit: int) -> TaskPage:
        """The pending tasks of a type in the order in which a claim takes them."""
        return self._do(self._tasks.pending_in_order(type_name, sort_by, sort_order, limit))

    def same_task(self, task_type: str, params: Mapping[str, Json]) -> Task | None:
        """The task that a creation with this type and these parameters would be answered with."""
        return self._do(self._tasks.same_task(task_type, params))

    def history(self, task_id: int) -> tuple[HistoryEntry, ...]:
        """The life of a task, oldest first."""
        return self._do(self._tasks.history(task_id))

    def stats(self) -> tuple[TypeStats, ...]:
        """How many tasks of each type are where."""
        return self._do(self._tasks.stats())

    def type_versions(self, name: str) -> tuple[TypeVersion, ...]:
        """What a type became at each registration that made it another, newest first."""
        return self._do(self._tasks.type_versions(name))

    def changes(self, after: int, limit: int = 500, wait: float = 0) -> Changes:
        """What changed after a sequence number."""
        return self._do(self._tasks.changes(after, limit, wait))

    def heartbeat(
        self, worker_id: str, host: str, pid: int, state: str, strategy: str, task_ids: Sequence[int]
    ) -> tuple[int, ...]:
        """Tell that a worker is alive; answers the listed tasks that are not its own any more."""
        return self._do(self._tasks.heartbeat(worker_id, host, pid, state, strategy, task_ids))

    def end_wait(self, worker_id: str, task_ids: Sequence[int] = ()) -> None:
        """Let a claim of this worker that waits at the server be answered now."""
        return self._do(self._tasks.end_wait(worker_id, task_ids))

    def workers(self) -> tuple[WorkerStatus, ...]:
        """Who is alive, as far as workers send heartbeats."""
        return self._do(self._tasks.workers())
