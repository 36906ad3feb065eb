"""BaseWorker: what an author subclasses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar, cast

from core.config import Config
from core.errors import BadSetting, ClaimLost
from core.models import Task, TaskResult
from core.workers.claiming import strategy_named
from core.workers.hand import Tools, in_this_context
from core.workers.ports import IdeaStore

Value = TypeVar("Value")


class BaseWorker(ABC):
    """A worker of one or more task types. Subclass it and write `process_task`.

    ``poll_interval`` and ``max_backoff`` are in seconds: an empty queue waits ``poll_interval``, then
    ``backoff_multiplier`` times longer each time, at most ``max_backoff``. ``concurrency`` tasks may be in hand at
    once. ``task_timeout`` (seconds, None for none) ends a task as failed. ``max_iterations`` bounds the passes of the
    claim loop, empty ones too. Raises `BadSetting` for a value that cannot be used.
    """

    cpu_bound: ClassVar[bool] = False
    """Whether `process_task` keeps a processor busy; it then runs in a process of its own."""

    def __init__(  # noqa: PLR0913, PLR0917  # the contract's arguments: authors pass them by these names
        self,
        worker_id: str,
        config: Config,
        results_db: IdeaStore,
        task_type_ids: Sequence[int],
        strategy: str = "FIFO",
        poll_interval: float = 5.0,
        max_backoff: float = 60.0,
        backoff_multiplier: float = 1.5,
        concurrency: int = 1,
        task_timeout: float | None = None,
        max_iterations: int | None = None,
    ) -> None:
        self.worker_id = usable_id(worker_id)
        self.config = given("config", config)
        self.results_db = given("results_db", results_db)
        self.task_type_ids = usable_type_ids(task_type_ids)
        self.strategy = strategy_named(strategy).name
        self.poll_interval = at_least("poll_interval", poll_interval, 0, "seconds", above=True)
        self.max_backoff = at_least("max_backoff", max_backoff, 0, "seconds", above=True)
        self.backoff_multiplier = at_least("backoff_multiplier", backoff_multiplier, 1)
        self.concurrency = whole_number("concurrency", concurrency)
        self.task_timeout = (
            None if task_timeout is None else at_least("task_timeout", task_timeout, 0, "seconds", above=True)
        )
        self.max_iterations = None if max_iterations is None else whole_number("max_iterations", max_iterations)
        self._in_hand: list[Tools] = []

    @abstractmethod
    def process_task(self, task: Task) -> TaskResult | Awaitable[TaskResult]:
        """Do the task. ``async def`` runs on the event loop, ``def`` in a thread, `cpu_bound` in a process.

        Whatever it raises makes the task fail with that error: `PermanentError` for good, `RetryLater` until a time.
        """

    def report_progress(self, percent: float, message: str = "") -> None:
        """Say how far the task is: percent from 0 to 100. Never waits. Outside a task it does nothing."""
        tools = self._tools()
        if tools is not None:
            tools.report(percent, message)

    @property
    def is_cancelled(self) -> bool:
        """Whether the task should stop: it is not ours any more, took too long, or the worker must leave at once."""
        tools = self._tools()
        return tools is not None and tools.is_cancelled

    def save(self, idea: Mapping[str, Any], key: str | None = None) -> str:
        """Save one idea now, whatever becomes of the task; answers its id.

        The same item key (given, or made of the idea's source or content) is never saved twice for a task. Raises
        `ClaimLost` when nobody waits for this task any more.
        """
        tools = self._needed_tools()
        if tools.is_abandoned:
            raise ClaimLost(f"Nobody waits for task {tools.task.id} any more: nothing was saved.")
        with self.results_db.saving(tools.task, tools.worker_id):
            return self.results_db.save(idea, key=key)

    def saved(self) -> list[str]:
        """Item keys that this and earlier attempts at the task have saved, oldest first."""
        return self.results_db.saved_keys(self._needed_tools().task)

    def save_results(self, task: Task, result: TaskResult) -> None:
        """Store what was found. Runs inside the transaction that also keeps the result and owes the report.

        Saves the ideas in ``result.data``: one (a dict with a ``title``), or a list under ``items``. Anything else
        is kept as the task's result only. Override it to store more; what it raises makes the task fail.
        """
        for position, idea in enumerate(ideas_in(result.data)):
            self.results_db.save(idea, position=position)

    def run(self) -> int:
        """Work until stopped, blocking: Ctrl+C finishes the task in hand, twice gives it back and leaves.

        Answers how many reports could not be delivered yet; they wait in the results database.
        """
        from core.workers.standalone import run

        return run(self)

    async def run_async(self) -> int:
        """`run` inside a running event loop."""
        from core.workers.standalone import run_async

        return await run_async(self)

    def __getstate__(self) -> dict[str, Any]:
        """A worker that is sent to another process has nothing in hand there yet."""
        return self.__dict__ | {"_in_hand": []}

    @contextmanager
    def holding(self, tools: Tools) -> Generator[None]:
        """Makes the tools mean this task, in this context. For whoever runs a worker."""
        token = in_this_context.set(tools)
        self._in_hand.append(tools)
        try:
            yield
        finally:
            self._in_hand.remove(tools)
            in_this_context.reset(token)

    def _tools(self) -> Tools | None:
        tools = in_this_context.get()
        if tools is None and len(self._in_hand) == 1:
            return self._in_hand[0]  # a thread that the author started knows no context, but there is only one task
        return tools

    def _needed_tools(self) -> Tools:
        tools = self._tools()
        if tools is None:
            raise BadSetting("save() and saved() mean the task in hand: call them inside process_task.")
        return tools


def ideas_in(data: object) -> list[Mapping[str, Any]]:
    """The ideas in a result's data: dicts with a ``title``. Raises ValueError when only some of the items have one."""
    if not isinstance(data, Mapping):
        return []
    mapping = cast("Mapping[str, Any]", data)
    if is_idea(mapping):
        return [mapping]
    items: object = mapping.get("items")
    if not isinstance(items, list):
        return []
    listed = cast("list[object]", items)
    ideas = [cast("Mapping[str, Any]", item) for item in listed if is_idea(item)]
    if ideas and len(ideas) < len(listed):
        missing = next(number for number, item in enumerate(listed, 1) if not is_idea(item))
        raise ValueError(f"item {missing} of {len(listed)} is no idea: it has no title")
    return ideas


def is_idea(item: object) -> bool:
    """Whether this is a dict with a ``title`` that says something."""
    if not isinstance(item, Mapping):
        return False
    title: object = cast("Mapping[str, object]", item).get("title")
    return isinstance(title, str) and bool(title.strip())


def usable_id(worker_id: object) -> str:
    """The worker id, if it is a text that says something. Raises `BadSetting`."""
    if not isinstance(worker_id, str) or not worker_id.strip():
        raise BadSetting(f"worker_id must be a text that is not empty, not {worker_id!r}.")
    return worker_id


def given(name: str, value: Value | None) -> Value:
    """The value, if there is one. Raises `BadSetting`."""
    if value is None:
        raise BadSetting(f"{name} is required.")
    return value


def usable_type_ids(ids: object) -> list[int]:
    """The ids of task types, if there is one at least. Raises `BadSetting`."""
    listed = list(cast("Sequence[object]", ids)) if isinstance(ids, (list, tuple, set, frozenset, range)) else []
    if not listed:
        raise BadSetting("task_type_ids must list at least one task type.")
    wrong = [each for each in listed if not isinstance(each, int) or isinstance(each, bool) or each < 1]
    if wrong:
        raise BadSetting(f"task_type_ids must be whole numbers from 1, not {wrong[0]!r}.")
    return cast("list[int]", listed)


def at_least(name: str, value: object, bound: float, unit: str = "", *, above: bool = False) -> float:
    """The number, if it is not below ``bound`` (or is ``above`` it). Raises `BadSetting`."""
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else float("nan")
    fits = number > bound if above else number >= bound
    if not fits or number == float("inf"):
        words = f"more than {bound}" if above else f"at least {bound}"
        raise BadSetting(f"{name} must be {words}{' ' + unit if unit else ''}, not {value!r}.")
    return number


def whole_number(name: str, value: object) -> int:
    """The number, if it is whole and at least 1. Raises `BadSetting`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadSetting(f"{name} must be a whole number, at least 1, not {value!r}.")
    return value
