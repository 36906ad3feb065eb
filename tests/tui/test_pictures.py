"""Every scene looks as it did when someone last looked at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui import scenes
from tests.tui.rest import all_painted

Compare = Callable[..., bool]


async def still(pilot: Pilot[int]) -> None:
    """Wait until two pictures in a row are the same: layouts settle in steps."""
    before: list[str] = []
    for _ in range(50):
        await pilot.pause()
        await all_painted()
        shown = [strip.text for strip in pilot.app.screen._compositor.render_strips()]
        if shown == before:
            return
        before = shown


def pressed(*keys: str) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Presses these keys, one after the other, each on a picture that is still."""

    async def press(pilot: Pilot[int]) -> None:
        await still(pilot)
        for key in keys:
            await pilot.press(key)
            await still(pilot)

    return press


@pytest.mark.parametrize("scene", scenes.ALL, ids=lambda scene: scene.name)
def test_a_scene_looks_right(scene: scenes.Scene, snap_compare: Compare):
    assert snap_compare(scene.app(), terminal_size=scene.size, run_before=still)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("failures", ["4", "4"]),
        ("activity", ["4", "4", "4"]),
        ("throughput", ["4", "4", "4", "4"]),
        ("maximised", ["3", "z"]),
        ("task", ["down", "down", "enter"]),
        ("confirm", ["C"]),
        ("leave", ["q"]),
        ("strategy", ["t"]),
        ("help", ["question_mark"]),
        ("marked", ["space", "space"]),
        ("reports", ["o", "down"]),
        ("discard", ["o", "D"]),
    ],
)
def test_what_opens_above_the_board_looks_right(name: str, keys: list[str], snap_compare: Compare):
    assert snap_compare(scenes.board(scenes.BUSY)[0], terminal_size=(120, 36), run_before=pressed(*keys))


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("worker", ["3", "enter"]),
        ("worker_backing_off", ["3", "down", "down", "enter"]),
        ("start", ["s"]),
        ("strategy_preview", ["t"]),
        ("worker_list", ["3", "z"]),
    ],
)
def test_what_is_told_of_workers_looks_right(name: str, keys: list[str], size: tuple[int, int], snap_compare: Compare):
    app, _ = scenes.board(scenes.NAMED["worker_states"])
    assert snap_compare(app, terminal_size=size, run_before=pressed(*keys))
