"""Whether a text looks like what its ``format`` says. For people who fill in a form: a server may not look at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from urllib.parse import urlsplit
from uuid import UUID

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")


def looks_like(name: str, text: str) -> str:
    """Why a text is not of the format of that name, as a sentence; empty where it is, or the format is not known."""
    if name not in FORMATS:
        return ""
    check, like = FORMATS[name]
    try:
        fits = check(text)
    except ValueError:
        fits = False
    return "" if fits else f"This does not look like {like}."


def _is_uri(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme and (parts.netloc or parts.path)) and not any(each.isspace() for each in text)


def _is_moment(text: str) -> bool:
    return len(text) > 10 and datetime.fromisoformat(text).tzinfo is not None


FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    "uri": (_is_uri, "an address such as https://example.org/a"),
    "iri": (_is_uri, "an address such as https://example.org/a"),
    "url": (_is_uri, "an address such as https://example.org/a"),
    "email": (lambda text: EMAIL.match(text) is not None, "an e-mail address such as ann@example.org"),
    "date-time": (_is_moment, "a moment such as 2026-03-01T12:00:00Z"),
    "date": (lambda text: bool(date.fromisoformat(text)), "a date such as 2026-03-01"),
    "time": (lambda text: bool(time.fromisoformat(text).isoformat()), "a time such as 12:00:00"),
    "uuid": (lambda text: bool(UUID(text)), "a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
}
"""Formats that are known: how each is recognised, and an example."""
