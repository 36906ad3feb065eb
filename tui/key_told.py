"""How keys are written within what is told: so that one sees that they are keys, also without colour."""

from __future__ import annotations

from tui.key_map import PLACE, keyed
from tui.look import Piece, Tone


def key_behind(command_id: str) -> Piece:
    """The key that leads to what stands before it: `` (W)``, as the palette writes it."""
    return (keyed(f" ({{{command_id}}})"), Tone.KEY)


def with_keys(text: str, tone: Tone) -> tuple[Piece, ...]:
    """A sentence of ours as `keyed` takes it, each key as in the key bar. Not for texts of others."""
    said: list[Piece] = []
    end = 0
    for found in PLACE.finditer(text):
        said += [(text[end : found.start()], tone), (keyed(found[0]), Tone.KEY)]
        end = found.end()
    said.append((text[end:], tone))
    return tuple(piece for piece in said if piece[0])
