"""The strip that names the panes where only one of them fits."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tui.look import STYLES, Tone


class PaneTabs(Static):
    """Names with their numbers; the present one is marked. A click goes there."""

    DEFAULT_CSS = "PaneTabs { height: 1; padding: 0 1; }"

    async def on_click(self, event: events.Click) -> None:
        """Go to the pane that was clicked."""
        pane_id = event.style.meta.get("pane")
        if pane_id is not None:
            await self.app.run_action(f"screen.pane({pane_id!r})")

    def show(self, names: list[tuple[str, str, str]], current: str) -> None:
        """Name the panes, each as (id, key, heading)."""
        parts: list[Content] = []
        for pane_id, key, heading in names:
            here = pane_id == current
            style = "bold reverse" if here else STYLES[Tone.MUTED]
            label = Content.styled(f" {key} {heading} ", style)
            parts.append(label.stylize(Style.from_meta({"pane": pane_id})))
        self.update(Content(" ").join(parts), layout=False)
