"""Textual's command palette, which may also be open twice."""

from __future__ import annotations

from textual.command import CommandPalette

from tui.closing import ClosesOnce


class Palette(CommandPalette, ClosesOnce[None]):  # pyright: ignore[reportIncompatibleMethodOverride]
    """Without the id that Textual gives it, which two screens must not have; closed as all others are."""
