"""Runs of authors' code that nobody waits for any more and that go on: counted by worker, and only so many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

LIMIT = 16
"""Abandoned runs in a pool from which on a worker that has some claims nothing more."""


def unheard(worker_id: str, many: int) -> None:
    """Nobody wants to know."""


class Abandoned:
    """Counts runs that were told to stop and did not: threads, which cannot be ended from outside, and coroutines.

    ``changed`` is told whose count is another, and by how many.
    """

    def __init__(self, changed: Callable[[str, int], None] = unheard, limit: int = LIMIT) -> None:
        self.limit = limit
        self._changed = changed
        self._counts: Counter[str] = Counter()

    def add(self, worker_id: str, many: int) -> None:
        """So many more runs of a worker were abandoned; -1: one has ended after all."""
        self._counts[worker_id] += many
        if not self._counts[worker_id]:
            del self._counts[worker_id]
        self._changed(worker_id, many)

    def of(self, worker_id: str) -> int:
        """How many a worker has."""
        return self._counts[worker_id]

    @property
    def total(self) -> int:
        """How many all workers have."""
        return self._counts.total()

    def are_too_many(self, worker_id: str) -> bool:
        """Whether a worker may claim nothing more until one ends: it has some, and there are ``limit`` in all."""
        return self.of(worker_id) > 0 and self.total >= self.limit
