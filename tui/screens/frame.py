"""What the eye gets first: the frame of the board, while what fills it is still being imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

SINGLE: Final = (100, 30)
"""Columns and rows below which one pane is shown at a time."""

PANES: Final = {"types": "1 Task types", "workers": "3 Workers", "queue": "2 Queue", "outcomes": "4 Results"}
"""The panes by column and row, and what stands in their upper border."""


def fit(screen: Screen[None], size: Size, *, begun: bool = True) -> None:
    """Give a screen that is laid out as the board is the classes for its size; `board.tcss` has their rules.

    Not ``begun``: nothing is in it yet that would have to be styled again.
    """
    small = size.width < SINGLE[0] or size.height < SINGLE[1]
    screen.set_class(small, "-small", update=begun)
    screen.set_class(not small and size.width < 120, "-medium", update=begun)
    screen.set_class(size.width >= 150, "-large", update=begun)
    if not begun:
        screen.set_class(small, "-single", update=False)


class FrameScreen(Screen[None]):
    """Empty panes where those of the board will be; ``painted`` is called once they have been seen."""

    DEFAULT_CSS = """
    FrameScreen Static { height: 1; padding: 0 1; background: $panel; }
    FrameScreen #tabs { display: none; background: $background; }
    FrameScreen.-small #tabs { display: block; }
    """

    def __init__(self, painted: Callable[[], object]) -> None:
        super().__init__(classes="board")
        self._painted = painted

    def compose(self) -> ComposeResult:
        """The same boxes as the board has."""
        fit(self, self.app.size, begun=False)
        yield Static(Content.assemble(("PrismQ Workers", "bold"), ("   ◌ opening…", "$text-warning")))
        yield Static(id="tabs")
        types, workers, queue, outcomes = (pane(id, title) for id, title in PANES.items())
        with Container(id="desk"), Horizontal(id="panes"):
            yield Vertical(types, workers, id="left", classes="column")
            yield Vertical(queue, outcomes, id="right", classes="column -current")
        yield Static()

    def on_mount(self) -> None:
        """First this is to be seen."""
        self.call_after_refresh(self._painted)

    def on_resize(self, event: Resize) -> None:
        """Lay out for the size."""
        fit(self, event.size)
        self.set_class(self.has_class("-small"), "-single")


def pane(id: str, title: str) -> Widget:
    """An empty pane."""
    box = Vertical(id=id, classes="-current" if id == "queue" else None)
    box.border_title = Content.styled(title, "bold")
    return box
