"""`doctor`: is everything as it should be?"""

from __future__ import annotations

import sys

import click

from core.cli.output import print_json, shown
from core.cli.program import Program, json_option, passing, run
from core.config import Config
from core.doctor import Check, Finding, examine
from core.errors import BadSetting

SIGNS = {Finding.GOOD: "✓", Finding.WARNING: "⚠", Finding.BAD: "✗", Finding.UNKNOWN: "?"}


@click.command(epilog="Example: prismq-workers doctor --json")
@json_option
@passing
def doctor(program: Program, as_json: bool) -> None:
    """Check the settings, the TaskManager, its key, abilities and clock, the databases, workers and source.

    Goes on after a check that fails; never prints a secret. The exit code is that of the first bad check.
    """
    checks = run(all_checks(program, quiet=as_json))
    if as_json:
        print_json({"checks": checks, "healthy": not any(each.finding is Finding.BAD for each in checks)})
    sys.exit(next((each.exit_code for each in checks if each.finding is Finding.BAD), 0))


async def all_checks(program: Program, *, quiet: bool) -> list[Check]:
    """Every check, told as it ends. Settings that cannot be used are the only check, and bad."""
    try:
        config: Config = program.config
    except BadSetting as error:
        unusable = Check("settings", Finding.BAD, str(error), error.exit_code)
        tell(unusable, quiet)
        return [unusable]
    checks: list[Check] = []
    async for check in examine(config):
        tell(check, quiet)
        checks.append(check)
    return checks


def tell(check: Check, quiet: bool) -> None:
    """One line on stdout."""
    if not quiet:
        click.echo(f"{SIGNS[check.finding]} {check.finding.value:7}  {check.name:17} {shown(check.sentence)}")
