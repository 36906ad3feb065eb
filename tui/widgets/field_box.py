"""One field of a form that was made from a schema: what is told of it, where it is filled in, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatchmethod

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, Static, TextArea

from core.form_values import Entry, Raw, is_raw
from core.forms import Field, Kind, Path
from tui.look import Piece, Tone, content
from tui.widgets.line_input import LineInput, Lines
from tui.widgets.masking import MASK, is_secret, masked_text
from tui.widgets.safe_text import head

MOST_SHOWN = 60
"""Characters of a default, a choice or a limit that are shown."""


class FieldBox(Vertical):
    """A label, an editor, and a line for what is wrong."""

    DEFAULT_CSS = """
    FieldBox { height: auto; }
    FieldBox > Static { height: auto; }
    FieldBox > .wrong { display: none; }
    FieldBox.-told > .wrong { display: block; }
    FieldBox > TextArea { height: auto; min-height: 2; max-height: 8; background: $boost; }
    FieldBox > TextArea:focus { background: $primary 20%; }
    """

    @dataclass
    class Changed(Message):
        """Something else is typed; None: nothing."""

        path: Path
        entry: Entry | None

    @dataclass
    class Lined(Message):
        """Several lines were put into a text of one; it keeps them."""

        path: Path

    def __init__(self, field: Field, entry: Entry | None) -> None:
        super().__init__()
        self.field = field
        self.entry = entry
        self.raw = is_raw(field, entry)
        self.editor = self._editor()
        self.wrong = Static(classes="wrong")
        self.fault = ""

    def compose(self) -> ComposeResult:
        """Label, editor, fault."""
        yield Static(content(self._label()), classes="label")
        yield self.editor
        yield self.wrong

    @staticmethod
    def style_of(field: Field, entry: Entry | None) -> str:
        """Which editor that field needs for that entry."""
        if is_raw(field, entry):
            return "raw"
        if field.kind in (Kind.CHOICE, Kind.LIST):
            return str(field.kind)
        return "lines" if field.kind is Kind.LINES or (isinstance(entry, str) and "\n" in entry) else "line"

    def on_descendant_focus(self) -> None:
        """One who fills it in sees its label too."""
        self.call_after_refresh(self.scroll_visible, animate=False, immediate=True)

    def write(self, entry: Entry | None) -> None:
        """Show another entry; nobody is told."""
        if entry != self.entry:
            self.entry = entry
            self._show(self.editor, entry)

    def refuse(self, sentence: str, *, warning: bool = False) -> None:
        """Say what is wrong; empty: nothing."""
        self.fault = masked_text(sentence)
        mark, tone = ("⚠", Tone.WARN) if warning else ("✗", Tone.BAD)
        self.wrong.update(content(((f"{mark} {self.fault}", tone),) if sentence else ()))
        self.set_class(bool(sentence), "-told")

    def on_input_changed(self, event: Input.Changed) -> None:
        """A line is another."""
        event.stop()
        self._take(event.value or None)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Lines are others."""
        event.stop()
        text = event.text_area.text
        if self.field.kind is Kind.LIST and not self.raw:
            lines = tuple(line for line in text.split("\n") if line.strip())
            self._take(lines if lines or self.field.required else None)
        elif not text:
            self._take(None)
        else:
            self._take(Raw(text) if isinstance(self.entry, Raw) else text)

    def on_select_changed(self, event: Select.Changed) -> None:
        """Another choice."""
        event.stop()
        self._take(event.value if isinstance(event.value, str) else None)

    def _take(self, entry: Entry | None) -> None:
        if entry != self.entry:
            # What is raw stays raw while it is edited, also after it was empty for a moment.
            raw = self.raw and self.field.kind is not Kind.RAW and isinstance(entry, str)
            self.entry = Raw(entry) if raw and isinstance(entry, str) else entry
            self.post_message(self.Changed(self.field.path, self.entry))

    def _editor(self) -> Widget:
        match self.style_of(self.field, self.entry):
            case "choice":
                editor: Widget = self._select()
            case "line":
                default = MASK if is_secret(self.field.name) else masked_text(self.field.default)
                hint = head(f"default {default}", MOST_SHOWN) if self.field.default else ""
                takes_lines = self.field.kind is Kind.TEXT and not is_secret(self.field.name)
                editor = LineInput(shown(self.entry), placeholder=hint, compact=True, select_on_focus=False)
                editor.several = self._become_lines if takes_lines else None
            case _:
                editor = text_area(shown(self.entry))
        return editor

    def _become_lines(self, text: str) -> TextArea:
        """Hold several lines from now on."""
        line, area = self.editor, text_area(text)
        self.editor = area
        self.mount(area, after=line)
        # At once: the next key may be here before anything is painted.
        self.screen.set_focus(area)
        area.move_cursor(area.document.end)
        line.remove()
        self._take(text)
        self.post_message(self.Lined(self.field.path))
        return area

    def _select(self) -> Select[str]:
        options = [(content(((head(text, MOST_SHOWN), Tone.PLAIN),)), text) for text in self.field.choices]
        value = self.entry if isinstance(self.entry, str) else Select.NULL
        return Select(options, value=value, prompt="not given", compact=True)

    @singledispatchmethod
    def _show(self, editor: Widget, entry: Entry | None) -> None:
        raise TypeError(f"no editor: {editor!r}")

    @_show.register
    def _(self, editor: Input, entry: Entry | None) -> None:
        editor.value = shown(entry)

    @_show.register
    def _(self, editor: TextArea, entry: Entry | None) -> None:
        rewrite(editor, shown(entry))

    @_show.register
    def _(self, editor: Select, entry: Entry | None) -> None:  # type: ignore[type-arg]  # a class for the dispatch
        editor.value = entry if isinstance(entry, str) else Select.NULL

    def _label(self) -> list[Piece]:
        field = self.field
        said: list[Piece] = [(field.name or field.title, Tone.STRONG)]
        if field.required:
            said.append((" * required", Tone.WARN))
        kind = f"{field.told or field.kind}, as JSON" if self.raw else field.told
        if field.kind is Kind.CHOICE and not self.raw:
            kind = "" if len(field.choices) > 1 else "the only value"
        if field.kind is Kind.LIST and not self.raw:
            kind += ", one a line"
        told = [each for each in (kind, *field.limits) if each]
        said.append((f"  {', '.join(head(each, MOST_SHOWN) for each in told)}", Tone.ACCENT))
        about = " – ".join(each for each in (field.title if field.name else "", field.description) if each)
        if about:
            said.append((f"  {head(about, 400)}", Tone.MUTED))
        return said


def text_area(text: str) -> TextArea:
    """An editor of several lines."""
    return Lines(text, tab_behavior="focus", soft_wrap=True, compact=True)


def shown(entry: Entry | None) -> str:
    """An entry as its editor holds it."""
    if isinstance(entry, Raw):
        return entry.text
    return "\n".join(entry) if isinstance(entry, tuple) else entry or ""


def rewrite(area: TextArea, text: str) -> None:
    """Another text, which undo takes back."""
    if area.text != text:
        area.replace(text, (0, 0), area.document.end)
