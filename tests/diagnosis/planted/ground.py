"""Where cases are planted: an engine on real files, or on a server over real HTTP that can be meddled with."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.bulk import Action, Order, Plan, carried_out
from core.config import Config
from core.diagnosis import Cure, Diagnosis
from core.engine import Engine
from core.models import NewTask, Task, TaskStatus, WorkerState
from core.snapshot import Snapshot
from core.taskmanager import AsyncTaskManagerClient
from tests.diagnosis.planted.jobs import Switches, workers_for

SOON = 15.0
"""Seconds after which a case gives up waiting."""


@dataclass
class Ground:
    """An open engine, its files, and what a case does with them."""

    folder: Path
    config: Config
    engine: Engine
    switches: Switches
    stack: AsyncExitStack
    meddler: Any = None
    notes: dict[str, Any] = field(default_factory=dict)
    at_end: list[Callable[[], None]] = field(default_factory=list)
    """What makes an end possible, also of a case that fails: called before the engine closes."""

    async def add(self, kind: str = "Job", *, priority: int = 0, **params: Any) -> int:
        """A task of that type; its id."""
        return (await self.engine.create_task(NewTask(kind, params, priority))).id

    async def start(self, *types: str, **more: Any) -> list[str]:
        """Workers for these types, `Job` where none is named."""
        return await self.engine.start_workers(types or ("Job",), **more)

    async def task(self, task_id: int) -> Task:
        """The task as it is now."""
        return (await self.engine.open_task(task_id)).task

    async def ends(self, task_id: int, status: TaskStatus = TaskStatus.COMPLETED) -> None:
        """Wait until the task has ended so."""
        await self.each_look(lambda: self._has(task_id, status), f"#{task_id} is not {status}")

    async def _has(self, task_id: int, status: TaskStatus) -> bool:
        return (await self.task(task_id)).status is status

    async def until(self, holds: Callable[[Snapshot], object]) -> Snapshot:
        """Wait for a snapshot that is as wanted."""
        if not await self.engine.store.until(lambda s: bool(holds(s)), SOON):
            seen = self.engine.store.snapshot
            raise AssertionError(f"{seen.counts} {seen.workers} {seen.server.link} {seen.held}")
        return self.engine.store.snapshot

    async def in_hand(self, *task_ids: int) -> None:
        """Wait until workers of ours have these tasks in hand."""
        wanted = set(task_ids)
        await self.until(lambda s: wanted <= {hand.task_id for each in s.workers for hand in each.in_hand})

    async def states(self, *states: WorkerState) -> None:
        """Wait until every worker is in one of these."""
        await self.until(lambda s: s.workers and all(each.state in states for each in s.workers))

    async def each_look(self, holds: Callable[[], Any], why: str) -> None:
        """Ask whenever something is seen to have changed, which is once a second at least, until it holds."""
        try:
            async with asyncio.timeout(SOON), aclosing(self.engine.store.watch()) as snapshots:
                async for _ in snapshots:
                    if await holds():
                        return
        except TimeoutError:
            raise AssertionError(why) from None

    async def why(self, task_id: int | None, code: str) -> Diagnosis:
        """The diagnosis, when its first cause is that one."""
        last: Diagnosis | None = None

        async def fits() -> bool:
            nonlocal last
            last = await self.engine.why(task_id)
            return bool(last.causes) and last.causes[0].code == code

        try:
            await self.each_look(fits, code)
        except AssertionError:
            raise AssertionError(f"not {code} first, but {told(last)}") from None
        assert last is not None
        return last

    async def apply(self, cure: Cure) -> None:
        """Call the verb of a cure."""
        await getattr(self.engine, cure.verb)(*cure.args, **dict(cure.options))

    async def copy(self, cure: Cure, **changes: Any) -> int:
        """Carry out a cure that clones, with these parameters changed; the id of the copy."""
        order, ids = cure.args
        assert order.action is Action.CLONE
        (made,) = await self.carry_out(await self.engine.plan_bulk(Order(Action.CLONE, changes=changes), ids))
        return made

    async def carry_out(self, plan: Plan) -> list[int]:
        """Do what a plan says; the ids of the tasks that it made."""
        return [made async for rows in carried_out(self.engine, plan) for row in rows for made in row.made]

    def sql(self, statement: str, *values: object) -> None:
        """Change the embedded TaskManager's file from outside."""
        with closing(sqlite3.connect(self.config.taskmanager_db, timeout=10)) as connection, connection:
            assert connection.execute(statement, values).rowcount, statement

    def aged(self, task_id: int, seconds: float) -> None:
        """Let all that has happened to a task have happened so much earlier."""
        if not self.config.embedded:
            row = self.notes["observed"].tasks[task_id]
            row.created_at = str(datetime.fromisoformat(row.created_at) - timedelta(seconds=seconds))
            return
        moved = ", ".join(f"{name} = {name} - ?1" for name in ("created_at", "claimed_at", "heard_at"))
        self.sql(f"UPDATE tasks SET {moved} WHERE id = ?2", int(seconds * 1000), task_id)

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator[AsyncTaskManagerClient]:
        """A client as a program on another machine has one."""
        async with AsyncTaskManagerClient(self.config) as client:
            yield client

    async def claimed_elsewhere(self, client: AsyncTaskManagerClient, kind: str = "Job") -> Task:
        """Have a worker of another machine claim the next task."""
        known = await client.get_task_type(kind)
        task = await client.claim_task("far-away-1", known.id, "id")
        assert task is not None
        return task


def told(diagnosis: Diagnosis | None) -> str:
    """A diagnosis in a few lines, for a test that fails."""
    if diagnosis is None:
        return "nothing"
    return "\n".join(
        [
            f"{diagnosis.status} {diagnosis.verdict}",
            *(f"{each.code} {each.certainty} stuck={each.stuck}: {each.sentence}" for each in diagnosis.causes),
        ]
    )


@asynccontextmanager
async def ground_on(folder: Path, config: Config, **more: Any) -> AsyncIterator[Ground]:
    """An engine with the workers of a case; whatever waits is let go at the end."""
    switches = Switches()
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(Engine.open(config, factory=workers_for(switches), **more))
        ground = Ground(folder, config, engine, switches, stack)
        try:
            yield ground
        finally:
            switches.gate.set()
            switches.let_go.set()
            for mend in ground.at_end:
                mend()
