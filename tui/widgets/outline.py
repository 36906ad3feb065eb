"""Sections of rows that fold: which rows there are now, and the line of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tui.widgets.branches import Branch, Path, Row, Step, found_in
from tui.widgets.folds import Folds, Shown, is_at, taken

FIRST_ROWS = 400
"""Rows of a section that are read when it is opened; a mark stands where there are more."""

MORE_ROWS = 5_000
"""Rows that are read when more are asked for."""


@dataclass(slots=True)
class Section:
    """Rows under a heading. ``source``: what they are made of; while it is equal, they are the same. ``total``: how
    many characters there are to tell, None where that is not known. ``opens``: it begins unfolded. ``finds``: where
    they hold a text, if that can be found without making them all."""

    key: str
    title: str
    source: object
    make: Callable[[], Iterable[Row]]
    opens: bool = True
    total: int | None = None
    finds: Callable[[str], Iterator[Step]] | None = None
    shown: list[Shown] = field(default_factory=list[Shown])


class Outline:
    """The sections, and the line of each of their rows: a heading, its rows, an empty line."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.folds = Folds()
        self._starts: list[int] = [0]

    def __len__(self) -> int:
        return self._starts[-1]

    def put(self, sections: Sequence[Section]) -> bool:
        """Show these sections from now on; answers whether anything is otherwise. What was read stays read."""
        known = {section.key: section for section in self.sections}
        changed = [section.key for section in sections] != list(known)
        for section in sections:
            old = known.get(section.key)
            if old is not None and old.source == section.source:
                section.shown = old.shown
                changed |= (old.title, old.total) != (section.title, section.total)
            else:
                section.shown = self.read(section, max(FIRST_ROWS, len(old.shown) if old else 0))
                changed = True
        self.sections = list(sections)
        self.count()
        return changed

    def read(self, section: Section, most: int) -> list[Shown]:
        """Its first rows."""
        return taken(self.rows(section), (section.key,), 1, most)

    def rows(self, section: Section) -> Iterator[Shown]:
        """All its rows that are not folded away, made as they are asked for."""
        return self.folds.read(section.make(), (section.key,), 1)

    def is_open(self, section: Section) -> bool:
        """Whether it is unfolded."""
        return self.folds.is_open((section.key,), section.opens)

    def at(self, line: int) -> tuple[Section, Shown | None]:
        """The section at a line, and its row there: None for the heading and for the empty line below."""
        section, offset = self.sections[self._place(line)], self._offset(line)
        return section, section.shown[offset] if 0 <= offset < len(section.shown) else None

    def is_heading(self, line: int) -> bool:
        """Whether a heading stands there."""
        return self._starts[self._place(line)] == line

    def headings(self) -> list[int]:
        """The lines of all headings."""
        return self._starts[:-1]

    def path_at(self, line: int) -> Path:
        """Where the line is, for finding it again."""
        section, shown = self.at(line)
        if shown is not None:
            return shown.path
        return (section.key,) if self.is_heading(line) else (section.key, "", "")

    def line_of(self, path: Path) -> int | None:
        """The line of a path, of the nearest row that it is in; None when its section is gone."""
        place = next((n for n, section in enumerate(self.sections) if section.key == path[0]), None)
        if place is None:
            return None
        section, start = self.sections[place], self._starts[place]
        if path[1:] == ("", ""):
            return self._starts[place + 1] - 1
        best, line = 1, start
        for offset, shown in enumerate(section.shown if self.is_open(section) else ()):
            if is_at(shown, path):
                return start + 1 + offset
            if best < len(shown.path) < len(path) and shown.path == path[: len(shown.path)]:
                best, line = len(shown.path), start + 1 + offset
        return line

    def turn(self, line: int) -> bool:
        """Fold or unfold what is there; answers whether there is anything to fold."""
        section, shown = self.at(line)
        if shown is None:
            self.folds.turn((section.key,))
        elif shown.row.branch is None:
            return False
        else:
            self._turn_row(section, self._offset(line), shown, shown.row.branch)
        self.count()
        return True

    def _turn_row(self, section: Section, place: int, shown: Shown, branch: Branch) -> None:
        self.folds.turn(shown.path)
        rows: list[Shown] = []
        if not shown.open:
            below = shown.level + 1
            found = self.folds.read(branch.rows(), shown.path, below)
            rows = taken(found, shown.path, below, FIRST_ROWS, branch.total)
        end = next(
            (n for n in range(place + 1, len(section.shown)) if section.shown[n].level <= shown.level),
            len(section.shown),
        )
        turned = Shown(shown.path, shown.level, shown.row, not shown.open)
        section.shown[place : end if shown.open else place + 1] = [turned, *rows]

    def folded_above(self, path: Path) -> Iterator[Path | None]:
        """The paths that must be unfolded for a path to be seen; None for each row that was looked at for that."""
        section = self.section(path)
        if section is None:
            return
        if not self.is_open(section):
            yield path[:1]
        rows: Iterable[Row] = section.make()
        for depth in range(1, len(path) - 1):
            row = None
            for row in rows:
                yield None
                if row.key == path[depth]:
                    break
            if row is None or row.key != path[depth] or row.branch is None:
                return
            if not self.folds.is_open(path[: depth + 1], row.opens):
                yield path[: depth + 1]
            rows = row.branch.named(path[depth + 1])

    def section(self, path: Path) -> Section | None:
        """The section that a path leads to; None when it is gone."""
        return next((each for each in self.sections if each.key == path[0]), None)

    def fold_all(self, *, fold: bool) -> None:
        """Fold or unfold all sections."""
        for section in self.sections:
            if self.is_open(section) == fold:
                self.folds.turn((section.key,))
        self.count()

    def replace(self, key: str, shown: list[Shown]) -> None:
        """Show these rows of a section."""
        for section in self.sections:
            if section.key == key:
                section.shown = shown
        self.count()

    def mark_at(self, line: int) -> tuple[Section, Shown] | None:
        """The mark for more at that line, or the next one below it in the section, or the last one above."""
        section = self.at(line)[0]
        marks = [n for n, each in enumerate(section.shown) if each.more is not None]
        if not marks or not self.is_open(section):
            return None
        here = self._offset(line)
        return section, section.shown[next((n for n in marks if n >= here), marks[-1])]

    def splice(self, key: str, mark: Shown, rows: Sequence[Shown]) -> None:
        """Put rows in the place of a mark, if it still stands there."""
        for section in (each for each in self.sections if each.key == key):
            place = next((n for n, each in enumerate(section.shown) if each is mark), None)
            if place is not None:
                section.shown[place : place + 1] = rows
        self.count()

    def finds(self, needle: str) -> Iterator[Step]:
        """Where a text (folded) is in the present sections, folded or not."""
        for section in tuple(self.sections):
            found = section.finds(needle) if section.finds is not None else found_in(iter(section.make()), needle)
            for step in found:
                yield step if isinstance(step, int) else (section.key, *step)

    @property
    def total(self) -> int:
        """How many characters there are to look at in the large sections; 0 where that is not known."""
        return sum(section.total or 0 for section in self.sections)

    def left(self, section: Section) -> int | None:
        """How many characters of a section are not read yet, about; None where that is not known."""
        if section.total is None:
            return None
        return max(0, section.total - sum(each.row.size for each in section.shown))

    def exactly(self, path: Path) -> int | None:
        """The line of a path where it is to be seen; None where it is not."""
        line = self.line_of(path)
        shown = None if line is None else self.at(line)[1]
        return line if (shown is not None and is_at(shown, path)) or path[1:] == () else None

    def _offset(self, line: int) -> int:
        return line - self._starts[self._place(line)] - 1

    def _place(self, line: int) -> int:
        return next(n for n in range(len(self.sections)) if self._starts[n + 1] > line)

    def count(self) -> None:
        """Where each section begins now."""
        self._starts = [0]
        for section in self.sections:
            rows = len(section.shown) if self.is_open(section) else 0
            self._starts.append(self._starts[-1] + 1 + rows + (1 if rows else 0))
