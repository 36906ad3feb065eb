"""A board that breaks says so in a sentence, in a terminal that can be used."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.program import ROOT
from tests.terminal import Terminal


@pytest.mark.parametrize(
    ("where", "locale"),
    [("action", {}), ("worker", {}), ("worker", {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"})],
)
def test_a_board_that_breaks_says_so_and_shows_nobodys_values(tmp_path: Path, where: str, locale: dict[str, str]):
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "TMPDIR": str(tmp_path), **locale}
    with Terminal([sys.executable, "-m", "tests.tui.breaking", where], cwd=ROOT, environ=environ) as terminal:
        terminal.shows("Queue", "Quit")
        terminal.press("u")
        terminal.ended()
        screen = " ".join(terminal.screen.split())
        sent = bytes(terminal.raw)
    assert "The board broke: KeyError" in screen
    assert "Traceback" not in screen
    (kept,) = tmp_path.iterdir()
    assert kept.name in screen.replace(" ", "")
    said = kept.read_text("utf-8")
    assert "in break_down" in said
    for text in (said, sent.decode()):
        assert "hunter2-of-the-locals" not in text
        assert "abcdefgh12345678" not in text
    assert "\x1b" not in said
    assert b"\x1b[2J" not in sent[sent.rindex(b"The board broke") :]
