"""Hides secrets: by the names that they go by, and by how they look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from core.models import Json

MASK: Final = "•••"
"""Stands where a secret is."""

NAMES: Final = (
    "key", "token", "secret", "password", "passwd", "passphrase", "pwd", "authorization", "cookie", "credential",
    "bearer", "jwt", "signature",
)  # fmt: skip
"""Last words of the names that secrets go by."""

SECRET_WORD: Final = re.compile(rf"({'|'.join(NAMES)})s?$|^auth$", re.IGNORECASE)
WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")

SCHEMA_FIELDS: Final = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Members of a JSON Schema whose members are named by an author: `token` there is described, not told."""
TOLD: Final = ("default", "examples", "const", "enum")
"""Members of a JSON Schema that tell values."""

SAID: Final = re.compile(
    r"""(?=[ktspca-])(?:"""  # where none of these stands, nothing else is tried: most of a long text is passed by
    r"""(?P<name>(?:key|token|secret|password|passwd|passphrase|pwd|credential)s?\\?["']?\s*[=:]\s*)"""
    r"""(?!•••)(?P<value>\\?"[^"]*"?|'[^']*'?|(?!//)[^\s&,;"']+)"""
    r"""|(?P<header>(?:authorization|cookie)\\?["']?\s*[=:]\s*)(?P<line>[^\n]+)"""
    r"""|(?P<option>--?(?:[a-z]+-)?(?:key|token|secret|password)\s+)(?!-)\S+)""",
    re.IGNORECASE,
)
"""``name=value`` in running text; of a header the rest of the line is the value.

It begins at the end of the name, so that a long text without spaces is read once; a quote that is never closed (the
text may have been cut) holds the secret to the end.
"""

STEMS: Final = ("key", "token", "secret", "passw", "passp", "pwd", "credent", "author", "cook")
"""How the names in `SAID` begin, folded: a text without any is not read by it. None has an i, which has many forms."""

LOOKS: Final = re.compile(
    r"(?<![A-Za-z0-9_+/-])(?:"
    r"(?P<scheme>(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{6,}"
    r"|sk-[A-Za-z0-9_-]{12,}"
    r"|[spr]k_(?:live|test)_[A-Za-z0-9]{8,}"
    r"|AIza[A-Za-z0-9_-]{6,}|ya29\.[A-Za-z0-9_-]{8,}"
    r"|gh[pousr]_[A-Za-z0-9]{10,}|github_pat_[A-Za-z0-9_]{10,}|glpat-[A-Za-z0-9_-]{12,}"
    r"|xox[abeprs]-[A-Za-z0-9-]{8,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)"
    r"|(?P<begin>-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)(?:(?!-----END)[\s\S])*"
    r"|(?P<slashes>://)[^\s/?#@:]{0,200}:[^\s/?#]{1,500}@"
)
"""Keys that are known by how they begin, tokens in three parts, private keys, users with a password in addresses.

What is behind the first sign of one begins no other, so that a long text without spaces is read once.
"""

SIGNS: Final = (
    "Bearer", "Basic", "sk-", "k_live_", "k_test_", "AIza", "ya29.", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
    "github_pat_", "glpat-", "xox", "AKIA", "ASIA", "eyJ", "-----BEGIN ", "://",
)  # fmt: skip
"""How everything in `LOOKS` begins: a text without any is not read by it."""

SHORTEST: Final = 8
"""Characters of a configured key that is masked wherever it comes up: a shorter one may be any word."""

CONFIGURED: Final = list[str]()
"""Keys of this program, the longest first; they are masked though they may look like no secret."""

WINDOW: Final = 32_768
"""Characters of a long text that are looked at in one go."""

FAR: Final = 4_096
"""Characters before the end of a window in which a place to cut is looked for, where no line ends."""

OPEN_END: Final = re.compile(
    r"""(?:(?:key|token|secret|password|passwd|passphrase|pwd|credential)s?\\?["']?\s*[=:]?\s*"""
    r"""|(?:Bearer|Basic)\s+|authorization[\s:=]*|cookie[\s:=]*)\Z""",
    re.IGNORECASE,
)
"""The end of a piece of text between a name and its value: a secret may come behind it."""

BOUNDARY: Final = re.compile(r"""[\s,;&"'<>(){}|\[\]]""")
"""Where a long text may be cut, if no line ends there."""


def is_secret(name: str) -> bool:
    """Whether a field of that name holds a secret: one of its words says so (``apiKey``, ``auth_token``)."""
    return any(SECRET_WORD.search(word) for word in WORDS.findall(name))


def mask_also(*keys: str) -> None:
    """Mask these keys from now on in every text of this process; said by whoever reads them from the settings."""
    CONFIGURED[:] = sorted({*CONFIGURED, *(key for key in keys if len(key) >= SHORTEST)}, key=len, reverse=True)


def masked_text(text: str) -> str:
    """Running text (an error, say) without configured keys and what looks like a secret or follows the name of one."""
    for key in CONFIGURED:
        text = text.replace(key, MASK)
    if looks_secret(text):
        text = LOOKS.sub(_looked, text)
    return SAID.sub(_said, text) if says_secret(text) else text


def looks_secret(text: str) -> bool:
    """Whether anything that `LOOKS` may find begins in a text; many times as fast as looking."""
    return any(sign in text for sign in SIGNS)


def says_secret(text: str) -> bool:
    """Whether a name that `SAID` may find begins in a text; many times as fast as looking."""
    folded = text.casefold()
    return any(stem in folded for stem in STEMS)


def _said(found: re.Match[str]) -> str:
    return (found["name"] or found["header"] or found["option"]) + MASK


def _looked(found: re.Match[str]) -> str:
    begin, slashes = found["begin"], found["slashes"]
    if slashes:
        return f"{slashes}{MASK}@"
    return (found["scheme"] or begin or "") + MASK


def masked(value: Json, *, described: bool = False, secret: bool = False) -> Json:
    """A copy of a value in which secrets are masked, for whatever leaves the screen.

    ``described``: its members are the fields of a schema, whose rules are no secrets. ``secret``: it is the rule of a
    field that holds a secret; only the values that it tells are hidden.
    """
    if isinstance(value, Mapping):
        members = cast("Mapping[object, Json]", value)
        return {str(name): _member(str(name), member, described, secret) for name, member in members.items()}
    if isinstance(value, list | tuple):
        return [masked(member, secret=secret) for member in cast("list[Json]", value)]
    return masked_text(value) if isinstance(value, str) else value


def _member(name: str, member: Json, described: bool, secret: bool) -> Json:
    if described and isinstance(member, Mapping):
        return masked(member, secret=secret or is_secret(name))
    if secret and name in TOLD and isinstance(member, list | tuple):
        return [MASK if tells(each) else each for each in cast("list[Json]", member)]
    if hides(name, member) or (secret and name in TOLD and tells(member)):
        return MASK
    return masked(member, described=name in SCHEMA_FIELDS, secret=secret)


def hides(name: str, member: Json) -> bool:
    """Whether a member of that name is to be masked; what is empty or a yes or no tells nothing."""
    return tells(member) and is_secret(name)


def tells(value: Json) -> bool:
    """Whether a value may be a secret: what is empty or a yes or no is none."""
    return value not in (None, "", True, False)


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
    if any(piece.endswith(key[:size]) for key in CONFIGURED for size in range(1, len(key))):
        return True
    patterns = [SAID] * says_secret(piece) + [LOOKS] * looks_secret(piece)
    return any(found.end() == len(piece) for pattern in patterns for found in pattern.finditer(piece))
