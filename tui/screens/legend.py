"""What the symbols on the board mean."""

from __future__ import annotations

from typing import Final

from tui.look import CANCELLED, LEVEL, LINK, STATUS, WORKER, Piece, Tone

IN_WORDS: Final = {"draining": "draining: it claims nothing more, and finishes what it has in hand"}
"""States whose word alone says too little."""

OTHERS: Final[tuple[tuple[Piece, str], ...]] = (
    (("›", Tone.ACCENT), "the row under the cursor"),
    (("✓", Tone.ACCENT), "before a row: it is marked"),
    (("↥", Tone.ACCENT), "the list follows what is newest"),
    (("█░", Tone.BUSY), "progress"),
    (("▁▃▆", Tone.BUSY), "ended tasks in each of the last seconds"),
    (("●", Tone.BUSY), "at a task type: workers that claim it"),
    ((CANCELLED[0][0], CANCELLED[1]), "task: cancelled by somebody, not failed by itself"),
    (("↻", Tone.ACCENT), "an operator asked for a retry"),
    (
        ("⚠", Tone.WARN),
        "in the queue: the task is stuck. It does not go on by itself soon: no worker claims its type, its worker is "
        "gone or tells nothing, newer tasks always go first, or the like. w tells why and what helps",
    ),
    (("‖ ■", Tone.MUTED), "in the first line: all workers here are paused (‖), or have stopped (■)"),
    (("‖ ■", Tone.MUTED), "in the queue: it waits for workers that were paused (‖) or stopped (■) here"),
    (("⇡", Tone.WARN), "reports that wait to be delivered"),
    (("•••", Tone.WARN), "a secret; Show secrets in a task's commands shows it"),
    (("…", Tone.MUTED), "cut: there is more"),
    (("\\x1b", Tone.MUTED), "a character that could act on the terminal, or that nobody can see"),
)


def legend() -> list[tuple[Piece, str]]:
    """Each symbol with its tone and what it means, those of states first."""
    found: list[tuple[Piece, str]] = []
    for what, group in (("task", STATUS), ("worker", WORKER), ("server", LINK)):
        for said, tone in group.values():
            symbol, _, word = said.partition(" ")
            found.append(((symbol, tone), f"{what}: {IN_WORDS.get(word, word)}"))
    found += [(piece, f"event: {level}") for level, piece in LEVEL.items()]
    return [*found, *OTHERS]
