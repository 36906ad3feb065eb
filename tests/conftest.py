"""What all tests share."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import settings

from core.config import Config
from tests.program import Program

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end: going through it for garbage took two fifths of a board's start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program, for a fresh user."""
    return Program(tmp_path)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Embedded, in a folder of its own."""
    return Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
