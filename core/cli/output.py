"""Printing: tables and sentences for people, JSON for programs; untrusted text is made harmless."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from core.masking import MASK, hides, masked, masked_text
from core.texts import harmless

if TYPE_CHECKING:
    from core.models import Json

LONGEST = 2_000
"""Characters of a text that a person gets to see; those who read stdout through a pipe or a file get it whole."""

REVEAL = "prismq.show_secrets"
"""Set in the context of a command that was told to show secrets."""


def say(sentence: str) -> None:
    """Talk to the person, on stderr."""
    click.echo(one_line(sentence), err=True)


def one_line(text: str) -> str:
    """A text as one harmless line, without secrets unless they were asked for."""
    return harmless(text if revealed() else masked_text(text))


def revealed() -> bool:
    """Whether the command was told to show secrets."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(REVEAL))


def bounded(text: str) -> str:
    """The text; where a person reads it, only the beginning of a long one, marked."""
    if len(text) <= LONGEST or not sys.stdout.isatty():
        return text
    return f"{text[:LONGEST]}… (cut; {len(text):,} characters, --json has all)"


def print_json(value: object) -> None:
    """One JSON document on stdout; characters that drive a terminal are escaped, secrets masked."""
    told = plain(value)
    click.echo(json.dumps(told if revealed() else masked(told), ensure_ascii=True, indent=2))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Aligned columns on stdout."""
    texts = [[shown(cell) for cell in row] for row in rows]
    widths = [max(len(line[n]) for line in [list(columns), *texts]) for n in range(len(columns))]
    for line in [[name.upper() for name in columns], *texts]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def print_fields(pairs: Mapping[str, object]) -> None:
    """Named values, one a line, on stdout."""
    width = max(map(len, pairs))
    for name, value in pairs.items():
        hidden = not revealed() and hides(name, plain(value))
        click.echo(f"{name.ljust(width)}  {MASK if hidden else shown(value)}")


def shown(value: object) -> str:
    """A value in a cell."""
    match value:
        case None:
            return "–"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%SZ")
        case str():
            return bounded(one_line(value))
        case dict() | list() | tuple():
            told = plain(value)
            return bounded(json.dumps(told if revealed() else masked(told), ensure_ascii=True))
        case _:
            return str(value)


def plain(value: Any) -> Json:
    """The value as JSON can say it."""
    match value:
        case datetime():
            said: Json = value.isoformat().replace("+00:00", "Z")
        case Path():
            said = str(value)
        case Mapping():
            said = {str(name): plain(each) for name, each in cast("Mapping[Any, Any]", value).items()}
        case list() | tuple() | frozenset() | set():
            said = [plain(each) for each in cast("Iterable[Any]", value)]
        case _ if is_dataclass(value) and not isinstance(value, type):
            said = plain(asdict(value))
        case _:
            said = value
    return said
