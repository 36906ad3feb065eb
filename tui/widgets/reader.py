"""Reads an outline: keeps its place while rows change, moves, folds, and finds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from textual import events
from textual.geometry import Size
from textual.message import Message

from tui.command import bindings
from tui.commands import READING
from tui.widgets.branches import Path
from tui.widgets.folds import Shown, behind, taken, up_to
from tui.widgets.outline import MORE_ROWS, Section
from tui.widgets.outline_canvas import OutlineCanvas
from tui.widgets.slices import sliced
from tui.widgets.sought import folded

MOST_HITS = 10_000
"""Places of a text that are counted."""


class Reader(OutlineCanvas, can_focus=True):
    """Sections of rows with a cursor. What is read stays where it is, whatever changes above it."""

    BINDINGS = bindings(READING)

    @dataclass
    class Moved(Message):
        """The cursor is elsewhere, or there is more to read, or less."""

    def __init__(self) -> None:
        super().__init__(id="reader")
        self._one_at_a_time = asyncio.Lock()

    @property
    def section(self) -> Section | None:
        """The section that the cursor is in."""
        return self.outline.at(self.cursor)[0] if len(self.outline) else None

    def put(self, sections: Sequence[Section]) -> None:
        """Show these sections; neither the cursor nor what is in sight moves."""
        had = len(self.outline)
        top = min(round(self.scroll_offset.y), max(0, had - 1))
        places = [self.outline.path_at(min(line, had - 1)) for line in (self.cursor, top)] if had else []
        if not self.outline.put(sections):
            return
        if places:
            self.cursor = self._line_now(places[0], self.cursor)
        self._measure()
        if places and top:
            self._scroll(self._line_now(places[1], top))
        self.refresh()

    def _line_now(self, path: Path, before: int) -> int:
        line = self.outline.line_of(path)
        return max(0, min(before if line is None else line, len(self.outline) - 1))

    def clear(self) -> None:
        """Begin anew, for another text; what was unfolded by hand stays so."""
        self.outline.sections = []
        self.outline.put([])
        self.cursor = 0
        self._measure()
        self._scroll(0)

    # Moving

    def _measure(self) -> None:
        self.virtual_size = Size(0, len(self.outline))

    def _scroll(self, y: float) -> None:
        self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def move(self, line: int, *, centre: bool = False) -> None:
        """Put the cursor on a line, and bring it into sight."""
        self.cursor = max(0, min(line, len(self.outline) - 1))
        top, height = round(self.scroll_offset.y), max(1, self.size.height)
        if not top <= self.cursor < top + height:
            near = self.cursor if self.cursor < top else self.cursor - height + 1
            self._scroll(self.cursor - height // 2 if centre else near)
        self.post_message(self.Moved())
        self.refresh()

    def action_down(self) -> None:
        """One row down."""
        self.move(self.cursor + 1)

    def action_up(self) -> None:
        """One row up."""
        self.move(self.cursor - 1)

    def action_page_down(self) -> None:
        """A page down."""
        self.move(self.cursor + max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """A page up."""
        self.move(self.cursor - max(1, self.size.height - 1))

    def action_first(self) -> None:
        """To the top."""
        self.move(0)

    def action_last(self) -> None:
        """To the end of what is read."""
        self.move(len(self.outline) - 1)

    def action_next_section(self) -> None:
        """To the next heading; it comes to the top."""
        lines = self.outline.headings()
        self._to_heading(next((line for line in lines if line > self.cursor), lines[0] if lines else 0))

    def action_previous_section(self) -> None:
        """To the heading before."""
        lines = self.outline.headings()
        self._to_heading(next((line for line in reversed(lines) if line < self.cursor), lines[-1] if lines else 0))

    def _to_heading(self, line: int) -> None:
        self.cursor = line
        self._scroll(line)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """The mouse moves the cursor; twice folds."""
        self.move(round(self.scroll_offset.y) + event.y)
        if event.chain == 2:
            self.action_fold()

    # Folding

    def action_fold(self) -> None:
        """Fold or unfold what the cursor is on; on a mark, read more."""
        if not len(self.outline) or self._one_at_a_time.locked():
            return
        shown = self.outline.at(self.cursor)[1]
        if shown is not None and shown.more is not None:
            self.action_more()
        elif shown is not None or self.outline.is_heading(self.cursor):
            self.outline.turn(self.cursor)
            self._measure()
            self.refresh()

    def action_fold_in(self) -> None:
        """Fold what the cursor is on, else go to what it is in."""
        section, shown = self.outline.at(self.cursor) if len(self.outline) else (None, None)
        if section is None:
            return
        if self.outline.is_open(section) if shown is None else shown.open:
            self.action_fold()
        else:
            path = self.outline.path_at(self.cursor)
            self.move(self._line_now(path[:-1] or path, self.cursor))

    def action_unfold(self) -> None:
        """Unfold what the cursor is on, else go a row down."""
        section, shown = self.outline.at(self.cursor) if len(self.outline) else (None, None)
        if section is None:
            return
        if shown is None:
            foldable = self.outline.is_heading(self.cursor) and not self.outline.is_open(section)
        else:
            foldable = shown.more is not None or (shown.row.branch is not None and not shown.open)
        if foldable:
            self.action_fold()
        else:
            self.action_down()

    def action_fold_all(self) -> None:
        """Fold all sections; when they all are, unfold them."""
        path = self.outline.path_at(self.cursor) if len(self.outline) else ()
        self.outline.fold_all(fold=any(self.outline.is_open(each) for each in self.outline.sections))
        self._measure()
        if path:
            self.move(self._line_now(path, self.cursor))

    def action_more(self) -> None:
        """Read more of the section that the cursor is in."""
        self.run_worker(self._more(), group="more")

    async def _more(self) -> None:
        async with self._one_at_a_time:
            found = self.outline.mark_at(self.cursor) if len(self.outline) else None
            if found is not None:
                section, mark = found
                rows = await asyncio.to_thread(behind, mark, MORE_ROWS)
                self.outline.splice(section.key, mark, rows)
                self._measure()
                self.move(self.cursor)

    # Finding

    async def find(self, needle: str) -> AsyncGenerator[tuple[list[Path], int], None]:
        """Mark a text wherever it is in sight, and find all its places, at most about `MOST_HITS`: some of them at a
        time, each time with how many characters were looked at so far."""
        self.needle = folded(needle)
        self.refresh()
        many = looked = 0
        async with aclosing(sliced(self.outline.finds(self.needle) if needle else iter(()))) as slices:
            async for steps in slices:
                paths = [step for step in steps if not isinstance(step, int)]
                many += len(paths)
                looked += sum(step for step in steps if isinstance(step, int))
                yield paths, looked
                if many > MOST_HITS:
                    return

    async def go_to(self, path: Path) -> None:
        """Put the cursor on a place; what it is folded into is unfolded, and read as far as it. Whoever is called off
        meanwhile leaves everything as it was."""
        async with self._one_at_a_time:
            folded: list[Path] = []
            async with aclosing(sliced(self.outline.folded_above(path))) as slices:
                async for steps in slices:
                    folded += [step for step in steps if step is not None]
            with self._unfolded(folded):
                section = self.outline.section(path)
                if section is not None and (any(map(is_branch, folded)) or self.outline.exactly(path) is None):
                    await self._read_to(section, path)
            self._measure()
            self.move(self._line_now(path, self.cursor), centre=True)

    @contextmanager
    def _unfolded(self, folded: Sequence[Path]) -> Iterator[None]:
        for each in folded:
            self.outline.folds.turn(each)
        self.outline.count()
        try:
            yield
        except BaseException:
            for each in folded:
                self.outline.folds.turn(each)
            self.outline.count()
            raise

    async def _read_to(self, section: Section, path: Path) -> None:
        rows, head = self.outline.rows(section), list[Shown]()
        async with aclosing(sliced(up_to(rows, path))) as slices:
            async for some in slices:
                head += some
        now = self.outline.section(path)
        if now is not None and now.source == section.source:
            self.outline.replace(section.key, head + taken(rows, (section.key,), 1, max(100, self.size.height)))


def is_branch(path: Path) -> bool:
    """Whether a path is that of a row, not of a section."""
    return len(path) > 1
