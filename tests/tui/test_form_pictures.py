"""Forms and the screen of a type look as they did when someone last looked at them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.forms import Violation
from tests.tui import scenes
from tests.tui.scenes_forms import TYPES
from tests.tui.test_pictures import pressed

SIZES = [(60, 20), (80, 24), (120, 36)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("new_task", ["1", "n"]),
        ("new_task_json", ["1", "n", "ctrl+r"]),
        ("choose_type", ["1", "n", "ctrl+t"]),
        ("type", ["1", "enter"]),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_form_looks_right(name: str, keys: list[str], size: tuple[int, int], snap_compare: Callable[..., bool]):
    app, connection = scenes.board(TYPES)
    # Nothing is typed yet, as the real check would find: so it is not asked whether there is such a task.
    connection.verbs.violations = [Violation(("channel_url",), "'channel_url' is a required property", "required")]
    assert snap_compare(app, terminal_size=size, run_before=pressed(*keys))
