"""A TaskManager that behaves as the real service was observed to, quirks and all, in memory.

```python
observed = ObservedTaskManager(deadlocks=0.3, seed=1)
with observed.serving() as url:                                  # real HTTP on this machine
    client = AsyncTaskManagerClient(url=url, api_key=observed.api_key)
```

Constructor, all by keyword: ``api_key`` (asked for everywhere but at /health and /openapi.json; None asks for none),
``claim_timeout`` (seconds), ``max_attempts``, ``deadlocks`` (the share of claims and completes that fail with one;
after the first write of a failure it leaves the task failed for good, as the real one does), ``claim_deadlocks`` (that
of claims, where it is another), ``seed`` of that chance,
``clock`` (unix seconds). ``tasks`` and ``types`` may be looked at and changed; ``calls`` counts requests by path
pattern; ``reports`` has (task, attempt, worker) of every report that was carried out, also by half, and
``report_bodies`` what each one that came was told with. There are no
extensions, types cannot be listed, priorities are ignored, an empty queue is a 500.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.contract.loopback import serving
from tests.contract.php import Refusal, check, like, named, parsed, php
from tests.contract.playback import recorded

DEADLOCK = (
    "SQLSTATE[40001]: Serialization failure: 1213 Deadlock found when trying to get lock; try restarting transaction"
)
LONGEST = 65_535
SORTS = ("created_at", "priority", "id", "attempts")


@dataclass
class Row:
    """A task as the service keeps it."""

    id: int
    type: str
    params: Any
    created_at: str
    status: str = "pending"
    result: Any = None
    error_message: str | None = None
    priority: int = 0
    progress: int = 0
    attempts: int = 0
    claimed_by: str | None = None
    claimed_at: str | None = None
    completed_at: str | None = None
    claimed_unix: float = field(default=0.0, repr=False)

    def shown(self, *, whole: bool) -> dict[str, Any]:
        """The row in an answer; lists tell less."""
        listed = "id type status priority progress attempts claimed_by created_at completed_at"
        all_of_it = (
            "id type status params result error_message priority progress attempts "
            "claimed_by claimed_at completed_at created_at"
        )
        return {name: getattr(self, name) for name in (all_of_it if whole else listed).split()}


class ObservedTaskManager:
    """The real service of today, as an ASGI application. See the module's docstring."""

    def __init__(
        self,
        *,
        api_key: str | None = "test-key",
        claim_timeout: float = 300.0,
        max_attempts: int = 3,
        deadlocks: float = 0.0,
        claim_deadlocks: float | None = None,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.api_key = api_key
        self.claim_timeout = claim_timeout
        self.max_attempts = max_attempts
        self.deadlocks = deadlocks
        self.claim_deadlocks = deadlocks if claim_deadlocks is None else claim_deadlocks
        self.tasks: dict[int, Row] = {}
        self.types: dict[str, dict[str, Any]] = {}
        self.calls: Counter[str] = Counter()
        self.reports: list[tuple[int, int, str]] = []
        self.report_bodies: list[dict[str, Any]] = []
        self._keys: dict[str, int] = {}
        self._chance = random.Random(seed)
        self._clock = clock

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The URL of its API over real HTTP, until the block ends."""
        with serving(self) as origin:
            yield f"{origin}/api"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, kind, answer = self._answer(scope, body)
        headers = [(b"content-type", kind), (b"cache-control", b"no-store, no-cache, must-revalidate, max-age=0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer, ensure_ascii=False).encode()})

    def _answer(self, scope: Any, body: bytes) -> tuple[int, bytes, Any]:
        raw = scope.get("raw_path") or scope["path"].encode()
        path = raw.decode("latin-1").split("?")[0].replace("/api", "").rstrip("/")
        stamp = int(self._clock())
        if path == "/openapi.json":
            document = next(each for each in recorded("01_health_docs_cors") if each.path == "/openapi.json")
            return 200, b"application/json", document.said
        given = dict(scope["headers"]).get(b"x-api-key", b"").decode()
        if self.api_key is not None and path != "/health" and given != self.api_key:
            said = "Invalid or missing API key. Include X-API-Key header with your request."
            gate = {"error": "Unauthorized", "message": said, "timestamp": datetime.now(UTC).isoformat()}
            return 401, b"text/html; charset=UTF-8", gate
        try:
            data = self._route(scope["method"], path, scope["query_string"], body)
        except Refusal as refusal:
            said = {"success": False, "error": str(refusal), "timestamp": stamp}
            return refusal.status, b"application/json", said | ({"details": d} if (d := refusal.details) else {})
        return 200, b"application/json", {"success": True, "message": "Success", "data": data, "timestamp": stamp}

    def _route(self, method: str, path: str, query: bytes, body: bytes) -> Any:
        asked = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
        routes: list[tuple[str, str, Callable[..., Any]]] = [
            (
                "GET",
                r"/health",
                lambda _: {"status": "healthy", "timestamp": int(self._clock()), "database": "connected"},
            ),
            ("POST", r"/task-types/register", self._register),
            ("GET", r"/task-types/([^/]+)", self._read_type),
            ("GET", r"/task-types", self._list_types),
            ("POST", r"/tasks/claim", self._claim),
            ("POST", r"/tasks/([^/]+)/complete", self._complete),
            ("POST", r"/tasks/([^/]+)/progress", self._progress),
            ("GET", r"/tasks/([^/]+)", self._read),
            ("POST", r"/tasks", self._create),
            ("GET", r"/tasks", self._list),
        ]
        for wanted, pattern, handler in routes:
            found = re.fullmatch(pattern, path)
            if found and method == wanted:
                self.calls[pattern] += 1
                return handler(asked if method == "GET" else parsed(body), *found.groups())
        raise Refusal(404, "Endpoint not found")

    def _register(self, body: dict[str, Any]) -> Any:
        for name in ("name", "version", "param_schema"):
            if body.get(name) in (None, ""):
                raise Refusal(400, f"Missing required field: {name}")
        name, schema = body["name"].strip(), body["param_schema"]
        if "type" not in schema:
            raise Refusal(400, 'JSON schema must have a "type" property')
        known = self.types.get(name.lower())
        told = {"version": body["version"].strip(), "param_schema": php(schema), "is_active": 1}
        if known is not None:
            known.update(told, updated_at=self._now())
            return {"id": known["id"], "name": name, "version": known["version"], "updated": True}
        number = len(self.types) + 1
        self.types[name.lower()] = {
            "id": number,
            "name": name,
            **told,
            "created_at": self._now(),
            "updated_at": self._now(),
        }
        return {"id": str(number), "name": name, "version": told["version"], "created": True}

    def _read_type(self, _: Any, name: str) -> Any:
        found = self.types.get(name.lower())
        return {"items": [found] if found else [], "count": 1 if found else 0}

    def _list_types(self, _: Any) -> Any:
        raise Refusal(500, "Invalid select field: COALESCE(t.usage_count, 0) as usage_count")

    def _create(self, body: dict[str, Any]) -> Any:
        params = body.get("params")
        if not isinstance(params, dict) or list(params) == [str(n) for n in range(len(params))]:
            raise Refusal(400, "Validation failed", ["Field 'params' must be of type object"])
        known = self.types.get(str(body.get("type")).strip().lower())
        if known is None:
            raise Refusal(404, "Task type not found")
        check(params, known["param_schema"])
        kept = php(params)
        text = json.dumps(kept, separators=(",", ":"), ensure_ascii=False)
        if len(text.encode()) > LONGEST:
            raise Refusal(500, "SQLSTATE[22001]: String data, right truncated: 1406 Data too long for column 'params'")
        key = hashlib.sha256(f"{body['type'].strip()}\0{text}".encode()).hexdigest()
        if key in self._keys:
            old = self.tasks[self._keys[key]]
            said = {"message": "Task already exists (deduplicated)"}
            return {"id": old.id, "status": old.status, "deduplicated": True, **said}
        row = Row(len(self.tasks) + 1, known["name"], kept, self._now())
        self.tasks[row.id] = row
        self._keys[key] = row.id
        told = {"id": str(row.id), "type": body["type"].strip(), "status": "pending", "dedupe_key": key}
        return told | {"message": "Task created successfully"}

    def _claim(self, body: dict[str, Any]) -> Any:
        worker = named(body)
        self._maybe_deadlock(self.claim_deadlocks)
        sort, order = body.get("sort_by") or "created_at", (body.get("sort_order") or "ASC").strip().upper()
        if sort not in SORTS:
            raise Refusal(400, f"Invalid sort_by field. Allowed values: {', '.join(SORTS)}")
        name = next((t["name"] for t in self.types.values() if t["id"] == int(body["task_type_id"])), None)
        now = self._clock()
        waiting = [
            row
            for row in self.tasks.values()
            if row.type == name
            and (row.status == "pending" or (row.status == "claimed" and now - row.claimed_unix > self.claim_timeout))
        ]
        if not waiting:
            raise Refusal(500, "There is no active transaction")
        row = sorted(waiting, key=lambda row: getattr(row, sort), reverse=order == "DESC")[0]
        row.status, row.claimed_by, row.claimed_at, row.claimed_unix = "claimed", worker, self._now(), now
        row.attempts += 1
        told = {"id": row.id, "type": row.type, "params": row.params, "attempts": row.attempts}
        return told | {"priority": row.priority, "message": "Task claimed successfully"}

    def _complete(self, body: dict[str, Any], number: str) -> Any:
        self.report_bodies.append(body)
        for name in ("worker_id", "success"):
            if body.get(name) is None:
                raise Refusal(400, f"Missing required field: {name}")
        row = self._held(body, number)
        self._maybe_deadlock(self.deadlocks)
        for name in ("result", "error"):
            if len(json.dumps(body.get(name), ensure_ascii=False).encode()) > LONGEST:
                raise Refusal(500, f"SQLSTATE[22001]: right truncated: 1406 Data too long for column '{name}'")
        row.status = "completed" if body["success"] else "failed"
        self.reports.append((row.id, row.attempts, str(row.claimed_by)))
        row.result, row.error_message = php(body.get("result")) or None, body.get("error")
        row.completed_at = self._now()
        if row.status == "failed" and row.attempts < self.max_attempts:
            self._maybe_deadlock(self.deadlocks)
            row.status, row.claimed_by, row.claimed_at = "pending", None, None
        told = "pending (retry)" if row.status == "pending" else row.status
        return {"id": number, "status": told, "message": "Task completed"}

    def _progress(self, body: dict[str, Any], number: str) -> Any:
        named(body)
        row = self._held(body, number)
        row.progress = body["progress"]
        return {"id": number, "progress": row.progress, "message": "Task progress updated successfully"}

    def _held(self, body: dict[str, Any], number: str) -> Row:
        row = self.tasks.get(int(number)) if number.isdigit() else None
        if row is None:
            raise Refusal(404, "Task not found")
        if row.status != "claimed":
            raise Refusal(400, "Task is not in claimed state")
        if row.claimed_by != str(body["worker_id"]).strip():
            raise Refusal(403, "Task is claimed by another worker")
        return row

    def _read(self, _: Any, number: str) -> Any:
        row = self.tasks.get(int(number)) if number.isdigit() else None
        return {"items": [row.shown(whole=True)] if row else [], "count": 1 if row else 0}

    def _list(self, asked: dict[str, str]) -> Any:
        limit, offset = int(asked.get("limit", 50)), int(asked.get("offset", 0))
        rows = [
            row
            for row in sorted(self.tasks.values(), key=lambda row: (row.created_at, row.id), reverse=True)
            if like(asked.get("status"), row.status) and like(asked.get("type"), row.type)
        ][offset : offset + limit]
        return {"items": [row.shown(whole=False) for row in rows], "count": len(rows)}

    def _maybe_deadlock(self, share: float) -> None:
        if self._chance.random() < share:
            raise Refusal(500, DEADLOCK)

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%d %H:%M:%S")
