"""Calls beyond the documented contract: used where the server announces them, done by single calls where that is the
same, refused with the nearest honest alternative where it is not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

from core import actions, bulk
from core.answers import Changes, TaskPage
from core.filters import TaskFilter
from core.models import HistoryEntry, Json, Report, RowOutcome, Task, TaskStatus, TypeStats, TypeVersion, WorkerStatus
from core.taskmanager import refusals, searching, wire, wire_extensions
from core.taskmanager.channel import Channel
from core.taskmanager.delivering import MOST_IN_A_CALL, UNAVAILABLE, Delivering, in_order
from core.taskmanager.documented import DocumentedCalls
from core.taskmanager.envelope import not_here
from core.taskmanager.line import get, post, understood
from core.taskmanager.next_up import not_put_off, sorted_by_us
from core.taskmanager.sameness import same_task
from core.taskmanager.single_claims import SingleClaims
from core.taskmanager.single_reports import SingleReports

INSTEAD = {
    **bulk.INSTEAD,
    "history": "What a task shows of its past is its attempts, its last error and its times.",
    "stats": "List tasks by status and count them.",
    "changes": "List tasks again from time to time.",
    "heartbeat": "A claim lasts until the claim timeout; finish within it.",
    "same": "Create the task: the answer tells when an older one is the same.",
    "versions": "It keeps the newest version only: read the type.",
    "workers": "Workers can be seen by the tasks that they hold: list those that are claimed.",
}
"""What can be done where a call is missing."""


def believable(action: str, outcome: RowOutcome, unsaid: str) -> RowOutcome:
    """The outcome of an action, unless it says that it was done, and that the task is what it cannot be after it."""
    if not outcome.ok or (outcome.status == actions.ENDS[action] and outcome.code < 300):
        return outcome
    return RowOutcome(outcome.id, ok=False, code=UNAVAILABLE, error=f"{unsaid} Look at the task before you try again.")


class ExtendedCalls(DocumentedCalls):
    """What some TaskManagers can do."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._single_claims = SingleClaims(self._claim_singly, self._settling.in_doubt, self._settling.not_handed_over)
        self._delivering = Delivering(self._line, self._settling)
        self._single_reports = SingleReports(self._report, lambda: self._settling.doubts)

    @property
    def can_wait(self) -> bool:
        """Whether ``claim_many`` waits for work; False until the server is known to do that."""
        return self._capabilities is not None and "claim-batch" in self._capabilities

    @property
    def puts_off(self) -> bool:
        """Whether a report may put its task off until a time; False until the server is known to do that."""
        return self._capabilities is not None and "retry-at" in self._capabilities

    @property
    def takes_final(self) -> bool:
        """Whether a report may say that a failure is final; False until the server is known to understand that."""
        return self._capabilities is not None and "retryable" in self._capabilities

    @property
    def progress_renews(self) -> bool:
        """Whether a progress report lets a claim last anew: where a heartbeat does. The real service's does not."""
        return self._capabilities is not None and "heartbeat" in self._capabilities

    def _forget(self) -> None:
        super()._forget()
        self._single_claims.forget()

    async def claim_many(
        self,
        worker_id: str,
        task_type_ids: Sequence[int],
        *,
        limit: int,
        sort_by: str = "created_at",
        sort_order: str = "ASC",
        wait: float = 0,
    ) -> list[Task]:
        """Claim up to ``limit`` tasks, types in turn. Waits up to ``wait`` seconds for one where the server can."""
        if limit < 1 or not task_type_ids:
            return []
        worker_id = refusals.worker_id(worker_id)
        field, order = refusals.sorting(sort_by, sort_order)
        types = [refusals.task_type_id(each) for each in task_type_ids]
        if "claim-batch" not in await self.capabilities():
            return await self._single_claims.claim(worker_id, types, limit, (field, order))
        limit = min(limit, MOST_IN_A_CALL)
        body: dict[str, Json] = {
            "worker_id": worker_id,
            "task_type_ids": types,
            "limit": limit,
            "sort_by": field,
            "sort_order": order,
            "wait": wait,
        }
        call = post("claim", "/tasks/claim-batch", body, repeatable=False, wait=wait)
        return await self._settling.claim(call, worker_id, types, self._types.names_of(types), limit)

    async def complete_many(self, worker_id: str, reports: Sequence[Report]) -> list[RowOutcome]:
        """Report many tasks; answers what became of each, in the order given. A refused report is an outcome.

        Raises only when nothing could be said about any of them: `Unreachable`, `NotAuthenticated`, `RateLimited`.
        """
        worker_id = refusals.worker_id(worker_id)
        if not reports:
            return []
        if "complete-batch" in await self.capabilities():
            if not all(each.is_documented for each in reports):
                reports = [await self._as_understood(each) for each in reports]
            return await self._delivering.deliver(worker_id, reports)
        return await self._single_reports.deliver(reports)

    async def release_many(self, worker_id: str, task_ids: Sequence[int]) -> bool:
        """Give claimed tasks back, their attempts kept. False where the server has no call for it, or did not give
        back all of them: `bulk` tells which."""
        if "release" not in await self.capabilities():
            return False
        return all(each.ok for each in await self.bulk("release", task_ids, worker_id=worker_id))

    async def bulk(
        self,
        action: str,
        task_ids: Sequence[int],
        *,
        worker_id: str | None = None,
        force: bool = False,
        dry_run: bool = False,
    ) -> list[RowOutcome]:
        """Do one of retry, release, cancel, delete to many tasks; answers what became of each.

        ``release`` needs the owner's ``worker_id``, or ``force``. Raises `NotPossibleHere`.
        """
        await self._need(action, f"{action} tasks")
        outcomes: list[RowOutcome] = []
        for first in range(0, len(task_ids), MOST_IN_A_CALL):
            ids = [refusals.task_id(each) for each in task_ids[first : first + MOST_IN_A_CALL]]
            body: dict[str, Json] = {"action": action, "ids": ids, "dry_run": dry_run, "force": force}
            if worker_id is not None:
                body["worker_id"] = refusals.worker_id(worker_id)
            said = await self._line.ask(post(action, "/tasks/bulk", body))
            told = understood(action, lambda said=said: [wire_extensions.outcome(row) for row in wire.rows(said.data)])
            unsaid = f"The TaskManager's answer to {action} says nothing about this task."
            outcomes += [believable(action, each, unsaid) for each in in_order(ids, told, unsaid)]
        return outcomes

    async def bulk_matching(
        self, action: str, filter: TaskFilter, *, force: bool = False, dry_run: bool = False
    ) -> tuple[list[RowOutcome], bool]:
        """Do one of retry, release, cancel, delete to all tasks that fit and are in a status for it.

        Answers what became of each, and whether more fit than one call does. Raises `NotPossibleHere`, and `Invalid`
        for a filter that fits every task.
        """
        await self._need(action, f"{action} tasks")
        told = filter.to_json((await self.capabilities()).names)
        body: dict[str, Json] = {"action": action, "filter": told, "dry_run": dry_run, "force": force}
        said = await self._line.ask(post(action, "/tasks/bulk", body))
        told = understood(action, lambda: [wire_extensions.outcome(row) for row in wire.rows(said.data)])
        unsaid = f"The TaskManager's answer to {action} says what cannot be."
        more = isinstance(said.data, dict) and bool(cast("dict[str, Json]", said.data).get("more"))
        return [believable(action, each, unsaid) for each in told], more

    async def list_tasks(
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
        """A page of tasks, newest first. ``type`` may be an SQL LIKE pattern. ``filter`` and ``after_id`` (older than
        that task) are done on our side where the server cannot, over a bounded number of the newest tasks.

        ``sort`` is a field (id, priority, attempts) with ASC or DESC. ``around``: the page is to have that task in its
        middle, where the server can that; its offset tells. It goes with no ``after_id``. ``brief``: tasks tell what
        they are about, where the server tells that. Raises `NotPossibleHere` where lists are not sorted.
        """
        refusals.window(limit, offset)
        query: dict[str, str | int | None] = {
            "status": None if status is None else str(status),
            "type": type,
            "limit": limit,
            "offset": offset or None,
            "around": around,
            "brief": 1 if brief and "brief" in await self.capabilities() else None,
        }
        if sort is not None:
            if "filter" not in await self.capabilities():
                raise not_here("sort lists", "Sort the rows that were read.")
            query["sort_by"], query["sort_order"] = refusals.sorting(*sort)
        if filter or after_id is not None:
            if "filter" not in await self.capabilities():
                return await searching.search(self._line, query, filter or TaskFilter(), after_id)
            knows = (await self.capabilities()).names
            query["filter"] = json.dumps(filter.to_json(knows)) if filter else None
            query["after_id"] = after_id
        said = await self._line.ask(get("tasks", "/tasks", query))
        return understood("tasks", lambda: wire.page(said.data, limit, offset))

    async def pending_in_order(self, type_name: str, sort_by: str, sort_order: str, limit: int) -> TaskPage:
        """The pending tasks of a type in the order in which a claim takes them, without those that are put off: see
        `not_put_off`. Where the server cannot sort its lists, over a bounded number of the newest; then ``searched``
        says how many."""
        field, order = refusals.sorting(sort_by, sort_order)
        refusals.window(limit, 0)
        if "filter" not in await self.capabilities():
            return await sorted_by_us(self._line, type_name, field, order, limit)
        query: dict[str, str | int | None] = {
            "status": "pending",
            "type": type_name,
            "sort_by": field,
            "sort_order": order,
        }
        return await not_put_off(self._line, query, limit)

    async def same_task(self, task_type: str, params: Mapping[str, Json]) -> Task | None:
        """The task that a creation with this type and these parameters would be answered with; None: a new one would
        be made. Tried once. Raises `NotPossibleHere`."""
        await self._need("same", "be asked for the task that is the same")
        return await same_task(self._line, task_type, params)

    async def history(self, task_id: int) -> tuple[HistoryEntry, ...]:
        """The life of a task, oldest first. Raises `NotPossibleHere`, `NotFound`."""
        await self._need("history", "tell the history of a task")
        number = refusals.task_id(task_id)
        said = await self._line.ask(get(f"history of #{number}", f"/tasks/{number}/history"))
        return understood("history", lambda: wire_extensions.history(said.data))

    async def stats(self) -> tuple[TypeStats, ...]:
        """How many tasks of each type are where. Raises `NotPossibleHere`."""
        await self._need("stats", "count its tasks")
        said = await self._line.ask(get("statistics", "/stats"))
        return understood("statistics", lambda: wire_extensions.stats(said.data))

    async def type_versions(self, name: str) -> tuple[TypeVersion, ...]:
        """What a type became at each registration that made it another, newest first, as far back as the server keeps
        that. Raises `NotPossibleHere`, `NotFound`."""
        await self._need("versions", "tell the versions of a task type")
        name = refusals.type_name(name)
        what = f"versions of {name}"
        said = await self._line.ask(get(what, f"/task-types/{wire.segment(name)}/versions"))
        return understood(what, lambda: wire_extensions.versions(said.data))

    async def changes(self, after: int, limit: int = 500, wait: float = 0) -> Changes:
        """What changed after a sequence number; waits up to ``wait`` seconds for something. Raises
        `NotPossibleHere`."""
        await self._need("changes", "tell what changed")
        query: dict[str, str | int | None] = {"after": after, "limit": limit, "wait": f"{wait:g}" if wait else None}
        said = await self._line.ask(get("changes", "/changes", query, wait=wait))
        return understood("changes", lambda: wire_extensions.changes(said.data))

    async def heartbeat(
        self, worker_id: str, host: str, pid: int, state: str, strategy: str, task_ids: Sequence[int]
    ) -> tuple[int, ...]:
        """Tell that a worker is alive; its claims of the listed tasks are extended. Answers those of them that are
        not its own any more: what is done on them is for nothing. Tried once: the next one comes. Raises
        `NotPossibleHere`."""
        await self._need("heartbeat", "be told that a worker is alive")
        name = refusals.worker_id(worker_id)
        body = {"host": host, "pid": pid, "state": str(state), "strategy": strategy, "task_ids": list(task_ids)}
        what = f"heartbeat of {name}"
        said = await self._line.ask_once(post(what, f"/workers/{wire.segment(name)}/heartbeat", body))
        return understood(what, lambda: wire_extensions.lost(said.data))

    async def end_wait(self, worker_id: str, task_ids: Sequence[int] = ()) -> None:
        """Let a claim of this worker that waits at the server be answered now; ``task_ids`` are what it still holds.

        Does nothing where claims do not wait.
        """
        if self.can_wait and "heartbeat" in await self.capabilities():
            name = refusals.worker_id(worker_id)
            body = {"state": "draining", "task_ids": list(task_ids)}
            await self._line.ask_once(post(f"heartbeat of {name}", f"/workers/{wire.segment(name)}/heartbeat", body))

    async def workers(self) -> tuple[WorkerStatus, ...]:
        """Who is alive, as far as workers send heartbeats. Raises `NotPossibleHere`."""
        await self._need("workers", "list workers")
        said = await self._line.ask(get("workers", "/workers"))
        return understood("workers", lambda: wire_extensions.workers(said.data))

    async def _need(self, name: str, thing: str) -> None:
        if name not in INSTEAD:
            raise refusals.invalid(f"There is no action {name!r}; there are retry, release, cancel and delete.")
        if name not in await self.capabilities():
            raise not_here(thing, INSTEAD[name])
