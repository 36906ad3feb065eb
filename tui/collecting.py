"""When garbage is looked for: hardly while the board starts, and never among what stays to the end."""

from __future__ import annotations

import gc
from typing import Final

USUAL: Final = gc.get_threshold()
STARTING: Final = 20_000
"""New objects after which it is looked for while the board starts: nearly all of them stay."""


def start_collecting() -> None:
    """All that was imported stays."""
    gc.freeze()
    gc.set_threshold(STARTING, *USUAL[1:])
    gc.enable()


def settle() -> None:
    """What is there by now stays, too: a look through it would hold a key press for a tenth of a second."""
    gc.freeze()
    gc.set_threshold(*USUAL)
