"""A search passes by what cannot hold its text, and finds the same places as if it looked at every row."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

import pytest

from core.models import Json
from tui.widgets import sought
from tui.widgets.branches import Branch, Path, Row
from tui.widgets.json_view import JsonShape
from tui.widgets.long_text import LongText
from tui.widgets.masking import MASK, masked_text
from tui.widgets.sought import folded

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
        if needle in folded(row.text):
            yield (row.key,)
        if isinstance(row.branch, LongText):
            text, start = folded(masked_text(row.branch.value)), 0
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
    assert len(steps) < 200, "members are looked at many at a time"
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


def test_letters_that_differ_in_their_small_form_alone_are_found_in_texts_of_any_length():
    for needle in ("ı", "ſ", "ς", "Σ", "ΟΔΟΣ", "İ", "K"):
        short, long = f"before {needle} behind", f"{'word ' * 9_000}{needle} {'word ' * 9_000}{needle}{needle} end"
        wanted = folded(needle)
        assert found(short, wanted) == [("",)], needle
        places = [path[1] for path in found([long], wanted) if len(path) > 1]
        first, last = long.index(needle), long.rindex(needle)
        assert places == [first, last - len(needle), last], needle


def test_a_text_is_found_at_its_place_behind_letters_whose_small_form_is_longer():
    text = "İ" * 700 + " heron"
    assert found([text], "heron") == [(0, 701)]


def test_what_is_nested_deep_is_not_read_again_at_each_level(monkeypatch: pytest.MonkeyPatch):
    def nested(levels: int) -> Json:
        value: Json = ["heron"] * 9
        for _ in range(levels):
            value = {"a": value, "b": "x" * 30}
        return value

    written: list[int] = []

    def counted(value: object, *, encode: Callable[[object], str] = sought.encode) -> str:
        text = encode(value)
        written.append(len(text))
        return text

    monkeypatch.setattr(sought, "encode", counted)
    value = [nested(60) for _ in range(40)]
    assert len(found(value, "heron")) == 360
    assert sum(written) < 4 * len(json.dumps(value))


def test_a_number_passes_by_what_has_no_place_of_that_number():
    rows: list[Json] = [{"name": f"row {n}", "tags": ["a", "b"], "of": {"x": "y"}} for n in range(2_000)]
    steps = list(JsonShape().finds({"rows": rows}, "7777777"))
    assert len(steps) < 200
    steps = list(JsonShape().finds({"rows": rows}, "1999"))
    assert [step for step in steps if not isinstance(step, int)] == [("rows", 1999), ("rows", 1999, "name")]
    assert len(steps) < 300
