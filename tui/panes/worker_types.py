"""Which task types a worker claims, said where it does not claim all: five workers that look alike are not alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.models import LIVE_STATES
from core.snapshot import Snapshot
from tui.type_names import TYPES


def claimed(snapshot: Snapshot) -> frozenset[str]:
    """All types that a worker can have; none where every live worker has all of them, or does not tell its own."""
    told = [frozenset(worker.types) for worker in snapshot.workers if worker.types and worker.state in LIVE_STATES]
    workable = (row.name for row in snapshot.types if row.workable)
    every = frozenset[str]().union(workable, *told)
    return every if any(types != every for types in told) else frozenset()


def lacking(types: Sequence[str], all_types: Collection[str]) -> str:
    """The types of a worker that lacks some of all: one by its name, more by their number; empty for one that lacks
    none, or does not tell."""
    missing = frozenset(all_types).difference(types)
    if not types or not missing:
        return ""
    return TYPES.short(types[0]) if len(types) == 1 else f"{len(types)} of {len(all_types)} types"
