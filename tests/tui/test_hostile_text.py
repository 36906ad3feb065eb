"""In a real terminal, what others wrote moves nothing, hides nothing and breaks nothing."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from pathlib import Path

from tests.program import ROOT
from tests.terminal import Terminal
from tests.tui.hostile import PAYLOADS

OURS = re.compile(
    r"\x1b\[[0-9;:]*m"  # colours
    r"|\x1b\[\d+;\d+H|\x1b\[\d*[ABCD]"  # where the next cell is
    r"|\x1b\[\?(?:1049|1000|1002|1003|1004|1006|1015|1016|2004|2026|2048|25|7)[hl]"
    r"|\x1b\[\?\d+\$p|\x1b\[[<>=]\d*(?:;\d+)?u|\x1b\[>4;\dm"  # what Textual asks for and sets at the start and the end
    r"|\x1b\]22;[a-z-]*\x07"  # the shape of the mouse pointer
    r"|\r|\n"
)
"""What the board itself may send."""

ESCAPE = "\x1b"
ROUND = (
    ("1", "┏━ 1 Task types"), ("\r", "J JSON Schema"), ("\x1b[F", "what was before it"), (ESCAPE, "-J JSON Schema"),
    ("3", "┏━ 3 Workers"), ("\r", "in a row"), (ESCAPE, "-in a row"),
    ("4", "┏━ 4 Results"), ("\r", "t Open task"), (ESCAPE, "-t Open task"), ("E", "(•)"), (ESCAPE, "-(•)"),
    ("4", "Error"), ("\r", "c retries one first"), ("w", "┏━ Why?"), (ESCAPE, "-┏━ Why?"),
    (ESCAPE, "-c retries one first"),
    ("4", "What happened"), ("4", "now"), ("o", "reports kept aside"), (ESCAPE, "-reports kept aside"),
    ("2", "┏━ 2 Queue"), ("W", "┏━ Why? the whole"), (ESCAPE, "-┏━ Why?"), ("r", "▌ #8"),
    ("\r", "Overview"), ("\x1b[F", "›▸ History"), (ESCAPE, "┏━ 2 Queue"), ("e", "^s create"),
    (ESCAPE, "-^s create"), ("j", "2 of 8 ━┛"), ("C", "(also ⏎ esc)"), ("n", "-(also ⏎ esc)"), ("l", "(also ⏎ esc)"),
    ("n", "-(also ⏎ esc)"), ("s", "^s start"), (ESCAPE, "-^s start"), ("t", "claim next?"), (ESCAPE, "-claim next?"),
    ("?", "Help: Queue"), (ESCAPE, "-Help: Queue"), ("f", "frozen"), ("f", "-frozen"),
)  # fmt: skip
"""Keys through all panes and the screens above them, each with what is seen then; behind a dash: no longer."""


def test_of_two_hundred_hostile_texts_not_one_reaches_the_terminal_raw(tmp_path: Path):
    assert len(set(PAYLOADS)) >= 200
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"}
    command = [sys.executable, "-m", "tests.tui.hostile"]
    with Terminal(command, columns=120, rows=40, cwd=ROOT, environ=environ) as terminal:
        terminal.shows("Queue", "failed", "Quit")
        for key, seen in ROUND:
            terminal.press(key)
            gone, text = seen.startswith("-"), seen.removeprefix("-")
            terminal.until(lambda screen, gone=gone, text=text: (text in screen) != gone, seconds=30)
        assert terminal.quit_now() == 0
    assert b"Traceback" not in terminal.raw
    left = OURS.sub("", terminal.raw.decode("utf-8", "surrogateescape"))
    control = ("Cc", "Cf", "Cs", "Zl", "Zp", "Co")
    raw = {left[n : n + 24] for n, each in enumerate(left) if unicodedata.category(each) in control}
    assert sorted(map(ascii, raw)) == []
    assert "\ufe00" not in left and "\u0301\u0335\u0301\u0335" not in left
    assert "owned\\x07" in left
