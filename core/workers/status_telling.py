"""Telling how workers are: not more often than anybody looks, but at once what somebody asked for."""

from __future__ import annotations

import asyncio

from core.events import WorkerChanged
from core.workers.ports import Publish
from core.workers.post import Post

TOLD_EVERY = 0.05
"""Seconds between two words on how workers are: a busy one changes faster than anybody looks."""


class StatusTeller:
    """Publishes `WorkerChanged` for those that changed, together. For one event loop."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._untold: dict[str, Post] = {}
        self._tell_from = 0.0

    def changed(self, post: Post) -> None:
        """It may be another now: that is told of soon."""
        if not self._untold:
            loop = asyncio.get_running_loop()
            wait = self._tell_from - loop.time()
            if wait <= 0:
                loop.call_soon(self.tell)
            else:
                loop.call_later(wait, self.tell)
        self._untold[post.plan.worker_id] = post

    def hurry(self) -> None:
        """Somebody asked for a change: it is told of at the next turn of the loop, however lately another was."""
        asyncio.get_running_loop().call_soon(self.tell)

    def tell(self) -> None:
        """Tell what is untold."""
        self._tell_from = asyncio.get_running_loop().time() + TOLD_EVERY
        changed, self._untold = self._untold, {}
        for post in changed.values():
            self._publish(WorkerChanged(post.status()))
