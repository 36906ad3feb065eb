"""Which call of our client says what a recorded request said, and what its answer must come to."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from core.errors import (
    ClaimLost,
    CoreError,
    Invalid,
    NotAuthenticated,
    NotFound,
    RateLimited,
    ServerFault,
    TooLarge,
)
from core.taskmanager.extended import ExtendedCalls
from tests.contract.playback import Recorded

Made = Callable[[], Awaitable[Any]]

ABSENT = object()


def call_for(client: ExtendedCalls, said: Recorded) -> Made | None:
    """The call that says the same; None where our methods cannot say it."""
    for method, pattern, make in CALLS:
        found = re.fullmatch(pattern, said.path)
        if found and method == said.method:
            return make(client, said, *found.groups())
    return None


def register(client: ExtendedCalls, said: Recorded) -> Made | None:
    fields = said.body or {}
    if not {"name", "version", "param_schema"} <= fields.keys() or not isinstance(fields["param_schema"], dict):
        return None
    return lambda: client.register_task_type(fields["name"], fields["version"], fields["param_schema"])


def read_type(client: ExtendedCalls, said: Recorded, name: str) -> Made:
    return lambda: client.get_task_type(unquote(name))


def list_types(client: ExtendedCalls, said: Recorded) -> Made | None:
    if "sort_by" in said.query:
        return None
    return lambda: client.list_task_types("active_only" in said.query)


def create(client: ExtendedCalls, said: Recorded) -> Made | None:
    fields = said.body or {}
    if not {"type", "params"} <= fields.keys():
        return None
    return lambda: client.create_task(fields["type"], fields["params"], fields.get("priority", 0))


def claim(client: ExtendedCalls, said: Recorded) -> Made | None:
    fields = dict(said.body or {})
    if not {"worker_id", "task_type_id"} <= fields.keys():
        return None
    by = fields.get("sort_by", "created_at")
    order = fields.get("sort_order", "ASC")
    if by is None or order is None or "limit" in fields or not isinstance(by, str) or not isinstance(order, str):
        return None
    pattern = fields.get("type_pattern")
    return lambda: client.claim_task(fields["worker_id"], fields["task_type_id"], by, order, pattern)


def complete(client: ExtendedCalls, said: Recorded, number: str) -> Made | None:
    fields = said.body or {}
    if not number.isdigit() or not isinstance(fields.get("success"), bool) or "worker_id" not in fields:
        return None
    rest = fields.get("result"), fields.get("error")
    return lambda: client.complete_task(int(number), fields["worker_id"], fields["success"], *rest)


def progress(client: ExtendedCalls, said: Recorded, number: str) -> Made | None:
    fields = said.body or {}
    if not {"worker_id", "progress"} <= fields.keys():
        return None
    told = fields["worker_id"], fields["progress"], fields.get("message")
    return lambda: client.update_progress(int(number), *told)


def read(client: ExtendedCalls, said: Recorded, number: str) -> Made | None:
    return (lambda: client.get_task(int(number))) if re.fullmatch(r"-?\d+", number) else None


def listing(client: ExtendedCalls, said: Recorded) -> Made | None:
    query = said.query
    if not set(query) <= {"status", "type", "limit", "offset"} or query.get("limit") == "abc":
        return None
    limit, offset = int(query.get("limit", "50")), int(query.get("offset", "0"))
    return lambda: client.list_tasks(query.get("status"), query.get("type"), limit, offset)


def health(client: ExtendedCalls, said: Recorded) -> Made:
    return client.health_check


CALLS: list[tuple[str, str, Callable[..., Made | None]]] = [
    ("GET", "/health", health),
    ("POST", "/task-types/register", register),
    ("GET", "/task-types/([^/]+)", read_type),
    ("GET", "/task-types", list_types),
    ("POST", "/tasks", create),
    ("GET", "/tasks", listing),
    ("POST", "/tasks/claim", claim),
    ("POST", "/tasks/([^/]+)/complete", complete),
    ("POST", "/tasks/([^/]+)/progress", progress),
    ("GET", "/tasks/([^/]+)", read),
]


def failure(said: Recorded) -> type[CoreError] | None:
    """The error that a recorded answer must come to; None for an answer that is none."""
    text = said.said.get("error", "") if isinstance(said.said, dict) else ""
    if said.status == 200:
        reads_one = said.method == "GET" and re.fullmatch(r"/(tasks|task-types)/[^/]+", said.path)
        return NotFound if reads_one and not said.data["items"] else None
    if text in ("There is no active transaction",) or text.startswith("Invalid select field"):
        return None
    if text == "Task is not in claimed state":
        return ClaimLost
    if "1406" in text:
        return TooLarge
    by_status: dict[int, type[CoreError]] = {
        400: Invalid,
        401: NotAuthenticated,
        403: ClaimLost,
        404: NotFound,
        413: TooLarge,
        429: RateLimited,
        500: ServerFault,
    }
    return by_status[said.status]
