"""Who works in this process: the posts of a pool, those that ended last among them; of the others only what they did.

All of it is for one event loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from core.errors import BadSetting
from core.models import WorkerStatus
from core.workers.hand import Hand
from core.workers.post import Post

REMEMBERED = 20
"""Workers that have ended and are still shown: those that ended last."""
GONE = 1000
"""Workers that are not even shown any more, and are kept for whoever says good-bye for them."""


class Roster:
    """The workers that there are. ``gone`` are workers as they ended, oldest first, that are no longer on it."""

    def __init__(self) -> None:
        self.gone: deque[WorkerStatus] = deque(maxlen=GONE)
        self.posts: dict[str, Post] = {}
        """By the id of the worker, in the order of their start."""
        self._ended: list[str] = []
        self._before = (0, 0)

    def make_room(self, worker_id: str) -> None:
        """Let a worker of that id begin. Raises `BadSetting` while one is at work."""
        if (post := self.posts.get(worker_id)) is None:
            return
        if post.ended is None:
            raise BadSetting(f"There is a worker {worker_id} already.")
        self._forget(worker_id)

    def add(self, post: Post) -> None:
        """One begins."""
        self.posts[post.plan.worker_id] = post

    def end(self, post: Post) -> None:
        """One has ended: it stays until many others have."""
        if self.posts.get(post.plan.worker_id) is post:
            self._ended.append(post.plan.worker_id)
        if len(self._ended) > REMEMBERED:
            self._forget(self._ended[0])

    def live(self, ids: Iterable[str] = ()) -> list[Post]:
        """Those of these workers (none: of all) that have not ended."""
        chosen = set(ids)
        return [post for name, post in self.posts.items() if post.ended is None and (not chosen or name in chosen)]

    def hands(self) -> list[Hand]:
        """The tasks that all workers have in hand."""
        return [hand for post in self.posts.values() for hand in post.hands]

    def statuses(self) -> list[WorkerStatus]:
        """How all workers are, the `REMEMBERED` that ended last included, in the order of their start."""
        return [post.status() for post in self.posts.values()]

    def totals(self) -> tuple[int, int]:
        """How many tasks all workers that there ever were have done, and how many failed."""
        counts = [self._before, *((post.pace.done, post.pace.failed) for post in self.posts.values())]
        return sum(done for done, _ in counts), sum(failed for _, failed in counts)

    def _forget(self, worker_id: str) -> None:
        """Take a worker that has ended off the list; what it did is still counted."""
        post = self.posts.pop(worker_id)
        pace = post.pace
        self.gone.append(post.status())
        self._before = self._before[0] + pace.done, self._before[1] + pace.failed
        if worker_id in self._ended:
            self._ended.remove(worker_id)
