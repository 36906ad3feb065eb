"""What a task is about, in few words: the telling ones of its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Final
from urllib.parse import urlsplit

from core.models import Json, Task
from tui.widgets.masking import is_secret, masked_text
from tui.widgets.safe_text import CUT, cut, head

MOST = 12
"""Parameters of a task that are looked at."""
TABS = ("videos", "shorts", "streams", "featured", "playlists", "about")
"""Ends of the addresses of channels that tell nothing of the channel."""
LOOKED_AT = 1_000
"""Characters of a value that are looked at."""
ENOUGH = 150
"""Characters of all that is told of a task: a row has no room for more."""
LONGEST_NAME = 200
"""Characters of the name of a parameter that is told."""
RANDOM = 20
"""Characters from which on a word that looks random may be a key."""
WORD: Final = re.compile(r"[\w-]+")
PUBLIC = ("youtube.com", "youtu.be")
"""Ends of hosts whose ids look random and are no secrets."""


def brief(task: Task) -> str:
    """Values alone, an address by its end; texts come first, for they tell more than numbers, which have names."""
    return joined(chain(texts(task), others(task)))


def in_two(task: Task, cells: int) -> tuple[str, str]:
    """The same in two: what tells it best, in so many cells, and the rest."""
    said = texts(task)
    first = cut(head(next(said, "")), cells)
    return first, joined(chain(said, others(task)))


def named(task: Task) -> str:
    """The same with all names, in their order."""
    return joined(f"{masked_text(name)}={told}" for name, value in telling(task) if (told := shown(value)))


def texts(task: Task) -> Iterator[str]:
    """What the parameters that are texts say."""
    return (told for _, value in telling(task) if isinstance(value, str) and (told := shown(value)))


def others(task: Task) -> Iterator[str]:
    """The others, with their names."""
    return (f"{masked_text(name)}={shown(value)}" for name, value in telling(task) if not isinstance(value, str))


def joined(told: Iterable[str]) -> str:
    """As many of them as a row may have room for: the others are not even looked at."""
    found, room = list[str](), ENOUGH
    for each in told:
        found.append(each)
        room -= len(each)
        if room <= 0:
            break
    return "  ".join(found)


def known(task: Task) -> Mapping[str, Json]:
    """Its parameters, or what a list tells of them."""
    return task.brief if task.partial else task.parameters


def telling(task: Task) -> Iterator[tuple[str, str | bool | int | float]]:
    """Its first parameters that are one value, and whose names are those of no secrets."""
    for name, value in islice(known(task).items(), MOST):
        if isinstance(value, str | bool | int | float) and len(name) <= LONGEST_NAME and not is_secret(name):
            yield name, value


def shown(value: str | bool | int | float) -> str:
    """A value as a row tells it: secrets are masked before anything is cut, for half of one looks like none."""
    match value:
        case str():
            return end_of(masked_text(beginning(value).strip()))[:ENOUGH]
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value}"[:ENOUGH]


def beginning(text: str) -> str:
    """What is looked at of a text. Where it may go on, its last word is left out: that may be the half of a secret."""
    if len(text) < LOOKED_AT and not text.endswith(CUT):
        return text
    words = text[:LOOKED_AT].rsplit(None, 1)
    return f"{words[0]} {CUT}" if len(words) > 1 else CUT


def end_of(text: str) -> str:
    """Of an address what tells it from others of its kind: ``@quiet-tape-club``, ``watch?v=abc``; the host alone where
    that looks like a key, as in the address of a webhook."""
    if not text.startswith(("https://", "http://")):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    host = parts.netloc.rpartition("@")[2]
    steps = [step for step in parts.path.split("/") if step and step not in TABS]
    last = next((step for step in steps if step.startswith("@")), steps[-1] if steps else "")
    said = last + (f"?{parts.query}" if parts.query else "")
    if not host.endswith(PUBLIC) and any(looks_random(word) for word in WORD.findall(said)):
        return f"{host}/…"
    return said or host


def looks_random(word: str) -> bool:
    """Whether it may be a key: long, of letters and digits in a jumble. Words with a year between hyphens are not."""
    parts = re.split("[-_]+", word)
    jumbled = any(not part.isalpha() and not part.isdecimal() for part in parts if part)
    return len(word) >= RANDOM and jumbled
