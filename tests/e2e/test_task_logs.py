"""The command line tells what a worker logged, long after it did."""

from __future__ import annotations

from tests.program import ROOT, Program

WORKERS = """
import logging

from core.workers import BaseWorker, TaskResult, worker_factory


@worker_factory.register("Talk", version="1.0.0", param_schema={"type": "object"})
class Talk(BaseWorker):
    def process_task(self, task):
        for number in range(30):
            logging.getLogger("talk").info("attempt %d says %d", task.attempts, number)
        try:
            raise ValueError("\\x1b[2Jno page")
        except ValueError:
            logging.getLogger("talk").exception("\\x1b]0;title\\x07 gone")
        raise RuntimeError("not today")
"""


def test_the_last_lines_of_the_newest_attempt_are_printed_and_json_tells_all(program: Program):
    (program.folder / "talking.py").write_text(WORKERS)
    talking = program.with_settings(PRISMQ_WORKERS="talking", PYTHONPATH=f"{program.folder}:{ROOT}")
    task_id = talking("tasks", "add", "Talk", "--params", "{}").out.strip()
    assert talking("tasks", "show", task_id, "--json").json["logs"] == []
    ran = talking("run", "--types", "Talk", "--drain")
    assert "attempt 1 says" not in ran.out + ran.err
    logs = talking("tasks", "show", task_id, "--json").json["logs"]
    assert [(log["attempt"], len(log["lines"]), log["dropped"]) for log in logs] == [(n, 31, 0) for n in (3, 2, 1)]
    assert (logs[0]["lines"][0]["level"], logs[0]["lines"][0]["text"]) == ("INFO", "attempt 3 says 0")
    shown = talking("tasks", "show", task_id).out
    assert "\x1b" not in shown and "\x07" not in shown
    told = shown[shown.index("Log of attempt 3") :].splitlines()
    assert "(after 11 more lines)" in told[0]
    assert told[1].endswith("talk  attempt 3 says 11")
    assert told[-1] == "    ValueError: \\x1b[2Jno page"
    assert "attempt 2 says" not in shown
