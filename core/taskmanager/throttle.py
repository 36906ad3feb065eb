"""What a server's rate limit asks of all that call it: which calls would be refused now, and are not made."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.taskmanager.channel import Answer
from core.taskmanager.envelope import LONGEST_ASKED, date, number

CLAIMS = ("/tasks/claim", "/tasks/claim-batch")
AFTER_REPORTS = 0.25
"""Seconds that claims wait longer than what is owed: more work is taken when the last one can be told of again."""


class Throttle:
    """Until when which calls wait. Servers count by path, or all calls together, and do not say which: what was refused
    holds back its own path, and every claim; so reports and heartbeats on paths of their own go on."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._paths: dict[str, float] = {}
        self._claims = 0.0

    def left(self, path: str) -> float:
        """Seconds that a call of this path must wait."""
        until = self._paths.get(path, 0.0)
        return max(0.0, (max(until, self._claims) if path in CLAIMS else until) - self._monotonic())

    def refused(self, path: str, seconds: float) -> None:
        """A call was refused for so many seconds."""
        until = self._hold(path, seconds)
        self._claims = max(self._claims, until if path in CLAIMS else until + AFTER_REPORTS)

    def used_up(self, path: str, seconds: float) -> None:
        """A call was answered, and the next one of its path would be refused for so many seconds."""
        self._hold(path, seconds)

    def _hold(self, path: str, seconds: float) -> float:
        now = self._monotonic()
        until = now + seconds
        self._paths = {each: end for each, end in self._paths.items() if end > now}
        self._paths[path] = max(until, self._paths.get(path, 0.0))
        return until


def used_up(answer: Answer) -> float | None:
    """The seconds for which a successful answer was the last one of its path; None where it does not say so. Both
    moments are of the server's clock, where it tells that."""
    if number(answer.headers.get("x-ratelimit-remaining")) != 0:
        return None
    ends, now = number(answer.headers.get("x-ratelimit-reset")), date(answer.headers.get("date"))
    left = 0.0 if ends is None else ends - (time.time() if now is None else now)
    return min(left, LONGEST_ASKED) if left > 0 else None
