"""`results list`, `results export`: what was saved to the IdeaInspiration database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import click

from core.cli.output import print_fields, print_json, print_table, revealed, say
from core.cli.program import Program, json_option, passing
from core.errors import CoreError
from core.exports import Export, FileThere, Format, Progress, Row, encoded, hidden
from core.history import Change
from core.masking import MASK, hides
from core.models import utcnow
from core.results import Database
from core.results.exporting import export_ideas
from core.results.finding import Finder
from core.saved import IdeaQuery, Save, moment_said
from core.snapshot import SEARCHED
from core.texts import harmless

Command = TypeVar("Command", bound=Callable[..., Any])
WHEN = "today, yesterday, 2026-03-01 or 2026-03-01T12:00 (UTC)."


@click.group()
def results() -> None:
    """Look at what was saved, and write it to files."""


def choosing(command: Command) -> Command:
    """The options that say which ideas."""
    for option in (
        click.option("--until", metavar="WHEN", help=f"Only what was saved before that: {WHEN}"),
        click.option("--since", metavar="WHEN", help=f"Only what was saved since then: {WHEN}"),
        click.option("--search", default="", metavar="TEXT", help=f"Only what has this text in {SEARCHED}."),
    ):
        command = option(command)
    return command


def asked(search: str, since: str | None, until: str | None) -> IdeaQuery:
    """Which ideas these options mean."""
    now = utcnow()
    begin = moment_said(since, now) if since else None
    return IdeaQuery(search, begin, moment_said(until, now) if until else None)


@results.command("list", epilog="Example: prismq-workers results list --search bread --since yesterday")
@choosing
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@json_option
@passing
def list_results(
    program: Program, search: str, since: str | None, until: str | None, limit: int, as_json: bool
) -> None:
    """List ideas, newest first."""
    query = asked(search, since, until)
    with closing(Database(config=program.config)) as database:
        finder = Finder(database)
        total = finder.count(query, never)
        found = [row for row, _ in zip(hidden(finder.rows(query, never), False), range(limit), strict=False)]
    if as_json:
        print_json({"results": found, "total": total})
        return
    print_table(("id", "title", "source", "task", "type", "worker", "saved"), [line_of(row) for row in found])
    say(f"{len(found):,} of {total:,} results.")


def line_of(row: Row) -> tuple[object, ...]:
    """An idea as a line of the table."""
    known: Row = row["provenance"] or {}
    origin = (known.get(name) for name in ("task_id", "task_type", "worker_id", "saved_at"))
    return (row["id"], str(row["title"])[:80], row.get("source_platform"), *origin)


@results.command(epilog="Example: prismq-workers results show 898")
@click.argument("idea_id", metavar="ID")
@json_option
@passing
def show(program: Program, idea_id: str, as_json: bool) -> None:
    """Show one idea: its fields, where it came from, and what changed of it since it was first saved."""
    with closing(Database(config=program.config)) as database:
        detail = Finder(database).opened(idea_id, anywhere=True)
    if as_json:
        print_json(detail.whole())
        return
    known = {"id": detail.idea_id, "title": detail.title, **detail.fields, "content": detail.content}
    print_fields(known | {"metadata": detail.metadata})
    if detail.saves:
        click.echo()
        print_table(
            ("saved", "task", "type", "worker", "attempt", "TaskManager"), [line_of_save(each) for each in detail.saves]
        )
    if detail.history:
        click.echo()
        print_table(("since", "name", "value"), lines_of_history(detail.history))


def line_of_save(save: Save) -> tuple[object, ...]:
    """That a task saved an idea, as a line of a table."""
    return save.at, save.task_id, save.task_type, save.worker_id, save.attempt, save.server


def lines_of_history(history: Sequence[Change]) -> list[tuple[object, ...]]:
    """What changed, newest first; the last lines are what the idea said before."""
    return [
        (each.at or "earlier", name, MASK if hides(name, value) and not revealed() else value)
        for each in reversed(history)
        for name, value in each.values.items()
    ]


@results.command(epilog="Example: prismq-workers results export --since yesterday --until today -o yesterday.csv")
@choosing
@click.option(
    "--format",
    "kind",
    type=click.Choice([each.value for each in Format]),
    help="json or csv; else as the name of the file says.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; - or none: stdout.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("--show-secrets", is_flag=True, help="Do not mask what looks like a secret.")
@passing
def export(
    program: Program,
    search: str,
    since: str | None,
    until: str | None,
    kind: str | None,
    output: Path | None,
    overwrite: bool,
    show_secrets: bool,
) -> None:
    """Write ideas, newest first, as JSON or CSV. A file that is there is left alone unless --overwrite is given."""
    query = asked(search, since, until)
    to_stdout = output is None or str(output) == "-"
    named = output is not None and output.suffix.lower() == ".csv"
    format = Format(kind) if kind else Format.CSV if named else Format.JSON
    with closing(Database(config=program.config)) as database:
        finder = Finder(database)
        if output is None or to_stdout:
            to_the_terminal(finder, query, format, show_secrets)
            return
        wanted = Export(output, format, overwrite, show_secrets)
        try:
            written = export_ideas(finder, query, wanted, Progress())
        except FileThere as fault:
            raise CoreError(f"{fault} Add --overwrite to replace it.") from fault
    say(f"Exported {written:,} results to {output.resolve()}")


def to_the_terminal(finder: Finder, query: IdeaQuery, format: Format, reveal: bool) -> None:
    """Print them; what drives a terminal is escaped, in CSV only where there is one."""
    for text in encoded(format, finder.columns(), hidden(finder.rows(query, never), reveal), ascii=True):
        made = text if format is Format.JSON or not sys.stdout.isatty() else harmless(text.rstrip("\r\n")) + "\n"
        click.echo(made, nl=False)


def never() -> bool:
    """Nothing stops it."""
    return False
