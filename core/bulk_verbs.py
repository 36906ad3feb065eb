"""The verbs that act on many tasks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from core.answers import CreatedTask
from core.bulk import BulkRow, Meant, Order, Plan
from core.bulk_calls import carry_out, of_dead_process, prepare
from core.events import TaskCreated
from core.models import LIVE_STATES, NewTask, utcnow
from core.recovery import left_by
from core.registering import created
from core.results.processes import Processes
from core.rooms import Rooms


class BulkVerbs(ABC):
    """What can be done with many tasks at once."""

    @property
    @abstractmethod
    def rooms(self) -> Rooms:
        """The open rooms. Raises `core.errors.Unreachable` while there is no TaskManager yet."""

    async def plan_bulk(self, order: Order, meant: Meant) -> Plan:
        """What the order would do to the tasks that are meant, as things are now. Changes nothing."""
        rooms = self.rooms
        processes = Processes(rooms.database, rooms.server)
        dead, living = processes.dead_on_this_host(), processes.living_on_this_host()
        ours = frozenset(each.id for each in rooms.pool.statuses() if each.state in LIVE_STATES)

        def gone(worker_id: str) -> bool:
            return left_by(worker_id, dead, living) or of_dead_process(worker_id)

        return await prepare(rooms.client, order, meant, ours=ours, gone=gone)

    async def bulk(self, plan: Plan, task_ids: Sequence[int]) -> list[BulkRow]:
        """Do what the plan says to these of its tasks; `core.bulk.carried_out` does all of it, chunk after chunk."""
        return await carry_out(self.rooms.client, plan, task_ids, self._create)

    async def _create(self, new: NewTask) -> CreatedTask:
        rooms = self.rooms
        answer = await created(rooms.client, rooms.factory, new)
        rooms.publish(TaskCreated(answer.id, new.task_type, answer.deduplicated, utcnow()))
        return answer
