"""The form of a new task, opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.models import Json
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, until
from tui.screens.new_task import NewTaskScreen


def with_schema(schema: Mapping[str, Json]) -> Snapshot:
    """A board whose first type has that schema."""
    first, *others = scenes.BUSY.types
    return replace(scenes.BUSY, types=(replace(first, param_schema=schema), *others))


def form_of(desk: Desk) -> NewTaskScreen:
    """The form that is open."""
    assert isinstance(desk.app.screen, NewTaskScreen)
    return desk.app.screen


async def begin(desk: Desk) -> NewTaskScreen:
    """Open the form, and wait until it takes keys."""
    await desk.press("1", "n")
    await until(desk, lambda: desk.app.screen.focused is not None)
    return form_of(desk)
