"""Several tasks from one form look as they did when someone last looked at them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.forms import Violation
from tests.tui import scenes
from tests.tui.forms import with_schema
from tests.tui.test_pictures import pressed

SCHEMA = {
    "type": "object",
    "required": ["search_query"],
    "properties": {"search_query": {"type": "string", "description": "What to look for."}},
}


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("after", [(), ("tab", "enter", "home", "enter")], ids=["numbered", "all-the-same"])
def test_several_tasks_from_one_form_look_right(
    after: tuple[str, ...], size: tuple[int, int], snap_compare: Callable[..., bool]
):
    app, connection = scenes.board(with_schema(SCHEMA))
    # As if something were wrong: so it is not asked whether there is such a task.
    connection.verbs.violations = [Violation(("other",), "", "needed")]
    keys = ("1", "n", *"cats", "tab", "tab", "1", "0", *after)
    assert snap_compare(app, terminal_size=size, run_before=pressed(*keys))
