"""Parameters whose secrets are masked while they are edited mean what they meant, and never a mask."""

from __future__ import annotations

import pytest

from core.forms import Violation
from core.models import Json
from core.veils import bare, discreet, lifted, veiled

ORIGINAL: dict[str, Json] = {
    "api_key": 12345,
    "urls": ["https://ann:hunter2@a.example/", "https://b.example/", "https://c.example/?token=abcdefgh"],
    "inner": {"password": {"deep": [1]}, "n": 1},
    "dots": "a ••• b",
    "flag": True,
}


def test_what_nobody_touched_is_what_it_was():
    assert lifted(veiled(ORIGINAL), ORIGINAL) == (ORIGINAL, [])


def test_what_was_changed_beside_a_secret_is_as_it_was_changed():
    edited = veiled(ORIGINAL) | {"flag": 1, "new": "x"}
    meant, torn = lifted(edited, ORIGINAL)
    assert torn == []
    assert meant == ORIGINAL | {"flag": 1, "new": "x"}
    assert meant["flag"] is not True


def test_a_list_may_lose_and_get_items():
    shown = veiled(ORIGINAL)["urls"]
    meant, torn = lifted({"urls": [shown[2], "https://new.example/"]}, ORIGINAL)
    assert (meant, torn) == ({"urls": [ORIGINAL["urls"][2], "https://new.example/"]}, [])


@pytest.mark.parametrize(
    ("edited", "place"),
    [
        ({"api_key": "••••"}, ("api_key",)),
        ({"another": "•••"}, ("another",)),
        ({"urls": ["https://b.example/", "https://•••@a.example/", "c"]}, ("urls", 1)),
        ({"inner": {"password": "•••x"}}, ("inner", "password")),
        ({"inner": [{"password": "•••"}]}, ("inner", 0, "password")),
    ],
    ids=str,
)
def test_a_mask_in_another_place_or_changed_is_told(edited: dict[str, Json], place: tuple[str | int, ...]):
    _, torn = lifted(edited, ORIGINAL)
    assert [each.path for each in torn] == [place]


def test_a_rule_that_a_secret_breaks_is_told_without_it():
    told = discreet(Violation(("inner", "password"), "'hunter2' is too short", "minLength"), ORIGINAL)
    assert told.message == "This breaks the rule minLength."
    plain = Violation(("inner", "n"), "1 is less than the minimum of 2", "minimum")
    assert discreet(plain, ORIGINAL) is plain


@pytest.mark.parametrize("path", [("urls", 0), ("urls", 9), ("urls",), ("inner",), ()], ids=str)
def test_a_rule_that_something_with_a_secret_inside_breaks_is_told_without_it(path: tuple[str | int, ...]):
    told = discreet(Violation(path, "hunter2 is not valid under any of the given schemas", "anyOf"), ORIGINAL)
    assert told.message == "This breaks the rule anyOf."


def test_a_rule_about_names_is_told_whole():
    names = Violation((), "Additional properties are not allowed ('x' was unexpected)", "additionalProperties")
    assert discreet(names, ORIGINAL) is names


def test_a_mask_among_secrets_that_are_shown_is_told_unless_it_was_there():
    assert bare(ORIGINAL, ORIGINAL) == []
    assert bare(ORIGINAL | {"dots": "b ••• c", "urls": list(reversed(ORIGINAL["urls"]))}, ORIGINAL) == []
    torn = bare({"api_key": "•••", "inner": {"password": [1, {"x": "a•••"}]}}, ORIGINAL)
    assert [each.path for each in torn] == [("api_key",), ("inner", "password", 1, "x")]
