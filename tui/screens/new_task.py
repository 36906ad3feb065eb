"""The form in which a task is made: its type, its parameters as JSON, its priority."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Select, Static, TextArea

from core.models import Json, NewTask
from core.snapshot import TypeRow
from tui.deeds import Deeds
from tui.look import Piece, Tone, content, hanging, lines, pieces
from tui.screens.form import Form, labelled, whole_number
from tui.widgets.safe_text import visible

LIKELY_WIDTH = 40
"""Cells of what is told of the fields, before it is laid out."""

LARGEST = 2_147_483_647
"""The highest priority that a 32-bit server keeps."""


class NewTaskScreen(Form):
    """A new task; ``focused`` is the type to begin with, ``like`` a task to begin from."""

    heading = "New task"
    doing = "create"

    def __init__(
        self, deeds: Deeds, types: Sequence[TypeRow], *, focused: str | None = None, like: NewTask | None = None
    ) -> None:
        super().__init__()
        self.deeds = deeds
        self.types = {row.name: row for row in types}
        first = like.task_type if like else focused or next(iter(self.types), None)
        if first is not None and first not in self.types:
            self.types[first] = TypeRow(name=first)
        prompts = [(content(((name, Tone.PLAIN),)), name) for name in self.types]
        self.kind: Select[str] = Select(
            prompts,
            value=first if first is not None else Select.NULL,
            allow_blank=first is None,
            compact=True,
            id="kind",
        )
        self.priority = Input(str(like.priority if like else 0), id="priority", type="integer", compact=True)
        self.parameters = TextArea(
            dumped(like.parameters) if like else self._begun(first),
            id="parameters",
            tab_behavior="focus",
            soft_wrap=False,
        )
        self.about = Static()
        self._untouched = self.parameters.text

    def fields(self) -> ComposeResult:
        """Type and priority, then parameters beside what the schema says of them."""
        if not self.types:
            yield Static(content((("No task type is known. Start workers (s) or register a type first.", Tone.WARN),)))
        with Horizontal(classes="row"):
            yield labelled("Task type", self.kind)
            yield labelled("Priority", self.priority)
        yield Static(content((("Parameters, as JSON", Tone.MUTED),)), classes="label")
        with Horizontal(id="sides"):
            yield self.parameters
            with VerticalScroll(id="about"):
                yield self.about

    def on_mount(self) -> None:
        """Begin where typing is likeliest."""
        self._explain()
        (self.parameters if self.types else self.kind).focus()

    def on_resize(self) -> None:
        """What is told of the fields is as wide as there is room for."""
        self.call_after_refresh(self._explain)

    def on_select_changed(self, event: Select.Changed) -> None:
        """Another type begins with other parameters, unless something was typed."""
        if self.parameters.text == self._untouched and event.value != self._shown_type:
            self.parameters.text = self._untouched = self._begun(self.chosen)
        self._explain()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say at once what is no JSON."""
        try:
            self._read()
        except ValueError as fault:
            self.refuse(str(fault))
        else:
            self.refuse("")

    @property
    def chosen(self) -> str | None:
        """The chosen type."""
        return self.kind.value if isinstance(self.kind.value, str) else None

    def _schema(self, name: str | None) -> Mapping[str, Json]:
        row = self.types.get(name or "")
        return (row.param_schema or {}) if row is not None else {}

    def _begun(self, name: str | None) -> str:
        return dumped(prefilled(self._schema(name)))

    def _explain(self) -> None:
        self._shown_type = self.chosen
        self.about.update(lines(explained(self._schema(self.chosen), self.about.size.width or LIKELY_WIDTH)))

    def _read(self) -> dict[str, Json]:
        try:
            value = json.loads(self.parameters.text or "{}")
        except json.JSONDecodeError as fault:
            raise ValueError(f"line {fault.lineno}, column {fault.colno}: {fault.msg}") from None
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if not isinstance(value, dict):
            raise ValueError("parameters must be an object: { … }")
        return value

    def action_send(self) -> None:
        """Create it."""
        try:
            priority = whole_number(self.priority.value, "The priority", -LARGEST, LARGEST)
            parameters = self._read()
        except ValueError as fault:
            self.refuse(str(fault))
            return
        if self.chosen is None:
            self.refuse("Choose a task type.")
            return
        self.send(partial(self._create, NewTask(self.chosen, parameters, priority)))

    async def _create(self, new: NewTask) -> str:
        made = await self.deeds.verbs.create_task(new)
        if made.deduplicated:
            return f"Nothing new: it is the same as task #{made.id}, which is {made.status}."
        return f"Task #{made.id} created."


def dumped(value: Mapping[str, Json]) -> str:
    """Parameters as one would type them."""
    return UNSEEN.sub(unseen, json.dumps(dict(value), indent=2, ensure_ascii=False))


UNSEEN = re.compile(r"[^\x20-\x7e\n]")


def unseen(found: re.Match[str]) -> str:
    """The character, or the JSON escape of one that would act on the terminal or hide."""
    character = found[0]
    return character if visible(character) == character else json.dumps(character)[1:-1]


def prefilled(schema: Mapping[str, Json]) -> dict[str, Json]:
    """What a schema's defaults and required fields make to begin with."""
    required = schema.get("required") or ()
    begun: dict[str, Json] = {}
    for name, rule in properties(schema):
        if "default" in rule:
            begun[name] = rule["default"]
        elif name in required:
            begun[name] = blank(rule)
    return begun


def properties(schema: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Fields and their rules, whatever the server sent as a schema."""
    known = schema.get("properties")
    for name, rule in (known if isinstance(known, Mapping) else {}).items():
        yield str(name), rule if isinstance(rule, Mapping) else {}


def blank(rule: Mapping[str, Json]) -> Json:
    """The emptiest value that a field may have."""
    if rule.get("enum"):
        return rule["enum"][0]
    kind = rule.get("type")
    match kind[0] if isinstance(kind, list) and kind else kind:
        case "integer" | "number":
            return rule.get("minimum", 0)
        case "boolean":
            return False
        case "array":
            return []
        case "object":
            return {}
        case _:
            return ""


def explained(schema: Mapping[str, Json], width: int) -> Iterator[tuple[Piece, ...]]:
    """What a schema says of each field, in lines of so many cells."""
    fields = list(properties(schema))
    if not fields:
        yield (("This type tells no schema; any object will do.", Tone.MUTED),)
    for name, rule in fields:
        needed = ("  required", Tone.WARN) if name in (schema.get("required") or ()) else ("", Tone.PLAIN)
        yield pieces((name, Tone.STRONG), needed)
        limits = ", ".join(f"{key} {rule[key]}" for key in ("minimum", "maximum", "pattern", "format") if key in rule)
        told = ((kind_of(rule), Tone.ACCENT), (str(rule.get("description", "")), Tone.MUTED), (limits, Tone.MUTED))
        for each in told:
            if each[0]:
                yield from hanging(pieces("  "), each, 2, width)


def kind_of(rule: Mapping[str, Json]) -> str:
    """The type of a field, or the values that it allows."""
    if isinstance(rule.get("enum"), list):
        return "one of " + ", ".join(json.dumps(each, ensure_ascii=False) for each in rule["enum"])
    kind = rule.get("type", "any")
    return " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
