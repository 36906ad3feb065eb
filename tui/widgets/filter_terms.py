"""What the last word of a filter may become, and what is likely meant by it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from textual.suggester import Suggester

from core.errors import BadFilter
from core.filters import TaskFilter
from core.models import TaskStatus
from core.snapshot import Snapshot
from tui.look import short_name
from tui.type_names import ends
from tui.widgets.safe_text import safe

CLOSED = ("status", "stuck", "is")
"""Terms whose values are all known: the beginning of one means nothing by itself."""
PLAIN_NAME = re.compile(r"[\w\-]+")
MOST_CHOICES = 12


class Terms(Suggester):
    """Completes the last word of a filter: names of terms first, then statuses, types, workers, names of parameters.

    A word that is none of these, but the beginning of a status, of a part of a type or of a worker, is likely meant as
    such: ``failed`` as ``status:failed``.
    """

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._types: tuple[str, ...] = ()
        self._parts: tuple[str, ...] = ()
        self._workers: tuple[str, ...] = ()
        self._params: tuple[str, ...] = ()
        self._learnt: tuple[object, object] = (None, None)

    def learn(self, snapshot: Snapshot) -> None:
        """Complete the names that can be seen; values of parameters are never offered, they may be secrets."""
        if (snapshot.types, snapshot.workers) == self._learnt:
            return
        self._learnt = (snapshot.types, snapshot.workers)
        names = [row.name for row in snapshot.types if can_be_typed(row.name)]
        self._types = tuple(ends_of(names))
        self._parts = tuple(dict.fromkeys(part for name in names for part in name.split(".") if part))
        workers = (short_name(worker.id) for worker in snapshot.workers)
        self._workers = tuple(name for name in workers if can_be_typed(name))
        schemas = [row.param_schema for row in snapshot.types if row.param_schema]
        params = {str(name): 0 for schema in schemas for name in schema.get("properties") or ()}
        self._params = tuple(f"params.{name}:" for name in params if PLAIN_NAME.fullmatch(name))

    async def get_suggestion(self, value: str) -> str | None:
        """The line with its last word completed, or nothing."""
        before, word = parted(value)
        found = next(self._completions(word), None)
        return before + found if found else None

    def taken(self, value: str) -> str | None:
        """The line with its last word made what it is on its way to, else what is likely meant by it."""
        before, word = parted(value)
        found = next(self._completions(word), None) or next(self._offered(before, word), None)
        return before + found if found else None

    def choices(self, value: str) -> list[str]:
        """All that the last word may become, the first of which is taken; behind a colon only the values."""
        before, word = parted(value)
        found = list(self._completions(word))[:MOST_CHOICES]
        head, colon, _ = word.partition(":")
        if found and colon:
            return [each.rpartition(",")[2].removeprefix(f"{head}:") for each in found]
        meant = (each for each in self._offered(before, word) if each not in found)
        return [*found, *meant][:MOST_CHOICES]

    def meant(self, line: str) -> str | None:
        """What a line that fits no task likely means: with the first word that is no term put as one."""
        from core.filters.words import words

        for whole in words(line):
            before, word = parted(whole.raw)
            found = next(self._offered(before, word), None)
            if found is not None:
                return line[: whole.start] + before + found + line[whole.start + len(whole.raw) :]
        return None

    def finished(self, value: str) -> str:
        """The line, with the value at its end finished where it is the beginning of one that is known: what is shown
        behind the cursor is what enter means. A name or a text that is begun may be all that is meant."""
        before, word = parted(value)
        name, colon, begun = word.partition(":")
        closed = colon and begun and name in CLOSED and word not in self._known(word)
        return before + next(self._completions(word), word) if closed else value

    def unfinished(self, value: str) -> bool:
        """Whether the last word is on its way to something that we know: too early to judge it, or to act on it."""
        _, word = parted(value)
        return word not in self._known(word) and any(True for _ in self._completions(word))

    def _completions(self, word: str) -> Iterator[str]:
        return (each for each in self._known(word) if word and each != word and each.startswith(word))

    def _offered(self, before: str, word: str) -> Iterator[str]:
        """Of what the word is likely meant as, what can be read behind the hyphen that stands before it."""
        hyphen = "-" if before.endswith("-") else ""
        return (each for each in self._meant(word) if can_be_read(hyphen + each))

    def _meant(self, word: str) -> Iterator[str]:
        """Terms that a word is likely meant as, which it does not begin."""
        if word.startswith("!") and len(word) > 1:
            yield f"-{word[1:]}"
        yield from address_in(word)
        begun = word.removeprefix("type:").lower()
        if not begun or ":" in begun or any(sign in begun for sign in '*",'):
            return
        if begun == word.lower():
            yield from (f"status:{each}" for each in TaskStatus if each.startswith(begun))
            yield from ["is:cancelled"] if "cancelled".startswith(begun) else []
            yield from ["stuck:yes"] if "stuck".startswith(begun) else []
        yield from (f"type:{each}" for each in self._parts if each.lower().startswith(begun) and f"type:{each}" != word)
        if begun == word.lower():
            yield from (f"worker:{each}" for each in self._workers if each.lower().startswith(begun))

    def _known(self, word: str) -> list[str]:
        """Everything that a word may become; behind a comma the last of several values."""
        from core.filters.reading import NAMES  # what reads filters is not needed before one is typed

        head, colon, value = word.partition(":")
        if not colon:
            return [*(f"{name}:" for name in NAMES if name != "params."), *self._params]
        values = {
            "status": tuple(TaskStatus),
            "type": self._types,
            "worker": self._workers,
            "stuck": ("yes", "no"),
            "is": ("stuck", "cancelled", *TaskStatus),
        }.get(head, ())
        listed, comma, _ = value.rpartition(",")
        return [f"{head}:{listed}{comma}{each}" for each in values]


def can_be_read(line: str) -> bool:
    """Whether the line is a filter."""
    try:
        TaskFilter.parse(line)
    except BadFilter:
        return False
    return True


def address_in(word: str) -> Iterator[str]:
    """An address that was typed as the value of a parameter: alone it is found in its other forms, too."""
    from core.filters.addresses import target_of

    name, _, value = word.partition(":")
    address = value.removeprefix("~").strip('"')
    if name.startswith("params.") and target_of(address) is not None:
        yield address


def ends_of(names: Iterable[str]) -> list[str]:
    """The names and their ends from a dot on, each once, those of the fewest parts first."""
    return sorted(dict.fromkeys(end for name in names for end in ends(name)), key=lambda end: end.count("."))


def can_be_typed(name: str) -> bool:
    """Whether a name is a word that a field shows as it is: others are never put into one."""
    return safe(name) == name and " " not in name


def parted(value: str) -> tuple[str, str]:
    """What stands before the last word and its hyphen, and that word."""
    before, space, word = value.rpartition(" ")
    plain = word.removeprefix("-")
    return before + space + word[: len(word) - len(plain)], plain
