"""The field of a filter: what stands behind the cursor as if it were typed is what enter keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes
from tests.tui.conftest import Opens, until


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("status:f", "status:failed"),
        ("lofi status:cl", "status:claimed lofi"),
        ("status:failed,pe", "status:failed,pending"),
        ("-status:comp", "-status:completed"),
        ("stuck:y", "stuck:yes"),
        ("type:Pri", "type:Pri"),
        ("sta", "sta"),
    ],
)
async def test_enter_finishes_a_value_that_is_begun_and_keeps_the_filter(open_board: Opens, typed: str, kept: str):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("slash")
        await desk.type(typed)
        await desk.press("enter")
        assert not desk.board.queue_pane.field.has_class("-open")
        assert str(desk.board.queue_pane.wanted.filter) == kept


async def test_enter_on_what_is_no_value_says_so_and_keeps_the_field_open(open_board: Opens):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("slash")
        await desk.type("status:zzz")
        await desk.press("enter")
        assert "'zzz' is no status" in desk.text()
        assert desk.board.queue_pane.field.has_class("-open")


async def test_a_name_that_would_act_on_a_terminal_completes_nothing(open_board: Opens):
    names = ("Zebra\u202eevil", "Zebra\x1b[2J", "Zebra crossing", "Zebra.Plain")
    seen = replace(scenes.BUSY, types=tuple(replace(scenes.BUSY.types[0], name=name) for name in names))
    async with open_board(seen, size=(80, 24)) as desk:
        await desk.press("slash")
        for letters in ("type:Zebra", "."):
            await desk.type(letters)
            assert "\u202e" not in desk.text()
            assert not {"evil", "[2J", "crossing"} & set(desk.text().split())
        await until(desk, lambda: "type:Zebra.Plain" in desk.text())
