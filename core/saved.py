"""Saved ideas as someone asks for them: which ones, a page of them, one of them opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from core.errors import BadSetting
from core.history import Change, as_entries
from core.models import Json

COMPUTED_SCORE = "computed_score"
"""Where metadata says a score again that was only computed: it gives way to a score that anyone else has given."""


@dataclass(frozen=True, slots=True)
class IdeaQuery:
    """Ideas that have ``text`` in one of the `core.snapshot.SEARCHED` fields (case of ASCII letters does not matter),
    that a worker saved from ``since`` until before ``until``, and that are among ``ids``; what is empty excludes
    nothing."""

    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Save:
    """That a task saved an idea. ``task_id`` is None for a task of another TaskManager, which ``server`` names."""

    server: str
    task_id: int | None
    task_type: str
    worker_id: str
    attempt: int
    at: str


@dataclass(frozen=True, slots=True)
class IdeaDetail:
    """An idea opened. ``fields`` are its columns; ``metadata`` is read from its JSON, without the ``history`` in it,
    which is oldest first; ``saves`` are newest first."""

    idea_id: str
    title: str
    fields: Mapping[str, Json]
    content: str = ""
    metadata: Json = None
    saves: tuple[Save, ...] = field(default=())
    history: tuple[Change, ...] = ()

    @property
    def task_id(self) -> int | None:
        """The newest task of this TaskManager that saved it."""
        return next((save.task_id for save in self.saves if save.task_id is not None), None)

    def whole(self) -> dict[str, Json]:
        """Everything that is known of it, as JSON can say it."""
        saves = [{name: getattr(save, name) for name in Save.__slots__} for save in self.saves]
        said = {"id": self.idea_id, "title": self.title, **self.fields, "content": self.content}
        return {**said, "metadata": self.metadata, "history": as_entries(self.history), "saved_by": saves}


def day(word: str, now: datetime, *, local: bool = False) -> tuple[datetime, datetime]:
    """From when until before when ``today`` or ``yesterday`` is: in UTC, or in the zone of this machine."""
    zone = None if local else UTC
    here = now.astimezone(zone).date() - timedelta(days=word == "yesterday")
    # Each end is looked up by itself: a day on which clocks are changed has not 24 hours.
    begin, end = (datetime.combine(here + timedelta(days=n), time(), zone) for n in (0, 1))
    return begin.astimezone(zone), end.astimezone(zone)


def moment_said(word: str, now: datetime) -> datetime:
    """The beginning of ``today`` or ``yesterday``, or an ISO date or time (UTC unless it says otherwise).

    Raises `BadSetting`.
    """
    if word in ("today", "yesterday"):
        return day(word, now)[0]
    try:
        said = datetime.fromisoformat(word)
    except ValueError:
        raise BadSetting(f"{word!r} is no time: say today, yesterday, 2026-03-01 or 2026-03-01T12:00.") from None
    return said.replace(tzinfo=UTC) if said.tzinfo is None else said
