"""Whether a text tells the video or the channel that an address of YouTube leads to, however both are spelled.

It decides on rows of the file, and for those who have rows at hand and ask no server.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

SITES = ("youtube.com", "youtube-nocookie.com", "youtubekids.com", "sample.example")
"""Sites that have channels, without www and the like; the last is the invented one of the sample."""

STEP = r"(?:/|%(?:25)*2f)+"
"""What stands between the steps of a path, also where the address is escaped within another one."""
APART = r"(?:(?<![\w-])|(?<=%[0-9a-f]{2})|(?<=%25[0-9a-f]{2})|(?<=\\[nrt]))"
"""Before a site or a handle: it is no part of a longer name. JSON writes line breaks as two characters."""
SITE = rf"{APART}(?:[\w-]+\.)?(?:{'|'.join(map(re.escape, SITES))})\.?(?::\d+)?"
BEGIN = r"(?:^|(?<=[\"'`“”„‘’«»]))"
"""Where a value begins: before a path without its site, or a name as we write it."""
LONGEST = 60
"""Characters before a name that tell whether it is one; more than any site has."""

HANDLE = re.compile(rf"(?:{SITE}{STEP}|{BEGIN}{STEP}|{APART}(?<![/·])(?<!%2f))\Z", re.MULTILINE)
"""Before the sign of a handle; before the slash of another name stand these."""
CUSTOM = re.compile(rf"(?:{SITE}(?:{STEP}c)?|{BEGIN}(?:{STEP})?c)(?:{STEP})?\Z", re.MULTILINE)
ACCOUNT = re.compile(rf"(?:{SITE}{STEP}|{BEGIN}(?:{STEP})?)user(?:{STEP})?\Z", re.MULTILINE)
ANYTHING = re.compile("")
END = re.compile(r"(?![\w-]|[.·]+[\w-]|·|%(?!(?:25)*(?:2f|3f|26|23)))")
"""Behind a name: no further character of one. What is escaped is one, unless it is one of ``/?&#``."""


class Spelling(NamedTuple):
    """A text, in small letters, and what must stand before and behind it."""

    text: str
    before: re.Pattern[str]
    behind: re.Pattern[str]


def tells(target: str, typed: str, *fields: object) -> bool:
    """Whether one of the fields tells the target (``@handle``, ``c/name``, ``user/name``, or an id, which is itself
    wherever it stands), or has the address just as it was typed. None tells nothing; capitals do not matter."""
    text = "\n".join([str(field) for field in fields if field is not None]).casefold()
    return any(spelling.text in text and stands_in(text, spelling) for spelling in spellings(target, typed))


def stands_in(text: str, spelling: Spelling) -> bool:
    """Whether it stands somewhere as a whole."""
    at = text.find(spelling.text)
    while at >= 0:
        end = at + len(spelling.text)
        if spelling.behind.match(text, end) and spelling.before.search(text, max(0, at - LONGEST), at):
            return True
        at = text.find(spelling.text, at + 1)
    return False


@lru_cache(maxsize=64)
def spellings(target: str, typed: str) -> tuple[Spelling, ...]:
    """What is looked for: one of these must be found."""
    kind, slash, name = target.partition("/")
    if target.startswith("@"):
        found = [Spelling(sign + each, HANDLE, END) for each in escaped(target[1:]) for sign in ("@", "%40")]
    elif slash:
        before = CUSTOM if kind == "c" else ACCOUNT
        found = [Spelling(sign + each, before, END) for each in escaped(name) for sign in ("/", "%2f")]
    else:
        found = [Spelling(target.casefold(), ANYTHING, ANYTHING)]
    as_typed = typed.strip().casefold()
    is_new = all(each.before is not ANYTHING or each.text not in as_typed for each in found)
    if as_typed and is_new:
        found.append(Spelling(as_typed, ANYTHING, ANYTHING if as_typed.endswith("/") else END))
    return tuple(found)


def escaped(name: str) -> tuple[str, ...]:
    """The name in small letters, as it is and as links have it."""
    return tuple(dict.fromkeys(each.casefold() for each in (name, quote(name), quote(name.lower()))))
