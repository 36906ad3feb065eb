"""Textual's command palette, which may also be open twice and finds commands by the words of their help, too."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import SystemCommand
from textual.command import CommandPalette, Hit, Hits
from textual.system_commands import SystemCommandsProvider

from tui.app import BoardApp
from tui.closing import ClosesOnce
from tui.command import CommandScreen
from tui.screens.elsewhere import elsewhere

BY_HELP = 0.01
"""How well a command fits that has all the words in its help: less than any that has them in its name."""

ELSEWHERE = 0.02
"""How well a command of another place fits that has all the words in its name: less than one of this place does."""


class Commands(SystemCommandsProvider):
    """The commands of the screen, by name; by help where that has every word that is looked for. Who looks for a word
    finds all others, too, with where they work."""

    async def search(self, query: str) -> Hits:
        """Those whose name fits, then those of other places, then those whose help fits."""
        named: set[str] = set()
        async for hit in super().search(query):
            named.add(hit.text or "")
            yield hit
        words, matcher, others = query.lower().split(), self.matcher(query), list(self._others())
        for title, told, run, _ in others:
            if all(word in title.lower() for word in words):
                named.add(title)
                yield Hit(ELSEWHERE, matcher.highlight(title), run, text=title, help=told)
        for title, told, run, _ in (*self.app.get_system_commands(self.screen), *others):
            if title not in named and all(word in f"{title} {told}".lower() for word in words):
                yield Hit(BY_HELP, title, run, text=title, help=told)

    def _others(self) -> Iterator[SystemCommand]:
        app, screen = self.app, self.screen
        if isinstance(app, BoardApp) and isinstance(screen, CommandScreen):
            yield from elsewhere(app.board, screen)


class Palette(CommandPalette, ClosesOnce[None]):  # pyright: ignore[reportIncompatibleMethodOverride]
    """Without the id that Textual gives it, which two screens must not have; closed as all others are."""

    def __init__(self) -> None:
        super().__init__([Commands])
