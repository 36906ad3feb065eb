"""Outcomes and the reports that are owed are committed together, once, however often they are settled."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.models import TaskResult, utcnow
from core.results import Database
from core.results.faults import DatabaseBusy
from core.results.owed import Outbox, ReportState
from core.results.schema import STATEMENTS
from tests.results.conftest import SERVER, a_task, an_outcome


def settle(database, *outcomes, **kwargs):
    return database.settle(SERVER, "me", outcomes, **kwargs)


def test_result_and_report_are_kept_together(database):
    [(kept, report)] = settle(database, an_outcome(7, TaskResult(True, {"n": 1}, items_processed=2, metrics={"ms": 3})))
    assert kept.success
    assert report.result == {"items_processed": 2, "metrics": {"ms": 3}, "idea_ids": [], "data": {"n": 1}}
    [owed] = Outbox(database, SERVER).waiting("me")
    assert (owed.report, owed.task_type, owed.state) == (report, "T", ReportState.WAITING)
    assert database.result_of(7)["data"] == {"n": 1}


def test_ideas_are_saved_in_the_same_transaction_and_their_ids_are_told(database):
    def saving():
        with database.saving(a_task(), "w"):
            database.save({"title": "One"}, position=0)

    [(_, report)] = settle(database, an_outcome(save=saving))
    assert report.result["idea_ids"] == [database.newest(1)[0].idea_id]


def test_what_an_author_cannot_save_fails_that_task_alone_and_leaves_nothing(database):
    def careless():
        with database.saving(a_task(2), "w"):
            database.save({"title": "half"})
            raise KeyError("the rest")

    kept = settle(database, an_outcome(1), an_outcome(2, save=careless), an_outcome(3))
    assert [result.success for result, _ in kept] == [True, False, True]
    assert "the rest" in kept[1][1].error
    assert database.count() == 0
    assert len(Outbox(database, SERVER).waiting("me")) == 3


def test_a_later_claim_replaces_an_earlier_one_and_never_the_other_way(database):
    now = utcnow()
    settle(database, an_outcome(1, TaskResult(True, "yes"), attempts=2, since=now))
    settle(database, an_outcome(1, TaskResult(True, "late"), attempts=1, since=now - timedelta(seconds=1)))
    assert database.result_of(1)["data"] == "yes"
    [owed] = Outbox(database, SERVER).waiting("me")
    assert owed.report.attempts == 2


def test_a_task_that_is_given_its_attempts_anew_keeps_its_new_result_and_owes_the_new_report(database):
    for attempt in (1, 2, 3):
        settle(database, an_outcome(1, TaskResult(False, error="no"), attempts=attempt))
    settle(database, an_outcome(1, TaskResult(True, "after the retry"), attempts=1))
    assert database.result_of(1)["data"] == "after the retry"
    [owed] = Outbox(database, SERVER).waiting("me")
    assert (owed.report.attempts, owed.report.success) == (1, True)


def test_a_later_attempt_of_the_same_worker_is_the_newer_one_though_the_clock_was_set_back(database):
    now = utcnow()
    settle(database, an_outcome(1, TaskResult(False, error="no"), attempts=1, since=now))
    settle(database, an_outcome(1, TaskResult(True, "yes"), attempts=2, since=now - timedelta(hours=1)))
    assert database.result_of(1)["data"] == "yes"
    assert [owed.report.attempts for owed in Outbox(database, SERVER).waiting("me")] == [2]


def test_an_attempt_of_another_worker_is_the_newer_one_only_by_the_clock(database):
    now = utcnow()
    settle(database, an_outcome(1, TaskResult(True, "theirs"), attempts=1, since=now))
    other = replace(an_outcome(1, TaskResult(True, "ours"), attempts=2, since=now - timedelta(hours=1)), worker_id="x")
    settle(database, other)
    assert database.result_of(1)["data"] == "theirs"
    assert [owed.report.attempts for owed in Outbox(database, SERVER).waiting("me")] == [1]


def test_a_report_about_an_earlier_claim_of_the_same_attempt_is_not_taken_for_the_new_one(database):
    earlier, later = an_outcome(1, attempts=1), an_outcome(1, attempts=1)
    settle(database, later)
    Outbox(database, SERVER).mark(earlier.claim, ReportState.REFUSED, "claimed again")
    Outbox(database, SERVER).forget([earlier.claim])
    [owed] = Outbox(database, SERVER).waiting("me")
    assert owed.claim == later.claim


LATER = ("started_at TEXT NOT NULL DEFAULT", "retryable INTEGER", "retry_at TEXT")
"""What lines of the schema tell of columns that came later."""


def test_a_database_made_before_claims_were_dated_is_opened_and_its_rows_give_way(path):
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as old:
        for statement in STATEMENTS:
            kept = (line for line in statement.splitlines() if not any(name in line for name in LATER))
            old.execute("\n".join(kept).replace(", started_at)", ")"))
        old.execute("INSERT INTO prismq_server VALUES (1, ?)", (SERVER,))
        old.execute("INSERT INTO prismq_result VALUES (1, 1, 'T', 'w', 3, 0, 0, 1.0, NULL, NULL, 'no', '2026')")
        old.execute(
            "INSERT INTO prismq_outbox VALUES (1, 1, 'T', 'w', 3, 'me', 'waiting', 0, NULL, 'no', NULL, '2026')"
        )
        old.commit()
    with closing(Database(path)) as database:
        database.bind(SERVER)
        assert [owed.report.attempts for owed in Outbox(database, SERVER).waiting("me")] == [3]
        settle(database, an_outcome(1, attempts=1))
        assert database.result_of(1)["success"]


def test_json_that_is_written_already_is_kept_as_it_is(database):
    settle(database, replace(an_outcome(1, TaskResult(True, {"n": 1}, metrics={"ms": 2})), data='{"n":1.0}'))
    assert database.read("SELECT data, metrics FROM prismq_result", ()) == [('{"n":1.0}', '{"ms":2}')]


def test_large_data_stays_here_and_the_report_says_the_rest(database):
    [(_, report)] = settle(database, an_outcome(1, TaskResult(True, "x" * 40_000, items_processed=1)))
    assert report.result == {"items_processed": 1, "idea_ids": []}
    assert len(database.result_of(1)["data"]) == 40_000


def test_a_report_never_exceeds_its_limit(database):
    def saving():
        with database.saving(a_task(), "w"):
            for n in range(900):
                database.save({"title": f"{n}"}, position=n)

    [(_, report)] = settle(
        database, an_outcome(1, TaskResult(True, "y" * 15_000, metrics={"m": "z" * 9000}), save=saving)
    )
    assert len(json.dumps(report.result)) <= 32 * 1024
    assert report.result["ideas"] == 900


def test_reports_that_were_taken_are_forgotten_with_the_next_commit(database):
    first = an_outcome(1)
    settle(database, first)
    settle(database, an_outcome(2), taken=[first.claim])
    assert [owed.report.task_id for owed in Outbox(database, SERVER).waiting("me")] == [2]


def test_another_programs_transaction_is_told_at_once_and_nothing_is_kept(database, path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        settle(database, an_outcome(1))
    other.execute("ROLLBACK")
    other.close()
    settle(database, an_outcome(1))
    assert database.result_of(1) is not None


A_TRY = some.tuples(some.integers(1, 3), some.integers(1, 3), some.booleans(), some.integers(0, 2))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tries=some.lists(A_TRY, max_size=12), batch=some.integers(1, 4))
def test_settling_again_changes_nothing(tries, batch):
    """Any outcomes, in any batches, settled twice, are what they are when settled once."""
    database = Database(":memory:")
    database.bind(SERVER)

    def saving(number, attempts, ideas):
        def save():
            with database.saving(a_task(number, attempts), "w"):
                for n in range(ideas):
                    database.save({"title": f"{number}-{n}"}, position=n)

        return save

    outcomes = [
        an_outcome(
            number,
            TaskResult(success, error=None if success else "no"),
            attempts=attempts,
            save=saving(number, attempts, ideas) if success else None,
        )
        for number, attempts, success, ideas in tries
    ]

    def all_of_it():
        for start in range(0, len(outcomes), batch):
            settle(database, *outcomes[start : start + batch])
        results = {number: database.result_of(number) for number in (1, 2, 3)}
        owed = {each.report.task_id: each.report for each in Outbox(database, SERVER).waiting("me")}
        return results, owed, database.count()

    once, twice = all_of_it(), all_of_it()
    assert once[0].keys() == twice[0].keys()
    assert {n: r and (r["attempt"]) for n, r in once[0].items()} == {
        n: r and (r["attempt"]) for n, r in twice[0].items()
    }
    assert once[1].keys() == twice[1].keys()
    assert (
        once[2]
        == twice[2]
        == len({(number, n) for number, _, success, ideas in tries if success for n in range(ideas)})
    )
    database.close()
