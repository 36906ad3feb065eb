"""The least that a board could be: a Textual application with four lists that draw their visible lines."""

from __future__ import annotations

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

LINES = 200


class Lines(ScrollView):
    """Lines that are made when they are drawn."""

    DEFAULT_CSS = "Lines { width: 50%; height: 50%; border: round $primary; }"

    def on_mount(self) -> None:
        """Say how large the whole is."""
        self.virtual_size = Size(0, LINES)

    def render_line(self, y: int) -> Strip:
        """One line."""
        place = y + self.scroll_offset.y
        return Strip([Segment(f"painted {place:6} of {LINES}")]).adjust_cell_length(self.size.width)


class Bare(App[None]):
    """Four lists."""

    CSS = "Screen { layout: grid; grid-size: 2 2; } Lines { width: 1fr; height: 1fr; }"

    def compose(self) -> ComposeResult:
        """The lists."""
        for _ in range(4):
            yield Lines()


if __name__ == "__main__":
    Bare().run()
