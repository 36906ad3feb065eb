"""What looks on for a screen: at the queue, at what is stuck in it, and at what is left of the source."""

from __future__ import annotations

from core.background import Background
from core.monitor import Monitor
from core.results.finding import Finder
from core.rooms import Rooms, hindrances, local_types
from core.snapshot import ServerStatus
from core.source_watching import SourceWatch
from core.store import Store
from core.stuck_watching import StuckWatch
from core.task_gathering import owed_of
from core.taskmanager.client import AsyncTaskManagerClient


class Watch:
    """Looks through a ``client`` that only looks; what it sees goes to the ``store``."""

    def __init__(
        self, client: AsyncTaskManagerClient, rooms: Rooms, store: Store, source: SourceWatch, server: ServerStatus
    ) -> None:
        self._client, self._rooms, self._store, self._source = client, rooms, store, source
        self.monitor = Monitor(
            client,
            Finder(rooms.database),
            store.publish,
            server=server,
            local_types=lambda: local_types(rooms.factory),
            source=lambda: source.text,
            stuck=self._stuck().which,  # of one that remembers nothing: it tells of other rows than those on the screen
        )

    def begin(self, background: Background) -> None:
        """Look from now on, until the background ends."""
        for work in (self.monitor.run(), self._source.run(), self._stuck().run()):
            background.begin(work)

    def _stuck(self) -> StuckWatch:
        rooms, store = self._rooms, self._store
        return StuckWatch(
            self._client,
            lambda: store.snapshot,
            store.publish,
            claim_timeout=rooms.client.claim_timeout,
            hindrances=lambda: hindrances(rooms.factory, rooms.source, rooms.source_lacks),
            owed=lambda task: owed_of(rooms, task.id, task.attempts),
        )
