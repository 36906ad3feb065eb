"""A form for the parameters of a task type that can be chosen in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.binding import Binding

from core.forms import carried, fields_of, prefilled
from core.models import Json
from core.snapshot import Link, TypeRow
from core.veils import veiled
from tui.deeds import Deeds
from tui.screens.choose_type import ChooseTypeScreen
from tui.screens.parameters_form import ParametersForm
from tui.widgets.type_field import TypeField

LOOK = 0.5
"""Seconds after which it is looked for types that were not known before."""


class TypedForm(ParametersForm):
    """Begins with the type ``chosen`` and with ``params``, where there are some; else with what its schema offers."""

    BINDINGS = [Binding("ctrl+t", "choose_type", "Type")]

    def __init__(
        self, deeds: Deeds, types: Sequence[TypeRow], chosen: str | None, params: Mapping[str, Json] | None
    ) -> None:
        self.types = {row.name: row for row in types}
        self.chosen = chosen or next(iter(self.types), None)
        super().__init__(deeds, self.schema, prefilled(self.schema) if params is None else params)
        self.cloned = params is not None
        self.kind = TypeField(id="kind")
        self._untouched = self._written
        self._turned = False
        """Whether the JSON came up by itself, since there were no fields."""

    def on_mount(self) -> None:
        """Begin where typing is likeliest."""
        self.type_changed()
        self._begin_typing()
        self._edited()
        self.set_interval(LOOK, self._learn_types)

    def type_changed(self) -> None:
        """Tell the type, and that its fields are others."""
        row = self.types.get(self.chosen or "")
        self.kind.tell(self.chosen, row, unheard=self.deeds.snapshot().server.link is not Link.LIVE)
        self.form.display = self.chosen is not None

    def begin_anew(self) -> None:
        """What there is now was not typed by anyone."""
        raise NotImplementedError

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was typed."""
        raise NotImplementedError

    def _begin_typing(self) -> None:
        first = next(iter(self.form.boxes.values()), None)
        if first is not None and self._turned and self.only_json:
            self.action_turn()
            self._turned = False
        elif first is not None and not self.only_json:
            # At once: the next key may be here before anything is painted. It is at the top: nothing is to be scrolled.
            self.set_focus(first.editor, scroll_visible=False)
        elif self.has_class("-raw"):
            self.set_focus(self.parameters)
        elif self.types:
            self.action_turn()
            self._turned = True
        else:
            self.set_focus(self.kind)

    @property
    def schema(self) -> Mapping[str, Json]:
        """That of the chosen type."""
        row = self.types.get(self.chosen or "")
        return (row.param_schema or {}) if row is not None else {}

    async def _learn_types(self) -> None:
        """The form may have been opened before the types were known."""
        known = {row.name: row for row in self.deeds.snapshot().types}
        if known.keys() <= self.types.keys() or self.sending:
            return
        self.types |= known
        if self.chosen is None:
            untouched = self.is_untouched
            await self._take_type(next(iter(self.types)))
            if untouched:
                self.begin_anew()
            if self.focused is self.kind:
                self._begin_typing()

    def action_choose_type(self) -> None:
        """Choose another type."""
        if self.app.screen is self:  # two keys that came at once would open one above the other
            self.app.push_screen(ChooseTypeScreen(list(self.types.values()), self.chosen), self._choose)

    def on_type_field_wanted(self, event: TypeField.Wanted) -> None:
        """The same, from the line that tells it."""
        self.action_choose_type()

    async def _choose(self, name: str | None) -> None:
        """Take that type, and go on with its first field."""
        if name is not None:
            await self._take_type(name)
            self._begin_typing()

    async def _take_type(self, name: str) -> None:
        """Another type begins with other parameters; what was typed is kept, what only the old type offered is not."""
        if name == self.chosen:
            return
        untouched = self.parameters.text == self._untouched and not self.faults
        meant, torn = self._lifted
        offered = {} if self.cloned else prefilled(self.schema)
        self.chosen = name
        self.made = fields_of(self.schema)
        if untouched or not torn:
            begun = prefilled(self.schema)
            self.original = begun if untouched else carried(meant, offered, begun)
            self.params = dict(self.original) if self.revealed else veiled(self.original)
        self.faults, self.known, self.raw_fault = {}, set(), ""
        await self._show_params()
        if untouched:
            self._untouched = self._written
        self.type_changed()
        self._edited()
