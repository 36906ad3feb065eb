"""Reports that were not taken, from the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from core.taskmanager.client import AsyncTaskManagerClient
from tests.e2e.test_mending_tasks import on, status_of
from tests.program import Program


def keep_aside(program: Program, *states: str) -> None:
    """Have a task a state claimed and processed, with a report that is kept aside."""
    for n, _ in enumerate(states):
        assert program("tasks", "add", "Echo", "--params", f'{{"message": "{n}"}}').code == 0
    assert program("reports", "list").code == 0  # makes the results database

    async def claim(client: AsyncTaskManagerClient) -> str:
        type_id = (await client.get_task_type("Echo")).id
        for _ in states:
            assert await client.claim_task("w", type_id, sort_by="id") is not None
        return await client.identity()

    server = on(program, claim)
    with closing(sqlite3.connect(program.folder / "data" / "prismq-workers" / "ideas.s3db")) as database:
        database.execute("INSERT OR IGNORE INTO prismq_server (name) VALUES (?)", (server,))
        (number,) = database.execute("SELECT id FROM prismq_server WHERE name = ?", (server,)).fetchone()
        for task_id, state in enumerate(states, 1):
            database.execute(
                "INSERT INTO prismq_outbox (server, task_id, task_type, worker_id, attempt, process, state, success, "
                "result, error, reason, owed_at, started_at) "
                "VALUES (?, ?, 'Echo', 'w', 1, 'gone', ?, 1, '{\"n\": 1}', NULL, "
                "'the server was odd', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'), '2026-01-01T00:00:00+00:00')",
                (number, task_id, state),
            )
        database.commit()


def test_reports_kept_aside_are_listed_sent_again_and_discarded(program: Program):
    keep_aside(program, "dead", "refused")
    listed = program("reports", "list", "--json").json["reports"]
    assert {(each["task_id"], each["state"], each["reason"], each["said"]) for each in listed} == {
        (1, "dead", "the server was odd", '{"n": 1}'),
        (2, "refused", "the server was odd", '{"n": 1}'),
    }
    sent = program("reports", "send", "1", "--json")
    assert (sent.code, sent.json["outcomes"][0]["status"]) == (0, "delivered")
    assert status_of(program, 1) == "completed"
    unsure = program("reports", "discard", "2")
    assert (unsure.code, "add --yes" in unsure.err) == (2, True)
    assert program("reports", "discard", "2", "--yes").code == 0
    assert status_of(program, 2) == "claimed"
    assert program("reports", "list", "--json").json == {"reports": []}


def test_what_cannot_be_sent_is_told_by_row_and_by_the_exit_code(program: Program):
    keep_aside(program, "refused")
    program("tasks", "cancel", "1", "--yes")
    answer = program("reports", "send", "1", "7")
    assert answer.code == 1
    assert "refused again: Task 1 is failed on the server" in answer.out
    assert "no report about it is kept aside" in answer.out
    assert "0 of 2 were done" in answer.err
