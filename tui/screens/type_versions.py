"""What the screen of a task type says of its versions: when each was registered, and what it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from core.details import TypeDetail
from core.models import Json, TaskType
from core.schema_changes import Change, VersionStep
from tui.key_map import keyed
from tui.look import Line, Piece, Tone, count, flowing, hanging, moment, pieces
from tui.widgets.json_view import json_lines
from tui.widgets.masking import masked
from tui.widgets.safe_text import head

MOST_VERSIONS = 20
"""Versions that are shown, the newest; `types show` tells all."""
MOST_CHANGES = 8
"""Changes of a version that are shown; the others are counted."""
MOST_SCHEMAS = 5
"""Older versions whose schema is shown."""
TITLE: Piece = ("Versions", Tone.STRONG)
AS_JSON = "  {raw_schema}: the schema of each, as JSON"
AS_CHANGES = "  {raw_schema}: what each changed"
SET_IN = 4

TONES = {
    "added": Tone.GOOD,
    "removed": Tone.WARN,
    "required": Tone.WARN,
    "inactive": Tone.WARN,
    "words": Tone.MUTED,
}
"""What people must look at: a task that was made for the version before may not fit any more."""


Table = Callable[[Mapping[str, Json], int], Iterable[Line]]
"""Tells the parameters of a schema in lines of so many cells."""


def older_schemas(detail: TypeDetail) -> tuple[list[Line], ...]:
    """The schemas of the versions before the newest as lines, without the secrets that they tell."""
    steps = (detail.versions or ())[1 : MOST_SCHEMAS + 1]
    return tuple(json_lines(masked(each.version.param_schema), reveal=True) for each in steps)


def with_later_tasks(detail: TypeDetail, created: int) -> TypeDetail:
    """With so many tasks created under its newest version since it was read."""
    if not detail.versions or detail.versions[0].version.tasks is None or created <= 0:
        return detail
    newest, *others = detail.versions
    known = replace(newest.version, tasks=(newest.version.tasks or 0) + created)
    return replace(detail, versions=(replace(newest, version=known), *others))


def version_lines(detail: TypeDetail | None, older: Sequence[list[Line]], width: int, table: Table) -> Iterator[Line]:
    """The versions of a type, newest first; instead of what they changed, the ``older`` ones show these schemas."""
    if detail is None:
        yield (TITLE, ("  reading…", Tone.MUTED))
        return
    kind, steps = detail.task_type, detail.versions
    several = kind is not None and len(steps or ()) > 1
    yield (TITLE, (keyed(AS_CHANGES if older else AS_JSON), Tone.MUTED)) if several else (TITLE,)
    if kind is None:
        yield (("  It is not registered.", Tone.MUTED),)
    elif steps is None:
        yield (("  This TaskManager keeps the newest version only.", Tone.MUTED),)
    elif len(steps) == 1 and is_first(steps[0], kind):
        yield from once(steps[0], kind, width)
    else:
        yield from listed(steps, kind, older, width, table)


def listed(
    steps: Sequence[VersionStep], kind: TaskType, older: Sequence[list[Line]], width: int, table: Table
) -> Iterator[Line]:
    """Version after version."""
    if not steps:
        yield (("  None is kept of it.", Tone.MUTED),)
    for place, step in enumerate(steps[:MOST_VERSIONS]):
        yield from heading(step, width)
        if 0 < place <= len(older):
            yield from (pieces(" " * SET_IN, *line) for line in older[place - 1])
        else:
            yield from changes(step, kind, width)
            if not step.follows and place > 0:
                shown = cast("Mapping[str, Json]", masked(step.version.param_schema))
                yield from (pieces(" " * SET_IN, *line) for line in table(shown, width - SET_IN))
    if len(steps) > MOST_VERSIONS:
        left = count(len(steps) - MOST_VERSIONS, "older version")
        yield ((f"  and {left}: prismq-workers types show {head(kind.name, 60)}", Tone.MUTED),)


def heading(step: VersionStep, width: int) -> Iterator[Line]:
    """A version, when it was registered, and how many tasks it has seen."""
    version = step.version
    said = [(head(version.version, 40), Tone.ACCENT), (moment(version.registered_at), Tone.PLAIN)]
    if not version.is_active:
        said.append(("inactive", Tone.WARN))
    if version.tasks is not None:
        said.append((f"{count(version.tasks, 'task')} created", Tone.MUTED))
    return flowing(pieces("  "), said, 2, width)


def once(step: VersionStep, kind: TaskType, width: int) -> list[Line]:
    """A type that was never another."""
    version = step.version
    said = f"Registered once: version {head(version.version, 40)}, {moment(version.registered_at)}"
    again = kind.updated_at is not None and kind.updated_at != version.registered_at
    tasks = "" if version.tasks is None else f", {count(version.tasks, 'task')} created"
    same = f"; the same again {moment(kind.updated_at)}" if again else ""
    return hanging(pieces("  "), (f"{said}{tasks}{same}", Tone.PLAIN), 2, width)


def changes(step: VersionStep, kind: TaskType, width: int) -> Iterator[Line]:
    """What a version changed against the one before."""
    if not step.follows:
        said = "as it was registered first" if is_first(step, kind) else "what was before it is not kept"
        yield ((" " * SET_IN + said, Tone.MUTED),)
    elif not step.changes:
        yield ((" " * SET_IN + "registered again as it was", Tone.MUTED),)
    for change in step.changes[:MOST_CHANGES]:
        yield from hanging(pieces(" " * SET_IN), told(change), SET_IN + 2, width)
    more = len(step.changes[MOST_CHANGES:]) + step.more
    if more:
        yield ((f"{' ' * SET_IN}and {more:,} more", Tone.MUTED),)


def told(change: Change) -> Piece:
    """A change in words; secrets were masked where it was found."""
    return head(change.text, 600), TONES.get(change.what, Tone.PLAIN)


def is_first(step: VersionStep, kind: TaskType) -> bool:
    """Whether nothing was before this version."""
    return not step.follows and step.version.registered_at is not None and step.version.registered_at == kind.created_at


def version_places(said: Sequence[Line], detail: TypeDetail | None) -> list[int]:
    """On which lines the section of the versions begins, and each version in it."""
    begun = next((place for place, line in enumerate(said) if TITLE in line[:1]), None)
    if begun is None:
        return []
    places, left = [begun], list((detail.versions if detail is not None else None) or ())[:MOST_VERSIONS]
    for place in range(begun + 1, len(said)):
        if left and (head(left[0].version.version, 40), Tone.ACCENT) in said[place][:2]:
            places.append(place)
            left.pop(0)
    return places
