"""Scenes of the screen of a task: attempts that differ, a large value, a search, what can be copied."""

from __future__ import annotations

from dataclasses import replace

from core.details import TaskDetail
from core.models import HistoryEntry, TaskStatus
from tests.tui import scenes
from tui.app import BoardApp

LARGE = {"rows": [{"n": n, "title": f"Video {n}", "text": "word " * 40} for n in range(2_000)]}

SHOWN: tuple[tuple[str, tuple[int, int], tuple[str, ...]], ...] = (
    ("attempts", (80, 24), ("tab", "tab", "tab", "tab")),
    ("attempts-small", (60, 20), ("tab", "tab", "tab", "tab")),
    ("large", (120, 36), ("tab", "tab", "tab", "down", "down", "down", "down", "down", "enter")),
    ("search", (80, 24), ("slash", "5", "0", "3", "enter")),
    ("copy", (80, 24), ("y",)),
)
"""Names, sizes, and the keys that are pressed once the task is open."""


def board() -> BoardApp:
    """A board whose third task failed three times, and not in the same way."""
    app, connection = scenes.board(scenes.BUSY)
    known = scenes.detail()
    task = replace(
        known.task, status=TaskStatus.FAILED, result=LARGE, dedupe_key="9f3ac0d2", completed_at=scenes.ago(9)
    )
    history = (*known.history, HistoryEntry(scenes.ago(890), "retry", "w-ann-4242-5a3b-1", 1, "HTTP 503"))
    connection.verbs.details[task.id] = TaskDetail(task, known.attempts, history, known.ideas)
    return app
