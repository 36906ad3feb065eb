"""What the tests hold a worker with: a task in hand, and a results database that is a dict."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from core.config import Config
from core.models import Task, TaskResult
from core.workers.catalog.youtube.source_worker import SourceWorker


@dataclass
class Ideas:
    """Fits `core.workers.ports.IdeaStore`: ideas by their item key, of one task."""

    kept: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    writes: int = 0

    @contextmanager
    def saving(self, task: Task, worker_id: str) -> Iterator[None]:
        yield

    def save(self, idea: Mapping[str, Any], *, key: str | None = None, position: int = 0) -> str:
        assert key is not None
        self.kept[key] = idea
        self.writes += 1
        return key

    def saved_keys(self, task: Task) -> list[str]:
        return list(self.kept)


@dataclass
class InHand:
    """Fits the tools of a task in hand: hears its progress, and cancels it after ``cancel_after`` reports."""

    task: Task
    cancel_after: int | None = None
    worker_id: str = "w-1"
    is_cancelled: bool = False
    is_abandoned: bool = False
    heard: list[tuple[float, str]] = field(default_factory=list)

    def report(self, percent: float, message: str) -> None:
        self.heard.append((percent, message))
        self.is_cancelled = len(self.heard) == self.cancel_after


class Attempt:
    """One attempt at a task by a worker of this class."""

    def __init__(self, worker_class: type[SourceWorker], source: Any, ideas: Ideas | None = None) -> None:
        self.ideas = Ideas() if ideas is None else ideas
        self.heard: list[tuple[float, str]] = []
        self._worker = worker_class(
            worker_id="w-1", config=Config.bare(), results_db=self.ideas, task_type_ids=[1], source=source
        )

    def at(self, parameters: Mapping[str, Any], *, cancel_after: int | None = None) -> TaskResult:
        hand = InHand(Task(1, "any", parameters), cancel_after)
        self.heard = hand.heard
        with self._worker.holding(hand):
            return self._worker.process_task(hand.task)
