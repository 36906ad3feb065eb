"""The one exception by which a request is refused.

Refused
"""

from typing import Any

LONGEST_TEXT = 2000
"""Characters of a refusal: texts quote what was sent, however long that is."""


class Refused(Exception):
    """A request that is not carried out; raised inside a write it undoes that write alone.

    `status` is the HTTP status, `details` a list of texts (or None), `headers` are added to the answer, `facts`
    to its body; `title` is what `error` says where that is not the whole text. `extra` is for outcomes of one
    task among many.
    """

    def __init__(
        self,
        status: int,
        error: str,
        *,
        title: str | None = None,
        details: list[str] | None = None,
        headers: dict[str, str] | None = None,
        facts: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = shortened(error, LONGEST_TEXT)
        self.title = title
        self.details = details
        self.headers = headers or {}
        self.facts = facts or {}
        self.extra = extra or {}


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
