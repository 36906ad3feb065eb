"""Where tasks live, seen from our side: one client for every TaskManager, asynchronous or blocking.

`AsyncTaskManagerClient` and `TaskManagerClient` are imported when they are first asked for, so that importing this
package does not load an HTTP stack.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["AsyncTaskManagerClient", "TaskManagerClient"]  # pyright: ignore[reportUnsupportedDunderAll]

HOMES = {
    "AsyncTaskManagerClient": "core.taskmanager.client",
    "TaskManagerClient": "core.taskmanager.blocking",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
