"""What changed between two versions of a type: everything that did, nothing that did not, and no secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.masking import MASK
from core.models import TypeVersion
from core.schema_changes import MOST_CHANGES, Change, in_words, schema_changes, steps_of

NAMES = st.sampled_from(["url", "limit", "filter", "tags", "min views", "a.b", "é", ""])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=3))
LEAVES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", ["string", "null"]]),
        "default": VALUES,
        "minimum": st.integers(0, 3),
        "enum": st.lists(VALUES, max_size=3),
        "description": st.text(max_size=3),
        "additionalProperties": st.booleans(),
    },
)


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A schema with others in it."""
    members = st.dictionaries(NAMES, inner, max_size=3)
    inside = st.fixed_dictionaries(
        {},
        optional={
            "properties": members,
            "required": st.lists(NAMES, max_size=2, unique=True),
            "items": inner,
            "oneOf": st.lists(inner, max_size=2),
            "$defs": members,
        },
    )
    return st.tuples(LEAVES, inside).map(lambda both: {**both[0], **both[1]})


SCHEMAS: st.SearchStrategy[dict[str, Any]] = st.recursive(LEAVES, grown, max_leaves=8)


def words(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [each.text for each in schema_changes(old, new)]


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def turned(value: Any) -> Any:
    """The same with its members in another order, and with whole numbers written with a point."""
    match value:
        case dict():
            return {name: turned(each) for name, each in reversed(list(value.items()))}
        case list():
            return [turned(each) for each in value]
        case bool():
            return value
        case int():
            return float(value)
        case _:
            return value


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(SCHEMAS)
def test_equal_schemas_have_no_change(schema: dict[str, Any]):
    assert words(schema, deepcopy(schema)) == []
    assert words(schema, turned(schema)) == []


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(SCHEMAS, st.lists(st.sampled_from(["one", "two", "three"]), max_size=3, unique=True), st.data())
def test_each_planted_change_is_named_and_nothing_else(schema: dict[str, Any], path: list[str], data: st.DataObject):
    old: dict[str, Any] = schema
    for name in reversed(path):  # set in below so many parameters
        old = {"properties": {"other": {"type": "string"}, name: old}}
    new = deepcopy(old)
    place: dict[str, Any] = new
    for name in path:
        place = place["properties"][name]
    said = data.draw(st.sampled_from(["added", "removed", "required", "minLength", "default", "description"]))
    at = ".".join(path)
    here = f"{at}." if at else ""
    behind = f" of {at}" if at else ""
    match said:
        case "added":
            place["properties"] = {**place.get("properties", {}), "planted": {"type": "integer"}}
            expected = f"+ {here}planted (integer)"
        case "removed":
            old, new = new, old
            place["properties"] = {**place.get("properties", {}), "planted": {"type": "integer"}}
            expected = f"− {here}planted"
        case "required":
            place["required"] = [*place.get("required", []), "planted"]
            expected = f"{here}planted now required"
        case "default":
            before = place.get("default", ...)
            place["default"] = "planted"
            was = "none" if before is ... else words({}, {"default": before})[0].partition("→ ")[2]
            expected = f'default{behind}: {was} → "planted"'
        case "description":
            was = " ".join(place.get("description", "").split())
            place["description"] = "planted"
            expected = f"description{behind}: {f'“{was}”' if was else 'none'} → “planted”"
        case _:
            place["minLength"] = 7
            expected = f"minLength{behind}: none → 7"
    assert words(old, new) == [expected]


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(SCHEMAS, SCHEMAS)
def test_any_two_schemas_are_told_apart_in_short_lines(old: dict[str, Any], new: dict[str, Any]):
    found = list(schema_changes(old, new))
    assert all(0 < len(change.text) < 400 for change in found)
    assert bool(found) == (written(old) != written(new))


def written(schema: dict[str, Any]) -> str:
    """A schema as text that differs where it does."""
    return json.dumps(plain(schema), sort_keys=True)


def plain(value: Any) -> Any:
    """Without what makes no difference: the order of required names, and that there is nothing of a kind."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    members = {name: sorted(each) if name == "required" else plain(each) for name, each in value.items()}
    return {name: each for name, each in members.items() if each or name not in ("properties", "required", "$defs")}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (of(), of(limit={"type": "integer"}), "+ limit (integer)"),
        (of(max={}), of(), "− max"),
        (of(), {**of(url={"type": "string"}), "required": ["url"]}, "+ url (string, required)"),
        (of(x={"type": "string"}), of(x={"type": ["integer", "null"]}), "type of x: string → integer or null"),
        (of(x={"default": 10}), of(x={"default": 20}), "default of x: 10 → 20"),
        (of(x={"default": True}), of(x={"default": 1}), "default of x: true → 1"),
        (of(x={"default": 1}), of(x={}), "default of x: 1 → none"),
        (of(x={"default": None}), of(x={}), "default of x: null → none"),
        (of(x={"enum": ["a", "b"]}), of(x={"enum": ["a", "c"]}), '− choice "b" of x|+ choice "c" of x'),
        (of(x={"enum": ["a", "b"]}), of(x={"enum": ["b", "a"]}), "choices of x changed"),
        (of(x=True), of(x=False), "rules of x: true → false"),
        (of(x={"pattern": "a" * 60 + "b"}), of(x={"pattern": "a" * 60 + "c"}), "pattern of x changed"),
        (of(tags={"items": {"minLength": 1}}), of(tags={"items": {"minLength": 2}}), "minLength of tags[]: 1 → 2"),
        (of(f=of(min_views={})), of(f=of(min_views={}, max_views={})), "+ f.max_views (any)"),
        ({"$defs": {"A": {"minimum": 1}}}, {"$defs": {"A": {"minimum": 2}}}, "minimum of $defs.A: 1 → 2"),
        (of(), {**of(), "additionalProperties": False}, "additionalProperties: none → false"),
        ({"properties": []}, {"properties": {}}, ""),
        ({"properties": 5, "required": "x", "items": []}, {"properties": {"a": {}}}, "properties: 5 → {\"a\": {}}|"
         'required: "x" → none|items: [] → none'),
    ],
)  # fmt: skip
def test_changes_are_told_in_words_that_one_scans(old: dict[str, Any], new: dict[str, Any], said: str):
    assert "|".join(words(old, new)) == said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (of(api_key={"default": "s3cret-one"}), of(api_key={"default": "s3cret-two"})),
        (of(api_key={"enum": ["s3cret-one"]}), of(api_key={"enum": ["s3cret-one", "s3cret-two"]})),
        (of(api_key={"const": "s3cret-one"}), of(api_key={})),
        (of(api_key={"examples": ["s3cret-one"]}), of(api_key={"examples": ["s3cret-two"]})),
        (of(), of(api_key={"const": "s3cret-one"}, token={"items": {"enum": ["s3cret-two"]}, "type": "array"})),
        (of(auth=of(password={"default": "s3cret-one"})), of(auth=of(password={"default": "s3cret-two"}))),
        (of(token=of(value={"default": "s3cret-one"})), of(token=of(value={"default": "s3cret-two"}))),
        (of(x={"default": {"token": "s3cret-one"}}), of(x={"default": {"token": "s3cret-two"}})),
        (of(x={"default": "password=s3cret-one"}), of(x={"default": "password=s3cret-two"})),
        (of(x={"enum": ["token=s3cret-one"]}), of(x={"enum": ["token=s3cret-two"]})),
        (of(x={"default": 1}), of(x={"default": "Bearer s3cret-two"})),
        (of(token={"const": "s3cret-one"}), of(token=True)),
        (of(token=["s3cret-one"]), of(token=["s3cret-two"])),
    ],
)
def test_no_secret_is_told_and_its_change_is(old: dict[str, Any], new: dict[str, Any]):
    for before, after in ((old, new), (new, old)):
        told = words(before, after)
        assert told
        assert "s3cret" not in "".join(told) + repr(list(schema_changes(before, after)))
        assert not any(MASK in each for each in told if not each.startswith("+"))


def test_a_secret_that_changes_is_only_said_to_have_changed():
    assert words(of(api_key={"default": "a-b-c"}), of(api_key={"default": "d-e-f"})) == ["default of api_key changed"]
    assert words(of(api_key={"default": True}), of(api_key={"default": False})) == ["default of api_key changed"]
    assert words(of(), of(token={"type": "string", "enum": ["a-b-c"]})) == ["+ token (string)"]


def test_many_changes_are_counted_and_a_deep_schema_changes_as_a_whole():
    many = list(schema_changes(of(), of(**{f"p{n:03}": {} for n in range(50)})))
    assert in_words(many) == [*(f"+ p{n:03} (any)" for n in range(MOST_CHANGES)), "and 30 more"]
    (step, first) = steps_of(
        [TypeVersion(2, "2", of(**{f"p{n:03}": {} for n in range(50)})), TypeVersion(1, "1", of())]
    )
    assert (len(step.changes), step.more, step.follows) == (MOST_CHANGES, 30, True)
    assert (first.changes, first.follows) == ((), False)

    def nested(depth: int, leaf: int) -> dict[str, Any]:
        schema: dict[str, Any] = {"minimum": leaf}
        for _ in range(depth):
            schema = of(x=schema)
        return schema

    assert words(nested(20, 1), nested(20, 2)) == [f"rules of {'.'.join('x' * 13)} changed"]
    assert words(nested(5_000, 1), nested(5_000, 2)) == ["schema changed"]


OLDER = of(
    channel_url={"type": "string", "title": "Channel", "description": "Its address."},
    max_videos={"type": "integer", "default": 10, "maximum": 50, "title": "Most"},
    gone={},
    kind={"enum": ["a"]},
)
NEWER = {
    **of(
        channel_url={"type": "string", "title": "Address", "description": "Of the channel."},
        max_videos={"type": "integer", "default": 20, "maximum": 99, "title": "Videos"},
        kind={"enum": ["a", "b"]},
        with_shorts={"type": "boolean"},
    ),
    "title": "Scrape",
    "required": ["channel_url"],
    "additionalProperties": False,
}
WEIGHED = [
    "channel_url now required",
    "− gone",
    "+ with_shorts (boolean)",
    "maximum of max_videos: 50 → 99",
    '+ choice "b" of kind',
    "additionalProperties: none → false",
    "default of max_videos: 10 → 20",
    "words changed: channel_url, max_videos, the type",
]


def test_what_matters_most_is_told_first_and_words_that_changed_last_in_one_line():
    (step, _) = steps_of([TypeVersion(2, "2", NEWER), TypeVersion(1, "1", OLDER)])
    assert [each.text for each in step.changes] == [
        *WEIGHED[:-1],
        "title of channel_url: “Channel” → “Address”",
        "description of channel_url: “Its address.” → “Of the channel.”",
        "title of max_videos: “Most” → “Videos”",
        "title: none → “Scrape”",
    ]
    assert in_words(schema_changes(OLDER, NEWER)) == WEIGHED
    lone = of(x={"type": "string", "description": "new", "default": 1}, y={})
    assert in_words(schema_changes(of(x={"type": "string"}), lone)) == [
        "+ y (any)",
        "default of x: none → 1",
        "description of x: none → “new”",
    ]


def test_of_long_words_that_changed_it_is_told_where_they_differ():
    was = "The name of the subreddit without its prefix, which is in the address of its page behind the slash."
    now = was.replace("without", "with or without")
    assert words(of(x={"description": was}), of(x={"description": now})) == [
        "description of x: “…f the subreddit without its prefix, whic…”"
        " → “…f the subreddit with or without its prefix, whic…”"
    ]
    hidden = [f"Like Bearer abcdefgh12345678{n}" for n in (1, 2)]
    assert words(*(of(x={"description": each}) for each in hidden)) == ["description of x changed"]


def test_no_cut_hides_a_new_parameter_behind_words_that_changed():
    many = {f"p{n:02}": {"title": f"{n}"} for n in range(MOST_CHANGES + 4)}
    other = {name: {"title": "other"} for name in many}
    assert in_words(schema_changes(of(**many), of(**other, planted={}))) == [
        "+ planted (any)",
        "words changed: p00, p01, p02, p03, p04, p05, p06, p07 and 16 more",
    ]


def test_a_type_that_was_made_inactive_says_so():
    versions = [
        TypeVersion(3, "1", of(), is_active=True),
        TypeVersion(2, "1", of(), is_active=False),
        TypeVersion(1, "1", of()),
    ]
    assert [[each.text for each in step.changes] for step in steps_of(versions)] == [
        ["made active"],
        ["made inactive"],
        [],
    ]
    assert steps_of(versions)[1].changes == (Change("inactive"),)
