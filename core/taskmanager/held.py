"""What one client knows of its claims, and of which calls it does not know what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Hashable, Iterable
from contextlib import contextmanager

from core.models import Task, TaskStatus

MOST_REMEMBERED = 10_000
"""Claims, and calls in doubt, that one client keeps in mind."""


class Held:
    """The claims that this client knows of, so that one that was made without an answer can be told from them."""

    def __init__(self) -> None:
        self._claims: dict[tuple[int, int], None] = {}
        self._under_way: Counter[str] = Counter()
        self._begun: Counter[str] = Counter()

    def know(self, task: Task) -> None:
        """This claim's answer has arrived."""
        self._claims[task.id, task.attempts] = None
        if len(self._claims) > MOST_REMEMBERED:
            del self._claims[next(iter(self._claims))]

    def forget(self, tasks: Iterable[Task]) -> None:
        """Nobody was told of these claims."""
        for task in tasks:
            self._claims.pop((task.id, task.attempts), None)

    @contextmanager
    def claiming(self, worker_id: str) -> Generator[None]:
        """A claim of this worker is under way in the block."""
        self._under_way[worker_id] += 1
        self._begun[worker_id] += 1
        try:
            yield
        finally:
            self._under_way[worker_id] -= 1
            if not self._under_way[worker_id]:
                del self._under_way[worker_id]

    def alone(self, worker_id: str) -> int | None:
        """None while two claims of this worker are under way: what one of them took may be the other's.

        Else a number, which is another one as soon as another claim has begun.
        """
        return self._begun[worker_id] if self._under_way[worker_id] < 2 else None

    def unknown(self, claimed: Iterable[Task], worker_id: str, types: frozenset[str]) -> list[Task]:
        """Tasks that are claimed by this worker without our knowledge, oldest first; ``types`` empty: of any type."""
        mine = [
            task
            for task in claimed
            if task.status is TaskStatus.CLAIMED
            and task.claimed_by == worker_id
            and (task.id, task.attempts) not in self._claims
            and (not types or task.task_type.lower() in types)
        ]
        return sorted(mine, key=lambda task: task.id)


class Doubts:
    """Calls that were sent, and whose effect is not known: under way, cancelled, cut off, or not answered."""

    def __init__(self) -> None:
        self._sent: Counter[Hashable] = Counter()

    def add(self, calls: Iterable[Hashable]) -> None:
        """These are about to be sent."""
        self._sent.update(calls)
        while len(self._sent) > MOST_REMEMBERED:
            del self._sent[next(iter(self._sent))]

    def answered(self, calls: Iterable[Hashable]) -> None:
        """What became of these is known, but not of others like them that were sent before."""
        for each in calls:
            self._sent[each] -= 1
            if self._sent[each] < 1:
                del self._sent[each]

    def clear(self, calls: Iterable[Hashable]) -> None:
        """What became of these, and of all others like them, is known."""
        for each in calls:
            self._sent.pop(each, None)

    def any_of(self, calls: Iterable[Hashable]) -> bool:
        """Whether one of these is in doubt."""
        return any(each in self._sent for each in calls)
