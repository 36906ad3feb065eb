"""What authors' code logs is caught for its attempt."""

from __future__ import annotations

import asyncio
import logging
import threading
import unicodedata

import pytest

from core.models import TaskResult, utcnow
from core.workers import BaseWorker
from core.workers.log_lines import LINE_BYTES, MOST_BYTES, MOST_LINES
from core.workers.plan import WorkerPlan
from core.workers.pool import Pool
from tests.workers import fakes
from tests.workers.author_logs import AUTHOR, doing, fresh_logging, printing, texts
from tests.workers.fakes import FakeTasks, MemorySettlement
from tests.workers.workers_at_hand import LogsInProcess


class LogsOnTheLoop(BaseWorker):
    """Logs, letting others run in between."""

    async def process_task(self, task):
        for number in range(3):
            logging.getLogger("author.async").info("task %d line %d", task.id, number)
            await asyncio.sleep(0)
        return TaskResult(True)


class LogsAndWaits(BaseWorker):
    """Logs once, and waits until it is told to stop."""

    async def process_task(self, task):
        AUTHOR.info("begun")
        await asyncio.Event().wait()
        return TaskResult(True)


class LogsInAThread(BaseWorker):
    """Logs at the same time as another: each waits for the other before every line."""

    together = threading.Barrier(2)

    def process_task(self, task):
        for number in range(3):
            self.together.wait(10)
            AUTHOR.info("task %d line %d", task.id, number)
        return TaskResult(True)


@pytest.mark.parametrize("kind", [LogsOnTheLoop, LogsInAThread, LogsInProcess])
async def test_what_two_tasks_log_at_the_same_time_is_not_mixed(kind, start, tasks, heard, settlement):
    tasks.add(2)
    start(kind, concurrency=2, max_iterations=1)
    await heard.until(lambda: len(settlement.kept) == 2)
    for outcome in settlement.kept:
        log = outcome.logged()
        assert texts(outcome) == [f"task {outcome.task.id} line {n}" for n in range(3)]
        assert (log.number, log.worker_id, log.started_at, log.dropped) == (1, "w", outcome.started_at, 0)
        assert {line.level for line in log.lines} == {"INFO"}
        assert {line.logger.partition(".")[0] for line in log.lines} == {"author"}


