"""The verb that lets claims last anew: now, by whatever renews them on this TaskManager."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from core.details import Extension
from core.errors import ClaimLost, CoreError, NotFound, Unreachable
from core.events import Level, Said
from core.models import InHand, Task, TaskStatus, WorkerStatus, utcnow
from core.presence import Presence
from core.rooms import Rooms

CANNOT = (
    "this TaskManager cannot extend a claim. Its worker goes on, and its report counts unless another was given the "
    "task before; for longer runs, raise the claim time-out of the TaskManager"
)
LOST = "its claim is lost: the task was given to another, or has ended. What is done on it here is stopped"
NOT_IN_HAND = "its worker does not have it in hand. Release it, or let its claim end; then it is claimed again"


class ClaimVerbs(ABC):
    """What can be done with the claims of workers of this process."""

    @property
    @abstractmethod
    def rooms(self) -> Rooms:
        """The open rooms. Raises `core.errors.Unreachable` while there is no TaskManager yet."""

    @property
    @abstractmethod
    def presence(self) -> Presence:
        """What sends heartbeats. Raises `core.errors.Unreachable` while there is no TaskManager yet."""

    async def extend_claims(self, task_ids: Sequence[int]) -> list[Extension]:
        """Let the claims of these tasks last anew: by a heartbeat, else by telling again how far they are.

        Tasks that are not in hand here are read; one that cannot be read is refused with what the TaskManager says.
        """
        wanted = tuple(dict.fromkeys(task_ids))
        told: dict[int, Extension] = {}
        for worker in self.rooms.pool.statuses():
            held = [hand.task_id for hand in worker.in_hand if hand.task_id in wanted]
            if held and "heartbeat" not in self.rooms.can:
                told |= {each: refused(each, 501, CANNOT) for each in held}
            elif held:
                told |= await self._extend(worker, held)
        for each in wanted:
            if each not in told:
                told[each] = await self._why_not(each)
        self._say([told[each] for each in wanted if told[each].ok])
        return [told[each] for each in wanted]

    async def _extend(self, worker: WorkerStatus, task_ids: Sequence[int]) -> dict[int, Extension]:
        """Those that its heartbeat does not extend are told of one by one."""
        try:
            lost = await self.presence.tell_now(worker.id)
        except Unreachable as fault:
            return {each: refused(each, 503, str(fault)) for each in task_ids}
        except (CoreError, TimeoutError):
            return {each: await self._by_progress(each) for each in task_ids}
        return {each: refused(each, 409, LOST) if each in lost else self._lasting(each) for each in task_ids}

    async def _by_progress(self, task_id: int) -> Extension:
        try:
            await self.rooms.pool.say_again(task_id)
        except ClaimLost:
            return refused(task_id, 409, LOST)
        except CoreError as fault:
            return refused(task_id, 503, str(fault))
        return self._lasting(task_id)

    def _lasting(self, task_id: int) -> Extension:
        """The claim as our worker knows it after the TaskManager was told."""
        hand = self._hand(task_id)
        if hand is None:
            return refused(task_id, 409, "it has just ended")
        return Extension(task_id, ok=True, status=TaskStatus.CLAIMED.value, until=hand.deadline)

    def _hand(self, task_id: int) -> InHand | None:
        hands = (hand for worker in self.rooms.pool.statuses() for hand in worker.in_hand)
        return next((hand for hand in hands if hand.task_id == task_id), None)

    async def _why_not(self, task_id: int) -> Extension:
        """The same of a task that may not be readable: what was extended before it is told all the same."""
        try:
            return await self._not_in_hand(task_id)
        except CoreError as fault:
            return refused(task_id, 503, str(fault))

    async def _not_in_hand(self, task_id: int) -> Extension:
        """Why a task cannot be extended from here that no worker of this process has in hand."""
        try:
            task = await self.rooms.client.get_task(task_id)
        except NotFound:
            return refused(task_id, 404, "there is no such task")
        if task.status is not TaskStatus.CLAIMED:
            return Extension(task_id, False, task.status.value, 400, f"Task is {task.status.value}")
        if any(task.claimed_by == each.id for each in self.rooms.pool.statuses()):
            return refused(task_id, 409, NOT_IN_HAND)
        return refused(task_id, 403, of_another(task))

    def _say(self, extended: Sequence[Extension]) -> None:
        if extended:
            listed = ", ".join(f"#{each.id}" for each in extended[:20]) + (", …" if len(extended) > 20 else "")
            said = f"Claims extended by hand, to the whole claim time-out from now on: {listed}."
            self.rooms.publish(Said(Level.INFO, said, utcnow()))


def refused(task_id: int, code: int, why: str) -> Extension:
    """It was not extended."""
    return Extension(task_id, ok=False, code=code, error=why)


def of_another(task: Task) -> str:
    """That somebody else holds it, and what can be done about that."""
    return (
        f"{task.claimed_by or 'another worker'} holds it, which is no worker of this program, and only the program of "
        "its worker can extend it. Let it time out, or release it; then it is claimed again"
    )
