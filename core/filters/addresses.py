"""Which video or channel somebody means by an address of YouTube, pasted among the words of a filter."""

from __future__ import annotations

from functools import lru_cache

from core.sources.errors import BadReference
from core.sources.youtube_urls import HOSTS, read_channel, read_video, tidied


@lru_cache(maxsize=64)
def target_of(word: str) -> str | None:
    """The video or channel that the address leads to, as `core.sources.youtube_urls` writes it; None where the word
    is no such address, but a text."""
    link = tidied(word)
    if not any(f"{host}/" in link.casefold() for host in HOSTS):
        return None
    for read in (read_video, read_channel):
        try:
            return read(link)
        except BadReference:
            continue  # it may be of the other kind
    return None
