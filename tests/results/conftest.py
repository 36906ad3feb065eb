"""A results database in a file, and outcomes made in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.models import Task, TaskResult, TaskStatus, utcnow
from core.results import Database
from core.workers.ports import Outcome

SERVER = "a-server"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "down" / "ideas.s3db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    database.bind(SERVER)
    yield database
    database.close()


def a_task(number: int = 1, attempts: int = 1) -> Task:
    """A task that was claimed."""
    return Task(number, "T", {}, status=TaskStatus.CLAIMED, attempts=attempts, claimed_by="w")


def an_outcome(
    number: int = 1, result: TaskResult | None = None, *, attempts: int = 1, save: Callable[[], Any] | None = None
) -> Outcome:
    """A task that was processed in a second and a half."""
    end = utcnow()
    kept = result or TaskResult(True, {"n": number})
    return Outcome(a_task(number, attempts), "w", kept, end - timedelta(seconds=1.5), end, save)
