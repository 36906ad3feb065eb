"""The terms of which filters are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.filters.task_filter import TaskFilter

UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
"""Seconds of the units in which ages are written."""


@dataclass(frozen=True, slots=True)
class Text:
    """Tasks that contain this in their id, type, parameters, error or worker, in any case."""

    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """Tasks that tell the same video or channel as an address that was ``typed``, in whatever form, where a `Text` is
    looked for. ``target``: which one, as `core.sources.youtube_urls` writes it."""

    typed: str
    target: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """Tasks whose ``field`` (status, type or worker) is one of these; ``*`` in a type or worker is a wildcard. A type
    without one is a whole name, or whole parts of it: ``Reddit`` is ``PrismQ.Reddit.Post.Scrape``; ``=Reddit`` is that
    whole name only."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Tasks whose ``field`` is from ``low`` to ``high`` (None: no bound), the bounds included unless it is ``open``.

    Fields: id, attempts, priority; age, in seconds since the task is in its status; created, in seconds since 1970.
    """

    field: str
    low: int | None = None
    high: int | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Says:
    """Tasks whose error, or whose parameter at ``path`` (``params.channel_url``), contains or equals the value."""

    path: str
    value: str
    contains: bool = True


@dataclass(frozen=True, slots=True)
class Stuck:
    """Tasks that are stuck, or (not ``wanted``) that are not: seen only on rows that are at hand."""

    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Tasks that somebody cancelled: they count as failed, as far as their server or their error tells."""


@dataclass(frozen=True, slots=True)
class Not:
    """Tasks that the term does not fit."""

    term: Term


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Tasks that one of the filters fits."""

    filters: tuple[TaskFilter, ...]


Term = Text | Address | OneOf | Span | Says | Stuck | Cancelled | Not | AnyOf
