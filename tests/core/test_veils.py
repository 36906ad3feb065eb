"""Parameters whose secrets are masked while they are edited mean what they meant, and never a mask."""

from __future__ import annotations

from typing import cast

import pytest

from core.forms import Violation
from core.masking import MASK
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


LIST: list[Json] = [
    {"name": "a", "n": 1, "token": "secretA"},
    {"name": "b", "n": 2, "token": "secretB"},
    {"name": "c", "n": 3, "token": "secretC"},
]


def shown(name: str, n: Json) -> Json:
    """An item as someone sees it who has typed that."""
    return {"name": name, "n": n, "token": MASK}


A, B, C = shown("a", 1), shown("b", 2), shown("c", 3)


@pytest.mark.parametrize(
    ("edited", "secrets"),
    [
        ([B, A, C], "BAC"),
        ([A, C], "AC"),
        ([C], "C"),
        ([{"name": "new"}, A, B, C], " ABC"),
        ([A, shown("b", 9), C], "ABC"),
        ([A, shown("renamed", 2), C, {"name": "new"}], "ABC "),
        ([shown("x", 1), shown("y", 2), shown("c", 9)], "ABC"),
    ],
    ids=str,
)
def test_a_secret_stays_with_its_item_wherever_that_went(edited: list[Json], secrets: str):
    meant, torn = lifted({"targets": edited}, {"targets": LIST})
    wanted = [
        {**each, "token": f"secret{secret}"} if isinstance(each, dict) and secret != " " else each
        for each, secret in zip(edited, secrets, strict=True)
    ]
    assert (meant, torn) == ({"targets": wanted}, [])


@pytest.mark.parametrize(
    ("edited", "places"),
    [
        ([A, A, C], [1]),
        ([A, B, C, C], [3]),
        ([A, shown("a", 9), C], [1]),
        ([A, shown("copy", 1), B, C], [1]),
        ([A, shown("x", 9), C], [1]),
        ([B, shown("a", 9), C], [1]),
        ([shown("b", 9), C], [0]),
        ([shown("b", 9), shown("a", 9), C], [0, 1]),
        ([A, B, C, shown("d", 4)], [3]),
    ],
    ids=str,
)
def test_a_mask_in_an_item_that_nobody_can_be_sure_of_is_told(edited: list[Json], places: list[int]):
    meant, torn = lifted({"targets": edited}, {"targets": LIST})
    assert [each.path for each in torn] == [("targets", place, "token") for place in places]
    assert [meant["targets"][place]["token"] for place in places] == [MASK] * len(places)


BARE: list[Json] = [{"token": "s1"}, {"token": "s2"}, {"token": "s3"}]


@pytest.mark.parametrize(
    "edited",
    [
        [{"token": MASK}] * 2,
        [{"token": MASK}] * 4,
        [{"token": "typed"}, {"token": MASK}, {"token": MASK}],
        [{"token": MASK, "n": 1}, {"token": MASK}, {"token": MASK}],
    ],
    ids=str,
)
def test_which_of_those_that_look_alike_is_left_is_not_guessed(edited: list[Json]):
    meant, torn = lifted({"targets": edited}, {"targets": BARE})
    assert len(torn) == str(edited).count(MASK)
    assert meant == {"targets": edited}


def test_those_that_look_alike_and_are_equal_may_come_and_go():
    equal: list[Json] = [{"token": "same"}, {"n": 1}, {"token": "same"}]
    assert lifted({"l": [{"n": 1}, {"token": MASK}]}, {"l": equal}) == ({"l": equal[1:]}, [])
    _, torn = lifted({"l": [{"token": MASK}] * 3}, {"l": equal})
    assert [each.path for each in torn] == [("l", 1, "token")]


def test_lists_in_lists_are_held_against_their_own():
    nested: dict[str, Json] = {"l": [{"name": "a", "of": BARE}, {"name": "b", "of": BARE[:1]}, [*LIST], [*BARE[1:]]]}
    edited = cast("list[Json]", veiled(nested)["l"])
    swapped = [edited[1], edited[0], edited[3], edited[2]]
    assert lifted({"l": swapped}, nested) == ({"l": [nested["l"][place] for place in (1, 0, 3, 2)]}, [])
    meant, torn = lifted({"l": [edited[0], {"name": "b", "of": edited[1]["of"], "n": 1}, *edited[2:]]}, nested)
    assert (meant["l"][1], torn) == ({"name": "b", "of": BARE[:1], "n": 1}, [])
    _, torn = lifted({"l": [{"name": "a", "of": edited[0]["of"][1:]}, *edited[1:]]}, nested)
    assert [each.path for each in torn] == [("l", 0, "of", 0, "token"), ("l", 0, "of", 1, "token")]


@pytest.mark.parametrize(
    ("edited", "place"),
    [
        ({"api_key": "••••"}, ("api_key",)),
        ({"another": "•••"}, ("another",)),
        ({"urls": ["https://•••@a.example/", "https://•••@a.example/", "c"]}, ("urls", 1)),
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
