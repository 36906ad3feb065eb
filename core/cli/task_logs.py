"""What `tasks show` tells of a task's log."""

from __future__ import annotations

from typing import Any

import click

from core.cli.output import one_line, revealed, say
from core.config import Config
from core.details import AttemptLog
from core.errors import DatabaseUnusable
from core.masking import masked_text
from core.models import Json, Task
from core.texts import harmless

LAST_LINES = 20
"""Lines that are printed for a person; ``--json`` has them all."""


async def read_with_logs(client: Any, config: Config, task_id: int) -> tuple[Task, list[AttemptLog]]:
    """A task, and the logs that are kept of it in the results database, newest attempt first."""
    task: Task = await client.get_task(task_id)
    if not config.database.exists():
        return task, []
    from core.results import Database

    server: str = await client.identity()
    try:
        database = Database(config=config)
        try:
            database.bind(server)
            return task, database.logs_of(task_id)
        finally:
            database.close()
    except DatabaseUnusable as fault:
        say(f"Warning: the log cannot be read: {fault}")
        return task, []


def log_told(log: AttemptLog) -> dict[str, Json]:
    """A log by names."""
    lines = [{"at": each.at, "level": each.level, "logger": each.logger, "text": each.text} for each in log.lines]
    return {
        "attempt": log.number,
        "worker": log.worker_id,
        "started_at": log.started_at,
        "dropped": log.dropped,
        "lines": lines,
    }


def print_log(log: AttemptLog) -> None:
    """The last lines of a log on stdout; the end of a traceback is set in."""
    shown = log.lines[-LAST_LINES:]
    before = log.dropped + len(log.lines) - len(shown)
    click.echo(
        f"\nLog of attempt {log.number}, {harmless(log.worker_id)}{f' (after {before:,} more lines)' if before else ''}"
    )
    for line in shown:
        first, *rest = map(one_line, (line.text if revealed() else masked_text(line.text)).split("\n"))
        click.echo(f"{line.at:%Y-%m-%d %H:%M:%SZ}  {harmless(line.level):<8}  {harmless(line.logger)}  {first}")
        for each in rest:
            click.echo(f"    {each}")
