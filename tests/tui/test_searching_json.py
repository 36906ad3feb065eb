"""A search passes by what cannot hold its text, and finds the same places as if it looked at every row."""

from __future__ import annotations

import random
from collections.abc import Iterator

from core.models import Json
from tui.widgets.branches import Branch, Path, Row
from tui.widgets.json_view import JsonShape
from tui.widgets.long_text import LongText
from tui.widgets.masking import MASK, masked_text

WORDS = (
    "heron", "Ångström", "ÜBER", "12", "404", 'say "hi"', "back\\slash", "line\nbreak", "tab\there", "a: b", "•••", "…",
    "api_key=hunter2-secret", "the token: abcdefgh", "{}", "[", "x" * 70, " ",
)  # fmt: skip
NAMES = ("name", "text", "api_key", 'odd "name"', "12", "rows", "n" * 600, "a\\b")
NEEDLES = (
    "heron", "ångström", "über", "12", "404", '"hi', "\\slash", "slash", "break", "a: b", "•", "…", "hunter2", "token",
    "name: ", 'text: "her', '0 "', "1 ", "12 ", "true", "null", "3.5", "{}", '"', ":", " ", "nowhere", "x" * 60,
    'odd "name"', "a\\b", "rows", "-7", "secret", "nn…",
)  # fmt: skip


def made(chance: random.Random, depth: int = 0) -> Json:
    match chance.randrange(9 if depth < 3 else 6):
        case 0:
            return chance.choice((None, True, False, 3.5, -7, 404, 12_345))
        case 1 | 2 | 3 | 4 | 5:
            return " ".join(chance.choice(WORDS) for _ in range(chance.choice((1, 1, 2, 20))))
        case 6 | 7:
            return [made(chance, depth + 1) for _ in range(chance.randrange(8))]
        case _:
            return {chance.choice(NAMES) + str(n % 3): made(chance, depth + 1) for n in range(chance.randrange(6))}


def looked_at(rows: Iterator[Row], needle: str) -> Iterator[Path]:
    """Every row, one after another."""
    for row in rows:
        if needle in row.text.lower():
            yield (row.key,)
        if isinstance(row.branch, LongText):
            text, start = masked_text(row.branch.value).lower(), 0
            while (place := text.find(needle, start)) >= 0:
                yield row.key, place
                start = place + len(needle)
        elif isinstance(row.branch, Branch):
            yield from ((row.key, *path) for path in looked_at(row.branch.rows(), needle))


def found(value: Json, needle: str) -> list[Path]:
    return [step for step in JsonShape().finds(value, needle) if not isinstance(step, int)]


def test_a_search_finds_what_looking_at_every_row_finds():
    chance = random.Random(7)
    places = 0
    for _ in range(2):
        value = [made(chance) for _ in range(30)]
        for needle in NEEDLES:
            paths = found(value, needle)
            assert paths == list(looked_at(JsonShape().rows(value), needle)), needle
            places += len(paths)
    assert places > 100


def test_what_is_passed_by_counts_as_looked_at():
    value = {"rows": [{"n": n, "text": f"row {n} " + "x" * 400} for n in range(2_000)]}
    steps = list(JsonShape().finds(value, "nowhere"))
    assert len(steps) < 100, "members are looked at many at a time"
    assert sum(step for step in steps if isinstance(step, int)) > 800_000


def test_a_secret_is_not_found_while_it_is_masked():
    value = {"rows": [{"api_key": "hunter2-hunter2", "n": n, "said": f"password=swordfish{n}"} for n in range(300)]}
    long = {"text": "word " * 20_000 + "password=swordfish " + "word " * 20_000}
    assert found(value, "hunter2") == found(value, "swordfish") == found(long, "swordfish") == []
    assert len(found(value, MASK)) == 600
    shown = JsonShape(reveal=True)
    assert sum(not isinstance(step, int) for step in shown.finds(value, "hunter2")) == 300
    assert sum(not isinstance(step, int) for step in shown.finds(long, "swordfish")) == 1


def test_a_text_nested_deeper_than_python_goes_is_searched_as_far_as_it_is_shown():
    value: Json = "heron below"
    for _ in range(900):
        value = [value]
    assert found(["heron above", value], "heron") == [(0,)]
