"""Task types are looked up before they are registered: what a TaskManager knows is replaced only when asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.answers import CreatedTask
from core.errors import NotFound, UnknownTaskType
from core.models import Json, NewTask, TaskType
from core.schema_changes import bare
from core.workers.factory import Registration, WorkerFactory


class Types(Protocol):
    """The calls of a client that this takes."""

    async def get_task_type(self, name: str) -> TaskType:
        """One type. Raises `NotFound`."""
        ...

    async def register_task_type(self, name: str, version: str, param_schema: Mapping[str, Json]) -> TaskType:
        """Register a type, or replace what is registered."""
        ...

    async def create_task(self, task_type: str, params: Mapping[str, Json], priority: int = 0) -> CreatedTask:
        """Create a task. Raises `NotFound` where its type is not known."""
        ...


async def registered(
    client: Types, name: str, version: str, param_schema: Mapping[str, Json], *, update: bool = False
) -> TaskType:
    """The type as the TaskManager knows it: registered now when it is missing, replaced only with ``update``."""
    if not update:
        try:
            return await client.get_task_type(name)
        except NotFound:
            pass  # then it is registered here
    return await client.register_task_type(name, version, dict(param_schema))


async def created(client: Types, factory: WorkerFactory, new: NewTask) -> CreatedTask:
    """Create a task; a type that only our workers know is registered first. Raises `UnknownTaskType`."""
    try:
        return await client.create_task(new.task_type, dict(new.parameters), new.priority)
    except NotFound:
        if new.task_type not in factory:
            raise UnknownTaskType(new.task_type, factory.known_types()) from None
    ours = factory.registration(new.task_type)
    await registered(client, ours.task_type, ours.version, ours.param_schema)
    return await client.create_task(new.task_type, dict(new.parameters), new.priority)


def differences(ours: Registration, theirs: TaskType) -> list[str]:
    """What a registered type has otherwise than the worker here was made for, in sentences."""
    said: list[str] = []
    if theirs.version and theirs.version != ours.version:
        said.append(
            f"{ours.task_type} is version {theirs.version} on the TaskManager; its worker was made for {ours.version}."
        )
    elif theirs.param_schema is not None and bare(theirs.param_schema) != bare(ours.param_schema):
        said.append(f"{ours.task_type} has another parameter schema on the TaskManager than its worker here.")
    if not theirs.is_active:
        said.append(f"{ours.task_type} is inactive on the TaskManager: it takes no new tasks.")
    return said
