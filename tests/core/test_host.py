"""The engine on a thread of its own."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.config import Config
from core.engine import open_for_board
from core.errors import BadSetting, DatabaseUnusable
from core.host import EngineHost
from core.models import NewTask, TaskStatus


def host_of(config: Config, count: int = 0) -> EngineHost:
    """A host for the catalog's workers."""
    return EngineHost(lambda: open_for_board(config, count, "FIFO"))


async def test_verbs_and_snapshots_cross_from_the_engines_thread(config: Config):
    host = host_of(config, 2)
    host.start()
    host.start()
    created = await host.verbs.create_task(NewTask("Echo", {"message": "hi"}))
    async for snapshot in host.watch():
        if snapshot.counts.completed == 1 and len(snapshot.workers) == 2:
            break
    assert (await host.verbs.open_task(created.id)).task.status is TaskStatus.COMPLETED
    assert await host.close() == 0
    assert not [t for t in threading.enumerate() if t.name == "prismq-engine" and t.is_alive()]


async def test_an_error_of_a_verb_arrives_as_it_was_raised(config: Config):
    host = host_of(config)
    host.start()
    with pytest.raises(BadSetting, match="RANDOM"):
        await host.verbs.set_strategy("RANDOM")
    await host.close()


async def test_watching_ends_when_the_engine_is_closed(config: Config):
    host = host_of(config)
    host.start()
    seen = 0
    async for _ in host.watch():
        seen += 1
        if seen == 1:
            closing = asyncio.create_task(host.close())
    assert await closing == 0


async def test_what_keeps_the_engine_from_opening_is_told_to_those_who_watch(config: Config):
    config.database.write_text("no database " * 200)
    host = host_of(config)
    host.start()
    with pytest.raises(DatabaseUnusable, match="ideas"):
        async for _ in host.watch():
            raise AssertionError("there is nothing to see")
    assert await host.close() == 0


async def test_a_file_that_turns_out_unusable_later_ends_the_watching_with_its_error(config: Config):
    config.taskmanager_db.write_text("no database " * 200)
    host = host_of(config)
    host.start()
    with pytest.raises(DatabaseUnusable, match=r"tasks\.db"):
        async for _ in host.watch():
            pass
    await host.close()
