"""What the YouTube workers share: a task becomes a run of videos, and each is saved as it comes."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.errors import BadSetting
from core.models import Json
from core.sources.errors import SourceError
from core.sources.port import Source, Video
from core.workers import BaseWorker, Task, TaskResult


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a task asks for: up to ``limit`` videos, and the words for it in the task's result."""

    videos: Iterator[Video]
    limit: int
    about: Mapping[str, Json]


class SourceWorker(BaseWorker):
    """A worker that asks a source for videos. Raises `BadSetting` when it is made without one."""

    needs_source: ClassVar[bool] = True

    def __init__(self, *args: Any, source: Source | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if source is None:
            raise BadSetting(
                f"{type(self).__name__} needs a source of videos: set PRISMQ_SOURCE (for example PRISMQ_SOURCE=sample)."
            )
        self.source = source

    @abstractmethod
    def wanted(self, parameters: Mapping[str, Json]) -> Wanted:
        """What these parameters ask for. Raises `SourceError` when they name nothing."""

    def process_task(self, task: Task) -> TaskResult:
        """Save every video that the task asks for; those that an earlier attempt saved are passed over."""
        try:
            return self._save_all(self.wanted(task.parameters))
        except SourceError as fault:
            return TaskResult(success=False, error=str(fault), metrics={"retryable": fault.retryable})

    def _save_all(self, wanted: Wanted) -> TaskResult:
        before = frozenset(self.saved())
        count: Counter[str] = Counter(saved=0, saved_before=0, shorts=0)
        for found, video in enumerate(wanted.videos, start=1):
            if video.video_id not in before:
                self.save(video.to_idea(), key=video.video_id)
            count["saved_before" if video.video_id in before else "saved"] += 1
            count["shorts"] += video.is_short
            self.report_progress(100 * found // wanted.limit, f"fetched {found} of {wanted.limit}")
            if self.is_cancelled:
                return stopped(found, wanted.limit)
        return self._done(wanted, count)

    def _done(self, wanted: Wanted, count: Counter[str]) -> TaskResult:
        found = count["saved"] + count["saved_before"]
        return TaskResult(
            success=True,
            data={"source": self.source.name, **wanted.about, "videos": found},
            items_processed=found,
            metrics=dict(count),
        )


def stopped(found: int, limit: int) -> TaskResult:
    """The result of a task that was cancelled on its way."""
    return TaskResult(success=False, error=f"Stopped after {found} of {limit} videos.", items_processed=found)
