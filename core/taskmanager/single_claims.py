"""Many tasks claimed by single calls, several at a time: for servers that have no call for many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from core.errors import TaskManagerError
from core.models import Task
from core.taskmanager.side_by_side import AT_ONCE, side_by_side

Answer = Task | TaskManagerError | None
"""What came of one claim; None: there was no task."""
Sorting = tuple[str, str]
"""What to sort by, and ASC or DESC."""


class ClaimOne(Protocol):
    """Claims the next task of a type; None when there is none. Raises `TaskManagerError`; ``once``: tried once."""

    def __call__(
        self, worker_id: str, task_type_id: int, sort_by: str, sort_order: str, *, once: bool
    ) -> Awaitable[Task | None]: ...


class SingleClaims:
    """Claims by single calls, types in turn: the one that was served longest ago comes first.

    How many claims of a type are under way together doubles while as many were made and each found a task, and is one
    again after a miss: who waits for work asks no more often than it must. ``in_doubt`` tells whether an earlier claim
    may have taken a task that nobody knows of: it is looked for by one claim alone. ``not_handed_over`` is told of what
    was claimed for a caller that is not there any more.
    """

    def __init__(
        self,
        claim: ClaimOne,
        in_doubt: Callable[[str, Iterable[int]], bool],
        not_handed_over: Callable[[str, Sequence[Task]], None],
    ) -> None:
        self._claim = claim
        self._in_doubt = in_doubt
        self._not_handed_over = not_handed_over
        self._turn = 0
        self._served: dict[int, int] = {}
        self._widths: dict[int, int] = {}

    def forget(self) -> None:
        """Another server answers now: what was learnt of the types of the last one is worth nothing."""
        self._served.clear()
        self._widths.clear()

    async def claim(self, worker_id: str, types: Iterable[int], limit: int, sorting: Sorting) -> list[Task]:
        """Up to ``limit`` tasks, those of each type in the order asked for.

        Raises `TaskManagerError` when nothing is claimed; else a fault only ends it, for what is claimed must not be
        lost. Several claims together are tried once: what is wrong is for one alone to find out, and to try again.
        """
        waiting = list(types)
        claimed: list[Task] = []
        alone = False
        try:
            while waiting and len(claimed) < limit:
                asked = self._to_ask(worker_id, waiting, 1 if alone else limit - len(claimed))
                once = len(asked) > 1 or bool(claimed)
                answers = await self._ask(worker_id, asked, sorting, once)
                claimed += self._found(asked, answers, sorting)
                empty = missed(asked, answers)
                waiting = [type_id for type_id in waiting if type_id not in empty]
                fault = next((answer for answer in answers if isinstance(answer, TaskManagerError)), None)
                if fault is not None and not once:
                    raise fault
                if fault is not None and claimed:
                    break
                alone = alone or fault is not None
        except BaseException:
            self._not_handed_over(worker_id, claimed)
            raise
        return claimed

    def _to_ask(self, worker_id: str, waiting: Sequence[int], room: int) -> list[int]:
        """The types of the claims to make next, in their order; a type comes once for each of its claims."""
        types = sorted(waiting, key=lambda type_id: self._served.get(type_id, 0))
        if self._in_doubt(worker_id, types):
            return types[:1]
        room = min(room, AT_ONCE)
        turns = (each for turn in range(room) for each in types if turn < self._widths.get(each, 1))
        return [type_id for type_id, _ in zip(turns, range(room), strict=False)]

    async def _ask(self, worker_id: str, asked: Sequence[int], sorting: Sorting, once: bool) -> list[Answer]:
        answers: dict[int, Answer] = {}

        async def ask(place: int, type_id: int) -> None:
            try:
                answers[place] = await self._claim(worker_id, type_id, *sorting, once=once)
            except TaskManagerError as fault:
                answers[place] = fault

        try:
            await side_by_side(partial(ask, *each) for each in enumerate(asked))
        except BaseException:
            self._not_handed_over(worker_id, [each for each in answers.values() if isinstance(each, Task)])
            raise
        return [answers[place] for place in range(len(asked))]

    def _found(self, asked: Sequence[int], answers: Sequence[Answer], sorting: Sorting) -> list[Task]:
        """The tasks among the answers, types in turn; takes note of how well each type was served."""
        of_type: dict[int, list[Task]] = {type_id: [] for type_id in asked}
        for type_id, answer in zip(asked, answers, strict=True):
            if isinstance(answer, Task):
                of_type[type_id].append(answer)
        for type_id, tasks in of_type.items():
            tasks.sort(key=lambda task: place_in_line(task, *sorting))
            self._widths[type_id] = self._next_width(type_id, asked.count(type_id), len(tasks))
        found: list[Task] = []
        for type_id in asked:
            if of_type[type_id]:
                found.append(of_type[type_id].pop(0))
                self._turn += 1
                self._served[type_id] = self._turn
        return found

    def _next_width(self, type_id: int, asked: int, found: int) -> int:
        """How many claims of a type may be made together next; where there was room for fewer, it is not tried."""
        width = self._widths.get(type_id, 1)
        if found < asked:
            return 1
        return min(AT_ONCE, 2 * width) if asked >= width else width


def missed(asked: Sequence[int], answers: Sequence[Answer]) -> set[int]:
    """The types of which there is no task left: not those with a fault beside, whose claim may have taken the last."""
    each = tuple(zip(asked, answers, strict=True))
    doubtful = {type_id for type_id, answer in each if isinstance(answer, TaskManagerError)}
    return {type_id for type_id, answer in each if answer is None} - doubtful


def place_in_line(task: Task, sort_by: str, sort_order: str) -> tuple[int, int]:
    """Sorts as a claim does, equals in the order of their ids, in which tasks are created."""
    match sort_by:
        case "priority":
            place = task.priority
        case "attempts":
            place = task.attempts
        case _:
            place = task.id
    return (-place if sort_order == "DESC" else place), task.id
