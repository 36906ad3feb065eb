"""What the screen of a task type says, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from core.details import TypeDetail
from core.forms import Field, Kind, fields_of
from core.models import LIVE_STATES, Json, TaskType, WorkerStatus
from core.schema_changes import VersionStep
from core.snapshot import Snapshot, TypeRow
from tui.key_map import keyed
from tui.look import (
    WORKER,
    Line,
    Piece,
    Tone,
    count,
    flowing,
    hanging,
    moment,
    number,
    pieces,
    short_name,
    sparkline,
    whole_age,
)
from tui.screens.type_versions import version_lines
from tui.widgets.json_view import json_lines
from tui.widgets.masking import MASK, is_secret, masked
from tui.widgets.safe_text import head

SECONDS = 60
"""Seconds that the sparkline shows."""
NOBODY = "  Nobody claims it now. {start_for} starts a worker for it."
LABEL = 12
"""Cells of a label before what it says."""
NARROW = 90
"""Columns below which a field takes lines instead of a row."""
WIDTHS = (26, 18, 9, 14)
"""Cells of name, type, required and default, where a field is a row."""


def type_sections(
    row: TypeRow,
    detail: TypeDetail | None,
    snapshot: Snapshot,
    now: datetime,
    *,
    width: int,
    raw: bool,
    older: Sequence[list[Line]] = (),
) -> list[Line]:
    """All that is known of a type, in lines of so many cells; ``raw``: its schema and the ``older`` ones as JSON."""
    schema = shown_schema(row, detail)
    said = [*overview(row, detail, now, width), (), *claimed_by(row, snapshot, now), ()]
    title = (
        "Parameters, as JSON Schema ({raw_schema}: as a table)" if raw else "Parameters ({raw_schema}: as JSON Schema)"
    )
    said.append(((keyed(title), Tone.STRONG),))
    said += json_lines(schema, reveal=True) if raw else table(schema, width)
    return [*said, (), *version_lines(detail, older if raw else (), width, table)]


def schema_of(row: TypeRow, detail: TypeDetail | None) -> Mapping[str, Json]:
    """The newest schema that is known."""
    told = detail.task_type.param_schema if detail is not None and detail.task_type is not None else None
    return told or row.param_schema or {}


def shown_schema(row: TypeRow, detail: TypeDetail | None) -> Mapping[str, Json]:
    """The same without the secrets that it tells, such as the default of a key."""
    return cast("Mapping[str, Json]", masked(schema_of(row, detail)))


def overview(row: TypeRow, detail: TypeDetail | None, now: datetime, width: int) -> Iterator[Line]:
    """Version, counts, rate, age."""
    counts = row.counts
    version = (head(row.version or "not registered", 60), Tone.PLAIN)
    yield from flowing(labelled("Version"), (version, *several(row, detail), *history(detail)), LABEL, width)
    if not row.is_active:
        yield labelled("State", ("off: it takes no new tasks", Tone.WARN))
    amounts = ((counts.pending, "pending"), (counts.claimed, "claimed"), (counts.completed, "completed"))
    told = ", ".join(f"{number(each, exact=counts.exact)} {name}" for each, name in amounts)
    failed = (f"{number(counts.failed, exact=counts.exact)} failed", Tone.BAD if counts.failed else Tone.MUTED)
    yield from flowing(labelled("Tasks"), ((told, Tone.PLAIN), failed), LABEL, width)
    yield (
        labelled("Oldest", (f"pending for {whole_age(row.oldest_pending_at, now)}", Tone.PLAIN))
        if (row.oldest_pending_at)
        else labelled("Oldest", ("none is pending", Tone.MUTED))
    )
    shown = row.rates[-SECONDS:]
    rate = (f"{sum(shown)} ended in {len(shown)} s", Tone.MUTED)
    yield from flowing(labelled("Rate"), ((sparkline(row.rates, SECONDS), Tone.BUSY), rate), LABEL, width)
    for note in detail.notes if detail is not None else ():
        yield from hanging(labelled("Note"), (note, Tone.WARN), LABEL, width)


def versions_kept(row: TypeRow, detail: TypeDetail | None) -> int:
    """How many versions of it are kept, as far as it is known."""
    return len(detail.versions) if detail is not None and detail.versions is not None else row.versions


def several(row: TypeRow, detail: TypeDetail | None) -> tuple[Piece, ...]:
    """That it was another before, and the key that goes there."""
    kept = versions_kept(row, detail)
    return ((f"{kept:,} versions ({keyed('{go_versions}')} shows them)", Tone.ACCENT),) if kept > 1 else ()


def history(detail: TypeDetail | None) -> tuple[Piece, ...]:
    """When it was registered and last replaced."""
    if detail is None:
        return (("reading…", Tone.MUTED),)
    kind = detail.task_type
    said: list[Piece] = []
    if kind is not None and kind.created_at is not None:
        said.append((f"registered {moment(kind.created_at)}", Tone.MUTED))
        replaced = replaced_at(kind, detail.versions)
        if replaced not in (None, kind.created_at):
            said.append((f"last replaced {moment(replaced)}", Tone.MUTED))
    if detail.worker_version:
        said.append((f"its worker here is for {head(detail.worker_version, 60)}", Tone.MUTED))
    return tuple(said)


def replaced_at(kind: TaskType, versions: Sequence[VersionStep] | None) -> datetime | None:
    """When it became what it is: where that is not kept, when it was registered last, as the same or as another."""
    return versions[0].version.registered_at if versions else kind.updated_at


def claimed_by(row: TypeRow, snapshot: Snapshot, now: datetime) -> Iterator[Line]:
    """Who claims it, here and elsewhere."""
    claiming = [each for each in snapshot.workers if row.name in each.types and each.state in LIVE_STATES]
    yield ((f"Claimed by {count(len(claiming), 'worker')}", Tone.STRONG),)
    for worker in claiming[:20]:
        yield pieces("  ", (short_name(worker.id), Tone.PLAIN), "  ", WORKER[worker.state], *place(worker))
    if len(claiming) > 20:
        yield ((f"  and {len(claiming) - 20:,} more", Tone.MUTED),)
    if not claiming and row.workable:
        yield ((keyed(NOBODY), Tone.WARN if row.counts.pending else Tone.MUTED),)
    elif not claiming:
        yield (("  Nobody claims it, and no worker for it is installed here; see PRISMQ_WORKERS.", Tone.WARN),)


def place(worker: WorkerStatus) -> tuple[Piece, ...]:
    """Where it works, and on what."""
    hands = [f"#{hand.task_id}" for hand in worker.in_hand]
    where = "here" if worker.local else f"on {worker.host}" if worker.host else "elsewhere"
    return ((f"  {where}  {worker.strategy}", Tone.MUTED), (f"  {' '.join(hands)}" if hands else "", Tone.BUSY))


def table(schema: Mapping[str, Json], width: int) -> Iterator[Line]:
    """The fields of a schema: a row each where there is room, else some lines each."""
    fields = [field for field in fields_of(schema) if field.path[-1] is not None]
    if not fields:
        yield (("  It tells no parameters: any object will do.", Tone.MUTED),)
        return
    if width >= NARROW:
        yield tuple((cell(name, size), Tone.MUTED) for name, size in zip(TITLES, (*WIDTHS, 0), strict=True))
    yield from rows(tuple(fields), width, 0)
    if schema.get("additionalProperties") is False:
        yield (("  No other parameters are taken.", Tone.MUTED),)


TITLES = ("  Name", "Type", "Required", "Default", "Limits, help")


def rows(fields: tuple[Field, ...], width: int, depth: int) -> Iterator[Line]:
    """The lines of these fields, and of those inside them."""
    for field in fields:
        if field.path[-1] is not None:
            yield from wide_row(field, width, depth) if width >= NARROW else narrow_rows(field, width, depth)
            yield from rows(field.fields, width, depth + 1)


def wide_row(field: Field, width: int, depth: int) -> list[Line]:
    """One field as a row; what does not fit goes on below."""
    first: list[Piece] = [
        (cell("  " * (depth + 1) + field.name, WIDTHS[0]), Tone.STRONG),
        (cell(type_name(field), WIDTHS[1]), Tone.ACCENT),
        (cell("required" if field.required else "–", WIDTHS[2]), Tone.WARN if field.required else Tone.MUTED),
        (cell(default_of(field) or "–", WIDTHS[3]), Tone.PLAIN if field.default else Tone.MUTED),
    ]
    return hanging(first, (about(field), Tone.MUTED), sum(WIDTHS), width)


def narrow_rows(field: Field, width: int, depth: int) -> Iterator[Line]:
    """One field as lines."""
    indent = "  " * (depth + 1)
    needed = ("  required", Tone.WARN) if field.required else ("", Tone.PLAIN)
    default = (f"  default {head(default_of(field), 40)}" if field.default else "", Tone.PLAIN)
    yield pieces(indent, (head(field.name, 60), Tone.STRONG), (f"  {type_name(field)}", Tone.ACCENT), needed, default)
    if told := about(field):
        yield from hanging(pieces(f"{indent}  "), (told, Tone.MUTED), len(indent) + 2, width)


def default_of(field: Field) -> str:
    """Its default, masked where its name says that it is a secret."""
    return MASK if field.default and is_secret(field.name) else field.default


def type_name(field: Field) -> str:
    """The type of a field, short; the choices stand with its limits."""
    return "choice" if field.kind is Kind.CHOICE and field.told.startswith(("one of", "always")) else field.told


def about(field: Field) -> str:
    """Limits and help in one text."""
    choices = (field.told,) if type_name(field) == "choice" else ()
    help_text = " – ".join(each for each in (field.title, field.description) if each)
    return head(". ".join(each for each in (", ".join((*choices, *field.limits)), help_text) if each), 600)


def cell(text: str, width: int) -> str:
    """A text in so many characters, with a mark where it is cut and a gap behind it."""
    if not width:
        return text
    safe = head(text, 200)
    return (safe if len(safe) < width else f"{safe[: width - 2]}…").ljust(width)


def labelled(label: str, *said: Piece) -> Line:
    """A label and what it says."""
    return ((label.ljust(LABEL), Tone.MUTED), *said)
