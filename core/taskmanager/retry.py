"""Which failures may be tried again, and when."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina

from core.errors import CoreError, RateLimited, ServerFault, Unreachable

Answered = TypeVar("Answered")
Say = Callable[[str], None]
"""Takes a sentence about a retry."""

KNOWN_FAULTS = {"deadlock": "deadlock", "40001": "deadlock", "1062": "created by another at the same time"}
"""What a server's text says, and what that is in our words."""

# stamina logs each retry; without a handler Python would print that on the terminal that the board draws on.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Retrying:
    """How long to keep trying: at most ``tries`` calls and about ``seconds`` in all, with growing, jittered waits."""

    tries: int = 20
    seconds: float = 30.0
    first_wait: float = 0.005
    longest_wait: float = 3.0

    def delay(self, fault: Exception, *, repeatable: bool) -> bool | float:
        """Whether a call may be made again after this fault: False, True, or the seconds that the server dictates.

        ``repeatable`` calls may be made twice without harm; others only when the first one had no effect.
        """
        match fault:
            case RateLimited(retry_after=seconds):
                return seconds if seconds <= self.seconds else False
            case Unreachable(unclear=unclear):
                return repeatable or not unclear
            case ServerFault(temporary=temporary, unclear=unclear):
                return temporary and (repeatable or not unclear)
            case _:
                return False

    async def call(
        self, what: str, once: Callable[[], Awaitable[Answered]], *, repeatable: bool = True, say: Say | None = None
    ) -> Answered:
        """The answer of ``once``, called as often as is sensible; the last fault otherwise."""
        try:
            return await once()
        except CoreError as fault:
            if self.tries < 2 or self.delay(fault, repeatable=repeatable) is False:
                raise
            first = fault
        return await self._again(what, once, first, repeatable, say)

    async def _again(
        self,
        what: str,
        once: Callable[[], Awaitable[Answered]],
        first: CoreError,
        repeatable: bool,
        say: Say | None,
    ) -> Answered:
        tried = 0

        def on(fault: Exception) -> bool | float:
            nonlocal tried
            tried += 1
            wait = self.delay(fault, repeatable=repeatable)
            is_told = isinstance(fault, RateLimited)  # of the limit itself, once for all calls
            if wait is not False and tried < self.tries and say is not None and not is_told:
                say(f"retrying {what}: {reason(fault)}, try {tried + 1}")
            return wait

        async for attempt in stamina.retry_context(
            on=on,
            attempts=self.tries,
            timeout=self.seconds,
            wait_initial=self.first_wait,
            wait_max=self.longest_wait,
            wait_jitter=self.first_wait * 2,
        ):
            with attempt:
                if attempt.num == 1:
                    raise first  # what happened already counts as the first try
                return await once()
        raise AssertionError("unreachable")


def reason(fault: Exception) -> str:
    """Why a call is made again, in a word or two."""
    match fault:
        case Unreachable(unclear=unclear):
            return "no answer in time" if unclear else "not reached"
        case ServerFault(status=status, server_text=text):
            return next((word for sign, word in KNOWN_FAULTS.items() if sign in text.lower()), by_status(status))
        case _:
            return str(fault)


def by_status(status: int | None) -> str:
    """The same, of a server that gave no reason that we know."""
    return "not answered by a TaskManager" if status == 404 else f"server fault {status}"
