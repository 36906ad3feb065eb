"""All workers that this program knows: the built-in ones, installed ones, and those that the settings name."""

from __future__ import annotations

from core.config import Config
from core.workers.catalog import load
from core.workers.factory import WorkerFactory, worker_factory
from core.workers.plugins import load_plugins


def known_workers(config: Config) -> tuple[WorkerFactory, list[str]]:
    """The factory that knows them, and a sentence for each that could not be loaded."""
    load()
    return worker_factory, load_plugins(config.workers, worker_factory)
