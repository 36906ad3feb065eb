"""`types list`, `types show`, `types register`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from core.cli.output import print_json, print_table, say
from core.cli.program import Program, json_option, parsed_object, passing, with_client
from core.cli.type_history import show
from core.errors import BadSetting
from core.models import Json, TaskType
from core.registering import registered
from core.schema_changes import bare


@click.group()
def types() -> None:
    """The task types that the TaskManager knows."""


types.add_command(show)


@types.command("list", epilog="Example: prismq-workers types list --json")
@click.option("--active", is_flag=True, help="Only those that take new tasks.")
@json_option
@passing
def list_types(program: Program, active: bool, as_json: bool) -> None:
    """List the types, and whether there is a worker for each here."""
    factory = program.factory()
    known: list[TaskType] = with_client(program, lambda client: client.list_task_types(active))
    told = {each.name for each in known}
    missing = [name for name in factory.known_types() if name not in told]
    if as_json:
        print_json({"types": known, "workers_here": factory.known_types()})
        return
    print_table(
        ("id", "name", "version", "active", "worker here"),
        [
            (
                each.id,
                each.name,
                each.version,
                "yes" if each.is_active else "no",
                "yes" if each.name in factory else "no",
            )
            for each in known
        ],
    )
    if missing:
        say(f"Workers here also know, not registered yet: {', '.join(missing)}.")


@types.command(epilog="Example: prismq-workers types register My.Type --schema schema.json --version 1.1.0 --update")
@click.argument("name")
@click.option("--version", "version", help="Its version; without it that of the worker here, else 1.0.0.")
@click.option("--schema", "schema_file", type=click.Path(dir_okay=False), help="A file with its JSON Schema.")
@click.option("--update", is_flag=True, help="Replace another version or schema that is registered.")
@click.option("--dry-run", is_flag=True, help="With a file: only tell what would be done.")
@json_option
@passing
def register(
    program: Program,
    name: str,
    version: str | None,
    schema_file: str | None,
    update: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Register a type when it is missing; with --update also when it is another.

    NAME may be a file that ends in .json: one {name, version, param_schema}, or a list of them.
    """
    if name.endswith(".json"):
        if version or schema_file:
            raise BadSetting(
                "A file of types tells their versions and schemas itself: leave --version and --schema out."
            )
        from core.cli.type_files import register_file

        register_file(program, name, update=update, dry_run=dry_run, as_json=as_json)
        return
    if dry_run:
        raise BadSetting("--dry-run is for a file of types (NAME.json).")
    factory = program.factory()
    ours = factory.registration(name) if name in factory else None
    if schema_file is None and ours is None:
        raise BadSetting(f"No worker here knows {name!r}: give its JSON Schema with --schema FILE.")
    schema = schema_in(schema_file) if schema_file is not None else dict(ours.param_schema if ours else {})
    chosen = version or (ours.version if ours else "1.0.0")
    answer = with_client(program, lambda client: registered(client, name, chosen, schema, update=update))
    if as_json:
        print_json(answer)
        return
    click.echo(answer.id)
    say(became(name, chosen, schema, answer))


def became(name: str, version: str, schema: Mapping[str, Json], answer: TaskType) -> str:
    """What a registration came to, by its answer."""
    if answer.created or answer.updated:
        return f"{name} {version} is {'registered' if answer.created else 'updated'} (id {answer.id})."
    if answer.version == version and (answer.param_schema is None or bare(answer.param_schema) == bare(schema)):
        return f"{name} {version} was registered already."
    return f"{name} is registered as version {answer.version}: nothing was changed. Replace it with --update."


def schema_in(path: str) -> dict[str, Any]:
    """The JSON Schema in a file. Raises `BadSetting`."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as fault:
        raise BadSetting(f"The schema file {path} cannot be read: {fault.strerror}.") from None
    except UnicodeDecodeError:
        raise BadSetting(f"The schema file {path} is not UTF-8 text.") from None
    return parsed_object(f"The schema in {path}", text)