async def test_a_task_that_logs_nothing_has_no_log(start, tasks, heard, settlement):
    tasks.add()
    start(doing(lambda worker, task: TaskResult(True)), max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.kept[0].logged() is None


async def test_each_attempt_has_a_log_of_its_own(start, tasks, heard, settlement):
    def failing_once(worker, task):
        AUTHOR.info("attempt %d", task.attempts)
        if task.attempts == 1:
            raise ConnectionError("lost")
        return TaskResult(True)

    tasks.add()
    start(doing(failing_once))
    await heard.until(lambda: len(settlement.kept) == 2)
    assert [texts(outcome) for outcome in settlement.kept] == [["attempt 1"], ["attempt 2"]]
    assert [outcome.logged().number for outcome in settlement.kept] == [1, 2]


async def test_the_newest_lines_are_kept_within_bounds_and_the_others_are_counted(start, tasks, heard, settlement):
    def much(worker, task):
        for number in range(1000):
            AUTHOR.info("%d %s", number, "ä" * task.parameters["length"])
        return TaskResult(True)

    tasks.add(length=1)
    tasks.add(length=100_000)
    start(doing(much), concurrency=2, max_iterations=1)
    await heard.until(lambda: len(settlement.kept) == 2)
    many, long = sorted((outcome.logged() for outcome in settlement.kept), key=lambda log: -len(log.lines))
    assert (len(many.lines), many.dropped, many.lines[-1].text) == (MOST_LINES, 1000 - MOST_LINES, "999 ä")
    assert 0 < sum(len(line.text.encode()) for line in long.lines) <= MOST_BYTES
    assert max(len(line.text.encode()) for line in long.lines) <= LINE_BYTES
    assert len(long.lines) + long.dropped == 1000
    assert long.lines[-1].text.startswith("999 ") and long.lines[-1].text.endswith("(cut)")


async def test_what_drives_a_terminal_is_an_escape_in_a_log(start, tasks, heard, settlement):
    def hostile(worker, task):
        logging.getLogger("a\x1b[2Jb").error("one\ntwo\r\x1b]0;title\x07 \u202e \ud800")
        try:
            raise ValueError("\x1b[31mred\nforged")
        except ValueError:
            AUTHOR.exception("[bold]it[/] failed")
        return TaskResult(True)

    tasks.add()
    with fresh_logging(), printing(logging.getLogger(), logging.NullHandler()):
        start(doing(hostile), max_iterations=1)
        await heard.until(lambda: settlement.kept)
    first, second = settlement.kept[0].logged().lines
    shown = first.logger + first.text + second.text.replace("\n", "")
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert first.text.startswith("one\\ntwo\\r\\x1b]0;")
    message, *traceback = second.text.split("\n")
    assert message == "[bold]it[/] failed"
    assert traceback[-2:] == ["ValueError: \\x1b[31mred", "forged"]


async def test_a_message_that_cannot_be_read_fails_nothing(start, tasks, heard, settlement):
    class Broken:
        def __str__(self):
            raise KeyError("no text")

    class Chatty:
        def __str__(self):
            AUTHOR.info("somebody reads %s", self)
            return "chatty"

    def logs(worker, task):
        AUTHOR.info("%s", Broken())
        AUTHOR.info("%d", "no number")
        AUTHOR.info("%s", Chatty())
        return TaskResult(True)

    tasks.add()
    start(doing(logs), max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.kept[0].result.success
    assert texts(settlement.kept[0]) == [
        "(a message that cannot be read: KeyError)",
        "(a message that cannot be read: TypeError)",
        "chatty",
    ]


async def test_our_own_log_and_what_is_logged_outside_of_tasks_is_nobodys(start, tasks, heard, settlement):
    def logs(worker, task):
        logging.getLogger("prismq").error("ours")
        logging.getLogger("prismq.engine").error("ours too")
        threading.Thread(target=lambda: AUTHOR.info("in a thread that knows no task")).start()
        return TaskResult(True)

    tasks.add()
    start(doing(logs), max_iterations=1)
    AUTHOR.info("outside")
    await heard.until(lambda: settlement.kept)
    assert settlement.kept[0].logged() is None


async def test_what_save_results_logs_belongs_to_the_attempt(start, tasks, heard, settlement):
    class Saving(BaseWorker):
        async def process_task(self, task):
            return TaskResult(True)

        def save_results(self, task, result):
            AUTHOR.info("saving %d", task.id)

    tasks.add()
    start(Saving, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    settlement.kept[0].save()
    assert texts(settlement.kept[0]) == ["saving 1"]


async def test_a_task_that_is_given_back_leaves_its_log(start, tasks, heard, settlement, pool):
    def waits(worker, task):
        AUTHOR.info("begun")
        while not worker.is_cancelled:
            threading.Event().wait(0.005)
        AUTHOR.info("stopped")
        return TaskResult(True)

    tasks.add()
    start(doing(waits))
    await heard.until(lambda: pool.logs(1))
    await pool.stop(now=True)
    [(task, log)] = settlement.logs
    assert (task.id, log.number, log.lines[0].text) == (1, 1, "begun")
    assert settlement.kept == []


async def test_a_task_that_takes_too_long_leaves_its_log(start, tasks, heard, settlement):
    tasks.add()
    start(LogsAndWaits, task_timeout=0.05, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert "Timed out" in settlement.kept[0].result.error
    assert texts(settlement.kept[0]) == ["begun"]


async def test_the_first_words_of_a_process_that_dies_are_known(start, tasks, heard, settlement):
    tasks.add(what="die", lines=1)
    start(LogsInProcess, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert texts(settlement.kept[0]) == ["task 1 line 0"]


async def test_lines_of_a_process_are_seen_while_it_runs(start, tasks, heard, pool):
    tasks.add(what="wait", lines=5)
    start(LogsInProcess)
    await heard.until(lambda: pool.logs(1) and len(pool.logs(1)[0].lines) == 5)
    await heard.until(lambda: any(h.logged == 5 for status in pool.statuses() for h in status.in_hand))
    tasks.take_from(1)
    [worker] = pool.statuses()
    pool.heard(worker.id, utcnow(), [1], [1])


@pytest.mark.parametrize("grace", [0.05])
async def test_the_log_of_an_attempt_whose_claim_is_lost_is_kept_though_its_outcome_is_not(
    start, tasks, heard, pool, settlement
):
    tasks.add()
    start(LogsAndWaits)
    await heard.until(lambda: pool.logs(1))
    tasks.take_from(1)
    [worker] = pool.statuses()
    pool.heard(worker.id, utcnow(), [1], [1])
    await pool.close()
    assert [[line.text for line in log.lines] for _, log in settlement.logs] == [["begun"]]
    assert settlement.kept == []


async def test_of_a_flood_in_a_process_the_newest_lines_are_kept_and_all_are_counted(
    start, tasks, heard, settlement, monkeypatch
):
    monkeypatch.setattr(fakes, "DEADLINE", 60.0)
    tasks.add(lines=100_000)
    start(LogsInProcess, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    log = settlement.kept[0].logged()
    assert log.lines[-1].text == "task 1 line 99999"
    assert len(log.lines) + log.dropped == 100_000
    assert len(log.lines) == MOST_LINES


async def test_a_flood_on_the_loop_is_told_of_now_and_then(start, tasks, heard, settlement):
    class Flood(BaseWorker):
        async def process_task(self, task):
            for number in range(20_000):
                AUTHOR.info("line %d", number)
            return TaskResult(True)

    tasks.add()
    start(Flood, max_iterations=1)
    await heard.until(lambda: settlement.kept)
    assert settlement.kept[0].logged().dropped == 20_000 - MOST_LINES
    assert len(heard) < 100


async def test_what_is_logged_when_the_server_is_told_of_progress_is_not_the_tasks(make, heard):
    class LoggingTasks(FakeTasks):
        """Logs each call, as an HTTP library does."""

        async def update_progress(self, *args, **kwargs):
            logging.getLogger("http").info("HTTP Request: POST")
            return await super().update_progress(*args, **kwargs)

    class Reports(BaseWorker):
        async def process_task(self, task):
            self.report_progress(50)
            await heard.until(lambda: tasks.progress)
            AUTHOR.info("told")
            return TaskResult(True)

    tasks = LoggingTasks()
    settlement = MemorySettlement(tasks)
    pool = Pool(tasks, settlement, heard.publish)
    tasks.add()
    pool.start(WorkerPlan.of(make(Reports, max_iterations=1)))
    await heard.until(lambda: settlement.kept)
    await pool.close()
    assert texts(settlement.kept[0]) == ["told"]
