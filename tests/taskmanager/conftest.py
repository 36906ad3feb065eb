"""TaskManagers to speak to: one that behaves as observed, the embedded one, and the embedded one over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.config import Config
from core.server.app import create_app
from core.server.database import Database
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.retry import Retrying
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager

QUICK = Retrying(tries=20, seconds=10, first_wait=0.001, longest_wait=0.01)
"""Retries that do not make a test wait."""


@pytest.fixture
def observed() -> ObservedTaskManager:
    return ObservedTaskManager()


@pytest.fixture
def observed_url(observed: ObservedTaskManager) -> Iterator[str]:
    with observed.serving() as url:
        yield url


@pytest.fixture
def embedded_config(tmp_path: Path) -> Config:
    return Config(environ={}, taskmanager_api_url=None, taskmanager_db=tmp_path / "new folder" / "tasks.db")


@pytest.fixture
def served_url(tmp_path: Path) -> Iterator[str]:
    database = Database.open(tmp_path / "served.db")
    with serving(create_app(database, api_key="test-key")) as origin:
        yield f"{origin}/api"
    database.close()


@pytest.fixture(params=["observed", "embedded", "served"])
def config(request: pytest.FixtureRequest) -> Config:
    """Settings that lead to each TaskManager in turn."""
    if request.param == "embedded":
        return request.getfixturevalue("embedded_config")
    url = request.getfixturevalue(f"{request.param}_url")
    return Config(environ={}, taskmanager_api_url=url).replace(taskmanager_api_key="test-key")


@pytest.fixture
async def tasks(config: Config) -> AsyncIterator[AsyncTaskManagerClient]:
    async with AsyncTaskManagerClient(config) as client:
        client.retrying = QUICK
        yield client


@pytest.fixture
async def embedded(embedded_config: Config) -> AsyncIterator[AsyncTaskManagerClient]:
    async with AsyncTaskManagerClient(embedded_config) as client:
        yield client


@pytest.fixture
async def real(observed_url: str) -> AsyncIterator[AsyncTaskManagerClient]:
    async with AsyncTaskManagerClient(Config(environ={}), url=observed_url, api_key="test-key") as client:
        client.retrying = QUICK
        yield client
