"""The calls of the documented contract, one method each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from core.answers import CreatedTask, Health, ProgressTaken, ReportTaken
from core.errors import Invalid, NotFound, ServerFault, TaskManagerError
from core.models import Json, Report, Task, TaskType
from core.taskmanager import capabilities, refusals, wire
from core.taskmanager.capabilities import Capabilities
from core.taskmanager.channel import Channel
from core.taskmanager.envelope import NUMBERS_NEED_A_POINT
from core.taskmanager.known_types import KnownTypes
from core.taskmanager.line import Line, get, post, understood
from core.taskmanager.retry import Retrying, Say
from core.taskmanager.settling import Settling

SMALL = 32 * 1024
"""Bytes that every server takes: below, its limits need not be known."""

ITS_DOCUMENT = "/openapi.json"
"""Where a server describes itself."""

TYPES_LISTED = 500
"""Tasks that are looked at for the names of types, where types cannot be listed."""


class DocumentedCalls:
    """What every TaskManager can do."""

    def __init__(self, channel: Channel) -> None:
        self._line = Line(channel)
        self._types = KnownTypes()
        self._settling = Settling(self._line)
        self._capabilities: Capabilities | None = None

    @property
    def on_retry(self) -> Say | None:
        """Takes a sentence whenever a call is made again, such as "retrying complete of #12: deadlock, try 3"."""
        return self._line.say

    @on_retry.setter
    def on_retry(self, say: Say | None) -> None:
        self._line.say = say

    @property
    def on_limit(self) -> Callable[[float], None] | None:
        """Takes the seconds for which a rate limit holds claims back; else ``on_retry`` is told of it, once."""
        return self._line.on_limit

    @on_limit.setter
    def on_limit(self, tell: Callable[[float], None] | None) -> None:
        self._line.on_limit = tell

    @property
    def retrying(self) -> Retrying:
        """How long calls are tried."""
        return self._line.retrying

    @retrying.setter
    def retrying(self, retrying: Retrying) -> None:
        self._line.retrying = retrying

    async def health_check(self) -> Health:
        """Whether the TaskManager is well; asked once, without retries. Needs no key. Raises `Unreachable`."""
        said = await self._line.ask_once(get("health", "/health"))
        told = understood("health", lambda: wire.claim_timeout(said.data))
        self._settling.claim_timeout = told or self._settling.claim_timeout
        return understood("health", lambda: wire.health(said.data))

    async def capabilities(self) -> Capabilities:
        """What this server can do; found out at the first call, then remembered."""
        if self._capabilities is None:
            document = await self._line.document(ITS_DOCUMENT)
            told = understood(ITS_DOCUMENT, lambda: capabilities.announced(document))
            if told is None:
                shown = capabilities.shown((await self._line.ask(get("tasks", "/tasks", {"limit": 1}))).data)
                # Only now that a TaskManager has answered is a document that was not to be had known to be missing.
                later = document or await self._line.document(ITS_DOCUMENT)
                told = understood(ITS_DOCUMENT, lambda: capabilities.announced(later)) or shown
            self._capabilities = told
        return self._capabilities

    def _forget(self) -> None:
        """Another server answers now: nothing that was learnt of the last one holds."""
        self._capabilities = None
        self._types = KnownTypes()
        self._settling.forget()

    async def register_task_type(self, name: str, version: str, param_schema: Mapping[str, Json]) -> TaskType:
        """Make a type known, or replace its version and schema; the answer says which. Raises `Invalid`."""
        name = refusals.type_name(name)
        if refusals.suspicious_name(name):
            refusals.name_here(name, await self.capabilities())
        body = {"name": name, "version": version, "param_schema": refusals.parameters(param_schema)}
        what = f"registration of {name}"
        said = await self._line.ask(post(what, "/task-types/register", body))
        row = understood(what, lambda: {"param_schema": param_schema, **wire.mapping(said.data)})
        return self._types.know(understood(what, lambda: wire.asked_type(row, name)))

    async def get_task_type(self, name: str) -> TaskType:
        """The type of that name. Raises `NotFound`."""
        name = refusals.type_name(name)
        what = f"task type {name}"
        said = await self._line.ask(get(what, f"/task-types/{wire.segment(name)}"))
        row = understood(what, lambda: wire.one(said.data))
        if row is None:
            raise NotFound(f"The TaskManager knows no task type {name!r}.", status=404)
        return self._types.know(understood(what, lambda: wire.asked_type(row, name)))

    async def list_task_types(self, active_only: bool = False) -> list[TaskType]:
        """All types; where the server cannot list them (the real one), those that this client has met."""
        if self._types.listable:
            query = {"active_only": "true" if active_only else None}
            try:
                said = await self._line.ask(get("task types", "/task-types", query))
            except (ServerFault, NotFound) as fault:
                if isinstance(fault, ServerFault) and fault.temporary:
                    raise
                self._types.listable = False
            else:
                return understood("task types", lambda: [wire.task_type(row) for row in wire.rows(said.data)])
        return await self._types_met(active_only)

    async def _types_met(self, active_only: bool) -> list[TaskType]:
        said = await self._line.ask(get("tasks", "/tasks", {"limit": TYPES_LISTED}))
        named = understood("tasks", lambda: [str(row["type"]) for row in wire.rows(said.data)])
        found: dict[int, TaskType] = {}
        for name in self._types.names(named):
            known = self._types.named(name)
            try:
                known = await self.get_task_type(name)
            except NotFound:
                if known is None:
                    continue
            found[known.id] = known
        return [each for each in found.values() if each.is_active or not active_only]

    async def create_task(self, task_type: str, params: Mapping[str, Json], priority: int = 0) -> CreatedTask:
        """Put a task on the queue; ``deduplicated`` says that an older one is the same. Raises `NotFound` for an
        unknown type, `Invalid` or `TooLarge` for parameters that do not fit."""
        name = refusals.type_name(task_type)
        given = refusals.parameters(params)
        what = f"a new {name}"
        size = len(wire.packed(given, what))
        known = self._types.has_numbers(name)
        if not given or "0" in given or size > SMALL or known:
            here = await self.capabilities()
            refusals.parameters_here(given, size, here)
            if known and not here.whole_numbers_ok:
                given = refusals.parameters(refusals.with_fractions(given, self._types.schema(name)))
        try:
            return await self._create(what, name, given, priority)
        except Invalid as refused:
            # Only the real service says so, here of a type that this client has not met, or that has changed since.
            if known or not NUMBERS_NEED_A_POINT.search(refused.server_text):
                raise
            pointed = await self._with_fractions(name, given, refused)
        return await self._create(what, name, pointed, priority)

    async def _create(self, what: str, name: str, given: Mapping[str, Json], priority: int) -> CreatedTask:
        said = await self._line.ask(post(what, "/tasks", {"type": name, "params": given, "priority": priority}))
        return understood(what, lambda: wire.created(said.data, name))

    async def _with_fractions(self, name: str, given: Mapping[str, Json], refused: Invalid) -> Mapping[str, Json]:
        """Refused parameters as the type wants them; raises the refusal where the type cannot be read."""
        try:
            schema = (await self.get_task_type(name)).param_schema
        except TaskManagerError as fault:
            raise refused from fault
        return refusals.parameters(refusals.with_fractions(dict(given), schema))

    async def claim_task(
        self,
        worker_id: str,
        task_type_id: int,
        sort_by: str = "created_at",
        sort_order: str = "ASC",
        type_pattern: str | None = None,
    ) -> Task | None:
        """Claim the next task of a type; None when there is none. After a claim whose answer was lost, the task that
        it took is found and returned."""
        return await self._claim_singly(worker_id, task_type_id, sort_by, sort_order, type_pattern)

    async def _claim_singly(
        self,
        worker_id: str,
        task_type_id: int,
        sort_by: str,
        sort_order: str,
        type_pattern: str | None = None,
        *,
        once: bool = False,
    ) -> Task | None:
        worker_id = refusals.worker_id(worker_id)
        field, order = refusals.sorting(sort_by, sort_order)
        type_id = refusals.task_type_id(task_type_id)
        body: dict[str, Json] = {
            "worker_id": worker_id,
            "task_type_id": type_id,
            "sort_by": field,
            "sort_order": order,
        }
        if type_pattern is not None:
            body["type_pattern"] = type_pattern
        call = post("claim", "/tasks/claim", body, repeatable=False)
        names = self._types.names_of((type_id,))
        found = await self._settling.claim(call, worker_id, (type_id,), names, 1, once=once)
        return found[0] if found else None

    async def update_progress(
        self, task_id: int, worker_id: str, progress: int, message: str | None = None
    ) -> ProgressTaken:
        """Tell how far a task is, in percent. Raises `ClaimLost` when it is not this worker's any more."""
        number, percent = refusals.task_id(task_id), refusals.percent(progress)
        body: dict[str, Json] = {"worker_id": refusals.worker_id(worker_id), "progress": percent}
        if message is not None:
            body["message"] = message
        what = f"progress of #{number}"
        said = await self._line.ask(post(what, f"/tasks/{number}/progress", body))
        return understood(what, lambda: wire.progress(said.data, number, percent))

    async def complete_task(
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
        """Report the end of a task. Raises `ClaimLost` when it is not this worker's any more. After an answer that
        was lost, the task is read to see what the report did.

        A failure that is not ``retryable`` is final, one with a ``retry_at`` puts the task off until then; where the
        server cannot be told so, it is a failure like any other.
        """
        task, worker = refusals.task_id(task_id), refusals.worker_id(worker_id)
        return await self._report(Report(task, worker, 0, bool(success), result, error, retryable, retry_at))

    async def _as_understood(self, report: Report) -> Report:
        """The report without what this server cannot be told."""
        if report.is_documented:
            return report
        here = await self.capabilities()
        retryable = report.retryable or "retryable" not in here
        return replace(report, retryable=retryable, retry_at=report.retry_at if "retry-at" in here else None)

    async def _report(self, report: Report) -> ReportTaken:
        report = await self._as_understood(report)
        for name, value in (("The result", report.result), ("The error text", report.error)):
            size = len(wire.packed(value, f"{name} of #{report.task_id}")) if value is not None else 0
            if size > SMALL:
                refusals.size_here(name, size, (await self.capabilities()).max_params_bytes)
        return await self._settling.complete(report)

    async def get_task(self, task_id: int) -> Task:
        """A task with all that is known of it. Raises `NotFound`."""
        return await self._settling.read_task(refusals.task_id(task_id))

    async def aclose(self) -> None:
        """Close connections and files; a later call opens them anew."""
        await self._line.channel.close()
