"""Which task a new one would be the same as, asked before it is created."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, cast

from core.models import Json, Task
from core.taskmanager import wire
from core.taskmanager.line import Line, get, understood


async def same_task(line: Line, task_type: str, params: Mapping[str, Json]) -> Task | None:
    """The task with this type and equal parameters, if there is one; for servers whose filter takes its key."""
    # In a thread: parameters may be large, and the loop is the workers'.
    wanted = {"dedupe_key": await asyncio.to_thread(key_of, task_type, params)}
    query: dict[str, str | int | None] = {"filter": json.dumps(wanted), "limit": 1}
    said = await line.ask_once(get("the task that is the same", "/tasks", query))
    page = understood("tasks", lambda: wire.page(said.data, 1, 0))
    return page.tasks[0] if page.tasks else None


def key_of(task_type: str, params: Mapping[str, Json]) -> str:
    """What stands for a type and parameters, by the code with which the embedded TaskManager tells it."""
    from core.server.tasks import dedupe_key

    return dedupe_key(task_type, cast("dict[str, Any]", json.loads(json.dumps(params))))
