"""The screen of a saved idea: names and values in their columns, however long they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes_results
from tests.tui.conftest import Opens

LONG = "A description that goes on for more than there is room for on one line of any of these, so that it wraps."


@pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=str)
async def test_a_long_value_goes_on_below_its_own_start_and_a_long_name_keeps_the_column(
    open_board: Opens, size: tuple[int, int]
):
    idea = scenes_results.idea()
    idea = replace(idea, fields={"description": LONG, "subcategory_relevance": 0.5, "score": 71})
    async with open_board(scenes_results.OUTCOMES, size=size) as desk:
        desk.verbs.ideas["898"] = desk.verbs.ideas["10426"] = idea
        await desk.press("4", "down", "down", "enter")
        rows = desk.text().splitlines()
        first = next(place for place, row in enumerate(rows) if "description" in row)
        column = rows[first].index("A description")
        assert rows[first + 1][:column].strip() == "" and rows[first + 1][column] != " "
        for name, value in (("subcategory_relevance", "0.5"), ("score", "71"), ("title", "Why bread rises")):
            assert next(row for row in rows if f" {name} " in row).index(value) == column
        await desk.resize((120, 36))
        assert LONG[:80] in desk.text()
