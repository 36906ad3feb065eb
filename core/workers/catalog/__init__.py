"""The workers that come with the house, one a file. A new one: its file, and its line in ``BUILT_IN``."""

from __future__ import annotations

from importlib import import_module

BUILT_IN = (
    "core.workers.catalog.echo",
    "core.workers.catalog.youtube.channel_scrape",
    "core.workers.catalog.youtube.video_search",
    "core.workers.catalog.youtube.video_single",
)


def load() -> None:
    """Register them all with `core.workers.worker_factory`: importing one does it. Once or often is the same."""
    for module in BUILT_IN:
        import_module(module)
