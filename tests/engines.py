"""What tests of an open engine share."""

from __future__ import annotations

from collections.abc import Callable

from core.engine import Engine
from core.snapshot import Snapshot

SOON = 15.0
"""Seconds after which a test gives up waiting."""


async def until(engine: Engine, holds: Callable[[Snapshot], object]) -> Snapshot:
    """The snapshot that is as wanted."""
    assert await engine.store.until(lambda snapshot: bool(holds(snapshot)), SOON), engine.store.snapshot
    return engine.store.snapshot
