"""The one place that listens: a screen that always has the newest snapshot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from textual import work
from textual.reactive import reactive

from core.errors import CoreError
from core.snapshot import Link, Snapshot
from core.verbs import Connection
from tui.command import CommandScreen

SETTLING: Final = 2.0
"""Seconds after the first live data until all that is needed for more of it has been loaded."""


class LiveScreen(CommandScreen):
    """Starts the connection after the first paint, then follows it; other screens watch this one."""

    snapshot: reactive[Snapshot] = reactive(Snapshot, init=False, always_update=True, repaint=False)
    """What is shown. Held still while the screen is frozen."""

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.connection = connection
        self.frozen_at: datetime | None = None
        self.newest = Snapshot()
        self.ended = False
        self.farewell = ""
        """What the shell is told once the board is gone; empty where it did not close well."""
        self.on_settled: Callable[[], object] | None = None
        """Called once, `SETTLING` seconds after the first live data."""
        self._begun = False
        self._clock = now

    def now(self) -> datetime:
        """The time of the picture: it stands still while the screen is frozen."""
        return self.frozen_at or self._clock()

    def on_mount(self) -> None:
        """Paint first; what the engine imports is heavy."""
        self.call_after_refresh(self.begin)

    def on_screen_suspend(self) -> None:
        """A key can be quicker than the first paint: a covered screen is not painted, but listens all the same."""
        self.begin()

    def begin(self) -> None:
        """Listen from now on; the second time changes nothing."""
        if not self._begun:
            self._begun = True
            self.listen()

    @work(exclusive=True, group="listen")
    async def listen(self) -> None:
        """Start the engine, and follow it until it is closed."""
        try:
            self.connection.start()
            async for snapshot in self.connection.watch():
                self.newest = snapshot
                if self.on_settled is not None and snapshot.server.link is Link.LIVE:
                    self.set_timer(SETTLING, self.on_settled)
                    self.on_settled = None
                if self.frozen_at is None:
                    self.snapshot = snapshot
        except CoreError as error:
            from tui.screens.trouble import TroubleScreen

            self.app.push_screen(TroubleScreen(error))
        self.ended = True

    def action_freeze(self) -> None:
        """Hold the picture still, or go on with the newest."""
        self.frozen_at = self._clock() if self.frozen_at is None else None
        self.snapshot = self.snapshot if self.frozen_at else self.newest
