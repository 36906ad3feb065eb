"""What the posts of a pool share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from core.details import AttemptLog
from core.models import Task
from core.workers.abandoned import Abandoned
from core.workers.gate import Gate
from core.workers.ports import Publish, Tasks
from core.workers.progress import ProgressTeller
from core.workers.runner import Runner

if TYPE_CHECKING:
    from core.workers.post import Post


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all posts of a pool share. ``changed`` is told whenever a worker's status may be another; ``claim_timeout``
    (seconds) is how long a claim lasts; ``grace`` (seconds) is what code that is told to stop at once gets to do so,
    before its thread or coroutine is left behind."""

    tasks: Tasks
    runner: Runner
    progress: ProgressTeller
    publish: Publish
    rng: Random
    changed: Callable[[Post], None]
    abandoned: Abandoned
    keep_log: Callable[[Task, AttemptLog], Awaitable[None]]
    gate: Gate
    claim_timeout: float
    grace: float
