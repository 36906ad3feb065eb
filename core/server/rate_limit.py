"""How often one client may ask for one path: so many requests in a window of so many seconds."""

from dataclasses import dataclass
from math import ceil

from core.server.refusal import Refused

MOST_WINDOWS = 10_000
"""Windows kept at a time; beyond that the oldest is forgotten."""

LONGEST_PATH = 500
"""Characters by which paths are told apart."""


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


class RateLimit:
    """Counts requests in fixed windows, each begun by the first request of a client to a path."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        # In the order of their ends, because all are equally long.
        self._windows: dict[tuple[str, str], _Window] = {}

    def count(self, client: str, path: str, now: float) -> dict[str, str]:
        """Count a request; the headers that tell what is left. Refused with 429 when nothing is."""
        window = self._window((client, path[:LONGEST_PATH]), now)
        window.used += 1
        headers = {
            "x-ratelimit-limit": str(self._most),
            "x-ratelimit-remaining": str(max(0, self._most - window.used)),
            "x-ratelimit-reset": str(ceil(window.ends)),
        }
        if window.used > self._most:
            raise self._refusal(max(1, ceil(window.ends - now)), headers)
        return headers

    def _window(self, key: tuple[str, str], now: float) -> _Window:
        self._forget_ended(now)
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window(now + self._seconds)
        return window

    def _forget_ended(self, now: float) -> None:
        while self._windows:
            oldest = next(iter(self._windows))
            # A window that ends later than a new one would was begun before the clock was set back.
            if now < self._windows[oldest].ends <= now + self._seconds and len(self._windows) < MOST_WINDOWS:
                return
            del self._windows[oldest]

    def _refusal(self, wait: int, headers: dict[str, str]) -> Refused:
        seconds = int(self._seconds) if self._seconds == int(self._seconds) else self._seconds
        return Refused(
            429,
            f"Rate limit exceeded. Please try again in {wait} seconds.",
            title="Too Many Requests",
            headers={"retry-after": str(wait), **headers},
            facts={"retry_after": wait, "limit": self._most, "window": seconds},
        )
