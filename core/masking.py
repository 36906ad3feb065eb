"""Hides secrets by the names that they go by, in what is shown and in what is written to files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from core.models import Json

MASK: Final = "•••"
"""Stands where a secret is."""

SECRET_WORD: Final = re.compile(r"(key|token|secret|password|passwd|authorization|cookie)s?$", re.IGNORECASE)
WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")

SAID: Final = re.compile(
    r"""(?P<name>(?:key|token|secret|password|passwd)s?["']?\s*[=:]\s*)(?P<value>"[^"]*"?|'[^']*'?|[^\s&,;"']+)"""
    r"""|(?P<header>(?:authorization|cookie)["']?\s*[=:]\s*)(?P<line>[^\n]+)""",
    re.IGNORECASE,
)
"""``name=value`` in running text; of a header the rest of the line is the value.

It begins at the end of the name, so that a long text without spaces is read once; a quote that is never closed (the
text may have been cut) holds the secret to the end.
"""


def is_secret(name: str) -> bool:
    """Whether a field of that name holds a secret: one of its words says so (``apiKey``, ``auth_token``)."""
    return any(SECRET_WORD.search(word) for word in WORDS.findall(name))


def masked_text(text: str) -> str:
    """Running text (an error, say) without the values that follow the name of a secret."""
    return SAID.sub(lambda found: (found["name"] or found["header"]) + MASK, text)


def masked(value: Json) -> Json:
    """A copy of a value in which secrets are masked, for whatever leaves the screen."""
    if isinstance(value, Mapping):
        members = cast("Mapping[Json, Json]", value).items()
        return {name: MASK if is_secret(str(name)) and member else masked(member) for name, member in members}
    if isinstance(value, list | tuple):
        return [masked(member) for member in cast("Sequence[Json]", value)]
    return masked_text(value) if isinstance(value, str) else value
