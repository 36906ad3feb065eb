"""Turning tasks into results: what an author subclasses, and the machinery that keeps workers at work.

Knows no HTTP and no database engine: `ports` says what it needs of the world.
"""

from core.errors import PermanentError, RetryLater
from core.models import Task, TaskResult
from core.workers.base import BaseWorker
from core.workers.factory import WorkerFactory, worker_factory

__all__ = [
    "BaseWorker",
    "PermanentError",
    "RetryLater",
    "Task",
    "TaskResult",
    "WorkerFactory",
    "worker_factory",
]
