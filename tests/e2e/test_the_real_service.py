"""The program on a TaskManager that behaves as the real one was observed to: types cannot be listed, an empty queue
is a fault, reports deadlock, nothing can be released."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager
from tests.contract.playback import recorded
from tests.program import Program
from tests.terminal import Terminal

SEARCH = "PrismQ.YouTube.Video.Search"
ALL_OF_THEM = "all: newest first"


@pytest.fixture
def observed() -> ObservedTaskManager:
    """The service, with deadlocks in a third of all claims and reports."""
    return ObservedTaskManager(deadlocks=0.3, seed=4)


@pytest.fixture
def remote(program: Program, observed: ObservedTaskManager) -> Iterator[Program]:
    """The program, configured for that service."""
    with observed.serving() as url:
        settings = {"TASKMANAGER_API_URL": url, "TASKMANAGER_API_KEY": observed.api_key or ""}
        yield program.with_settings(**settings, PRISMQ_SOURCE="sample")


def test_tasks_are_added_done_and_reported_there(remote: Program):
    for query in ("bread", "history", "python"):
        added = remote("tasks", "add", SEARCH, "--params", f'{{"search_query": "{query}", "max_results": 2}}')
        assert added.code == 0, added.err
    summary = remote("run", "--types", SEARCH, "--workers", "2", "--drain", "--json")
    assert (summary.code, summary.json["done"], summary.json["reports_waiting"]) == (0, 3, 0), summary.err
    listed = remote("tasks", "list", "--json").json["tasks"]
    assert {task["status"] for task in listed} == {"completed"}


def test_the_board_opens_there_and_says_what_it_cannot_know(remote: Program):
    remote("tasks", "add", SEARCH, "--params", '{"search_query": "bread", "max_results": 2}')
    command = [sys.executable, "-m", "tui", "board", "--workers", "1"]
    with Terminal(command, cwd=remote.folder, environ=remote.environ) as terminal:
        terminal.shows("live", "Video.Search", "completed", "#1")
        assert terminal.quit() == 0


def test_the_board_opens_while_the_service_is_away_and_recovers_by_itself(program: Program):
    with program.serving("--database", "t.db") as url:
        pass
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    away = program.with_settings(TASKMANAGER_API_URL=url)
    with Terminal([sys.executable, "-m", "tui"], cwd=away.folder, environ=away.environ) as terminal:
        terminal.shows("offline")
        with program.serving("--database", "t.db", port=port):
            terminal.shows("live")
            assert away("tasks", "add", "Echo", "--params", '{"message": "back again"}').code == 0
            terminal.shows("pending 1", "Echo")
        terminal.shows("offline")
        assert terminal.quit() == 0


def test_a_wrong_key_is_shown_on_the_board(program: Program, observed: ObservedTaskManager):
    with observed.serving() as url:
        wrong = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY="not-the-key-77")
        with Terminal([sys.executable, "-m", "tui"], cwd=wrong.folder, environ=wrong.environ) as terminal:
            terminal.shows("key refused")
            assert terminal.quit() == 0
            assert b"not-the-key-77" not in terminal.raw


class Gallery:
    """Answers every read of a board with what the real service was recorded to answer to such a read."""

    def __init__(self) -> None:
        lists = {each.query.get("status"): each for each in recorded("14_tasks_list") if each.path == "/tasks"}
        health = recorded("01_health_docs_cors")
        self._answers = {each.path: each for each in health if each.path in ("/health", "/openapi.json")}
        self._answers["/task-types"] = next(
            each for each in recorded("04_task_types_read") if each.path == "/task-types" and each.status == 500
        )
        self._nothing = next(each for each in recorded("13_task_get") if each.data and each.data.get("count") == 0)
        self._lists, self._all = lists, next(each for each in recorded("14_tasks_list") if each.name == ALL_OF_THEM)
        self.asked: Counter[str] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request from the recordings; a type by name, and anything unknown, as an empty list."""
        path = scope["path"].removeprefix("/api")
        self.asked[f"{scope['method']} {path}"] += 1
        status = dict(parse_qsl(scope["query_string"].decode())).get("status")
        found = self._answers.get(path, self._nothing)
        if path == "/tasks":
            found = self._lists.get(status, self._nothing) if status else self._all
        kept = [(n.encode(), v.encode()) for n, v in found.headers.items() if n != "content-length"]
        await send({"type": "http.response.start", "status": found.status, "headers": kept})
        await send({"type": "http.response.body", "body": found.text})


def test_the_board_shows_the_recorded_queue_of_the_real_service(program: Program):
    gallery = Gallery()
    with serving(gallery) as origin:
        settings = {"TASKMANAGER_API_URL": f"{origin}/api", "TASKMANAGER_API_KEY": "ref-test-key-0123456789"}
        here = program.with_settings(**settings)
        with Terminal([sys.executable, "-m", "tui"], cwd=here.folder, environ=here.environ) as terminal:
            terminal.shows("live", "a.two", "a.one", "b.one", "claimed", "pending")
            assert terminal.quit() == 0
            assert b"Traceback" not in terminal.raw
    assert gallery.asked["GET /tasks"] >= 2
    assert not [each for each in gallery.asked if not each.startswith("GET ")]
