"""Whatever happens on the way, every task ends done once or visibly undone, and nobody believes something false."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from core.server.app import create_app
from core.server.database import Database
from core.taskmanager.channel import Channel
from core.taskmanager.connect import DirectChannel
from tests.contract.observed import ObservedTaskManager
from tests.taskmanager.faulty import Trouble
from tests.taskmanager.workplace import LONG, Clock, Workplace

SEED = int(os.environ.get("SOAK_SEED") or secrets.randbelow(2**32))
"""Of the many lives; `SOAK_SEED` lives the same ones again."""

TROUBLES = st.lists(st.tuples(st.sampled_from(Trouble), st.floats(0, 1)), max_size=30)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "claim many", "done", "failed", "done in a batch", "failed in a batch"] * 2)
        | st.sampled_from(["create", "progress", "look", "wait"]),
        st.integers(0, 1),
        st.integers(0, 3),
    ),
    min_size=3,
    max_size=20,
)


@asynccontextmanager
async def observed(clock: Clock) -> AsyncIterator[Channel]:
    """The real service as it was observed."""
    yield DirectChannel(ObservedTaskManager(api_key=None, clock=clock))


@asynccontextmanager
async def embedded(clock: Clock) -> AsyncIterator[Channel]:
    """The embedded TaskManager, on a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "tasks.db")
        yield DirectChannel(create_app(database, clock=clock))
        database.close()


async def live(server: Any, troubles: list[tuple[Trouble, float]], steps: list[tuple[str, int, int]]) -> None:
    """Live through these steps with these troubles, and look at the end."""
    coming = list(troubles)
    clock = Clock()
    async with server(clock) as channel:
        place = Workplace(channel, clock, lambda: coming.pop(0) if coming else (Trouble.NONE, 0.0))
        await place.open(tasks=3)
        for step, who, number in steps:
            await take(place, step, who, number)
        await place.recover()
        await place.check_the_end()


async def take(place: Workplace, step: str, who: int, number: int) -> None:
    worker = place.workers[who]
    match step:
        case "claim":
            await place.claim(worker, 1)
        case "claim many":
            await place.claim(worker, 2)
        case "create":
            await place.create(worker, 10 + number)
        case "progress":
            await place.progress(worker, number)
        case "look":
            await place.look(worker, number)
        case "wait":
            place.clock.now += LONG
        case _:
            await place.report(worker, number, success="done" in step, batch="batch" in step)


@pytest.mark.parametrize("server", [observed, embedded])
@settings(max_examples=70)
@given(TROUBLES, STEPS)
async def test_tasks_end_done_once_or_visibly_undone(
    server: Any, troubles: list[tuple[Trouble, float]], steps: list[tuple[str, int, int]]
):
    await live(server, troubles, steps)


@pytest.fixture(scope="module")
def told_seed() -> None:
    print(f"\nThese lives are those of SOAK_SEED={SEED}")


@pytest.mark.soak
@pytest.mark.usefixtures("told_seed")
@pytest.mark.parametrize("server", [observed, embedded])
@seed(SEED)
@settings(max_examples=5000, derandomize=False, print_blob=True, database=None)
@given(TROUBLES, STEPS)
async def test_tasks_end_done_once_or_visibly_undone_in_many_more_lives(
    server: Any, troubles: list[tuple[Trouble, float]], steps: list[tuple[str, int, int]]
):
    await live(server, troubles, steps)
