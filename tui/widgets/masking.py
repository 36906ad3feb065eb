"""Hides secrets by the names that they go by, and by what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

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


LOOKS: Final = re.compile(
    r"""\b(?P<scheme>Bearer|Basic)\s+[\w+/=.~-]{8,}"""  # of an Authorization header
    r"""|\b(?:sk|pk|rk|gh[oprsu]|xox[abeprs]|github_pat|glpat|npm|pypi)[-_][\w-]{16,}"""  # keys with a maker's prefix
    r"""|\bAIza[\w-]{30,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bya29\.[\w-]{16,}"""  # Google, Amazon
    r"""|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"""  # JSON Web Tokens
    r"""|-----BEGIN[ A-Z]{0,40}PRIVATE KEY-----[^-]*(?:-----END[ A-Z]{0,40}PRIVATE KEY-----)?"""
    r"""|(?<=://)[^\s/:@]{0,80}:[^\s/@]{1,200}(?=@)"""  # name and password in an address
)
"""What secrets look like, whatever name they go by."""

WINDOW: Final = 32_768
"""Characters of a long text that are looked at in one go."""

FAR: Final = 4_096
"""Characters before the end of a window in which a place to cut is looked for, where no line ends."""

OPEN_END: Final = re.compile(
    r"""(?:(?:key|token|secret|password|passwd)s?["']?\s*[=:]?\s*|(?:Bearer|Basic)\s+)\Z""", re.IGNORECASE
)
"""The end of a piece of text between a name and its value: a secret may come behind it."""

BOUNDARY: Final = re.compile(r"""[\s,;&"'<>(){}|\[\]]""")
"""Where a long text may be cut, if no line ends there."""


def is_secret(name: str) -> bool:
    """Whether a field of that name holds a secret: one of its words says so (``apiKey``, ``auth_token``)."""
    return any(SECRET_WORD.search(word) for word in WORDS.findall(name))


def masked_text(text: str) -> str:
    """Running text (an error, say) without what follows the name of a secret, and without what looks like one."""
    named = SAID.sub(lambda found: (found["name"] or found["header"]) + MASK, text)
    return LOOKS.sub(lambda found: f"{found['scheme']} {MASK}" if found["scheme"] else MASK, named)


def masked_windows(text: str, *, reveal: bool = False) -> Iterator[str]:
    """A long text piece by piece, masked as `masked_text` would the whole: no piece ends amid a secret."""
    start, size = 0, WINDOW
    while start < len(text):
        piece = text[start : start + size]
        if start + size < len(text) and not reveal:
            ends = BOUNDARY.finditer(piece, max(0, len(piece) - FAR))
            cut = piece.rfind("\n", len(piece) // 2) + 1 or max((found.end() for found in ends), default=0)
            piece = piece[: cut or len(piece)]
            if goes_on(piece):
                size *= 2
                continue
        yield piece if reveal else masked_text(piece)
        start, size = start + len(piece), WINDOW


def goes_on(piece: str) -> bool:
    """Whether a secret may begin in a piece of text and end behind it."""
    if OPEN_END.search(piece[-200:]):
        return True
    return any(found.end() == len(piece) for pattern in (SAID, LOOKS) for found in pattern.finditer(piece))


def masked(value: Json) -> Json:
    """A copy of a value in which secrets are masked, for whatever leaves the screen."""
    if isinstance(value, Mapping):
        return {name: MASK if is_secret(str(name)) and member else masked(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [masked(member) for member in value]
    return "".join(masked_windows(value)) if isinstance(value, str) else value
