"""What all tests share."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from core.config import Config
from core.loops import new_loop
from core.masking import CONFIGURED
from tests.program import Program
from tests.warm import WarmStarts

BOARDS = ("tui", "test_board.py", "test_large_task.py", "test_an_hour.py")
"""Where a board runs: on Textual's event loop, beside that of the core."""

MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes; a whole run writes a tenth of that."""

# What Python keeps of code that it has read is kept here too, whatever else the environment says: hundreds of processes
# read the same code, and each compiled it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


def pytest_configure() -> None:
    """Keep the files of tests in memory where there is room: a database waits for the disk whenever it is opened or
    closed, and no test can tell whether it did."""
    if "PYTEST_DEBUG_TEMPROOT" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free >= ROOM and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end: going through it for garbage took two fifths of a board's start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_asyncio_loop_factories(item: pytest.Item):
    """The event loop that the program has there."""
    return {"loop": asyncio.new_event_loop if any(part in BOARDS for part in item.path.parts) else new_loop}


@pytest.fixture(autouse=True)
def configured_keys() -> Iterator[None]:
    """A key of one test is an ordinary word in the next."""
    yield
    CONFIGURED.clear()


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


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Embedded, in a folder of its own."""
    return Config.bare(taskmanager_db=tmp_path / "tasks.db", database=tmp_path / "ideas.s3db")
