"""Regular expressions of schemas, searched in bounded time.

Python's `re` tries one way after the other, which may take for ever. So the work that an expression can make
of a text is estimated first; where it is too much, all ways are followed at once instead (Thompson's way),
which takes a time proportional to text and expression. An expression that allows neither is refused.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

_parser: Any = import_module("re._parser")

MOST_STEPS = 3_000_000
"""Steps that one search may take, about a quarter of a second."""

MOST_STATES = 2000

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_CHARACTERS = ("LITERAL", "NOT_LITERAL", "ANY", "IN")


class BadPattern(Exception):
    """Not a regular expression, or one that cannot be searched in bounded time; the text says which."""


class Work(NamedTuple):
    """What backtracking can cost at most: `ways` to match and `cost` in steps, each times length to the `degree`."""

    ways: int
    cost: int
    degree: int


@lru_cache(maxsize=512)
def pattern(source: str) -> "Pattern":
    """The expression, ready to search. Raises `BadPattern`."""
    try:
        tree = _parser.parse(source)
        plain = re.compile(source)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadPattern(f"{source!r} is not a regular expression: {error}") from None
    work, program = _work_of(tree), _program(tree)
    if work is None and program is None:
        raise BadPattern(f"{source!r} cannot be searched in bounded time; write it without nested repetition")
    anchored = bool(tree) and str(tree[0][0]) == "AT" and "BEGINNING" in str(tree[0][1])
    return Pattern(source, plain, work, program, anchored)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression."""

    source: str
    plain: re.Pattern[str]
    work: Work | None
    program: "_Program | None"
    anchored: bool

    def steps(self, length: int) -> int:
        """The most steps that `re` takes for a text of this length, at least `MOST_STEPS` + 1 if unknown."""
        if self.work is None:
            return MOST_STEPS + 1
        degree = self.work.degree + (0 if self.anchored else 1)
        return self.work.cost * (length + 1) ** min(degree, 20)

    def is_in(self, text: str) -> bool:
        """Whether it matches anywhere in `text`. Raises `BadPattern` when the text is too long for it."""
        if self.steps(len(text)) <= MOST_STEPS:
            return self.plain.search(text) is not None
        if self.program is None or len(text) * len(self.program.states) > MOST_STEPS:
            raise BadPattern(f"a text of {len(text)} characters is too long to search {self.source!r} in it")
        return self.program.is_in(text)


def _work_of(tree: Iterable[Any]) -> Work | None:
    ways, cost, degree = 1, 1, 0
    for node, argument in tree:
        work = _work_of_node(str(node), argument)
        if work is None:
            return None
        # What follows is tried once for every way that leads to it.
        cost = min(cost + ways * work.cost, MOST_STEPS + 1)
        ways, degree = min(ways * work.ways, MOST_STEPS + 1), degree + work.degree
    return Work(ways, cost, degree)


def _work_of_node(node: str, argument: Any) -> Work | None:
    if node in _CHARACTERS or node == "AT":
        return Work(1, 1, 0)
    if node == "GROUPREF":
        return Work(1, 1, 1)
    if node == "BRANCH":
        ways = [_work_of(way) for way in argument[1]]
        known = [way for way in ways if way is not None]
        return _either(known) if len(known) == len(ways) else None
    if node in ("SUBPATTERN", "ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"):
        return _work_of(argument if node == "ATOMIC_GROUP" else argument[-1])
    return _work_of_repeat(*argument) if node in _REPEATS else None


def _either(ways: list[Work]) -> Work:
    return Work(sum(way.ways for way in ways), sum(way.cost for way in ways), max(way.degree for way in ways))


def _work_of_repeat(least: int, most: int, inner: Any) -> Work | None:
    work = _work_of(inner)
    if work is None or most <= 1:
        return None if work is None else Work(work.ways + 1, work.cost + 1, work.degree)
    if work.ways > 1 or work.degree > 0:
        return None
    # One way through the inside: the number of rounds is the only choice, at most one a character.
    return Work(1, work.cost * least, 0) if least == most else Work(1, work.cost * (least + 1), 1)


@dataclass(slots=True)
class _State:
    """A step of the program: takes a character, or goes on to `nexts` where `holds` allows it."""

    takes: Callable[[str], bool] | None = None
    holds: Callable[[str, int], bool] | None = None
    nexts: list[int] = field(default_factory=list[int])


class _Unsupported(Exception):
    """Something that cannot be followed all at once."""


