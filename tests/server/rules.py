"""The rules of a TaskManager over plain objects: what any sequence of calls must answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

CLAIM_TIMEOUT = 300.0
LEAST_WAIT = 1.0
MOST_ATTEMPTS = 2
STATUSES = ("pending", "claimed", "completed", "failed")

FITS = {
    "retry": ("failed",),
    "release": ("claimed",),
    "cancel": ("pending", "claimed"),
    "delete": ("pending", "completed", "failed"),
}

SORTS: dict[str, Callable[["Known", int], tuple[int, ...]]] = {
    "created_at": lambda task, sign: (sign * task.id,),
    "id": lambda task, sign: (sign * task.id,),
    "priority": lambda task, sign: (sign * task.priority, task.id),
    "attempts": lambda task, sign: (sign * task.attempts, task.id),
}


@dataclass
class Known:
    """A task as the rules say it is."""

    id: int
    type_id: int
    priority: int
    status: str = "pending"
    owner: str | None = None
    heard: float = 0.0
    attempts: int = 0
    progress: int = 0
    error: str | None = None
    cancelled: bool = False
    retry_at: float | None = None
    deferrals: int = 0
    events: list[str] = field(default_factory=lambda: ["created"])

    @property
    def is_put_off(self) -> bool:
        """Whether it waits, or has waited and nobody has claimed since."""
        return self.status == "pending" and self.retry_at is not None


class Rules:
    """A TaskManager without a database."""

    def __init__(self) -> None:
        self.types: dict[str, int] = {}
        self.tasks: dict[int, Known] = {}
        self.made = 0
        self._keys: dict[tuple[int, int], int] = {}
        self._turns: list[int] = []

    def register(self, name: str) -> tuple[int, int]:
        """Code and id."""
        is_new = name not in self.types
        return 201 if is_new else 200, self.types.setdefault(name, len(self.types) + 1)

    def create(self, name: str, n: int, priority: int) -> tuple[int, int]:
        """Code and id; equal params of one type are one task."""
        key = (self.types[name], n)
        if key in self._keys:
            return 200, self._keys[key]
        self.made += 1
        self._keys[key] = self.made
        self.tasks[self.made] = Known(self.made, key[0], priority)
        return 201, self.made

    def claim(self, worker: str, types: list[int], limit: int, sort: str, order: str, now: float) -> list[Known]:
        """The tasks that a worker gets: types in turn, the one served longest ago first."""
        for task in self.tasks.values():
            if task.retry_at is not None and task.retry_at <= now:
                task.retry_at = None
        waited = sorted(dict.fromkeys(types), key=lambda each: self._turns.index(each) if each in self._turns else -1)
        queues = [self._free(type_id, sort, order, now) for type_id in waited]
        chosen = [task for row in zip_longest(*queues) for task in row if task is not None][:limit]
        for task in chosen:
            task.status, task.owner, task.heard, task.progress = "claimed", worker, now, 0
            task.attempts += 1
            task.events.append("claimed")
            self._turns = [each for each in self._turns if each != task.type_id] + [task.type_id]
        return chosen

    def tell_progress(self, task_id: int, worker: str, progress: int, now: float) -> int:
        """The code."""
        code = self._code(task_id, worker)
        if code == 200:
            task = self.tasks[task_id]
            task.progress, task.heard = progress, now
            task.events.append("progress")
        return code

    def beat(self, worker: str, ids: Iterable[int], now: float) -> list[int]:
        """The listed tasks whose claim a heartbeat extends."""
        held = [each for each in ids if self._code(each, worker) == 200]
        for task_id in held:
            self.tasks[task_id].heard = now
        return held

    def report(
        self,
        task_id: int,
        worker: str,
        success: bool,
        attempts: int | None,
        now: float,
        retryable: bool = True,
        retry_at: float | None = None,
    ) -> tuple[int, str | None]:
        """Code, and status as it is answered (None: no such task)."""
        code = self._code(task_id, worker)
        if code == 404:
            return code, None
        task = self.tasks[task_id]
        if code == 200 and attempts not in (None, task.attempts):
            code = 409
        if code != 200:
            return code, task.status
        task.error = None if success else "broke"
        is_put_off = not success and retryable and retry_at is not None
        is_last = not retryable or task.attempts - task.deferrals >= MOST_ATTEMPTS
        task.status = "completed" if success else "failed" if is_last and not is_put_off else "pending"
        task.progress = 100 if success else task.progress
        task.owner = None if task.status == "pending" else worker
        if is_put_off:
            task.retry_at, task.deferrals = max(retry_at, round(now + LEAST_WAIT, 3)), task.deferrals + 1
        task.events.append("deferred" if is_put_off else "retry" if task.status == "pending" else task.status)
        return code, "pending (retry)" if task.status == "pending" else task.status

    def operate(self, action: str, ids: list[int], worker: str, force: bool, dry: bool) -> list[tuple[int, int]]:
        """Id and code of each."""
        codes = [(each, self._fitness(action, each, worker, force)) for each in dict.fromkeys(ids)]
        for task_id, code in codes:
            if code == 200 and not dry:
                self._change(action, self.tasks[task_id])
        return codes

    def selected(self, action: str, statuses: list[str], types: list[str]) -> list[int]:
        """What a filter selects for an action, oldest first."""
        wanted = [status for status in statuses or STATUSES if status in FITS[action]]
        kinds = {self.types.get(name) for name in types or self.types}
        return [task.id for task in self.in_order() if task.status in wanted and task.type_id in kinds]

    def oldest_pending(self, type_id: int, now: float) -> int | None:
        """The oldest task of a type that is pending and waits for no time to come."""
        free = [
            task.id
            for task in self.tasks.values()
            if (task.type_id, task.status) == (type_id, "pending") and (task.retry_at or 0) <= now
        ]
        return min(free, default=None)

    def in_order(self) -> list[Known]:
        """All tasks, oldest first."""
        return [self.tasks[task_id] for task_id in sorted(self.tasks)]

    def _free(self, type_id: int, sort: str, order: str, now: float) -> list[Known]:
        sign = -1 if order == "DESC" else 1
        free = [
            task
            for task in self.tasks.values()
            if task.type_id == type_id
            and (
                (task.status == "pending" and task.retry_at is None)
                or (task.status == "claimed" and task.heard < now - CLAIM_TIMEOUT)
            )
        ]
        return sorted(free, key=lambda task: SORTS[sort](task, sign))

    def _code(self, task_id: int, worker: str) -> int:
        task = self.tasks.get(task_id)
        if task is None:
            return 404
        if task.cancelled and task.owner == worker:
            return 403
        if task.status != "claimed":
            return 400
        return 200 if task.owner == worker else 403

    def _fitness(self, action: str, task_id: int, worker: str, force: bool) -> int:
        task = self.tasks.get(task_id)
        if task is None:
            return 404
        if task.status not in FITS[action] and not (action == "retry" and task.is_put_off):
            return 400
        return 403 if action == "release" and not force and task.owner != worker else 200

    def _change(self, action: str, task: Known) -> None:
        if action == "retry":
            task.status, task.owner, task.attempts, task.progress, task.cancelled = "pending", None, 0, 0, False
            task.retry_at, task.deferrals = None, 0
            task.events.append("retry")
        elif action == "release":
            task.status, task.owner, task.progress = "pending", None, 0
            task.events.append("released")
        elif action == "cancel":
            task.status, task.error, task.cancelled, task.retry_at = "failed", "cancelled", True, None
            task.events.append("cancelled")
        else:
            del self.tasks[task.id]
            self._keys = {key: known for key, known in self._keys.items() if known != task.id}
