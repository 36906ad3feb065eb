"""The program on a TaskManager that behaves as the real one was observed to: types cannot be listed, an empty queue
is a fault, reports deadlock, nothing can be released."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.contract.observed import ObservedTaskManager
from tests.program import Program
from tests.terminal import Terminal

SEARCH = "PrismQ.YouTube.Video.Search"


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
    observed = ObservedTaskManager()
    with observed.serving() as url:
        port_is_known = url
    settings = {"TASKMANAGER_API_URL": port_is_known, "TASKMANAGER_API_KEY": observed.api_key or ""}
    away = program.with_settings(**settings)
    with Terminal([sys.executable, "-m", "tui"], cwd=away.folder, environ=away.environ) as terminal:
        terminal.shows("offline")
        assert terminal.quit() == 0


def test_a_wrong_key_is_shown_on_the_board(program: Program, observed: ObservedTaskManager):
    with observed.serving() as url:
        wrong = program.with_settings(TASKMANAGER_API_URL=url, TASKMANAGER_API_KEY="not-the-key-77")
        with Terminal([sys.executable, "-m", "tui"], cwd=wrong.folder, environ=wrong.environ) as terminal:
            terminal.shows("key refused")
            assert terminal.quit() == 0
            assert b"not-the-key-77" not in terminal.raw
