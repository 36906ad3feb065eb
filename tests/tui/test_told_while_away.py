"""Whatever is open while the TaskManager is away says so, and no more once it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.snapshot import Link, Snapshot
from tests.tui import scenes
from tests.tui.conftest import SOON, Desk, Opens
from tui.screens.form import Form

AWAY = "✗ offline, heard"


def linked(snapshot: Snapshot, link: Link) -> Snapshot:
    """The same with another state of the connection."""
    return replace(snapshot, server=replace(snapshot.server, link=link))


async def seen(desk: Desk, holds: Callable[[str], bool]) -> None:
    """Wait until the text of the screen is such."""
    async with asyncio.timeout(SOON):
        while not holds(desk.text()):
            await asyncio.sleep(0.05)
            await desk.settle()


@pytest.mark.parametrize(
    ("keys", "above"),
    [(("3", "enter"), "What happened to it"), (("4", "4", "enter"), "retries all"), (("a", "D"), "Delete")],
    ids=["worker", "failures of a kind", "many tasks"],
)
async def test_a_screen_that_is_open_tells_that_the_taskmanager_is_away(
    open_board: Opens, keys: tuple[str, ...], above: str
):
    async with open_board(scenes.BUSY) as desk:
        await desk.press(*keys)
        assert above in desk.text()
        assert AWAY not in desk.text()
        await desk.put(linked(scenes.BUSY, Link.OFFLINE))
        await seen(desk, lambda text: AWAY in text)
        await desk.put(scenes.BUSY)
        await seen(desk, lambda text: AWAY not in text)


async def test_a_form_that_is_being_sent_tells_what_it_waits_for(open_board: Opens):
    async with open_board(scenes.BUSY) as desk:
        await desk.press("s")
        form = desk.app.screen
        assert isinstance(form, Form)
        answered = asyncio.Event()

        async def deed() -> str:
            await answered.wait()
            return "Started."

        form.send(deed)
        await desk.put(linked(scenes.BUSY, Link.OFFLINE))
        await seen(desk, lambda text: f"sending…  {AWAY}" in text)
        answered.set()
        async with asyncio.timeout(SOON):
            while desk.app.screen is not desk.board:
                await desk.settle()


@pytest.mark.parametrize("keys", [(), ("enter",), ("3", "enter")], ids=["board", "task", "worker"])
async def test_a_taskmanager_that_stands_still_is_not_called_live(open_board: Opens, keys: tuple[str, ...]):
    async with open_board(scenes.BUSY) as desk:
        await desk.press(*keys)
        still = replace(scenes.BUSY, server=replace(scenes.BUSY.server, heard_at=scenes.ago(21)))
        await desk.put(still)
        await seen(desk, lambda text: "nothing heard for 21s" in text)
        assert "live" not in desk.text().splitlines()[0]
        await desk.put(scenes.BUSY)
        await seen(desk, lambda text: "nothing heard" not in text)
