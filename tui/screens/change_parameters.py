"""Asks how copies of tasks differ from the tasks that they are copies of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from textual.app import ComposeResult
from textual.widgets import Checkbox, Input, Static

from core.bulk import COPY_OF, Order
from tui.deeds import Deeds
from tui.look import Tone, content
from tui.screens.form import Form, labelled, whole_number

MOST_COPIES = 1000


class ChangeParametersScreen(Form):
    """How many copies, which parameters they have otherwise, or that they are to be the same."""

    AUTO_FOCUS = "#changes"
    heading = "How copies differ"
    doing = "look what would be done"

    def __init__(self, deeds: Deeds, order: Order, chosen: Callable[[Order], None]) -> None:
        super().__init__()
        self.deeds = deeds
        self.order = order
        self.chosen = chosen
        begun = json.dumps(dict(order.changes), ensure_ascii=False) if order.changes else ""
        self.changes = Input(begun, placeholder='{"max_videos": 51}', id="changes", compact=True)
        self.copies = Input(str(order.copies), id="copies", type="integer", compact=True)
        self.same = Checkbox("All parameters the same", order.same, compact=True)

    def fields(self) -> ComposeResult:
        """What to know, and the three fields."""
        about = (
            "A task with the type and the parameters of another one is a duplicate, and not created; its priority "
            f"makes no difference. Left empty, each copy gets a parameter {COPY_OF}, where its type allows that. "
            "{n} in a text is the number of the copy."
        )
        yield Static(content(((about, Tone.MUTED),)))
        yield labelled("Changed parameters, JSON", self.changes)
        yield labelled("Copies of each", self.copies)
        yield self.same

    def action_send(self) -> None:
        """Make the dry run with that."""
        try:
            copies = whole_number(self.copies.value, "The number of copies", 1, MOST_COPIES)
            changes = parsed(self.changes.value)
        except ValueError as fault:
            self.refuse(str(fault))
            return
        order = replace(self.order, copies=copies, changes=changes, same=self.same.value)
        self.dismiss()
        self.call_later(partial(self.chosen, order))


def parsed(text: str) -> dict[str, object]:
    """The parameters that are changed. Raises `ValueError` with a sentence."""
    if not text.strip():
        return {}
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise ValueError(f"This is not JSON: {fault}.") from None
    if not isinstance(said, dict):
        raise ValueError('The changed parameters must be a JSON object like {"name": "value"}.')
    return said
