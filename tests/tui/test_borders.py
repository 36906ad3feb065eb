"""What a border says is painted anew when it is another, also when only its look is."""

from __future__ import annotations

import pytest

from tests.tui import scenes
from tests.tui.conftest import Desk, Opens
from tests.tui.scenes_results import OUTCOMES


def underlined(desk: Desk) -> str:
    """All that is underlined on the screen."""
    strips = desk.app.screen._compositor.render_strips()  # the only way to the cells that a terminal would get
    return "".join(each.text for strip in strips for each in strip if each.style and each.style.underline)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_the_border_of_pane_4_marks_the_tab_that_is_shown(open_board: Opens, size: tuple[int, int]):
    async with open_board(OUTCOMES, size) as desk:
        await desk.press("4")
        for heading in ("Results", "Failures", "Activity", "Throughput"):
            assert underlined(desk).startswith(heading)
            await desk.press("right")


async def test_the_queue_counts_nothing_before_anything_is_known(open_board: Opens):
    async with open_board(scenes.CONNECTING, (80, 24)) as desk:
        assert "pending" not in desk.text()
        await desk.put(scenes.EMPTY)
        assert "pending 0" in desk.text()
