"""Which keys give a command: its own, or those that the user chose in the settings file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from textual.keys import Keys, format_key

from tui.command import Command
from tui.commands import (
    BOARD,
    BULK,
    ELSEWHERE,
    GROUP,
    IDEA,
    LIST,
    READING,
    REPORTS,
    SCROLL,
    TASK,
    TASK_TYPE,
    WHY_ON_BOARD,
    WHY_PANEL,
    WORKER,
)

SETS: tuple[tuple[Command, ...], ...] = (
    (*LIST, *BOARD, *WHY_PANEL, *WHY_ON_BOARD),
    (*TASK, *READING),
    (*LIST, *REPORTS),
    (*SCROLL, *IDEA),
    (*LIST, *GROUP),
    (*SCROLL, *TASK_TYPE),
    BULK,
    (*LIST, *WORKER),
)
"""Commands that share a screen, and so cannot share a key."""

KEPT = ("ctrl+c", "ctrl+p", "ctrl+q")
"""Keys that always do what they do."""

NAMED = {key.value for key in Keys}
SYMBOLS = {"enter": "⏎", "escape": "esc"}
PLACE = re.compile(r"\{([a-z_]+)\}")
"""Where a sentence names the key of a command: its id in braces."""


@dataclass(frozen=True, slots=True)
class KeyMap:
    """Keys in Textual's names by the id of their command, where they are not its own."""

    chosen: Mapping[str, str] = field(default_factory=dict)

    def keys(self, command: Command) -> str:
        """The keys of a command, comma-separated."""
        return self.chosen.get(command.id, command.keys)

    def shown(self, command: Command) -> str:
        """Its first key, as people write it."""
        if command.id not in self.chosen:
            return command.key
        first = self.chosen[command.id].partition(",")[0]
        return SYMBOLS.get(first) or format_key(first)

    def shown_of(self, command_id: str) -> str:
        """The first key of the command of that id, as people write it."""
        return self.shown(COMMANDS[command_id])

    def overlay(self) -> dict[str, str]:
        """The keys that Textual is told, by the id of their command: the chosen ones, and those of each command that
        shares a key with one of these.

        Textual takes a key that is chosen anew, or left, away from every command that has it and is not told.
        """
        told: dict[str, str] = {}
        left = [COMMANDS[name] for name in self.chosen]
        while left:
            command = left.pop()
            told[command.id] = self.keys(command)
            touched = {*command.keys.split(","), *told[command.id].split(",")} - {""}
            left += [each for each in COMMANDS.values() if each.id not in told and touched & set(each.keys.split(","))]
        return told


COMMANDS = {command.id: command for group in SETS for command in group}
"""Every command by its id."""


class InUse:
    """The one place that knows which keys the user has. A terminal has one of it."""

    def __init__(self) -> None:
        self.keys = KeyMap()


IN_USE: Final = InUse()
"""The keys of this terminal; the app sets them."""


def keyed(text: str) -> str:
    """A sentence of ours with the user's keys: ``{help}`` becomes the key of that command. Not for texts of others."""
    return PLACE.sub(lambda found: IN_USE.keys.shown_of(found[1]), text)


def is_elsewhere(key: str) -> bool:
    """Whether a key of the board has nothing to do with the row under the cursor."""
    return any(key in IN_USE.keys.keys(COMMANDS[name]).split(",") for name in ELSEWHERE)


def read_keys(wanted: Mapping[str, str]) -> tuple[KeyMap, list[str]]:
    """The keys that can be had, and a sentence about each that cannot."""
    faults: list[str] = []
    chosen: dict[str, str] = {}
    for name, text in wanted.items():
        if name not in COMMANDS:
            faults.append(f"There is no command {name!r} to give a key to; `prismq-workers settings` lists all.")
        elif (keys := normalised(text)) is None:
            faults.append(f"{text!r} is no key for {name}: write one like r, R, f5, ctrl+r or question_mark.")
        else:
            chosen[name] = keys
    faults += drop_clashes(chosen)
    return KeyMap(chosen), faults


def drop_clashes(chosen: dict[str, str]) -> Iterator[str]:
    """Take out keys that would take those of another command; tells of each."""
    while chosen and (found := next(clashes(KeyMap(chosen)), None)) is not None:
        loser, key, other = found
        del chosen[loser]
        yield f"{key!r} cannot be the key of {loser}: {other} has it."


def clashes(keys: KeyMap) -> Iterator[tuple[str, str, str]]:
    """Each chosen key that another command of the same place has too: the chosen command, the key, the other one."""
    for name in keys.chosen:
        kept = next((key for key in keys.keys(COMMANDS[name]).split(",") if key in KEPT), None)
        if kept:
            yield name, kept, "the program"
    for group in SETS:
        for one, other in combinations(group, 2):
            mine, theirs = set(keys.keys(one).split(",")), set(keys.keys(other).split(","))
            born_together = set(one.keys.split(",")) & set(other.keys.split(","))
            for key in sorted((mine & theirs) - born_together - {""}):
                if one.id != other.id and meet(one, other):  # some commands are offered in two places
                    loser, winner = (one, other) if one.id in keys.chosen else (other, one)
                    yield loser.id, key, winner.id


def meet(one: Command, other: Command) -> bool:
    """Whether there is a pane in which both are offered."""
    return not one.panes or not other.panes or bool(set(one.panes) & set(other.panes))


def normalised(text: str) -> str | None:
    """Keys in Textual's names, or None where one of them is no key."""
    found = [key_name(each.strip()) for each in (text.split(",") if text != "," else [text])]
    return ",".join(each for each in found if each) if all(found) else None


def key_name(text: str) -> str | None:
    """One key in Textual's name: ``?`` is ``question_mark``."""
    *before, last = re.split(r"(?<=[a-z])\+(?=.)", text)
    if not all(each in ("ctrl", "shift", "alt", "super") for each in before):
        return None
    if len(last) == 1 and last.isprintable() and not last.isspace():
        name = last if last.isalnum() else unicodedata.name(last, "").lower().replace("-", "_").replace(" ", "_")
        name = SHORTER.get(name, name)
    else:
        name = last if last in NAMED or known_name(last) else ""
    return "+".join((*before, name)) if name else None


SHORTER = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
"""Names that Textual has for characters instead of Unicode's."""


def known_name(name: str) -> bool:
    """Whether it is the name of a character."""
    if name in SHORTER.values():
        return True
    try:
        return bool(unicodedata.lookup(name.replace("_", " ").upper()))
    except KeyError:
        return False


def board_keys(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The keys of every command with these chosen ones, and what could not be had; for those who show no board."""
    keys, faults = read_keys(wanted)
    return {name: keys.keys(command) for name, command in COMMANDS.items()}, faults
