"""Carries out verbs for the screens: off the screen's path, with errors said, and asked about where they destroy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from textual.app import App

from core.errors import CoreError
from core.models import RowOutcome
from core.snapshot import Snapshot
from core.verbs import Verbs
from tui.widgets.key_bar import KeyBar
from tui.wording import told

if TYPE_CHECKING:
    from tui.widgets.confirm import Risk

Answer = TypeVar("Answer")

Deed = Callable[[], Awaitable[str]]
"""Something to be done; answers the sentence to say afterwards, empty for none."""

Settled = Callable[[list[RowOutcome]], None]
"""Takes the outcome of each row."""

PATIENCE = 0.3
"""Seconds after which a deed that is not done yet is said to be under way."""

SHOWN_FOR = 4.0
"""Seconds for which a sentence is shown; what went wrong is shown for twice as long."""


class Deeds:
    """What every screen needs to do things: the verbs, the newest snapshot, and a voice."""

    def __init__(self, app: App[int], verbs: Verbs, snapshot: Callable[[], Snapshot]) -> None:
        self.app = app
        self.verbs = verbs
        self.snapshot = snapshot

    def carry_out(self, deed: Deed) -> None:
        """Do it beside everything else; the screen that asked may close meanwhile."""
        self.app.run_worker(self._carry_out(deed), group="deeds")

    async def _carry_out(self, deed: Deed) -> None:
        try:
            said = await deed()
        except CoreError as error:
            self.say(told(error), wrong=True)
        else:
            if said:
                self.say(said)

    async def working(self, call: Awaitable[Answer]) -> Answer:
        """Wait for a verb; when it takes its time, the key bars say so."""
        told: list[bool] = []

        def tell() -> None:
            told.append(True)
            self._count(1)

        timer = asyncio.get_running_loop().call_later(PATIENCE, tell)
        try:
            return await call
        finally:
            timer.cancel()
            if told:
                self._count(-1)

    def _count(self, step: int) -> None:
        for screen in self.app.screen_stack:
            for bar in screen.query(KeyBar):
                bar.working = max(0, bar.working + step)

    def say(self, sentence: str, *, wrong: bool = False, seconds: float = SHOWN_FOR) -> None:
        """Tell the user, for a while; what was said before makes room."""
        self.app.notify(
            sentence,
            severity="error" if wrong else "information",
            timeout=seconds * 2 if wrong else seconds,
        )

    async def confirmed(self, question: str, risk: Risk, call: str, *, yes: str, no: str = "change nothing") -> bool:
        """Whether the user says yes; ``yes`` and ``no``: what each does (`tui.widgets.confirm.Answers`)."""
        from tui.widgets.confirm import Answers, Confirm

        return await self.app.push_screen_wait(Confirm(question, risk, call, Answers(yes, no)))
