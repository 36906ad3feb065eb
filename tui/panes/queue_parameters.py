"""What a task is about, in few words: the telling ones of its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from core.models import Json, Task
from tui.widgets.masking import is_secret, masked_text

ABOUT_AGAIN = 30.0
"""Seconds after which it is asked again what could not be read: a server that limits calls has them for the work."""
MOST_KEPT = 5_000
"""Tasks of which it is kept what they are about."""
MOST = 12
"""Parameters of a task that are looked at."""
TABS = ("videos", "shorts", "streams", "featured", "playlists", "about")
"""Ends of the addresses of channels that tell nothing of the channel."""
LONGEST = 200
"""Characters of a value that are looked at."""


class About:
    """What tasks are about of which a list tells no parameters: read once, for the rows in sight. They never change."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[str, str]] = {}
        self._asked: set[int] = set()

    def forget(self) -> None:
        """Another board, another TaskManager."""
        self._told.clear()
        self._asked.clear()

    def untold(self, rows: Iterable[Task | None]) -> tuple[int, ...]:
        """Those that are to be asked for; each is told once."""
        found = [row.id for row in rows if row is not None and row.partial and row.id not in self._asked]
        self._asked.update(found)
        return tuple(found)

    def unask(self, task_ids: Iterable[int]) -> None:
        """These could not be read: they may be asked for again."""
        self._asked.difference_update(task_ids)

    def learn(self, found: Mapping[int, Mapping[str, Json]]) -> None:
        """Keep what they are about, and nothing more of what may be large."""
        if len(self._told) + len(found) > MOST_KEPT:
            self.forget()
        for task_id, parameters in found.items():
            whole = Task(task_id, "", parameters)
            self._told[task_id] = (brief(whole), named(whole))

    def of(self, task: Task) -> tuple[str, str]:
        """In brief, and with names."""
        return self._told.get(task.id, ("", "")) if task.partial else (brief(task), named(task))


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
    steps = [step for step in parts.path.split("/") if step and step not in TABS]
    last = next((step for step in steps if step.startswith("@")), steps[-1] if steps else "")
    return (last + (f"?{parts.query}" if parts.query else "")) or parts.netloc


ABOUT: Final = About()
"""What is known of the tasks of this board."""
