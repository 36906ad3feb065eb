"""`types show`: a type with what it was before, and what each version changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from core.cli.output import print_fields, print_json, say, shown
from core.cli.program import Program, json_option, passing, with_client
from core.errors import NotPossibleHere
from core.models import Json, TaskType
from core.schema_changes import VersionStep, steps_of
from core.texts import harmless

if TYPE_CHECKING:
    from core.taskmanager.client import AsyncTaskManagerClient

UNTOLD = ("created", "updated", "usage_count", "last_used_at")
"""What only a registration and a list tell."""


@click.command(epilog="Example: prismq-workers types show PrismQ.YouTube.Video.Search --json")
@click.argument("name")
@json_option
@passing
def show(program: Program, name: str, as_json: bool) -> None:
    """Show one type: version, schema, and what each version that is kept changed, newest first."""

    async def ask(client: AsyncTaskManagerClient) -> tuple[TaskType, tuple[VersionStep, ...] | None, str]:
        known = await client.get_task_type(name)
        try:
            return known, steps_of(await client.type_versions(known.name)), ""
        except NotPossibleHere as lacks:
            return known, None, str(lacks)

    known, steps, lacks = with_client(program, ask)
    told: dict[str, Json] = {each: known[each] for each in known if each not in UNTOLD}
    if as_json:
        print_json(told | {"versions": None if steps is None else [in_json(each) for each in steps]})
    else:
        print_fields(told)
        print_steps(steps or ())
    if lacks:
        say(lacks)


def in_json(step: VersionStep) -> dict[str, Json]:
    """A version as a program reads it. ``changes`` is null for the oldest one: what it changed is not known."""
    changes = [
        {
            "what": each.what,
            "path": each.path,
            "rule": each.rule or None,
            "was": each.was or None,
            "now": each.now or None,
        }
        for each in step.changes
    ]
    version = {name: step.version[name] for name in step.version}
    return version | {"changes": changes if step.follows else None, "more_changes": step.more}


def print_steps(steps: Sequence[VersionStep]) -> None:
    """Each version in a line, and below it what it changed."""
    for step in steps:
        version = step.version
        noun = "task" if version.tasks == 1 else "tasks"
        tasks = "" if version.tasks is None else f"  {version.tasks:,} {noun} created"
        off = "" if version.is_active else "  inactive"
        click.echo(f"\n{shown(version.version)}  registered {shown(version.registered_at)}{tasks}{off}")
        for change in step.changes:
            click.echo(f"  {harmless(change.text)}")  # masked where it was made
        if step.more:
            click.echo(f"  and {step.more:,} more changes")
        if step.follows and not step.changes:
            click.echo("  registered again as it was")
