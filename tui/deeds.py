"""Carries out verbs for the screens: off the screen's path, with errors said, and asked about where they destroy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

from textual.app import App
from textual.screen import Screen
from textual.widgets import Input, TextArea

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

LATE: Final = 0.3
"""Seconds after which nobody expects any more that the key that he pressed asks something."""

SHOWN_FOR = 4.0
"""Seconds for which a sentence is shown; what went wrong is shown for twice as long."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where and when a deed began, in seconds of the monotonic clock; ``asked_for``: a key began it; ``what`` it is,
    where it asks only after it has looked."""

    screen: Screen[Any]
    at: float
    is_typing: bool
    asked_for: bool = True
    what: str = ""

    @property
    def is_late(self) -> bool:
        """Whether a question that it asks now comes out of the blue."""
        return not self.asked_for or monotonic() - self.at > LATE


BEGUN: Final[ContextVar[Begun]] = ContextVar("BEGUN")
"""Of the deed that is under way; each runs in a context of its own."""


def is_typing(app: App[Any]) -> bool:
    """Whether a field has the focus, so that letters are text."""
    return isinstance(app.focused, Input | TextArea)


class Deeds:
    """What every screen needs to do things: the verbs, the newest snapshot, and a voice."""

    def __init__(self, app: App[int], verbs: Verbs, snapshot: Callable[[], Snapshot]) -> None:
        self.app = app
        self.verbs = verbs
        self.snapshot = snapshot
        self._about_to_ask: set[str] = set()

    def carry_out(self, deed: Deed, *, asked_for: bool = True, what: str = "") -> None:
        """Do it beside everything else; the screen that asked may close meanwhile. ``asked_for``: a key began it.

        ``what`` it is, where it asks only after it has looked: refused while the question of another such is to come.
        """
        if what in self._about_to_ask:
            self.say(f"A {what} is being looked at already: its question comes first.")
            return
        self._about_to_ask |= {what} - {""}
        self.beside(self._carry_out(deed), asked_for=asked_for, what=what)

    def beside(self, work: Coroutine[Any, Any, None], *, asked_for: bool = True, what: str = "") -> None:
        """Let it run beside everything else. What it asks (`confirmed`) is for the screen that is in front now."""
        begun = Begun(self.app.screen, monotonic(), is_typing(self.app), asked_for, what)

        async def run() -> None:
            BEGUN.set(begun)
            try:
                await work
            finally:
                self._about_to_ask.discard(what)

        self.app.run_worker(run(), group="deeds")

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
        """Whether the user says yes; ``yes`` and ``no``: what each does (`tui.widgets.confirm.Answers`).

        Asked only where the deed began: keys that are pressed elsewhere by now are no answers.
        """
        from tui.widgets.confirm import Answers, Confirm

        begun, front = BEGUN.get(), self.app.screen
        if front is not begun.screen or is_typing(self.app) > begun.is_typing:
            if not (isinstance(front, Confirm) and front.question == question):  # the key was pressed twice
                self.say(f"{question} Nothing is done: this comes late, and you are elsewhere by now.")
            return False
        asking = Confirm(question, risk, call, Answers(yes, no), unexpected=begun.is_late)
        try:
            return await self.app.push_screen_wait(asking)
        finally:
            self._about_to_ask.discard(begun.what)
