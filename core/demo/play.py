"""The demo: an engine on an embedded TaskManager in a folder of its own, three workers, and a feed of tasks."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from core.config import Config
from core.demo.faults import DemoSource
from core.demo.feed import Feed
from core.demo.unworked import UNWORKED_BEFORE, UNWORKED_TYPE
from core.engine import Engine
from core.sources.sample import SampleSource

WORKERS = 3


@asynccontextmanager
async def open_demo(folder: Path, *, seed: int, pace: float = 1.0) -> AsyncGenerator[Engine]:
    """An engine with the demo going on; all its files are in ``folder``. Neither settings nor .env are read."""
    config = Config.bare(
        taskmanager_db=folder / "taskmanager.db",
        database=folder / "ideas.s3db",
        youtube_quota_db=folder / "youtube_quota.db",
    )
    source = DemoSource(SampleSource(), seed, pace)
    async with Engine.open(config, source=source) as engine:
        for each in (UNWORKED_BEFORE, UNWORKED_TYPE):
            await engine.register_type(each.name, each.version, each.param_schema, update=True)
        await engine.start_workers(count=WORKERS)
        feed = Feed(engine.create_task, pending=lambda: engine.store.snapshot.counts.pending, seed=seed)
        engine.in_background(feed.run())
        try:
            yield engine
        finally:
            source.close()
