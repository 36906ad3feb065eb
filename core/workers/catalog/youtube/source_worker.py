"""What the YouTube workers share: a task becomes a run of videos, and each is saved as it comes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.errors import BadSetting
from core.models import Json
from core.sources.calling_off import called_off_when
from core.sources.errors import CalledOff, SourceError
from core.sources.port import Source, Video
from core.workers import BaseWorker, Task, TaskResult


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a task asks for: up to ``limit`` videos, and the words for it in the task's result."""

    videos: Iterator[Video]
    limit: int
    about: Mapping[str, Json]


@dataclass(slots=True)
class Tally:
    """How far a task is: ids of videos that earlier attempts saved, those that this one saved, shorts among these."""

    before: frozenset[str]
    limit: int | None = None
    saved: set[str] = field(default_factory=set[str])
    shorts: int = 0

    @property
    def found(self) -> int:
        """How many videos the task has saved, earlier attempts included."""
        return len(self.before) + len(self.saved)

    def has(self, video: Video) -> bool:
        """Whether the task has saved it."""
        return video.video_id in self.before or video.video_id in self.saved

    def add(self, video: Video) -> None:
        """Count one that was saved just now."""
        self.saved.add(video.video_id)
        self.shorts += video.is_short

    def kept(self, *, goes_on: bool = True) -> str:
        """How many videos are saved whatever becomes of the task, in a sentence."""
        of = f" of {self.limit:,}" if self.limit else ""
        return f"{self.found:,}{of} videos are saved{'; a retry goes on from there' if goes_on else ''}."

    def metrics(self) -> dict[str, Json]:
        """The numbers, as the result of the task tells them."""
        return {"saved": len(self.saved), "saved_before": len(self.before), "shorts": self.shorts}


class SourceWorker(BaseWorker):
    """A worker that asks a source for videos. Raises `BadSetting` when it is made without one."""

    needs_source: ClassVar[bool] = True

    def __init__(self, *args: Any, source: Source | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if source is None:
            raise BadSetting(
                f"{type(self).__name__} needs a source of videos: set PRISMQ_SOURCE to youtube_api, yt_dlp or sample."
            )
        self.source = source

    @abstractmethod
    def wanted(self, parameters: Mapping[str, Json], known: Container[str]) -> Wanted:
        """What these parameters ask for; videos of ``known`` ids are saved already. Raises `SourceError` when they
        name nothing."""

    def process_task(self, task: Task) -> TaskResult:
        """Save every video that the task asks for; those that an earlier attempt saved are passed over."""
        tally = Tally(frozenset(self.saved()))
        try:
            with called_off_when(lambda: self.is_cancelled):
                return self._save_all(self.wanted(task.parameters, tally.before), tally)
        except CalledOff:
            return stopped(tally)
        except SourceError as fault:
            return broken_off(fault, tally)
        except Exception as fault:
            if tally.found:
                fault.add_note(tally.kept())
            raise

    def _save_all(self, wanted: Wanted, tally: Tally) -> TaskResult:
        tally.limit = wanted.limit
        if tally.before:
            self._tell(tally, wanted.limit)
        videos = iter(wanted.videos)
        while tally.found < wanted.limit:
            if self.is_cancelled:
                return stopped(tally)
            video = next(videos, None)
            if video is None:
                break
            if tally.has(video):
                continue
            self.save(video.to_idea(), key=video.video_id)
            tally.add(video)
            self._tell(tally, wanted.limit)
        return self._done(wanted, tally)

    def _tell(self, tally: Tally, limit: int) -> None:
        self.report_progress(100 * tally.found // limit, f"{tally.found} of {limit} videos are saved")

    def _done(self, wanted: Wanted, tally: Tally) -> TaskResult:
        return TaskResult(
            success=True,
            data={"source": self.source.name, **wanted.about, "videos": tally.found},
            items_processed=tally.found,
            metrics=tally.metrics(),
        )


def stopped(tally: Tally) -> TaskResult:
    """The result of a task that was cancelled on its way."""
    return TaskResult(success=False, error=f"Stopped: {tally.kept()}", items_processed=tally.found)


def broken_off(fault: SourceError, tally: Tally) -> TaskResult:
    """The result of a task whose source failed: why, what is saved all the same, and whether and when trying again can
    help."""
    said = [str(fault)]
    if tally.found:
        said.append(tally.kept(goes_on=fault.retryable))
    if not fault.retryable:
        said.append("Trying again now does not help.")
    return TaskResult(
        success=False,
        error=" ".join(said),
        items_processed=tally.found,
        metrics=tally.metrics() | {"retryable": fault.retryable},
        retryable=fault.retryable,
        retry_at=fault.retry_at,
    )
