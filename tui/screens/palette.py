"""Textual's command palette, which may also be open twice and finds commands by the words of their help, too."""

from __future__ import annotations

from textual.command import CommandPalette, Hit, Hits
from textual.system_commands import SystemCommandsProvider

from tui.closing import ClosesOnce

BY_HELP = 0.01
"""How well a command fits that has all the words in its help: less than any that has them in its name."""


class Commands(SystemCommandsProvider):
    """The commands of the screen, by name; by help where that has every word that is looked for."""

    async def search(self, query: str) -> Hits:
        """Those whose name fits, then those whose help does."""
        named: set[str] = set()
        async for hit in super().search(query):
            named.add(hit.text or "")
            yield hit
        words = query.lower().split()
        for title, told, run, _ in self.app.get_system_commands(self.screen):
            if title not in named and all(word in f"{title} {told}".lower() for word in words):
                yield Hit(BY_HELP, title, run, text=title, help=told)


class Palette(CommandPalette, ClosesOnce[None]):  # pyright: ignore[reportIncompatibleMethodOverride]
    """Without the id that Textual gives it, which two screens must not have; closed as all others are."""

    def __init__(self) -> None:
        super().__init__([Commands])
