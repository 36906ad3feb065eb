"""The board looks right and says what to press, in every state, at every size, with and without colour."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.snapshot import Counts, Link
from tests.tui import scenes
from tests.tui.conftest import Opens
from tests.tui.scenes_states import COLOURLESS, LOOKED_AT, SHOWN
from tests.tui.test_pictures import Compare, still

SIZES = [(120, 36), (80, 24), (60, 20)]
PANES = ("types", "queue", "workers", "results", "failures", "activity")
EMPTY_PANES = {
    "types": "Press s",
    "queue": "Press n for a task, s to start workers.",
    "workers": "Press s to start some.",
    "results": "s starts some",
    "failures": "2 shows the",
    "activity": "s starts workers",
}


@pytest.mark.parametrize(("name", "size"), LOOKED_AT, ids=[f"{name}-{w}x{h}" for name, (w, h) in LOOKED_AT])
def test_a_state_looks_right(name: str, size: tuple[int, int], snap_compare: Compare):
    assert snap_compare(scenes.board(SHOWN[name])[0], terminal_size=size, run_before=still)


@pytest.mark.parametrize("name", COLOURLESS)
def test_a_state_looks_right_without_colour(name: str, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(scenes.board(SHOWN[name])[0], terminal_size=(120, 36), run_before=still)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("connecting", ("Connecting to the TaskManager…", "q")),
        ("offline", ("offline", "does not answer", "It is tried again", "q quits")),
        ("key_refused", ("key refused", "refuses the API key", "TASKMANAGER_API_KEY", "press q")),
    ],
)
async def test_a_board_without_its_server_says_in_every_pane_what_goes_on_and_what_to_press(
    open_board: Opens, name: str, said: tuple[str, ...], size: tuple[int, int]
):
    async with open_board(SHOWN[name], size) as desk:
        for pane in PANES:
            if SHOWN[name].server.link is Link.OFFLINE and pane not in ("queue", "workers"):
                continue  # what was read before is still shown
            desk.board.action_pane(pane)
            await desk.settle()
            text = " ".join(desk.text().replace("│", " ").split())
            assert [each for each in said if each not in text] == [], (pane, desk.text())


async def test_what_to_set_is_said_once_and_what_is_not_known_is_not_counted(open_board: Opens):
    refused = "The TaskManager does not accept the API key. Set TASKMANAGER_API_KEY to one of its keys."
    server = replace(SHOWN["key_refused"].server, trouble=refused)
    async with open_board(replace(SHOWN["key_refused"], server=server, counts=Counts(exact=False)), (80, 24)) as desk:
        text = " ".join(desk.text().replace("┃", " ").split())
        assert f"{refused} Then press q and start it again." in text
        assert "pending" not in text


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_an_empty_board_says_in_every_pane_what_to_press(open_board: Opens, size: tuple[int, int]):
    async with open_board(SHOWN["empty"], size) as desk:
        for pane, said in EMPTY_PANES.items():
            desk.board.action_pane(pane)
            await desk.settle()
            assert said in " ".join(desk.text().replace("│", " ").split()), desk.text()
