"""What a task is about, in few words: the telling ones of its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from core.models import Json, Task
from tui.widgets.masking import is_secret, masked_text

MOST = 12
"""Parameters of a task that are looked at."""
LONGEST = 200
"""Characters of a value that are looked at."""


def telling(task: Task) -> Iterator[tuple[str, str]]:
    """Names and values of its first parameters that are one value and no secret; of an address its end."""
    for name, value in islice(task.parameters.items(), MOST):
        if not is_secret(name) and (text := scalar(value)[:LONGEST].strip()):
            yield name, masked_text(end_of(masked_text(text)))


def scalar(value: Json) -> str:
    """A value that is no list and no object, as text; others are empty."""
    match value:
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value}"
        case _:
            return ""


def brief(task: Task) -> str:
    """Values alone, an address by its end; texts come first, for they tell more than numbers, which have names."""
    texts, others = list[str](), list[str]()
    for name, value in telling(task):
        if isinstance(task.parameters[name], str):
            texts.append(value)
        else:
            others.append(f"{masked_text(name)}={value}")
    return "  ".join((*texts, *others))


def named(task: Task) -> str:
    """The same with all names."""
    return "  ".join(f"{masked_text(name)}={value}" for name, value in telling(task))


def end_of(text: str) -> str:
    """Of an address what tells it from others of its kind: ``@quiet-tape-club``, ``watch?v=abc``."""
    if not text.startswith(("https://", "http://")):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    last = parts.path.rstrip("/").rpartition("/")[2]
    return (last + (f"?{parts.query}" if parts.query else "")) or parts.netloc
