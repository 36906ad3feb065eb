"""The grounds of the cases: on the embedded TaskManager, and on the documented calls alone."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.config import Config
from core.models import utcnow
from core.taskmanager.retry import Retrying
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.diagnosis.planted.ground import Ground, ground_on
from tests.diagnosis.planted.meddler import Meddler


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody tries for seconds what fails at once."""
    monkeypatch.setattr("core.stuck_watching.EVERY", 0.05)
    monkeypatch.setattr("core.engine.PATIENCE", Retrying(tries=2, seconds=0.2, longest_wait=0.05))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Has a diagnosis made so many seconds from now."""

    def looked_at(seconds: float) -> None:
        def moved() -> datetime:
            return utcnow() + timedelta(seconds=seconds)

        monkeypatch.setattr("core.gathering.utcnow", moved)

    return looked_at


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 4 MiB, for the results database of the ground that is opened after it."""
    folder = tmp_path / "results"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """On the embedded TaskManager."""
    results = tmp_path / "results"
    results.mkdir(exist_ok=True)
    config = Config.bare(taskmanager_db=tmp_path / "tasks.db", database=results / "ideas.s3db")
    async with ground_on(tmp_path, config) as ground:
        yield ground


@pytest.fixture
async def far(tmp_path: Path) -> AsyncIterator[Ground]:
    """On a server with the documented calls alone, over HTTP; ``meddler`` stands before it."""
    observed = ObservedTaskManager()
    meddler = Meddler(observed)
    with serving(meddler) as origin:
        config = Config.bare(
            taskmanager_api_url=f"{origin}/api",
            taskmanager_api_key=observed.api_key,
            taskmanager_db=tmp_path / "unused.db",
            database=tmp_path / "ideas.s3db",
        )
        async with ground_on(tmp_path, config) as ground:
            ground.meddler = meddler
            ground.notes["observed"] = observed
            yield ground
