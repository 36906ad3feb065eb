"""A board on which tasks are stuck, and what is read on it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from core.snapshot import Snapshot
from tests.tui import scenes_why
from tests.tui.conftest import Desk, desk_of

SIZES = [(180, 50), (120, 36), (80, 24), (60, 20)]
TO_GONE = ("down", "down")
"""Keys to the row of #10429."""
TO_NO_WORKER = (*TO_GONE, "down")


def opened(
    snapshot: Snapshot = scenes_why.STUCK, size: tuple[int, int] = (120, 36)
) -> AbstractAsyncContextManager[Desk]:
    """That board."""
    return desk_of(scenes_why.board(snapshot), size)


def seen(desk: Desk) -> str:
    """The text of the screen as it reads: without frames, and with single spaces."""
    return " ".join(desk.text().replace("│", " ").replace("┃", " ").split())


def words(desk: Desk) -> str:
    """All that the panel says, in sight or not."""
    panel = desk.board.why_panel
    return " ".join(" ".join(text.strip() for text, _ in line) for line in panel.shown.lines)


def row(desk: Desk, text: str) -> str:
    """The line of the queue with that in it, from there on."""
    return next((line[line.index(text) :] for line in desk.text().splitlines() if text in line), "")
