"""What goes to a TaskManager and what comes back, and what carries both.

A channel carries bytes and knows nothing of tasks. Paths are relative to the API root (``/tasks/claim``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

Query = Mapping[str, str | int]
"""Query parameters, not yet encoded."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status, headers with lower-case names, and the body as it was sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


class Channel(Protocol):
    """Carries one request to a TaskManager and its answer back."""

    async def send(
        self, method: str, path: str, query: Query, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Send and wait at most ``timeout`` seconds for the answer. Raises `Unreachable`, which is ``unclear`` when
        the request may have arrived."""
        ...

    async def close(self) -> None:
        """Let go of connections and files. A later `send` opens them anew."""
        ...
