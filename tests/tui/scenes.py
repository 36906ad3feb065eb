"""Scenes for the board: fixed snapshots at a fixed time, each with a name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.details import TaskDetail
from core.snapshot import Snapshot
from tests.tui.fakes import FakeConnection
from tests.tui.scenes_boards import (
    BUSY,
    CONNECTING,
    EMPTY,
    FAILING,
    FIRST_TASK,
    HELD,
    HOSTILE_TEXT,
    LONG,
    LONG_NAMES,
    OFFLINE,
    REFUSED,
    looking_at,
)
from tests.tui.scenes_rows import (
    CHANNEL,
    HOSTILE,
    NOW,
    SCHEMA,
    SEARCH,
    VIDEO,
    activity,
    ago,
    busy_tasks,
    detail,
    kept_reports,
    results,
    server,
    task,
    types,
    workers,
)
from tests.tui.scenes_workers import EVERY_STATE, previews, remembered
from tui.app import BoardApp

__all__ = [
    "ALL",
    "BUSY",
    "CHANNEL",
    "CONNECTING",
    "EMPTY",
    "FAILING",
    "FIRST_TASK",
    "HELD",
    "HOSTILE",
    "HOSTILE_TEXT",
    "LONG",
    "LONG_NAMES",
    "NAMED",
    "NOW",
    "OFFLINE",
    "REFUSED",
    "SCHEMA",
    "SEARCH",
    "VIDEO",
    "Scene",
    "activity",
    "ago",
    "board",
    "busy_tasks",
    "detail",
    "kept_reports",
    "looking_at",
    "results",
    "server",
    "task",
    "types",
    "workers",
]


@dataclass(frozen=True)
class Scene:
    """A snapshot with a name, and the size that it is looked at in."""

    name: str
    snapshot: Snapshot
    size: tuple[int, int] = (120, 36)

    def app(self) -> BoardApp:
        """The board, showing the scene."""
        return board(self.snapshot)[0]


def board(snapshot: Snapshot) -> tuple[BoardApp, FakeConnection]:
    """A board on a connection that a test holds."""
    connection = FakeConnection(snapshot)
    for row in snapshot.view.tasks:
        connection.verbs.details[row.id] = TaskDetail(row)
    connection.verbs.details[10429] = detail()
    connection.verbs.kept = kept_reports()
    connection.verbs.previews = previews()
    connection.verbs.opened = {each.id: remembered(each.id) for each in EVERY_STATE if each.local}
    return BoardApp(connection, now=lambda: NOW), connection


NAMED = {
    "empty": EMPTY,
    "connecting": CONNECTING,
    "first_task": FIRST_TASK,
    "busy": BUSY,
    "failing": FAILING,
    "offline": OFFLINE,
    "key_refused": REFUSED,
    "held": HELD,
    "hostile_text": HOSTILE_TEXT,
    "long_names": LONG_NAMES,
    "worker_states": replace(BUSY, workers=EVERY_STATE),
}
ALL = [
    *(Scene(f"{name}-120x36", snapshot) for name, snapshot in NAMED.items()),
    *(Scene(f"{name}-80x24", snapshot, (80, 24)) for name, snapshot in NAMED.items()),
    Scene("busy-104x32", BUSY, (104, 32)),
    Scene("busy-180x50", BUSY, (180, 50)),
    Scene("too_small-50x15", BUSY, (50, 15)),
]
