"""What a handler works with: the settings of this TaskManager, and one request as it was read."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive

from core.server.briefs import Briefs
from core.server.database import Database
from core.server.leaving import Leaving


@dataclass(frozen=True, slots=True)
class Service:
    """One TaskManager: its database and its rules."""

    database: Database
    claim_timeout: int
    """Milliseconds after which a claim may be taken over."""
    max_attempts: int
    """Claims after which a reported failure is final."""
    clock: Callable[[], float]
    """Seconds since 1970."""
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the server is about to end: long polls answer at once."""
    served: dict[int, int] = field(default_factory=dict[int, int])
    """When each type was last served, in claims: the one served longest ago comes first."""

    briefs: Briefs = field(default_factory=Briefs)
    """What tasks are about, as far as lists told it lately."""
    leaving: Leaving = field(default_factory=Leaving)
    """Workers that said they claim nothing more: their waiting claims answer at once."""

    def now(self) -> int:
        """The present in milliseconds since 1970."""
        return int(self.clock() * 1000)

    @property
    def waits_end(self) -> bool:
        """Whether long polls must answer now."""
        return self.stopping.is_set() or self.database.closed


@dataclass(frozen=True, slots=True)
class Call:
    """One request: names from the path, the query, and the body where the method has one.

    `receive` tells a call that waits when its client hung up.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    receive: Receive
