"""Whether workers may claim at all: closed while what they would do could not be kept or told."""

from __future__ import annotations

from collections.abc import Callable

from core.events import ClaimingHeld
from core.workers.ports import Publish


class Gate:
    """Closed for as long as there is a cause. ``changed`` is told when workers may claim again, or no longer."""

    def __init__(self, publish: Publish, changed: Callable[[], None]) -> None:
        self._publish = publish
        self._changed = changed
        self._causes: dict[str, str] = {}

    @property
    def why(self) -> str:
        """Why nobody may claim, in a few words; empty when they may."""
        return next(iter(self._causes.values()), "")

    def hold(self, cause: str, why: str) -> None:
        """Let nobody claim, because of ``cause``; with an empty ``why`` that cause is over."""
        before = self.why
        if why:
            self._causes[cause] = why
        else:
            self._causes.pop(cause, None)
        if self.why != before:
            self._publish(ClaimingHeld(self.why))
            self._changed()
