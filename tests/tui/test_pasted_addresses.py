"""Who pastes an address of YouTube into the filter is told what it was read as; guesses lead to the right term."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import scenes
from tests.tui.conftest import Opens, until

TYPED = "https://www.youtube.com/@lofi/videos"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_an_address_is_looked_for_in_any_form_which_the_field_and_the_title_say(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(size=size) as desk:
        await desk.press("slash")
        await desk.type(TYPED)
        assert "Looks for @lofi in any form of its address" in desk.text()
        await desk.press("enter")
        view = desk.verbs.called("look")[-1][1]
        narrowed = scenes.looking_at(scenes.BUSY, view)  # type: ignore[arg-type]  # that verb is for views
        fitting = (replace(scenes.BUSY.view.tasks[0], parameters={"channel_url": "https://m.youtube.com/@Lofi"}),)
        assert narrowed.view.view.filter.matches(fitting[0])
        await desk.put(replace(narrowed, view=replace(narrowed.view, tasks=fitting, total=len(fitting))))
        assert " as @lofi" in desk.text()
        await desk.put(replace(narrowed, view=replace(narrowed.view, tasks=(), total=0)))
        assert "Looks for @lofi in any form of its address" in desk.text()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [(f"params.channel_url:~{TYPED}", TYPED), ("!lofi", "-lofi")],
)
async def test_what_is_likely_meant_is_one_key_away(open_board: Opens, typed: str, offered: str):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("slash")
        await desk.type(typed)
        await desk.press("right")
        assert desk.board.queue_pane.field.input.value == offered


async def test_the_empty_field_names_what_is_stuck_and_addresses_whole_at_every_width(open_board: Opens):
    for size in ((120, 36), (80, 24), (60, 20)):
        async with open_board(size=size) as desk:
            await desk.press("slash")
            assert "text or URL  status:failed  stuck:yes  type:Video*" in desk.text(), size
            assert ("age:>5m" in desk.text()) is (size[0] > 60), size


@pytest.mark.parametrize(("typed", "kept"), [("is:st", "stuck:yes"), ("is:fa", "status:failed")])
async def test_is_is_completed_as_any_term(open_board: Opens, typed: str, kept: str):
    async with open_board(size=(80, 24)) as desk:
        await desk.press("slash")
        await desk.type(typed)
        await until(desk, lambda: "→ " in desk.text())
        await desk.press("enter")
        assert str(desk.board.queue_pane.wanted.filter) == kept
