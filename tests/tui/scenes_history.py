"""A saved video that changed over time, for the screen of an idea."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.history import Change
from core.saved import IdeaDetail
from tests.tui import scenes_results
from tests.tui.scenes import NOW


def idea() -> IdeaDetail:
    """A result whose numbers grew over a week; its title changed once, its key was told once too."""

    def at(days: int) -> str:
        return (NOW - timedelta(days=days)).isoformat(timespec="milliseconds")

    history = (
        Change(at(7), {"views": "1204", "likes": "40", "title": "Bread, first try"}),
        Change(at(5), {"views": "9811", "likes": "310"}),
        Change(at(4), {"title": "Why bread rises", "api_key": "s3cret"}),
        Change(at(2), {"views": "31077", "likes": "905", "comments": "88"}),
        Change(at(0), {"views": "30990", "comments": "91", "resolution": "3840x2160"}),
    )
    metadata = {"views": "30990", "likes": "905", "comments": "91", "resolution": "3840x2160"}
    return replace(scenes_results.idea(), metadata=metadata, history=history)
