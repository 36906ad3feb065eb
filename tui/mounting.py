"""Mounts what is not there from the beginning: each widget that is makes the board later."""

from __future__ import annotations

from textual.widget import Widget


def put_in(parent: Widget, widget: Widget, *, before: Widget | None = None) -> None:
    """Mount a widget with what it is composed of, where it is not there yet: what is in it may have the focus next.

    Textual composes it again after the next key, and leaves as it is what it finds mounted then: so ``compose`` must
    yield the same objects each time, made before. What it made anew would stand there twice.
    """
    if not widget.is_attached:
        parent.mount(widget, before=before)
        widget.mount_all(widget.compose())
