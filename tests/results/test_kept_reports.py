"""Reports that were not taken are kept a claim each, can be sent again or discarded, and grow old."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from core.events import ReportRefused, TaskCompleted, TaskFailed
from core.models import Claim, TaskResult, utcnow
from core.outbox import Deliverer
from core.results import Database
from core.results.owed import Outbox, ReportState
from core.results.schema import STATEMENTS
from tests.results.conftest import SERVER, an_outcome, claimed, running


def outbox(database):
    return Outbox(database, SERVER)


def test_a_later_attempt_leaves_the_kept_reports_of_earlier_ones_as_they_are(database):
    first, second, third = (an_outcome(1, TaskResult(True, n), attempts=n) for n in (1, 2, 3))
    for outcome, state in ((first, ReportState.REFUSED), (second, ReportState.DEAD)):
        database.settle(SERVER, "me", [outcome])
        outbox(database).mark(outcome.claim, state, "no")
    database.settle(SERVER, "me", [third])
    assert [(each.attempt, each.state) for each in outbox(database).aside()] == [(2, "dead"), (1, "refused")]
    assert [owed.report.attempts for owed in outbox(database).waiting("me")] == [3]
    assert database.result_of(1)["attempt"] == 3
    assert database.kept_aside() == 2


def test_a_report_that_waits_gives_way_to_that_of_a_later_claim_and_is_kept(database):
    earlier, later = an_outcome(1, attempts=1), an_outcome(1, attempts=2)
    database.settle(SERVER, "me", [later])
    database.settle(SERVER, "me", [earlier])
    assert [owed.claim for owed in outbox(database).waiting("me")] == [later.claim]
    [kept] = outbox(database).aside()
    assert (kept.claim, kept.state) == (earlier.claim, "refused")
    assert "later claim" in kept.reason


def test_an_outbox_with_a_row_a_task_is_brought_up_to_date_and_loses_nothing(path):
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as old:
        for statement in STATEMENTS:
            old.execute(without_fate(statement).replace("(server, task_id, started_at)", "(server, task_id)"))
        old.execute("INSERT INTO prismq_server VALUES (1, ?)", (SERVER,))
        rows = [
            (1, "waiting", "2026-01-01T00:00:00+00:00"),
            (2, "refused", ""),
            (3, "dead", "2026-01-02T00:00:00+00:00"),
        ]
        for task_id, state, began in rows:
            old.execute(
                "INSERT INTO prismq_outbox VALUES "
                "(1, ?, 'T', 'w', 1, 'me', ?, 0, NULL, 'no', 'why', '2026-01-03T00:00:00+00:00', ?)",
                (task_id, state, began),
            )
        old.commit()
    for _ in range(2):  # opened again, it is as it should be
        with closing(Database(path)) as database:
            database.bind(SERVER)
            told = database.read("SELECT task_id, state, started_at FROM prismq_outbox ORDER BY task_id")
            assert told == rows
            database.settle(SERVER, "me", [an_outcome(3)])
            assert [each.claim.task_id for each in outbox(database).aside()] == [3, 2]
            outbox(database).forget([owed.claim for owed in outbox(database).waiting("me") if owed.claim.task_id == 3])
            indexes = database.read("SELECT count(*) FROM sqlite_master WHERE name = 'prismq_outbox_process'")
            assert indexes == [(1,)]


async def test_a_report_in_an_outbox_of_the_previous_schema_is_delivered(path, tasks, heard):
    path.parent.mkdir(parents=True)
    await claimed(tasks)
    with closing(sqlite3.connect(path)) as old:
        for statement in STATEMENTS:
            old.execute(without_fate(statement))
        old.execute("INSERT INTO prismq_server VALUES (1, ?)", (SERVER,))
        now = utcnow().isoformat()
        row = "(1, 1, 'T', 'w', 1, 'me', 'waiting', 0, NULL, 'no', NULL, ?, ?)"
        old.execute(f"INSERT INTO prismq_outbox VALUES {row}", (now, now))
        old.commit()
    with closing(Database(path)) as database:
        database.bind(SERVER)
        [owed] = outbox(database).waiting("me")
        assert owed.report.is_documented
        deliverer = Deliverer(tasks, database, server=SERVER, process_id="me", publish=heard.publish)
        async with running(deliverer):
            await heard.until(lambda: heard.of(TaskFailed))
        assert [report.error for report in tasks.reports] == ["no"]
        assert database.read("SELECT * FROM prismq_outbox") == []


async def test_whether_and_when_to_try_again_is_kept_and_sent_with_the_report(tasks, database, heard, deliverer):
    await claimed(tasks, 2)
    later = utcnow() + timedelta(hours=1)
    database.settle(SERVER, "me", [an_outcome(1, TaskResult(False, error="private", retryable=False))])
    database.settle(SERVER, "me", [an_outcome(2, TaskResult(False, error="no quota", retry_at=later))])
    async with running(deliverer):
        await heard.until(lambda: len(tasks.reports) == 2)
    told = [(each.task_id, each.retryable, each.retry_at) for each in tasks.reports]
    assert told == [(1, False, None), (2, True, later)]


def without_fate(statement: str) -> str:
    """A statement of the schema as it was when a report did not say whether to try again."""
    later = ("    retryable INTEGER", "    retry_at TEXT")
    return "\n".join(line for line in statement.splitlines() if not line.startswith(later))


async def test_a_dead_report_is_sent_again_and_taken(tasks, database, heard, deliverer):
    await claimed(tasks)
    outcome = an_outcome(1)
    database.settle(SERVER, "a dead process", [outcome])
    outbox(database).mark(outcome.claim, ReportState.DEAD, "the server was odd")
    async with running(deliverer):
        assert await deliverer.resend([outcome.claim, Claim(9, "")]) == [outcome.claim]
        await heard.until(lambda: heard.of(TaskCompleted))
    assert tasks.calls["get_task"] == 1, "the task is read before its report is sent"
    assert database.read("SELECT * FROM prismq_outbox") == []


async def test_a_report_sent_again_after_its_claim_was_lost_is_refused_and_kept_again(
    tasks, database, heard, deliverer
):
    await claimed(tasks)
    outcome = an_outcome(1)
    database.settle(SERVER, "me", [outcome])
    outbox(database).mark(outcome.claim, ReportState.DEAD, "the server was odd")
    tasks.take_from(1)
    async with running(deliverer):
        await deliverer.resend([outcome.claim])
        await heard.until(lambda: heard.of(ReportRefused))
    [kept] = outbox(database).aside()
    assert (kept.state, "claimed again" in kept.reason) == ("refused", True)
    assert not tasks.reports


async def test_only_one_of_two_sends_a_report_again(database, deliverer):
    outcome = an_outcome(1)
    database.settle(SERVER, "me", [outcome])
    outbox(database).mark(outcome.claim, ReportState.REFUSED, "no")
    assert len(await deliverer.resend([outcome.claim])) == 1
    assert await deliverer.resend([outcome.claim]) == []
    assert deliverer.waiting == 1


async def test_what_is_discarded_is_gone_and_what_waits_cannot_be(database, deliverer):
    kept, waiting = an_outcome(1), an_outcome(2)
    database.settle(SERVER, "me", [kept, waiting])
    outbox(database).mark(kept.claim, ReportState.DEAD, "no")
    assert await deliverer.discard([kept.claim, waiting.claim]) == [kept.claim]
    assert outbox(database).aside() == []
    assert [owed.claim for owed in outbox(database).waiting("me")] == [waiting.claim]


def test_old_refused_reports_are_pruned_and_dead_ones_stay(database):
    refused, dead = an_outcome(1), an_outcome(2)
    database.settle(SERVER, "me", [refused, dead])
    outbox(database).mark(refused.claim, ReportState.REFUSED, "no")
    outbox(database).mark(dead.claim, ReportState.DEAD, "no")
    assert outbox(database).prune(utcnow() - timedelta(days=30)) == 0
    assert outbox(database).prune(utcnow() + timedelta(seconds=1)) == 1
    assert [each.state for each in outbox(database).aside()] == ["dead"]
