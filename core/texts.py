"""Texts made fit for those who take them: at a length that is allowed, and without what drives a terminal."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from unicodedata import combining

ERROR_LIMIT = 8 * 1024
"""Bytes (UTF-8) that an error text may have; longer ones are cut, and say so."""
CUT = " … (cut)"

INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0e\uffa0\U000e0100-\U000e01ef]"
)
"""Characters that Unicode calls printable though nobody can see them."""

SKIN_TONES: Final = re.compile("[\U0001f3fb-\U0001f3ff]")
"""Change the emoji before them; terminals disagree about the width of the pair."""

EMOJI_STYLE: Final = "\ufe0f"
"""Asks for the coloured form of a symbol; terminals disagree about its width, so it is left out."""

SUSPECT: Final = re.compile(f"{INVISIBLE.pattern}|{SKIN_TONES.pattern}|{EMOJI_STYLE}")
"""Characters that would not be shown as they are, though Unicode calls them printable."""

MOST_MARKS: Final = 3
"""Combining marks that one letter may carry; no language needs more, and a tower of them covers other lines."""


def cut(text: str, limit: int = ERROR_LIMIT) -> str:
    """The text, at most ``limit`` bytes long in UTF-8, marked when it was cut; lone surrogates become ``?``."""
    raw = text[: limit + 1].encode("utf-8", "replace")  # what is longer is cut, and may be very long
    if len(raw) <= limit:
        return raw.decode("utf-8")
    return raw[: limit - len(CUT.encode())].decode("utf-8", "ignore") + CUT


def harmless(text: str) -> str:
    """The text as one line in which all that could drive a terminal, or hides, is a visible escape."""
    if text.isprintable() and (text.isascii() or not (SUSPECT.search(text) or any(map(combining, text)))):
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if combining(character) else 0
        shown.append(escaped(character) if marks > MOST_MARKS else visible(character))
    return "".join(shown)


@lru_cache(4096)
def visible(character: str) -> str:
    """One character, or its escape where it would act on the terminal or hide."""
    if character == EMOJI_STYLE:
        return ""
    if character.isspace() and ord(character) > 0x9F and character not in "\u2028\u2029":
        return " "
    if character.isprintable() and not INVISIBLE.match(character) and not SKIN_TONES.match(character):
        return character
    return escaped(character)


def escaped(character: str) -> str:
    """The character as Python writes it."""
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def why_unread(fault: OSError | UnicodeDecodeError) -> str:
    """Why a file of text could not be read, in words that go on a sentence."""
    return (fault.strerror or str(fault)) if isinstance(fault, OSError) else "it is no text in UTF-8"
