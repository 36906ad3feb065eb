"""`settings`: what is set, where it was said, and the file in which the board's looks and keys can be chosen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from core.board_settings import BoardSettings, read_settings, settings_path, write_example
from core.cli.output import print_json, print_table, revealed, say
from core.cli.program import Program, json_option, passing
from core.config import Sayings, Secret


@dataclass(frozen=True, slots=True)
class Row:
    """A setting, its value, and where that was said."""

    setting: str
    value: str
    origin: str


@click.command(epilog="Example: prismq-workers settings --init")
@click.option("--init", is_flag=True, help="Write a commented example where no settings file is.")
@json_option
@passing
def settings(program: Program, init: bool, as_json: bool) -> None:
    """Show every setting with its value and where it comes from: the default, a file, or the environment.

    The looks and keys of the board are in a file of their own, whose path is told first.
    """
    if init:
        path = settings_path()
        write_example(path, program.board_keys({})[0])
        say(f"Wrote {path}.")
        return
    chosen = read_settings()
    keys, faults = program.board_keys(chosen.keys)
    usual = program.board_keys({})[0]
    rows = [*of_program(program), *of_board(chosen), *of_keys(keys, usual)]
    path = chosen.path or Path()
    if as_json:
        told = {"path": path, "exists": path.exists(), "settings": [each_told(row) for row in rows]}
        print_json(told | {"faults": [*chosen.faults, *faults]})
        return
    say(f"Settings file of the board: {path}{'' if path.exists() else ' (not there; --init writes an example)'}")
    print_table(("setting", "value", "from"), [(row.setting, row.value, row.origin) for row in rows])
    for sentence in (*chosen.faults, *faults):
        say(f"Warning: {sentence}")


def each_told(row: Row) -> dict[str, str]:
    """A row by names that no secret goes by, so that keys of the keyboard are not masked."""
    return {"setting": row.setting, "value": row.value, "origin": row.origin}


def of_program(program: Program) -> Iterator[Row]:
    """The settings of ``.env`` and the environment; of a secret only whether there is one, unless it is asked for."""
    said = Sayings(program.env_file, os.environ)
    values = list(said.settings().values())
    for (name, origin), value in zip(said.origins.items(), values, strict=False):
        if isinstance(value, Secret) and value:
            yield Row(name, str(value) if revealed() else "***", origin)
        else:
            yield Row(name, shown(value) or "–", origin)


def of_board(chosen: BoardSettings) -> Iterator[Row]:
    """The looks of the board."""
    origins = chosen.origins
    yield Row("theme", chosen.theme, origins.get("theme", "default"))
    yield Row("times", chosen.times, origins.get("times", "default"))
    colour = "no" if os.environ.get("NO_COLOR") is not None else "yes"
    yield Row("colour", colour, "environment" if colour == "no" else "default")


def of_keys(keys: dict[str, str], usual: dict[str, str]) -> Iterator[Row]:
    """The key of each command; one that is chosen but cannot be had is not at work."""
    for name, key in keys.items():
        yield Row(f"keys.{name}", key or "–", "default" if key == usual[name] else "file")


def shown(value: object) -> str:
    """A value as one would write it."""
    match value:
        case None | ():
            return "–"
        case tuple():
            return ",".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case _:
            return str(value)
