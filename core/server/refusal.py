"""The one exception by which a request is refused.

Refused
"""

from typing import Any


class Refused(Exception):
    """A request that is not carried out; raised inside a write it undoes that write alone.

    `status` is the HTTP status, `details` a list of texts (or None), `headers` are added to the answer.
    """

    def __init__(
        self,
        status: int,
        error: str,
        *,
        details: list[str] | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.details = details
        self.headers = headers or {}
        self.extra = extra or {}
