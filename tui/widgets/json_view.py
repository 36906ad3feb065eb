"""Shows JSON of any size as rows that fold: indented, in tones, secrets masked, read only as far as someone looks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rich.cells import cell_len

from core.models import Json
from core.strict_json import is_heavy
from tui.key_map import keyed
from tui.look import Piece, Tone, count, pieces
from tui.widgets.branches import Branch, Path, Row, Step, found_in
from tui.widgets.long_text import LongText
from tui.widgets.masking import MASK, WINDOW, hides, masked_text
from tui.widgets.safe_text import CUT, safe
from tui.widgets.sought import folded, lacks, passed_by, words_of

MOST_CHARACTERS = 500
"""Characters of a text that its own row looks at; unfolded, it is shown wrapped and whole."""

MOST_LINES = 200
"""Of a value that is shown without folding."""

AT_ONCE = 32
"""Members that a search looks at as one."""

DEEPEST = 200
"""Levels below which nothing is shown. No TaskManager takes as many."""

DEEPEST_SET_IN = 16
"""Levels that are set in; what is deeper begins where they do."""

Named = tuple[object, Json]
"""A member of an object with its name, of an array with its place."""


@dataclass(frozen=True)
class JsonShape:
    """How JSON is laid out: in rows of so many cells, secrets shown or not."""

    width: int = 80
    reveal: bool = False

    def rows(self, value: Json) -> Iterator[Row]:
        """The rows of a value: the members of an object or array that has any stand at the margin."""
        if is_block(value):
            yield from self.members(value, 0)
        else:
            yield self.row("", value, (), 0)

    def finds(self, value: Json, needle: str) -> Iterator[Step]:
        """Where those rows hold a text (folded)."""
        yield from Members(self, value, 0).finds(needle) if is_block(value) else found_in(self.rows(value), needle)

    def members(self, value: Json, depth: int) -> Iterator[Row]:
        """One row for each member."""
        if depth > DEEPEST:
            said = f"{CUT} nested deeper; {keyed('{copy_json}')} copies the whole"
            yield Row("deeper", ((said, Tone.WARN),), depth=DEEPEST_SET_IN)
            return
        for name, member in named(value):
            yield self.member(value, name, member, depth)

    def member(self, value: Json, name: object, member: Json, depth: int) -> Row:
        """The row of a member of a value."""
        own: tuple[Piece, ...] = (
            ((short(str(name)), Tone.ACCENT), (": ", Tone.MUTED))
            if isinstance(value, Mapping)
            else ((f"{name} ", Tone.MUTED),)
        )
        if isinstance(value, Mapping) and self._hides(str(name), member):
            return Row(name, (*own, (MASK, Tone.WARN)), depth=set_in(depth), size=len(str(name)) + 4)
        return self.row(name, member, own, depth)

    def row(self, key: object, value: Json, label: tuple[Piece, ...], depth: int) -> Row:
        """A value behind its name."""
        size = sum(len(text) for text, _ in label) + 2
        if is_block(value):
            brackets = "{}" if isinstance(value, Mapping) else "[]"
            inside = count(len(value), "field" if isinstance(value, Mapping) else "item")
            branch = Members(self, value, depth + 1)
            said = label or ((brackets, Tone.MUTED),)
            folded = (*label, (f"{brackets[0]}{CUT}{brackets[1]} {inside}", Tone.MUTED))
            return Row(key, said, branch, folded, depth=set_in(depth), size=size, note=inside)
        if isinstance(value, str):
            return self._text(key, value, label, set_in(depth), size)
        said = (*label, (json.dumps(value, default=str), Tone.BUSY))
        return Row(key, said, depth=set_in(depth), size=size + len(said[-1][0]))

    def _text(self, key: object, value: str, label: tuple[Piece, ...], depth: int, size: int) -> Row:
        """A text as JSON writes it; where that does not fit into its row, it unfolds into all of itself."""
        head = value[:MOST_CHARACTERS]
        said = (*label, (json.dumps(head if self.reveal else masked_text(head), ensure_ascii=False), Tone.GOOD))
        room = self.width - 2 * depth
        fits = len(value) <= MOST_CHARACTERS and cell_len(safe("".join(text for text, _ in said))) <= room
        if fits and "\n" not in value:
            return Row(key, said, depth=depth, size=size + len(value))
        branch: Branch = LongText(value, room - 2, Tone.GOOD, depth + 1, self.reveal)
        more = f"{CUT} {len(value):,} characters, ⏎ " if len(value) > MOST_CHARACTERS else "⏎ "
        folded = (*label, (more, Tone.MUTED), (said[-1][0], Tone.GOOD))
        note = f"{len(value):,} characters"
        return Row(key, label, branch, folded, opens=False, depth=depth, size=size + len(value), note=note)

    def _hides(self, name: str, member: Json) -> bool:
        return not self.reveal and hides(name, member)


@dataclass(frozen=True)
class Members(Branch):
    """The members of an object or array, ``depth`` levels set in."""

    shape: JsonShape
    value: Json
    depth: int

    def rows(self) -> Iterator[Row]:
        """One for each."""
        yield from self.shape.members(self.value, self.depth)

    def named(self, key: object) -> Iterator[Row]:
        """That one alone, without looking at those before it."""
        is_there = key in self.value if isinstance(self.value, Mapping) else isinstance(key, int)
        if is_there and self.depth <= DEEPEST:
            yield self.shape.member(self.value, key, self.value[key], self.depth)

    def finds(self, needle: str) -> Iterator[Step]:
        """Where they hold a text; no row is made of what can be seen not to."""
        words, members = words_of(needle), iter(self._members())
        while some := list(islice(members, AT_ONCE)):
            yield from self._found(some, needle, words)

    def _found(self, some: Sequence[Named], needle: str, words: Sequence[str]) -> Iterator[Step]:
        """Where some of them do: what is small is passed by or looked through as a whole, what is large in parts."""
        if not is_heavy(dict(some), WINDOW):
            passed = passed_by(some, words)
            yield passed
            if not passed:
                yield from self._through(some, needle, words, ask=len(some) > 1)
            return
        yield 0
        if len(some) > 1:
            for each in some:
                yield from self._found([each], needle, words)
        else:
            yield from found_in(iter((self._row(*some[0]),)), needle)

    def _through(
        self, some: Iterable[Named], needle: str, words: Sequence[str], path: Path = (), *, ask: bool = False
    ) -> Iterator[Step]:
        """Where some of them do, one after another. ``ask``: what is in one may be passed by; nothing below that may,
        so that what is nested deep is not read again at each of its levels."""
        for name, member in some:
            passed = lacks(name, member, words) if is_short(member) else ask and passed_by(((name, member),), words)
            if passed:
                yield passed
                continue
            row, here = self._row(name, member), (*path, name)
            if needle in folded(row.text):
                yield here
            yield row.size
            if isinstance(row.branch, Members):
                yield from row.branch._through(row.branch._members(), needle, words, here)
            elif row.branch is not None:
                for step in row.branch.finds(needle):
                    yield step if isinstance(step, int) else (*here, *step)

    def _members(self) -> Iterable[Named]:
        """Those that are shown."""
        return named(self.value) if self.depth <= DEEPEST else ()

    def _row(self, name: object, member: Json) -> Row:
        return self.shape.member(self.value, name, member, self.depth)


def named(value: Json) -> Iterable[Named]:
    """The members of an object with their names, of an array with their places."""
    return value.items() if isinstance(value, Mapping) else enumerate(value)


def json_rows(value: Json, *, width: int = 80, reveal: bool = False) -> Iterator[Row]:
    """The rows of a value; only those that are asked for are made."""
    return JsonShape(width, reveal).rows(value)


def json_lines(value: Json, *, reveal: bool = False) -> list[tuple[Piece, ...]]:
    """The first `MOST_LINES` lines of a value, unfolded; only what is shown is looked at."""
    rows = islice(unfolded(json_rows(value, reveal=reveal)), MOST_LINES + 1)
    shown = [pieces("  " * row.depth, *row.said) for row in rows]
    if len(shown) > MOST_LINES:
        shown[MOST_LINES] = pieces((f"{CUT} cut after {MOST_LINES} lines; copying takes the whole", Tone.WARN))
    return shown


def unfolded(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows and all that they hold, as far as it begins unfolded."""
    for row in rows:
        yield row if row.branch is None or row.opens else replace(row, said=row.folded)
        if row.branch is not None and row.opens:
            yield from unfolded(row.branch.rows())


def is_block(value: Json) -> bool:
    """Whether a value holds others."""
    return isinstance(value, Mapping | list | tuple) and bool(value)


def is_short(value: Json) -> bool:
    """Whether one row shows all of a value."""
    return len(value) <= MOST_CHARACTERS if isinstance(value, str) else not is_block(value)


def set_in(depth: int) -> int:
    """How far a row is set in."""
    return min(depth, DEEPEST_SET_IN)


def short(name: str) -> str:
    """A name of a field; a long one is cut with a mark."""
    return name if len(name) <= MOST_CHARACTERS else f"{name[:MOST_CHARACTERS]}{CUT}"
