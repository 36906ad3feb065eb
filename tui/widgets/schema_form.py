"""The fields that a schema makes, under each other; groups are indented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from core.form_values import Entry, Values
from core.formats import looks_like
from core.forms import NEEDED, Field, Kind, Path, Violation
from tui.look import Tone, content
from tui.widgets.field_box import FieldBox
from tui.widgets.masking import masked_text

NO_FIELDS = "This type tells no schema; any object will do. Type it as JSON (^r)."


class SchemaForm(Vertical):
    """Fields for a schema. The screen keeps what is typed: it hears `FieldBox.Changed`, and calls `show`."""

    DEFAULT_CSS = """
    SchemaForm { height: auto; }
    SchemaForm .group { height: auto; border-left: solid $foreground-muted; padding: 0 0 0 1; margin: 0 0 0 1; }
    """

    def __init__(self, fields: tuple[Field, ...], values: Values) -> None:
        super().__init__(id="schema-form")
        self.made, self.values = fields, dict(values)
        self.boxes: dict[Path, FieldBox] = {}

    def compose(self) -> ComposeResult:
        """The fields as they are now."""
        self.boxes = {}
        yield from self._boxes(self.made)
        if not self.boxes:
            yield Static(content(((NO_FIELDS, Tone.MUTED),)))

    async def show(self, fields: tuple[Field, ...], values: Values) -> None:
        """Show these fields with these entries; editors stay where the same ones will do."""
        same = fields is self.made and self._shape(self.made, self.values) == self._shape(fields, values)
        self.made, self.values = fields, dict(values)
        if not same:
            await self.recompose()
            return
        for path, box in self.boxes.items():
            box.write(values.get(path))

    def note(self, path: Path, entry: Entry | None) -> None:
        """Remember what a field holds."""
        if entry is None:
            self.values.pop(path, None)
        else:
            self.values[path] = entry

    def tell(
        self, faults: Mapping[Path, str], found: list[Violation], known: set[Path] | None
    ) -> tuple[list[FieldBox], list[str]]:
        """Put what is wrong where it is wrong; answers the fields that are, and what belongs to none of them.

        ``known``: fields that someone typed in; others are not told yet that they are required (None: all are).
        """
        said = dict(faults)
        elsewhere: list[str] = []
        for each in found:
            box = self._at(each)
            if box is None:
                # What is needed is not told before a first key, as with a field.
                elsewhere += [each.message] if known is None or known or each.rule != NEEDED else []
            elif known is None or each.rule not in ("required", NEEDED) or box.field.path in known:
                said.setdefault(box.field.path, in_words(each, box.field.path))
        for path, box in self.boxes.items():
            entry = self.values.get(path)
            if path in said:
                box.refuse(said[path])
            else:
                box.refuse(looks_like(box.field.format, entry) if isinstance(entry, str) else "", warning=True)
        return [box for path, box in self.boxes.items() if path in said], elsewhere

    def _at(self, violation: Violation) -> FieldBox | None:
        """The field that a violation is about: the innermost that there is."""
        path = violation.path
        for length in range(len(path), 0, -1):
            box = self.boxes.get(tuple(str(each) for each in path[:length]))
            if box is not None:
                return box
        return self.boxes.get((*(str(each) for each in path[:-1]), None)) if path else None

    def _boxes(self, fields: tuple[Field, ...]) -> Iterator[Widget]:
        for field in fields:
            entry = self.values.get(field.path)
            if field.path[-1] is None and entry is None:
                continue
            if FieldBox.style_of(field, entry) != "raw" and field.kind is Kind.GROUP:
                yield Static(content(self._heading(field)), classes="label")
                yield Vertical(*self._boxes(field.fields), classes="group")
            else:
                box = self.boxes[field.path] = FieldBox(field, entry)
                yield box

    @staticmethod
    def _heading(field: Field) -> list[tuple[str, Tone]]:
        needed = (" * required", Tone.WARN) if field.required else ("", Tone.PLAIN)
        about = " – ".join(each for each in (field.title, field.description) if each)
        return [(field.name, Tone.STRONG), needed, (f"  {about}", Tone.MUTED)]

    @classmethod
    def _shape(cls, fields: tuple[Field, ...], values: Values) -> list[tuple[Path, str]]:
        """Which editors there are."""
        shape: list[tuple[Path, str]] = []
        for field in fields:
            entry = values.get(field.path)
            if field.path[-1] is None and entry is None:
                continue
            style = FieldBox.style_of(field, entry)
            shape.append((field.path, style))
            if field.kind is Kind.GROUP and style != "raw":
                shape += cls._shape(field.fields, values)
        return shape


def in_words(violation: Violation, path: Path) -> str:
    """A violation at its field; inside of what the field holds, with the place."""
    inner = violation.path[len(path) - (path[-1] is None) :]
    if violation.rule == "required" and not inner:
        return "This is required."
    if not inner:
        return violation.message
    place = ".".join(f"item {each + 1}" if isinstance(each, int) else str(each) for each in inner)
    return placed(place, violation.message)


def placed(place: str, sentence: str) -> str:
    """A sentence behind the place that it is about."""
    said = f"{place}: {masked_text(sentence)}"
    # Behind the name of a secret and a colon a word of the sentence would be taken for the secret.
    return said if masked_text(said) == said else f"{place} – {masked_text(sentence)}"
