"""Asks what to write to which file, and writes it, with how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import ascii_lowercase

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Static

from core.errors import CoreError
from core.exports import Format, Progress
from tui.look import Piece, Tone, bar, content, lines, number, pieces
from tui.result_deeds import ResultDeeds, Scope, whose_days
from tui.screens.form import Form, labelled
from tui.widgets.masking import masked_text
from tui.wording import told

TICK = 0.2
"""Seconds between two looks at how far it is."""
COUNT_EVERY = 2.0
"""Seconds between two counts of what there is to export."""
SAID_FOR = 15.0
"""Seconds for which it is said what was written where: a path takes its time to be read."""


class Choice(Static, can_focus=True):
    """The scopes and the formats, each with its key."""


class ExportScreen(Form):
    """One key a scope; f for the format; enter writes. Leaving it while it writes stops that."""

    AUTO_FOCUS = "Choice"
    BINDINGS = [
        Binding("enter", "send", "Export"),
        Binding("down,j", "choose('down')", "Down"),
        Binding("up,k", "choose('up')", "Up"),
        *(Binding(each, f"choose({each!r})", show=False) for each in ascii_lowercase if each not in "jk"),
    ]
    heading = "Export"
    doing = "export"

    def __init__(self, deeds: ResultDeeds, scopes: Sequence[Scope], folder: Path) -> None:
        super().__init__()
        self.deeds = self.results = deeds
        self.scopes = scopes
        self.scope = scopes[0]
        self.format = Format.JSON
        self.folder = folder
        self.choice = Choice()
        self.path = Input(self._named(), id="path", compact=True)
        self.where = Static()
        self.progress: Progress | None = None
        self.many: dict[str, int | None] = {}
        """How many rows a scope has, by its key, as far as they were counted; None: they cannot be."""
        self._counting = False

    def fields(self) -> ComposeResult:
        """What, how, where to."""
        yield self.choice
        yield labelled("File", self.path)
        yield self.where

    def hint(self) -> tuple[Piece, ...]:
        """The keys that matter here."""
        export: tuple[Piece, ...] = (("⏎", Tone.ACCENT), (" export   ", Tone.MUTED))
        return (
            *(() if self._is_empty() else export),
            ("tab", Tone.ACCENT),
            (" the file   ", Tone.MUTED),
            ("esc", Tone.ACCENT),
            (" leave", Tone.MUTED),
        )

    def on_mount(self) -> None:
        """Show what is chosen."""
        self.set_interval(TICK, self._tell_progress)
        self.set_interval(COUNT_EVERY, self._count_anew)
        self._tell()
        self._count_anew()

    def _count_anew(self) -> None:
        """Count, unless that is being done or does not matter any more."""
        if not self._counting and not self.sending:
            self._counting = True
            self.run_worker(self._count(), group="count")

    async def _count(self) -> None:
        """One after another, all results last: rows come meanwhile, and no part is more than the whole. What was not
        counted yet is told at once. The screen ends it when it closes."""
        found: dict[str, int | None] = {}
        for scope in reversed(self.scopes):
            try:
                found[scope.key] = await self.results.many(scope)
            except CoreError:
                found[scope.key] = None  # what keeps it from being read is told when it is exported
            if scope.key not in self.many:
                self.many[scope.key] = found[scope.key]
                self._tell()
        self.many |= found
        self._tell()
        self._counting = False

    def _is_empty(self) -> bool:
        """Whether what is chosen is known to have no rows."""
        return self.many.get(self.scope.key) == 0

    def _counted(self, scope: Scope) -> Piece:
        """What stands beside a scope."""
        many = self.many.get(scope.key, -1)
        if many == 0:
            return ("  none", Tone.WARN)
        if not scope.counts or many is None:
            return ("", Tone.MUTED)
        return ("  …" if many < 0 else f"  {number(many)}", Tone.MUTED)

    def _named(self) -> str:
        return str(self.folder / f"{self.scope.slug}.{self.format.value}")

    def _tell(self) -> None:
        rows: list[tuple[Piece, ...]] = [pieces(("What", Tone.MUTED))]
        for scope in self.scopes:
            chosen = scope is self.scope
            rows.append(
                pieces((scope.key, Tone.ACCENT), "  (•) " if chosen else "  ( ) ", scope.title, self._counted(scope))
            )
        rows.append(pieces((f"   {whose_days()}", Tone.MUTED)))
        rows.append(pieces(("How", Tone.MUTED)))
        named = "   ".join(f"({'•' if each is self.format else ' '}) {each.value.upper()}" for each in Format)
        rows.append(pieces(("f", Tone.ACCENT), f"  {named}"))
        self.choice.update(lines(rows))
        for hint in self.query(".hint").results(Static):
            hint.update(content(self.hint()))
        self._tell_where()

    def action_choose(self, key: str) -> None:
        """What is exported, and how, while nobody types the name of the file."""
        if self.sending or self.path.has_focus:
            return
        was = self._named()
        if key == "f":
            self.format = Format.CSV if self.format is Format.JSON else Format.JSON
        elif key in ("down", "up"):
            step = 1 if key == "down" else -1
            self.scope = self.scopes[(self.scopes.index(self.scope) + step) % len(self.scopes)]
        else:
            self.scope = next((scope for scope in self.scopes if scope.key == key), self.scope)
        if self.path.value == was:
            self.path.value = self._named()
        self.refuse("")
        self._tell()

    def _wanted(self) -> Path:
        """The file that will be written."""
        return Path(self.path.value.strip()).expanduser().absolute()

    def on_input_changed(self) -> None:
        """Another file."""
        self._tell_where()

    def _tell_where(self) -> None:
        """Which file is written: it may be typed as a part of its path, or be longer than its field."""
        said = f"Writes {masked_text(str(self._wanted()))}" if self.path.value.strip() else ""
        if self._is_empty():
            said = "There is nothing to write."
        self.where.update(content(((said, Tone.MUTED),)))

    def action_send(self) -> None:
        """Write it."""
        if self.sending:
            return
        if not self.path.value.strip():
            self.refuse("Say which file.")
            return
        self.sending = True
        self.progress = Progress()
        self._tell_progress()
        self.results.beside(self._export(self._wanted(), self.format, self.progress))

    async def _export(self, path: Path, format: Format, progress: Progress) -> None:
        try:
            said = await self.results.export(self.scope, path, format, progress)
        except CoreError as error:
            self._end()
            if self.is_attached:
                self.refuse(told(error))
            else:
                self.deeds.say(told(error), wrong=True)
            return
        self._end()
        if said:
            self.deeds.say(said, seconds=SAID_FOR)
            if self.is_attached:
                self.dismiss()

    def _end(self) -> None:
        self.sending, self.progress = False, None
        self.refuse("")

    def _tell_progress(self) -> None:
        progress = self.progress
        if progress is not None:
            total = progress.total
            percent = round(100 * progress.written / total) if total else 0
            of = "" if total is None else f" of {number(total)}"
            said = f"{bar(percent, 20)} {number(progress.written)}{of} rows   esc stops it"
            self.fault.update(content(((said, Tone.BUSY),)))

    def action_leave(self) -> None:
        """Close; what is being written is stopped."""
        if self.progress is not None:
            self.progress.cancel()
        self.dismiss()
