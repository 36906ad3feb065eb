"""What attempts logged is kept with their results, a few of each task, and costs nothing where nothing was logged."""

from datetime import timedelta

import core.results.logs as logs_room
from core.details import AttemptLog, LogLine
from core.models import TaskResult, utcnow
from core.outcome import Outcome
from core.results import Database
from core.results.logs import MOST_ATTEMPTS
from tests.results.conftest import SERVER, a_task, an_outcome, claimed, running

START = utcnow()


def a_log(number: int = 1, *texts: str, later: int = 0) -> AttemptLog:
    """What an attempt logged that began this many seconds later."""
    lines = tuple(LogLine(START, "INFO", "author", text) for text in texts or ("hello",))
    return AttemptLog(number, "w", START + timedelta(seconds=later), lines, dropped=number)


def logging_outcome(task_id: int, log: AttemptLog | None, *, success: bool = True, save=None) -> Outcome:
    """An outcome of an attempt that logged this."""
    result = TaskResult(success, error=None if success else "broken")
    began = START if log is None else log.started_at
    return Outcome(a_task(task_id), "w", result, began, began, save, logged=lambda: log)


def settle(database: Database, *outcomes: Outcome) -> None:
    database.settle(SERVER, "me", outcomes)


def rows(database: Database) -> int:
    return database.read("SELECT count(*) FROM prismq_log")[0][0]


def test_logs_of_failures_and_successes_are_kept_newest_attempt_first_and_survive_a_restart(database, path):
    first, second = a_log(1, "a", "line\n  of a traceback"), a_log(2, later=5)
    settle(database, logging_outcome(7, first, success=False), logging_outcome(8, a_log(1, "of another")))
    settle(database, logging_outcome(7, second))
    database.close()
    again = Database(path)
    again.bind(SERVER)
    assert again.logs_of(7) == [second, first]
    again.bind("another server")
    assert again.logs_of(7) == []
    again.close()


def test_a_settled_task_without_a_log_writes_no_row(database):
    settle(database, logging_outcome(1, None), an_outcome(2))
    assert rows(database) == 0
    assert database.logs_of(1) == []


def test_of_each_task_the_newest_attempts_are_kept(database):
    for number in range(MOST_ATTEMPTS + 5):
        settle(database, logging_outcome(1, a_log(number, later=number)), logging_outcome(2, a_log(0)))
    kept = [log.number for log in database.logs_of(1)]
    assert kept == list(range(MOST_ATTEMPTS + 4, 4, -1))
    assert len(database.logs_of(2)) == 1


def test_what_is_logged_while_results_are_saved_is_kept_too(database):
    lines: list[str] = []
    outcome = an_outcome(1)
    saving = Outcome(
        *(outcome.task, "w", outcome.result, START, START),
        save=lambda: lines.append("saving"),
        logged=lambda: a_log(1, *lines),
    )
    settle(database, saving)
    assert [line.text for line in database.logs_of(1)[0].lines] == ["saving"]


def test_logs_that_are_old_or_too_many_or_too_long_are_pruned_oldest_first(database, monkeypatch):
    for number in range(8):
        settle(database, logging_outcome(number, a_log(1, later=number)))
    size = database.read("SELECT max(length(lines)) FROM prismq_log")[0][0]
    kept = lambda: [row[0] for row in database.read("SELECT task_id FROM prismq_log ORDER BY task_id")]  # noqa: E731
    assert database.prune_logs(START) == 0
    assert database.prune_logs(START + timedelta(seconds=2)) == 2
    assert kept() == [2, 3, 4, 5, 6, 7]
    monkeypatch.setattr(logs_room, "MOST_LOGS", 4)
    assert database.prune_logs(START) == 2
    assert kept() == [4, 5, 6, 7]
    monkeypatch.setattr(logs_room, "MOST_CHARACTERS", 2 * size)
    assert database.prune_logs(START) == 2
    assert kept() == [6, 7]


async def test_an_outcome_that_cannot_be_kept_leaves_its_log(database, deliverer, tasks):
    def ends_the_transaction():
        database.tables.conn.commit()

    await claimed(tasks)
    async with running(deliverer):
        [kept] = await deliverer.settle([logging_outcome(1, a_log(), save=ends_the_transaction)])
    assert not kept.success
    assert database.logs_of(1) == [a_log()]


async def test_the_log_of_a_task_that_was_given_back_is_kept_or_that_is_said(database, deliverer, heard, path):
    await deliverer.keep_log(a_task(1), a_log())
    assert database.logs_of(1) == [a_log()]
    other = Database(path)
    with other.transaction(1.0):
        await deliverer.keep_log(a_task(2), a_log())
    other.close()
    assert database.logs_of(2) == []
    assert "What task 2 logged is not kept" in heard[-1].text


def test_a_database_of_before_gets_the_table(path):
    older = Database(path)
    older.tables.conn.execute("DROP TABLE prismq_log")
    older.close()
    database = Database(path)
    database.bind(SERVER)
    settle(database, logging_outcome(1, a_log()))
    assert rows(database) == 1
    database.close()
