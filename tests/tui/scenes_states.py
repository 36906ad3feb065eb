"""Scenes of a board that is small, large, without colour, away, or full: each says what goes on and what to press."""

from __future__ import annotations

from dataclasses import replace

from core.snapshot import Counts, QueueView, Snapshot
from tests.tui.scenes import (
    BUSY,
    CONNECTING,
    EMPTY,
    FAILING,
    FIRST_TASK,
    HOSTILE_TEXT,
    LONG_NAMES,
    NOW,
    OFFLINE,
    REFUSED,
)
from tests.tui.scenes import task as task_row

HUGE: Snapshot = replace(
    BUSY,
    counts=Counts(1_204_311, 48, 98_412_007, 20_311),
    view=QueueView(
        tasks=tuple(task_row(98_412_900 - n, created_at=NOW, priority=n % 7) for n in range(200)),
        total=99_636_677,
        more=True,
        at=NOW,
    ),
)
"""Many more tasks than anybody reads."""

SHOWN: dict[str, Snapshot] = {
    "empty": EMPTY,
    "connecting": CONNECTING,
    "first_task": FIRST_TASK,
    "busy": BUSY,
    "failing": FAILING,
    "offline": OFFLINE,
    "key_refused": REFUSED,
    "huge_queue": HUGE,
    "hostile_text": HOSTILE_TEXT,
    "long_names": LONG_NAMES,
}
SIZES: dict[str, tuple[tuple[int, int], ...]] = {
    "huge_queue": ((60, 20), (80, 24), (120, 36), (200, 60)),
    "busy": ((60, 20), (200, 60)),
    "hostile_text": ((60, 20), (200, 60)),
    "long_names": ((60, 20), (200, 60)),
}
"""Those that are not among the other scenes; 60x20 where nothing is said."""

LOOKED_AT = [(name, size) for name in SHOWN for size in SIZES.get(name, ((60, 20),))]
COLOURLESS = ("busy", "failing", "offline", "key_refused")
"""Looked at without colour too."""
