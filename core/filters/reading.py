"""Reads a line of the filter language, or says in one sentence what is wrong with it, and where."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import get_close_matches

from core.errors import BadFilter
from core.filters.addresses import target_of
from core.filters.deciding import CANCELLED
from core.filters.guesses import ALONE, COMPARED, OTHERWISE
from core.filters.task_filter import TaskFilter
from core.filters.terms import UNITS, Address, AnyOf, Cancelled, Not, OneOf, Says, Span, Stuck, Term, Text
from core.filters.words import QUOTED, Word, words
from core.models import TaskStatus

LISTED = re.compile(rf'(?:{QUOTED}|[^",])+')
NAMED = re.compile(r"([A-Za-z_]\w*(?:\.[\w\-]+)*\.?):(.*)", re.DOTALL)
SIGNED = re.compile(r"(>=|<=|>|<|=|)(.*)", re.DOTALL)
AGE = re.compile(r"(\d{1,9})([smhd])")
WHOLE = re.compile(r"-?\d{1,18}")
ID = re.compile(r"#?(\d{1,18})")
STUCK = {"yes": True, "no": False}
FOUND_OTHERWISE = {
    "stuck": " What is stuck is found by stuck:yes.",
    CANCELLED: " What was cancelled is found by is:cancelled.",
}
"""What is no status, though one may think so."""
UNCOLONED = re.compile(r"([A-Za-z_]\w*)(!=|==|=>|=<|>=|<=|=|>|<)([^=<>].*)", re.DOTALL)


SIGNS = {"=": "", "==": "", "!=": "", "=>": ">=", "=<": "<="}
"""Signs that people put in place of a colon, and which stand behind it."""


def read(line: str) -> TaskFilter:
    """The filter that the line says. Raises `BadFilter`."""
    branches: list[list[Term]] = [[]]
    divider: Word | None = None
    for word in words(line):
        if word.raw == "OR":
            if not branches[-1]:
                raise word.wrong("OR needs a term before it and one behind it.")
            branches.append([])
            divider = word
        else:
            branches[-1].append(term(word))
    if divider is not None and not branches[-1]:
        raise divider.wrong("OR needs a term before it and one behind it.")
    filters = [together(terms) for terms in branches]
    return filters[0] if len(filters) == 1 else TaskFilter(terms=(AnyOf(tuple(filters)),))


def together(terms: list[Term]) -> TaskFilter:
    """All of these; the first text, statuses and types come first."""
    text, statuses, types, others = "", (), (), list[Term]()
    for each in terms:
        match each:
            case Text(said) if not text:
                text = said
            case OneOf("status", values) if not statuses:
                statuses = tuple(TaskStatus(value) for value in values)
            case OneOf("type", values) if not types:
                types = values
            case _:
                others.append(each)
    return TaskFilter(text, statuses, types, tuple(others))


def term(word: Word) -> Term:
    """What one word says."""
    if is_negated(word.raw):
        inner = word.rest(len(word.raw) - 1)
        if inner.raw.startswith("-") or is_negated(inner.raw):
            raise word.wrong("A term is negated by one hyphen; put a text that begins with one in quotes.")
        return Not(term(inner))
    if number := ID.fullmatch(word.raw):
        return Span("id", int(number[1]), int(number[1]))
    found = NAMED.fullmatch(word.raw)
    if found is None or found[2].startswith("//"):
        return text_or_address(word)
    name = known_name(found[1])
    if name is None:
        raise unknown(found[1], word)
    return READERS["params." if name.startswith("params.") else name](name, word.rest(len(found[2])))


def is_negated(raw: str) -> bool:
    """Whether a word is the opposite of what stands behind its first character."""
    return (raw.startswith("-") and len(raw) > 1) or (raw.startswith("!") and is_named(raw[1:]))


def known_name(said: str) -> str | None:
    """The name of a term, which may be typed in capitals; None where there is none. What stands behind ``params.`` is
    as it is."""
    first, dot, rest = said.partition(".")
    if dot:
        return f"params.{rest}" if first.lower() == "params" and rest and not rest.endswith(".") else None
    return first.lower() if first.lower() in READERS else None


def is_text(text: str) -> bool:
    """Whether that, alone and without quotes, is read as nothing but a text."""
    try:
        return text != "OR" and term(Word(text, 0)) == Text(text)
    except BadFilter:
        return False


def text_or_address(word: Word) -> Text | Address:
    """What a word without a name in front says; in quotes an address is a text as any."""
    if found := UNCOLONED.fullmatch(word.raw):
        name, sign, value = found.groups()
        meant = likely(name, value, SIGNS.get(sign, sign))
        if meant is not None and reads(meant):
            meant = f"-{meant}" if sign == "!=" else meant
            raise word.wrong(f"A colon stands behind the name of a term: {meant}; in quotes it is a text.")
    target = None if '"' in word.raw else target_of(word.raw)
    return Text(given(word, "text")) if target is None else Address(word.raw, target)


def likely(name: str, value: str, sign: str = "") -> str | None:
    """The term that is likely meant by a name, maybe one from elsewhere, and a value; None where there is none."""
    here = known_name(name) or OTHERWISE.get(name.lower())
    if here is None:
        return None
    sign = sign or (COMPARED.get(name.lower(), "") if value[:1] not in ("<", ">", "=") else "")
    sign = sign or (">" if here == "age" and value[:1].isdigit() and ".." not in value else "")
    return f"{here}:{sign}{value}"


def is_named(raw: str) -> bool:
    """Whether that is a term with a name that there is."""
    found = NAMED.fullmatch(raw)
    return found is not None and known_name(found[1]) is not None


def unknown(name: str, word: Word) -> BadFilter:
    """That there is no such term, and which is the nearest; what is like none may be the name of a parameter."""
    at = Word(word.raw[: len(name)], word.start)
    if name.lower().startswith("params"):
        return at.wrong("Say which parameter: params.channel_url:~lofi, for example.")
    value = word.raw[len(name) + 1 :].strip("*~")
    if name.lower() in ALONE:
        return at.wrong(f"{name!r} is no term; type {value or 'it'} alone, or try params.{name}:~{value or 'text'}.")
    if name.lower() in OTHERWISE and reads(meant := likely(name, word.raw[len(name) + 1 :])):
        return at.wrong(f"{name!r} is no term, {meant} is.")
    guesses = [each for each in NAMES if each not in ("params.", "is")]
    alike = OTHERWISE.get(name.lower()) or next(iter(get_close_matches(name.lower(), guesses, 1)), None)
    if alike is not None:
        return at.wrong(f"{name!r} is no term, {alike}: is.")
    return at.wrong(f"{name!r} is no term; try params.{name}:~{value or 'text'} or put it in quotes.")


def reads(line: str | None) -> bool:
    """Whether there is a word, and it can be read."""
    try:
        return line is not None and bool(term(Word(line, 0)))
    except BadFilter:
        return False


def given(word: Word, name: str) -> str:
    """The word without its quotes, which must say something."""
    said = re.sub(QUOTED, lambda found: re.sub(r"\\(.)", r"\1", found[0][1:-1], flags=re.DOTALL), word.raw)
    if not said:
        raise word.wrong(f"{name}: needs a value behind it.")
    return said


def says(name: str, word: Word) -> Says:
    """What an error or a parameter contains or is; of errors only the former is asked."""
    contains = word.raw.startswith("~")
    return Says(name, given(word.rest(len(word.raw) - contains), name), contains or name == "error")


def stuck(name: str, word: Word) -> Stuck:
    """Whether a task is stuck."""
    said = given(word, name).lower()
    if said not in STUCK:
        raise word.wrong("stuck: is yes or no, as in stuck:yes.")
    return Stuck(STUCK[said])


def one_of(name: str, word: Word) -> OneOf | Cancelled:
    """Statuses, types or workers, with commas between; as a status alone, what was cancelled."""
    if name == "status" and given(word, name).lower() == CANCELLED:
        return Cancelled()
    values = [given(Word(each[0], word.start + each.start()), name) for each in LISTED.finditer(word.raw)]
    if not values:
        raise word.wrong(f"{name}: needs a value behind it.")
    if name == "status":
        values = [status_named(value, word).value for value in values]
    return OneOf(name, tuple(dict.fromkeys(values)))


def being(name: str, word: Word) -> OneOf | Stuck | Cancelled:
    """``is:stuck`` as ``stuck:yes``, ``is:failed`` as ``status:failed``; ``is:cancelled``."""
    said = given(word, name).lower()
    if said == "stuck":
        return Stuck()
    if not set(said.split(",")) <= {*TaskStatus, CANCELLED}:
        raise word.wrong(f"is: takes stuck, cancelled, or one of {', '.join(TaskStatus)}.")
    return one_of("status", word)


def status_named(value: str, word: Word) -> TaskStatus:
    """The status of that name, or an error that names them all."""
    try:
        return TaskStatus(value.lower())
    except ValueError:
        start = word.start + max(0, word.raw.find(value))
        sentence = f"{value!r} is no status; there are {', '.join(TaskStatus)}."
        sentence += FOUND_OTHERWISE.get(value.lower(), "")
        raise BadFilter(sentence, start, start + len(value)) from None


def span(name: str, word: Word, reading: Callable[[str, Word, str], int]) -> Span:
    """``100..200``, ``>5m``, ``<=3``, or one figure where that means something."""
    said = given(word, name)
    first, dots, last = said.partition("..")
    if dots:
        low = reading(name, word, first) if first else None
        high = reading(name, word, last) if last else None
        if low is None and high is None:
            raise word.wrong(f"{name}:.. needs a value before or behind the dots.")
        return Span(name, low, high)
    sign, value = SIGNED.fullmatch(said).groups()  # pyright: ignore[reportOptionalMemberAccess]  # it fits anything
    figure = reading(name, word, value)
    if sign in ("", "=") and name == "age":
        raise word.wrong("age: needs > or < before the time, as in age:>5m.")
    return compared(name, sign, figure)


def compared(name: str, sign: str, figure: int) -> Span:
    """What a sign before a figure means."""
    match sign:
        case ">" | ">=":
            return Span(name, low=figure, low_open=sign == ">")
        case "<" | "<=":
            return Span(name, high=figure, high_open=sign == "<")
        case _:
            return Span(name, figure, figure)


def whole(name: str, word: Word, value: str) -> int:
    """A whole number."""
    if not WHOLE.fullmatch(value):
        raise word.wrong(f"{name}: needs a whole number, as in {name}:>1 or {name}:1..5.")
    return int(value)


def seconds(name: str, word: Word, value: str) -> int:
    """A length of time."""
    found = AGE.fullmatch(value)
    if found is None:
        raise word.wrong("age: needs a whole number with s, m, h or d behind it, as in age:>5m.")
    return int(found[1]) * UNITS[found[2]]


def figure(name: str, word: Word) -> Span:
    """Whole numbers."""
    return span(name, word, whole)


def age(name: str, word: Word) -> Span:
    """How long a task has been in its status."""
    return span(name, word, seconds)


def created(name: str, word: Word) -> Span:
    """When a task was created; a date alone is all of that day."""
    found = span(name, word, when)
    if found.low == found.high and found.low is not None and found.low % UNITS["d"] == 0:
        return Span(name, found.low, found.low + UNITS["d"], high_open=True)
    return found


def when(name: str, word: Word, value: str) -> int:
    """A date, or a date and a time, UTC unless it says otherwise; in seconds since 1970."""
    try:
        moment = datetime.fromisoformat(value.upper())
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise word.wrong("created: needs a date or a time, as in created:>2026-01-31 or >2026-01-31T12:00Z.") from None


READERS: dict[str, Callable[[str, Word], Term]] = {
    **dict.fromkeys(("status", "type", "worker"), one_of),
    "id": figure,
    "age": age,
    "attempts": figure,
    "priority": figure,
    "created": created,
    "error": says,
    "stuck": stuck,
    "is": being,
    "params.": says,
}
"""What reads the value of each term."""

NAMES = tuple(READERS)
"""Names of terms; behind ``params.`` stands the name of a parameter."""
