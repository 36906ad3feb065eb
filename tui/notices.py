"""What the app says for a while: one sentence at a time."""

from __future__ import annotations

from textual.app import App


class NoticeApp(App[int]):
    """An app in which the newest sentence replaces the one before."""

    def on_notify(self) -> None:
        """Another sentence comes."""
        self.clear_notifications()

    def clear_notifications(self) -> None:
        """Forget what was said, and the empty places that it leaves on the screens."""
        super().clear_notifications()
        for screen in self.screen_stack:
            screen.query("ToastHolder").remove()
