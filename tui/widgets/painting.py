"""Paints at once what a key does; what follows from it is painted with the next picture."""

from __future__ import annotations

from textual.widget import Widget


def paint_first(widget: Widget) -> None:
    """Paint what has changed of this widget, and nothing else.

    Textual paints when all messages have been handled: the border, the key bar and whatever else looks at the cursor
    would come before the cursor itself, in one large picture.
    """
    if not widget.is_attached or not widget.region:
        return
    app, screen = widget.app, widget.screen
    if screen.is_current and not screen._layout_required:
        screen._compositor.update_widgets({widget})
        app._display(screen, screen._compositor.render_update(screen_stack=app._background_screens))
