"""What others wrote is shown, and cannot do anything."""

from __future__ import annotations

import unicodedata

import pytest
from rich.cells import cell_len

from core.details import TaskDetail
from core.masking import MASK, WINDOW, is_secret, masked, masked_text, masked_windows
from tests.tui import scenes
from tests.tui.conftest import Opens
from tui.look import age, duration, sparkline
from tui.widgets.json_view import json_rows, unfolded
from tui.widgets.safe_text import cut, fit, safe, safe_lines


def raw(text: str) -> set[str]:
    """Characters that would act on a terminal, or hide."""
    return {each for each in text if each != "\n" and unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


WIDE, SMALL = (120, 36), (80, 24)


@pytest.mark.parametrize(
    ("size", "panes"),
    [(WIDE, ((), ("4", "4"), ("4",))), (SMALL, ((), ("1",), ("3",), ("4",)))],
    ids=["wide", "small"],
)
async def test_hostile_text_never_reaches_the_terminal_raw(
    open_board: Opens, size: tuple[int, int], panes: tuple[tuple[str, ...], ...]
):
    async with open_board(scenes.HOSTILE_TEXT, size) as desk:
        for keys in panes:
            await desk.press(*keys)
            assert raw(desk.text()) == set(), keys


async def test_hostile_text_never_reaches_the_terminal_raw_from_what_opens_above_the_board(open_board: Opens):
    async with open_board(scenes.HOSTILE_TEXT, WIDE) as desk:
        desk.verbs.details[7] = TaskDetail(scenes.HOSTILE_TEXT.view.tasks[0], notes=(scenes.HOSTILE,))
        opened: list[str] = []
        for key in ("enter", "s", "n", "e", "C", "l"):
            await desk.press(key)
            assert raw(desk.text()) == set(), key
            if desk.app.screen is not desk.board:
                opened.append(key)
                await desk.press("escape")
            assert desk.app.screen is desk.board, key
        assert opened[:4] == ["enter", "s", "n", "e"]


async def test_markup_is_shown_as_it_was_written(open_board: Opens):
    async with open_board(scenes.HOSTILE_TEXT, (200, 50)) as desk:
        await desk.press("4", "z")
        assert "[bold]no markup[/]" in desk.text()


def test_every_control_character_becomes_an_escape():
    dangerous = "".join(
        map(chr, [*range(32), *range(127, 160), 0xAD, 0x200B, 0x200D, 0x202E, 0x2066, 0x2028, 0xFEFF, 0xD800])
    )
    assert raw(safe(dangerous)) == set()
    assert safe("\x1b[2J") == "\\x1b[2J"
    assert safe("a\u202eb") == "a\\u202eb"


def test_ordinary_text_is_left_alone():
    assert safe("Größe 漢字 🎬 Ünïcode — “quoted”") == "Größe 漢字 🎬 Ünïcode — “quoted”"


@pytest.mark.parametrize("width", range(1, 12))
@pytest.mark.parametrize("text", ["plain text that is long", "漢字漢字漢字漢字", "A.Dotted.Name", "", "é" * 9])
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int):
    for keep_end in (False, True):
        assert cell_len(fit(text, width, keep_end=keep_end)) == width


def test_what_is_cut_is_marked():
    assert cut("a long text", 6) == "a lon…"
    assert cut("PrismQ.YouTube.Channel.Scrape", 16, keep_end=True) == "…Channel.Scrape"
    assert safe_lines("x\n" * 500, most=3)[-1].startswith("… cut here")


@pytest.mark.parametrize("name", ["api_key", "apiKey", "X-API-Key", "auth_token", "Password", "Set-Cookie", "secrets"])
def test_names_of_secrets_are_known(name: str):
    assert is_secret(name)


@pytest.mark.parametrize("name", ["keywords", "tokenizer", "title", "author"])
def test_other_names_are_not_secrets(name: str):
    assert not is_secret(name)


def test_secrets_are_masked_wherever_they_are():
    value = {"a": [{"api_key": "x1", "title": "t"}], "url": "https://e.org/?key=x2&q=1"}
    assert masked(value) == {"a": [{"api_key": MASK, "title": "t"}], "url": f"https://e.org/?key={MASK}&q=1"}
    assert "x3" not in masked_text("Authorization: Bearer x3")
    shown = " ".join(row.text for row in unfolded(json_rows(value)))
    assert "x1" not in shown and "x2" not in shown


@pytest.mark.parametrize(
    "secret",
    [
        "sk-abcdefghijklmnop1234",
        "ghp_abcdefghijklmnopqrst",
        "AIzaSyA1234567890abcdefghijklmnopqrst",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "AKIAABCDEFGHIJKLMNOP",
    ],
)
def test_secrets_are_known_by_their_looks_too(secret: str):
    assert masked({"note": f"used {secret} there"}) == {"note": f"used {MASK} there"}
    assert masked_text(f"curl -H 'X: Bearer {secret}'") == f"curl -H 'X: Bearer {MASK}'"


def test_a_password_in_an_address_is_masked():
    assert masked_text("https://ann:hunter2@e.org/a") == f"https://{MASK}@e.org/a"


@pytest.mark.parametrize("shift", range(-30, 4))
def test_no_piece_of_a_long_text_ends_amid_a_secret(shift: int):
    text = (
        "x " * ((WINDOW + shift) // 2) + "password = hunter2 and api_key='ab cd' Bearer abcdefgh1 end " + "y " * WINDOW
    )
    assert "".join(masked_windows(text)) == masked_text(text)


def test_ages_are_short():
    assert [duration(n) for n in (0.4, 12, 432, 11100, 187200)] == ["0.4s", "12s", "7m12s", "3h05m", "2d04h"]
    assert age(None, scenes.NOW) == "–"


def test_a_sparkline_shows_the_newest_and_hides_no_small_value():
    assert sparkline([9, 0, 1, 100], 3) == "▁▁█"
