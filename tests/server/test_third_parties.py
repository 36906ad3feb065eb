"""Clients that others wrote against the documentation, unchanged: Python's urllib, PHP's curl on the wire."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.server.served import Served

KEY = "not-a-real-key"
SCRAPE = "PrismQ.YouTube.Channel.Scrape"
SCHEMA = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path / "t.db", key=KEY)
    yield running
    running.end()


class DocumentedError(Exception):
    """An answer that the documentation calls an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class DocumentedClient:
    """Nothing but the standard library, and what the API reference says."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self.key = base, key

    def ask(self, method: str, path: str, body: object = None, **query: object) -> tuple[int, dict[str, Any]]:
        url = f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Content-Type": "application/json", "X-API-Key": self.key}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=10) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            with error:
                raise DocumentedError(error.code, json.load(error)["message"]) from None

    def post(self, path: str, **body: object) -> tuple[int, dict[str, Any]]:
        return self.ask("POST", path, body)


@pytest.mark.parametrize("prefix", ["/api", ""])
def test_a_client_of_the_standard_library_gets_what_the_documentation_promises(served: Served, prefix: str) -> None:
    client = DocumentedClient(f"http://127.0.0.1:{served.port}{prefix}", KEY)
    assert client.ask("GET", "/health")[1]["data"]["status"] == "healthy"
    for code, word in ((201, "created"), (200, "updated")):
        status, told = client.post("/task-types/register", name=SCRAPE, version="1.0.0", param_schema=SCHEMA)
        assert (status, told["success"], told["data"][word]) == (code, True, True)
        assert type(told["data"]["id"]) is int
    type_id = told["data"]["id"]
    listed = client.ask("GET", "/task-types", active_only="true")[1]["data"]
    assert [(each["id"], each["name"], each["is_active"]) for each in listed["task_types"]] == [(type_id, SCRAPE, True)]
    assert client.ask("GET", f"/task-types/{quote(SCRAPE)}")[1]["data"]["param_schema"] == SCHEMA

    status, told = client.post("/tasks", type=SCRAPE, params={"url": "https://example.org/é"}, priority=5)
    assert (status, told["message"], told["data"]["status"]) == (201, "Task created successfully", "pending")
    task_id = told["data"]["id"]
    assert type(task_id) is int
    status, told = client.post("/tasks", type=SCRAPE, params={"url": "https://example.org/é"})
    assert (status, told["data"]["id"], told["data"]["deduplicated"]) == (200, task_id, True)

    claim = {"worker_id": "scraper-1", "task_type_id": type_id, "sort_by": "priority", "sort_order": "DESC"}
    status, told = client.post("/tasks/claim", **claim)
    task = told["data"]
    assert (status, task["id"], task["type"], task["attempts"], task["priority"]) == (200, task_id, SCRAPE, 1, 5)
    assert client.post(f"/tasks/{task_id}/progress", worker_id="scraper-1", progress=50, message="half")[0] == 200
    status, told = client.post(f"/tasks/{task_id}/complete", worker_id="scraper-1", success=True, result={"videos": 3})
    assert (status, told["data"]) == (200, {"id": task_id, "status": "completed"})
    assert client.ask("GET", f"/tasks/{task_id}")[1]["data"]["result"] == {"videos": 3}
    page = client.ask("GET", "/tasks", status="completed", type="PrismQ.%", limit=10, offset=0)[1]["data"]
    assert ([each["id"] for each in page["tasks"]], page["count"], page["limit"], page["offset"]) == (
        [task_id],
        1,
        10,
        0,
    )


ERRORS: tuple[tuple[str, dict[str, object], int, str], ...] = (
    ("/tasks/claim", {"worker_id": "w", "task_type_id": 1}, 404, "No available tasks"),
    ("/tasks/claim", {"task_type_id": 1}, 400, "Missing required field: worker_id"),
    ("/tasks", {"type": "nobody", "params": {}}, 404, "Task type not found"),
    ("/tasks", {"type": SCRAPE, "params": {}}, 400, "Parameter validation failed"),
    ("/tasks/7/complete", {"worker_id": "w", "success": True}, 404, "Task not found"),
)


def test_a_client_that_reads_the_message_of_errors_finds_it(served: Served) -> None:
    client = DocumentedClient(f"http://127.0.0.1:{served.port}/api", KEY)
    client.post("/task-types/register", name=SCRAPE, version="1.0.0", param_schema=SCHEMA)
    for call, body, status, message in ERRORS:
        with pytest.raises(DocumentedError, match=message) as caught:
            client.post(call, **body)
        assert caught.value.status == status, message
        with pytest.raises(DocumentedError) as refused:
            DocumentedClient(client.base, "wrong").post(call, **body)
        assert refused.value.status == 401, call


class Curl:
    """Writes what PHP's curl extension writes for a POST: a form's content type, and a question before the body."""

    def __init__(self, port: int, key: str = KEY) -> None:
        self.port, self.key = port, key

    def post(self, path: str, body: bytes, *, asks_first: bool = True) -> tuple[int, dict[str, str], bytes]:
        expect = "expect: 100-continue\r\n" if asks_first else ""
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\naccept: */*\r\nx-api-key: {self.key}\r\n"
            f"content-length: {len(body)}\r\ncontent-type: application/x-www-form-urlencoded\r\n{expect}\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as wire, wire.makefile("rb") as answers:
            wire.sendall(head.encode())
            if not asks_first:
                wire.sendall(body)
                return self.read(answers)
            status, headers, text = self.read(answers)
            if status != 100:
                return status, headers, text
            wire.sendall(body)
            return self.read(answers)

    def read(self, answers: Any) -> tuple[int, dict[str, str], bytes]:
        status = int(answers.readline().split()[1])
        lines = iter(lambda: answers.readline().decode().strip(), "")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return status, headers, answers.read(int(headers.get("content-length", 0)))

    def get_json(self, path: str) -> tuple[int, dict[str, Any]]:
        head = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\naccept: */*\r\nx-api-key: {self.key}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as wire, wire.makefile("rb") as answers:
            wire.sendall(head.encode())
            status, headers, text = self.read(answers)
        assert headers["content-type"] == "application/json"
        return status, json.loads(text)

    def post_json(self, path: str, **fields: object) -> tuple[int, dict[str, Any]]:
        status, headers, text = self.post(path, json.dumps(fields).encode())
        assert headers["content-type"] == "application/json"
        return status, json.loads(text)


def test_a_curl_client_that_drops_the_path_of_its_base_url_works_at_the_root(served: Served) -> None:
    curl = Curl(served.port)
    status, told = curl.post_json("/task-types/register", name=SCRAPE, version="1.0.0", param_schema=SCHEMA)
    assert (status, told["success"], told["data"]["id"]) == (201, True, 1)
    status, told = curl.post_json("/tasks", type=SCRAPE, params={"url": "x" * 5000})
    assert (status, told["data"]["id"], told["data"]["status"]) == (201, 1, "pending")
    status, told = curl.post_json("/tasks/claim", worker_id="php-1", task_type_id=1)
    assert (status, told["data"]["id"], told["data"]["params"]["url"]) == (200, 1, "x" * 5000)
    status, told = curl.post_json("/tasks/1/complete", worker_id="php-1", success=True, result={"ok": 1})
    assert (status, told["data"]["status"]) == (200, "completed")
    status, told = curl.post_json("/tasks/claim", worker_id="php-1", task_type_id=1)
    assert (status, told["error"], told["message"]) == (404, "No available tasks", "No available tasks")


def test_a_curl_client_reads_lists_and_tells_its_progress(served: Served) -> None:
    curl = Curl(served.port)
    curl.post_json("/task-types/register", name=SCRAPE, version="1.0.0", param_schema=SCHEMA)
    for url in ("a", "b"):
        curl.post_json("/tasks", type=SCRAPE, params={"url": url})
    task = curl.post_json("/tasks/claim", worker_id="php-1", task_type_id=1)[1]["data"]
    status, told = curl.post_json(f"/tasks/{task['id']}/progress", worker_id="php-1", progress=40, message="2 of 5")
    assert (status, told["data"]) == (200, {"id": 1, "progress": 40})
    status, told = curl.post_json(f"/tasks/{task['id']}/progress", worker_id="php-2", progress=50)
    assert (status, told["success"]) == (403, False)
    status, told = curl.get_json("/tasks/1")
    assert (status, told["data"]["status"], told["data"]["progress"]) == (200, "claimed", 40)
    status, told = curl.get_json("/tasks?status=pending&type=PrismQ.%25&limit=10&offset=0")
    assert (status, [each["id"] for each in told["data"]["tasks"]], told["data"]["count"]) == (200, [2], 1)
    status, told = curl.get_json("/tasks/99")
    assert (status, told["message"]) == (404, "Task not found")
    status, told = curl.get_json(f"/task-types/{quote(SCRAPE)}")
    assert (status, told["data"]["param_schema"]) == (200, SCHEMA)
    status, told = curl.get_json("/task-types?active_only=true")
    assert (status, [each["name"] for each in told["data"]["task_types"]]) == (200, [SCRAPE])


def test_the_empty_objects_of_php_which_are_lists_are_understood_in_a_schema(served: Served) -> None:
    curl = Curl(served.port)
    schema: dict[str, Any] = {"type": "object", "properties": [], "definitions": []}
    status, told = curl.post_json("/task-types/register", name="Php.Empty", version="1", param_schema=schema)
    assert (status, told["data"]["created"]) == (201, True)
    told = curl.get_json("/task-types/Php.Empty")[1]
    assert told["data"]["param_schema"] == {"type": "object", "properties": {}, "definitions": {}}
    status, told = curl.post_json("/tasks", type="Php.Empty", params={"n": 1})
    assert (status, told["data"]["id"]) == (201, 1)
    status, told = curl.post_json("/tasks", type="Php.Empty", params=[])
    assert (status, told["message"]) == (400, "params must be a JSON object")
    curl.post_json("/tasks/claim", worker_id="php-1", task_type_id=1)
    status, told = curl.post_json("/tasks/1/complete", worker_id="php-1", success=True, result=[])
    assert (status, told["data"]["status"]) == (200, "completed")


def test_a_curl_client_is_refused_before_it_sends_a_body_that_nobody_wants(served: Served) -> None:
    large = b"x" * (2 << 20)
    assert Curl(served.port).post("/tasks", large)[0] == 413
    assert Curl(served.port, key="wrong").post("/tasks", b"{}")[0] == 401
    assert Curl(served.port).post("/nothing", b"{}")[0] == 404


def test_a_curl_client_that_sends_no_json_object_is_told_400(served: Served) -> None:
    for body in (b"", b"worker_id=w&task_type_id=1", b"[]", b'{"worker_id":"\xff"}'):
        status, _, text = Curl(served.port).post("/tasks/claim", body, asks_first=False)
        assert status == 400, body
        assert json.loads(text)["message"], body