@dataclass(slots=True)
class _Program:
    states: list[_State] = field(default_factory=list[_State])

    def add(self, state: _State) -> int:
        """The number of a new state."""
        if len(self.states) >= MOST_STATES:
            raise _Unsupported
        self.states.append(state)
        return len(self.states) - 1

    def sequence(self, tree: Iterable[Any], after: int) -> int:
        """Where to begin so that `tree` is matched before `after`."""
        for node, argument in reversed(list(tree)):
            after = self._node(str(node), argument, after)
        return after

    def is_in(self, text: str) -> bool:
        """Whether the program reaches its end (state 0) from anywhere in `text`."""
        reached: set[int] = set()
        for place in range(len(text) + 1):
            closed = self._closure({*reached, len(self.states) - 1}, text, place)
            if 0 in closed:
                return True
            if place < len(text):
                reached = self._step(closed, text[place])
        return False

    def _step(self, states: set[int], character: str) -> set[int]:
        taken: set[int] = set()
        for number in states:
            state = self.states[number]
            if state.takes is not None and state.takes(character):
                taken.update(state.nexts)
        return taken

    def _closure(self, states: set[int], text: str, place: int) -> set[int]:
        found, waiting = set(states), list(states)
        while waiting:
            state = self.states[waiting.pop()]
            if state.takes is None and (state.holds is None or state.holds(text, place)):
                new = [number for number in state.nexts if number not in found]
                found.update(new)
                waiting += new
        return found

    def _node(self, node: str, argument: Any, after: int) -> int:
        if node in _CHARACTERS:
            return self.add(_State(takes=_takes(node, argument), nexts=[after]))
        if node == "AT":
            return self.add(_State(holds=_place(str(argument)), nexts=[after]))
        if node == "BRANCH":
            return self.add(_State(nexts=[self.sequence(way, after) for way in argument[1]]))
        if node == "SUBPATTERN" and not argument[1] and not argument[2]:
            return self.sequence(argument[3], after)
        if node in ("MAX_REPEAT", "MIN_REPEAT"):
            return self._repeat(argument, after)
        raise _Unsupported

    def _repeat(self, argument: Any, after: int) -> int:
        least, most, inner = argument
        if most == _parser.MAXREPEAT:
            again = self.add(_State())
            self.states[again].nexts = [self.sequence(inner, again), after]
            start = again
        else:
            start = after
            for _ in range(most - least):
                start = self.add(_State(nexts=[self.sequence(inner, start), after]))
        for _ in range(least):
            before, start = start, self.sequence(inner, start)
            if start == before:  # nothing is inside: more rounds change nothing, and there may be thousands of millions
                break
        return start


def _program(tree: Any) -> _Program | None:
    if tree.state.flags & ~re.UNICODE:
        return None
    program = _Program()
    try:
        end = program.add(_State())
        program.add(_State(nexts=[program.sequence(tree, end)]))
    except _Unsupported:
        return None
    return program


def _takes(node: str, argument: Any) -> Callable[[str], bool]:
    match node:
        case "LITERAL":
            return lambda character: ord(character) == argument
        case "NOT_LITERAL":
            return lambda character: ord(character) != argument
        case "ANY":
            return lambda character: character != "\n"
        case _:
            return _takes_one_of(argument)


def _takes_one_of(members: list[Any]) -> Callable[[str], bool]:
    negated = str(members[0][0]) == "NEGATE"
    tests = [_member(str(kind), argument) for kind, argument in members[negated:]]
    return lambda character: any(test(character) for test in tests) is not negated


def _member(kind: str, argument: Any) -> Callable[[str], bool]:
    match kind:
        case "LITERAL":
            return lambda character: ord(character) == argument
        case "RANGE":
            return lambda character: argument[0] <= ord(character) <= argument[1]
        case _:
            negated = "_NOT_" in str(argument)
            test = _CATEGORIES[str(argument).rsplit("_", 1)[1]]
            return lambda character: test(character) is not negated


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": _is_word,
}


def _place(name: str) -> Callable[[str, int], bool]:
    match name:
        case "AT_BEGINNING" | "AT_BEGINNING_STRING":
            return lambda text, place: place == 0
        case "AT_END_STRING":
            return lambda text, place: place == len(text)
        case "AT_END":
            return lambda text, place: place >= len(text) - 1 and text[place:] in ("", "\n")
        case "AT_BOUNDARY":
            return _is_boundary
        case "AT_NON_BOUNDARY":
            return lambda text, place: bool(text) and not _is_boundary(text, place)
        case _:
            raise _Unsupported


def _is_boundary(text: str, place: int) -> bool:
    before = place > 0 and _is_word(text[place - 1])
    return before is not (place < len(text) and _is_word(text[place]))
