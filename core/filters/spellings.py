"""How parameters may spell the video or channel that an address names: what is looked for instead of the address."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

ENDS = ('"', "/", "?", "#", "&", "%", ",", "\\")
"""What stands behind a whole name in the compact JSON of parameters: ``@beats`` is not ``@beats-and-bread``."""


@lru_cache(maxsize=64)
def spellings(named: str) -> dict[str, tuple[str, ...]]:
    """Texts of which one must be found, each with those of which one must be found too where it is; in small letters.

    An id is itself wherever it stands, so nothing more is asked of it.
    """
    kind, slash, name = named.partition("/")
    if not slash and not named.startswith("@"):
        return {named.casefold(): ()}
    if named.startswith("@"):
        starts = (named, f"%40{named[1:]}", f"@{quote(named[1:])}", f"%40{quote(named[1:])}")
    else:
        starts = (f'"{named}', f"/{named}", *((f"youtube.com/{name}",) if kind == "c" else ()))
    found = dict.fromkeys(start.casefold() for start in starts)
    return {start: tuple(start + end for end in ENDS) for start in found}


def spelled_in(named: str, text: str) -> bool:
    """Whether the text, in small letters, has it in one of its forms."""
    return any(
        start in text and (not whole or any(each in text for each in whole))
        for start, whole in spellings(named).items()
    )
