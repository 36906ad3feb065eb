"""Texts made fit for those who take them: at a length that is allowed, and without what drives a terminal."""

from __future__ import annotations

ERROR_LIMIT = 8 * 1024
"""Bytes (UTF-8) that an error text may have; longer ones are cut, and say so."""
CUT = " … (cut)"


def cut(text: str, limit: int = ERROR_LIMIT) -> str:
    """The text, at most ``limit`` bytes long in UTF-8, marked when it was cut; lone surrogates become ``?``."""
    raw = text[: limit + 1].encode("utf-8", "replace")  # what is longer is cut, and may be very long
    if len(raw) <= limit:
        return raw.decode("utf-8")
    return raw[: limit - len(CUT.encode())].decode("utf-8", "ignore") + CUT


def harmless(text: str) -> str:
    """The text with everything that could drive a terminal shown as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
