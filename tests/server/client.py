"""A caller of the application without a socket, and a clock that tests move by hand."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

LOCAL = {"host": "127.0.0.1"}


@dataclass
class Clock:
    """Seconds since 1970, as the test says."""

    seconds: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds


async def let_it_begin() -> None:
    """Turn the loop until a call that was just started waits for something outside."""
    for _ in range(20):
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        assert self.json["success"] is True, self.json
        return self.json["data"]

    @property
    def error(self) -> str:
        assert self.json["success"] is False
        assert self.json["error"] == self.json["message"]
        return self.json["error"]


class Api:
    """Calls the application as an in-process client does."""

    def __init__(self, app: Any, *, client: tuple[str, int] = ("embedded", 0)) -> None:
        self.app = app
        self.client = client

    async def send_and_hang_up(
        self, hang_up: asyncio.Event, method: str, path: str, *parts: bytes, query: str = ""
    ) -> None:
        """Send these parts of a body, and hang up at that event; there must be no answer."""
        messages = [{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts]

        async def receive() -> Any:
            if messages:
                return messages.pop(0)
            await hang_up.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            raise AssertionError("there is nobody to answer")

        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": []}
        await self.app(scope | {"client": self.client}, receive, send)

    async def send(
        self, method: str, path: str, body: bytes = b"", *, headers: dict[str, str] | None = None, query: str = ""
    ) -> Reply:
        answer: dict[str, Any] = {"body": b""}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in (LOCAL | (headers or {})).items()],
            "client": self.client,
        }

        bodies = [body]

        async def receive() -> dict[str, Any]:
            if not bodies:
                await asyncio.get_running_loop().create_future()  # the caller stays connected
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.update(status=message["status"], headers=message["headers"])
            else:
                answer["body"] += message["body"]

        await self.app(scope, receive, send)
        headers_told = {name.decode(): value.decode() for name, value in answer["headers"]}
        return Reply(answer["status"], headers_told, answer["body"])

    async def post(self, path: str, **fields: Any) -> Reply:
        return await self.send("POST", path, json.dumps(fields).encode())

    async def get(self, path: str, **query: Any) -> Reply:
        return await self.send("GET", path, query=urlencode(query))

    async def register(self, name: str = "echo", schema: Any = None) -> int:
        reply = await self.post(
            "/api/task-types/register", name=name, version="1.0.0", param_schema=schema or {"type": "object"}
        )
        return reply.data["id"]

    async def create(self, name: str = "echo", priority: int = 0, **params: Any) -> int:
        reply = await self.post("/api/tasks", type=name, params=params, priority=priority)
        assert reply.status == 201, reply.json
        return reply.data["id"]

    async def create_many(self, amount: int, name: str = "echo", priority: int = 0) -> list[int]:
        return list(await asyncio.gather(*(self.create(name, priority, n=n) for n in range(amount))))

    async def claim(self, worker: str = "ann", type_id: int = 1, **fields: Any) -> dict[str, Any] | None:
        reply = await self.post("/api/tasks/claim", worker_id=worker, task_type_id=type_id, **fields)
        return None if reply.status == 404 else reply.data

    async def claimed(self, worker: str = "ann", type_id: int = 1, **fields: Any) -> dict[str, Any]:
        task = await self.claim(worker, type_id, **fields)
        assert task is not None
        return task

    async def batch(self, types: list[int], worker: str = "ann", **fields: Any) -> list[dict[str, Any]]:
        reply = await self.post("/api/tasks/claim-batch", worker_id=worker, task_type_ids=types, **fields)
        return reply.data["tasks"]

    async def complete(self, task_id: int, worker: str = "ann", success: bool = True, **fields: Any) -> Reply:
        return await self.post(f"/api/tasks/{task_id}/complete", worker_id=worker, success=success, **fields)

    async def task(self, task_id: int) -> dict[str, Any]:
        return (await self.get(f"/api/tasks/{task_id}")).data

    async def bulk(self, action: str, **fields: Any) -> dict[str, Any]:
        return (await self.post("/api/tasks/bulk", action=action, **fields)).data

    async def history(self, task_id: int) -> list[dict[str, Any]]:
        return (await self.get(f"/api/tasks/{task_id}/history")).data["items"]

    async def changes(self, after: int, **query: Any) -> dict[str, Any]:
        return (await self.get("/api/changes", after=after, **query)).data

    async def type_named(self, name: str) -> Reply:
        return await self.get(f"/api/task-types/{quote(name, safe='')}")
