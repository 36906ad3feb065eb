"""More workers: those that ``PRISMQ_WORKERS`` names, and those that installed packages offer."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from core.errors import BadSetting
from core.workers.factory import WorkerFactory, worker_factory
from core.workers.outcomes import sentence

ENTRY_POINTS = "prismq.workers"
"""Entry-point group of installed packages: a module, or a worker class under the name of its type."""


def load_plugins(entries: Sequence[str], factory: WorkerFactory = worker_factory) -> list[str]:
    """Load the workers named by ``entries`` and by entry points; answers a sentence for each that failed.

    An entry is ``module`` (its registrations run) or ``Type.Name=module:Class``. The working directory is searched.
    """
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    told = [load_entry(entry, factory) for entry in entries]
    told += [load_entry_point(point, factory) for point in entry_points(group=ENTRY_POINTS)]
    return [why for why in told if why]


def load_entry(entry: str, factory: WorkerFactory) -> str:
    """Load one entry; answers why it failed, or nothing."""
    task_type, _, target = entry.rpartition("=")
    module, _, class_name = target.strip().partition(":")
    if task_type and not class_name:
        return f"PRISMQ_WORKERS: {entry!r} must look like Type.Name=module:Class."
    try:
        loaded: Any = importlib.import_module(module.strip())
        if class_name:
            for part in class_name.strip().split("."):
                loaded = getattr(loaded, part)
            factory.register(task_type.strip() or class_name.strip(), loaded)
    except BadSetting as fault:
        return f"PRISMQ_WORKERS: {entry!r} cannot be used: {fault}"
    except KeyboardInterrupt:  # that is of a person
        raise
    except BaseException as fault:  # noqa: BLE001  # an author's module may raise anything while it loads
        return f"PRISMQ_WORKERS: {entry!r} cannot be loaded: {sentence(fault)}"
    return ""


def load_entry_point(point: EntryPoint, factory: WorkerFactory) -> str:
    """Load one entry point; a worker class is registered under its name. Answers why it failed, or nothing."""
    try:
        loaded: Any = point.load()
        if not isinstance(loaded, ModuleType) and point.name not in factory:
            factory.register(point.name, loaded)
    except BadSetting as fault:
        return f"The installed workers {point.name!r} ({point.value}) cannot be used: {fault}"
    except KeyboardInterrupt:  # that is of a person
        raise
    except BaseException as fault:  # noqa: BLE001  # an author's module may raise anything while it loads
        return f"The installed workers {point.name!r} ({point.value}) cannot be loaded: {sentence(fault)}"
    return ""
