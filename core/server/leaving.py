"""Workers that said they claim nothing more."""


class Leaving:
    """The latest ones, as many as `most`: who never comes back is forgotten in time."""

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._workers: dict[str, None] = {}

    def __contains__(self, worker: object) -> bool:
        return worker in self._workers

    def __len__(self) -> int:
        return len(self._workers)

    def add(self, worker: str) -> None:
        """This worker leaves; the one that left longest ago is forgotten when there are too many."""
        self._workers.pop(worker, None)
        self._workers[worker] = None
        if len(self._workers) > self._most:
            del self._workers[next(iter(self._workers))]

    def discard(self, worker: str) -> None:
        """This worker stays, or is gone."""
        self._workers.pop(worker, None)
