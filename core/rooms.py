"""The rooms of an open engine, as its verbs need them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.config import Config
from core.errors import BadSetting
from core.events import Event
from core.models import TaskType
from core.monitor import Monitor
from core.outbox import Deliverer
from core.results import Database
from core.results.processes import Start
from core.sources.port import Source
from core.taskmanager.client import AsyncTaskManagerClient
from core.worker_book import WorkerBook
from core.workers.factory import Registration, WorkerFactory
from core.workers.pool import Pool


@dataclass(slots=True)
class Rooms:
    """What is open. ``server`` is the identity that everything we keep is keyed by; ``can`` what that server offers.

    ``start`` is this start's row in the results database; ``numbers`` are those of the workers that it names. ``book``
    remembers what became of them. ``source_lacks``: what the source that is named lacks, in a sentence, where there is
    no ``source`` because of that.
    """

    config: Config
    factory: WorkerFactory
    source: Source | None
    client: AsyncTaskManagerClient
    database: Database
    server: str
    can: frozenset[str]
    start: Start
    pool: Pool
    deliverer: Deliverer
    monitor: Monitor | None
    publish: Callable[[Event], None]
    book: WorkerBook
    source_lacks: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


def can_start(registration: Registration, source: Source | None) -> bool:
    """Whether workers of this registration have what they need."""
    return source is not None or not getattr(registration.worker_class, "needs_source", False)


def why_not(registration: Registration, source_lacks: str = "") -> BadSetting:
    """Says that a worker needs a source, and how to name one, or what the named one lacks."""
    if source_lacks:
        return BadSetting(f"{registration.task_type} needs a source. {source_lacks}")
    return BadSetting(
        f"{registration.task_type} needs a source: set PRISMQ_SOURCE to youtube_api, yt_dlp or sample. "
        "Against a TaskManager of your own none is used unless it is named."
    )


def hindrances(factory: WorkerFactory, source: Source | None, source_lacks: str = "") -> dict[str, str]:
    """Why no worker can be started for a type though there is a class for it, by the name of the type."""
    known = factory.registrations()
    return {each.task_type: str(why_not(each, source_lacks)) for each in known if not can_start(each, source)}


def local_types(factory: WorkerFactory) -> list[TaskType]:
    """The types that there are workers for, as they would be registered; id 0 says that no server told them."""
    return [TaskType(0, each.task_type, each.version, dict(each.param_schema)) for each in factory.registrations()]
