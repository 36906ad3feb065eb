"""The screen of an idea tells how its numbers went and what else changed of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.history import Change
from tests.tui import scenes, scenes_history
from tests.tui.conftest import Opens
from tests.tui.scenes_results import OUTCOMES, SIZES
from tests.tui.test_pictures import pressed
from tui.look import pieces
from tui.screens.idea_history import history_lines

Compare = Callable[..., bool]
KEYS = ("4", "down", "down", "enter")


def texts(*history: Change, reveal: bool = False) -> list[str]:
    """The lines of a history."""
    return ["".join(text for text, _ in line) for line in history_lines(history, reveal=reveal)]


@pytest.mark.parametrize("size", [(120, 60), (80, 60), (60, 60)])
async def test_an_idea_tells_how_its_numbers_went_and_what_changed(open_board: Opens, size: tuple[int, int]):
    async with open_board(OUTCOMES, size) as desk:
        desk.verbs.ideas["898"] = scenes_history.idea()
        await desk.press(*KEYS)
        text = " ".join(desk.text().split())
        assert "views 1,204 → 30,990 +29,786" in text
        assert "comments 88 → 91 +3" in text
        assert "“Bread, first try”" in text
        assert "s3cret" not in text


async def test_a_copy_as_json_has_the_history(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        desk.verbs.ideas["898"] = scenes_history.idea()
        await desk.press(*KEYS, "Y")
        assert '"history": [' in desk.app.clipboard
        assert "9811" in desk.app.clipboard
        assert "s3cret" not in desk.app.clipboard


async def test_an_idea_that_never_changed_has_no_such_section(open_board: Opens):
    async with open_board(OUTCOMES, (120, 60)) as desk:
        desk.verbs.ideas["898"] = replace(scenes_history.idea(), history=())
        await desk.press(*KEYS)
        assert "History" not in desk.text()


def test_the_newest_change_comes_first_and_the_first_entry_is_what_was_known():
    lines = texts(Change("2026-02-01T08:00:00Z", {"views": "7"}), Change("2026-02-02T08:00:00Z", {"views": "9"}))
    assert lines == [
        f"{'views':<18}7 → 9  +2  ▇█",
        "",
        "2026-02-02 08:00:00 UTC  views 9",
        "2026-02-01 08:00:00 UTC  at first views 7",
    ]


def test_what_is_no_number_and_no_time_is_told_as_it_is():
    assert texts(Change("", {"views": "many"}), Change("last week", {"views": "9" * 40})) == [
        f"last week  views “{'9' * 40}”",
        "earlier  at first views “many”",
    ]


def test_secrets_are_masked_unless_they_are_asked_for():
    history = (Change("", {"api_key": "1234"}), Change("", {"api_key": "5678", "note": "token=abc123"}))
    assert not any(secret in line for line in texts(*history) for secret in ("1234", "5678", "abc123"))
    assert any("5,678" in line for line in texts(*history, reveal=True))


def test_a_line_is_made_of_pieces():
    assert history_lines((Change("", {"a": "b"}),))[0][-1] == pieces("a “b”")[0]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_history_of_an_idea_looks_right(size: tuple[int, int], snap_compare: Compare):
    app, connection = scenes.board(OUTCOMES)
    connection.verbs.ideas["898"] = scenes_history.idea()
    assert snap_compare(app, terminal_size=size, run_before=pressed(*KEYS, "end"))
