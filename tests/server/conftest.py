"""A TaskManager of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.server.app import create_app
from core.server.database import Database
from tests.server.client import Api, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "taskmanager.db")
    yield opened
    opened.close()


@pytest.fixture
def api(database: Database, clock: Clock) -> Api:
    return Api(create_app(database, clock=clock))
