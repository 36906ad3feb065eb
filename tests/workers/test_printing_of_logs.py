"""Catching what is logged changes nothing of where it is printed."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from core.models import TaskResult
from core.workers import BaseWorker
from core.workers.log_capture import LogCapture
from core.workers.testing import perform
from tests.workers.author_logs import AUTHOR, doing, fresh_logging, printing, texts


async def test_nothing_else_is_printed_while_workers_run(start, tasks, heard, settlement, pool):
    printed, elsewhere, late = io.StringIO(), io.StringIO(), io.StringIO()
    own, library = logging.getLogger("author.own"), logging.getLogger("library.part")
    own.setLevel(logging.INFO)

    def logs(worker, task):
        with printing(logging.getLogger(), logging.StreamHandler(late)):
            for logger in (AUTHOR, own, library, logging.getLogger()):
                logger.info("info of %s", logger.name)
                logger.warning("warning of %s", logger.name)
                logger.debug("debug of %s", logger.name)
        return TaskResult(True)

    with (
        printing(logging.getLogger(), logging.StreamHandler(printed)),
        printing(library, logging.StreamHandler(elsewhere)),
    ):
        tasks.add()
        start(doing(logs), max_iterations=1)
        await heard.until(lambda: settlement.kept)
    own.setLevel(logging.NOTSET)
    expected = [
        *("warning of author.thread", "info of author.own", "warning of author.own", "warning of library.part"),
        "warning of root",
    ]
    assert printed.getvalue().splitlines() == late.getvalue().splitlines() == expected
    assert elsewhere.getvalue().splitlines() == ["warning of library.part"]
    assert len(texts(settlement.kept[0])) == 8
    await pool.close()
    assert (logging.getLogger().level, logging.getLogRecordFactory()) == (logging.WARNING, logging.LogRecord)


def test_where_nobody_set_up_logging_warnings_go_to_stderr_and_basic_config_works(monkeypatch: pytest.MonkeyPatch):
    capture, stderr = LogCapture(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    with fresh_logging():
        capture.start()
        try:
            AUTHOR.info("not printed")
            AUTHOR.warning("printed")
            logging.basicConfig(level=logging.INFO, format="%(message)s")
            AUTHOR.info("now printed")
        finally:
            capture.stop()
        assert stderr.getvalue().splitlines() == ["printed", "now printed"]
        assert logging.getLogger().level == logging.INFO


def test_listening_twice_is_listening_until_the_last_one_stops():
    first, second = LogCapture(), LogCapture()
    first.start()
    first.start()
    second.start()
    first.stop()
    first.stop()
    assert AUTHOR.isEnabledFor(logging.INFO)
    second.stop()
    assert not AUTHOR.isEnabledFor(logging.INFO)
    assert logging.getLogRecordFactory() is logging.LogRecord


async def test_in_a_rehearsal_logs_go_where_they_always_do():
    printed = io.StringIO()

    class Warning(BaseWorker):
        def process_task(self, task):
            AUTHOR.info("not for this level")
            AUTHOR.warning("as always")
            return TaskResult(True)

    with printing(logging.getLogger(), logging.StreamHandler(printed)):
        assert (await perform(Warning)).success
    assert printed.getvalue() == "as always\n"
