"""How long to wait after an empty or failed attempt: arithmetic, nobody sleeps here."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

JITTER = 0.2
"""Share of a delay that chance may take away, so that workers do not ask in step."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow: ``first`` seconds, times ``factor`` after each miss, at most ``ceiling`` seconds."""

    first: float = 5.0
    factor: float = 1.5
    ceiling: float = 60.0

    def delay(self, misses: int, rng: Random) -> float:
        """Seconds to wait after ``misses`` (1 or more) misses in a row; chance takes up to a fifth of it away."""
        exponent = min(max(misses, 1) - 1, 64)
        return min(self.ceiling, self.first * self.factor**exponent) * (1 - JITTER * rng.random())
