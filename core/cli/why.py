"""`why`: why is a task not done, or why does nothing happen?"""

from __future__ import annotations

import shutil
import sys

import click

from core.cli.output import one_line, print_json, say
from core.cli.program import Program, json_option, passing, run
from core.diagnosis import Diagnosis, Verdict
from core.diagnosis.telling import COLUMNS, as_document, as_lines
from core.errors import NotAuthenticated
from core.looking import look
from core.models import utcnow

CODES = {Verdict.FINE: 0, Verdict.STUCK: 1, Verdict.FAILED: 1, Verdict.UNKNOWN: 3}
NOT_TOLD = {"server-unreachable": CODES[Verdict.UNKNOWN], "key-refused": NotAuthenticated.exit_code}
"""Causes for which nothing can be told of any task."""


@click.command(epilog="Example: prismq-workers why 12 --json")
@click.argument("task_id", type=click.IntRange(1), metavar="[ID]", required=False)
@json_option
@passing
def why(program: Program, task_id: int | None, as_json: bool) -> None:
    """Tell why a task is not done, with evidence and cures; without an ID, why nothing happens and what is stuck.

    Only looks; changes nothing. Exit codes: 0 healthy, 1 something is stuck or has failed, 3 could not tell, as while
    the server cannot be reached; 2 and 5 as everywhere.
    """
    for warning in program.config.warnings:
        say(f"Warning: {warning}")
    found = run(look(program.config, task_id, lambda sentence: say(f"Warning: {sentence}")))
    if as_json:
        print_json(as_document(found))
    else:
        for line in as_lines(found, utcnow(), shutil.get_terminal_size((COLUMNS, 24)).columns):
            click.echo(one_line(line))
    sys.exit(exit_code(found))


def exit_code(found: Diagnosis) -> int:
    """What the program ends with."""
    first = next(iter(found.causes), None)
    return NOT_TOLD.get(first.code if first is not None else "", CODES[found.verdict])
