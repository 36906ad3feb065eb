"""What all tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.program import Program
from tests.warm import WarmStarts

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end: going through it for garbage took two fifths of a board's start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmStarts]:
    """What starts commands without reading the code of the program again."""
    starts = WarmStarts()
    yield starts
    starts.close()


@pytest.fixture
def program(tmp_path: Path, warm: WarmStarts) -> Program:
    """The program, for a fresh user."""
    return Program(tmp_path, warm=warm)
