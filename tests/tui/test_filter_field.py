"""The field of a filter: what stands behind the cursor as if it were typed is what enter keeps."""

from __future__ import annotations

import pytest

from tests.tui.conftest import Opens


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
