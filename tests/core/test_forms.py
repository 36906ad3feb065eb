"""Forms made from a JSON Schema: what the fields are, and that parameters go in and come out as they were."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadSetting
from core.form_values import Entry, Raw, counted, params_of, values_of
from core.formats import looks_like
from core.forms import Field, Kind, every, fields_of, prefilled
from core.taskmanager.checking import violations

NAMES = st.sampled_from(["a", "b", "c d", "", "ü", "api_key"]) | st.text(max_size=4)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["", " ", "two\nlines", "\r\n", "\x1b[31m", "5", "true", "null", '"'])
    | st.sampled_from(["\ud800", "\u202e", "\u2028", " a"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
RULES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "string", "maxLength": 5000},
            {"type": "integer", "minimum": 1},
            {"type": "number"},
            {"type": "boolean"},
            {"type": ["string", "null"]},
            {"type": ["string", "integer"]},
            {"enum": [1, "1", None, True, {"a": []}]},
            {"const": "fixed"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"type": "number"}},
            {"type": "array"},
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            {"$ref": "#/$defs/t"},
            {"$ref": "#/nowhere"},
            {},
        ]
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=4)},
        optional={"required": st.lists(NAMES, max_size=2)},
    ),
    max_leaves=8,
)
SCHEMAS = st.dictionaries(NAMES, RULES, max_size=5).map(
    lambda named: {"type": "object", "properties": named, "$defs": {"t": {"type": "string"}}}
)
PARAMS = st.dictionaries(NAMES, VALUES, max_size=5)


def alike(one: object, other: object) -> bool:
    """Equal as JSON: True is not 1, and 1.0 not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(SCHEMAS, PARAMS)
def test_any_parameters_come_out_of_the_form_as_they_went_in(schema: dict[str, Any], params: dict[str, Any]):
    fields = fields_of(schema)
    got, faults = params_of(fields, values_of(fields, params))
    assert not faults
    assert alike(got, params)


@given(st.data(), SCHEMAS)
def test_what_is_typed_comes_back_as_it_was_typed_or_means_the_same(data: st.DataObject, schema: dict[str, Any]):
    fields = fields_of(schema)
    typed: dict[Any, Entry] = {}
    for field in every(fields):
        if field.kind in (Kind.TEXT, Kind.INTEGER, Kind.NUMBER) and data.draw(st.booleans()):
            typed[field.path] = data.draw(st.text(max_size=6) if field.kind is Kind.TEXT else st.integers().map(str))
    params, faults = params_of(fields, typed)
    assert not faults
    again, _ = params_of(fields, values_of(fields, params))
    assert alike(again, params)


KEYWORDS = st.sampled_from(
    ["properties", "required", "type", "enum", "const", "items", "$ref", "default", "title", "maxLength", "format"]
)


@given(st.recursive(VALUES, lambda inner: st.dictionaries(KEYWORDS, inner, max_size=6), max_leaves=20))
def test_whatever_a_server_sends_as_a_schema_makes_a_form(schema: Any):
    if isinstance(schema, dict):
        fields = fields_of(schema)
        params = prefilled(schema)
        assert alike(params_of(fields, values_of(fields, params))[0], params)


def one(rule: Mapping[str, Any], **more: Any) -> Field:
    """The field that a rule makes."""
    return fields_of({"properties": {"x": rule}, **more})[0]


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"type": "string"}, Kind.TEXT),
        ({"type": "string", "maxLength": 4000}, Kind.LINES),
        ({"type": "string", "default": "a\nb"}, Kind.LINES),
        ({"type": "integer"}, Kind.INTEGER),
        ({"type": ["number", "null"]}, Kind.NUMBER),
        ({"type": "boolean"}, Kind.CHOICE),
        ({"enum": ["a", 1]}, Kind.CHOICE),
        ({"const": 3}, Kind.CHOICE),
        ({"type": "array", "items": {"type": "integer"}}, Kind.LIST),
        ({"type": "array", "items": {"type": "object"}}, Kind.RAW),
        ({"type": "object", "properties": {"y": {}}}, Kind.GROUP),
        ({"type": "object"}, Kind.RAW),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, Kind.RAW),
        ({"type": "string", "anyOf": [{"minLength": 3}]}, Kind.RAW),
        ({"$ref": "#/$defs/name"}, Kind.TEXT),
        ({"$ref": "https://example.org/schema"}, Kind.RAW),
        ({}, Kind.RAW),
    ],
)
def test_each_rule_gets_the_field_that_can_say_it(rule: dict[str, Any], kind: Kind):
    assert one(rule, **{"$defs": {"name": {"type": "string"}}}).kind is kind


def test_a_schema_that_refers_to_itself_ends_in_raw_json():
    deepest = list(every(fields_of({"properties": {"x": {"$ref": "#"}}})))
    assert max(len(field.path) for field in deepest) < 10


def test_limits_are_told_in_words():
    field = one({"type": "array", "items": {"type": "string", "maxLength": 9}, "minItems": 1, "uniqueItems": True})
    assert field.limits == ("at least 1 item", "no item twice", "each at most 9 characters")


def test_a_form_begins_with_defaults_constants_and_the_objects_that_must_be_there():
    inner = {"type": "object", "properties": {"n": {"default": 1}}}
    schema = {
        "required": ["kind", "must"],
        "properties": {
            "kind": {"const": "video"},
            "order": {"enum": ["a", "b"], "default": "b"},
            "free": {"type": "string"},
            "must": inner,
            "may": inner,
        },
    }
    assert prefilled(schema) == {"kind": "video", "order": "b", "must": {"n": 1}}


def test_an_empty_field_is_not_given_and_what_is_no_number_is_told():
    fields = fields_of({"properties": {"n": {"type": "integer"}, "t": {"type": "string"}}})
    assert params_of(fields, {("n",): "", ("t",): ""}) == ({}, {})
    params, faults = params_of(fields, {("n",): "five", ("t",): "five"})
    assert params == {"t": "five"}
    assert faults == {("n",): "This must be a whole number such as 5."}


def test_a_value_that_does_not_fit_its_field_is_shown_as_json():
    fields = fields_of({"properties": {"t": {"type": "string"}, "l": {"type": "array", "items": {"type": "string"}}}})
    values = values_of(fields, {"t": "\x1b[31mred", "l": ["", "b"], "more": 1})
    assert values[("t",)] == Raw('"\\u001b[31mred"')
    assert isinstance(values[("l",)], Raw)
    assert values[(None,)] == '{\n  "more": 1\n}'


def test_a_counter_takes_its_place_in_a_text_or_stands_at_its_end():
    assert counted({"a": {"b": "page-{n}.html"}}, ("a", "b"), 7) == {"a": {"b": "page-7.html"}}
    assert counted({"a": "cats"}, ("a",), 7) == {"a": "cats 7"}
    assert counted({"a": "top 5"}, ("a",), 7) == {"a": "top 5 7"}
    for address in ("https://example.org/a", "@lofi", "page-", "cats "):
        assert counted({"a": address}, ("a",), 7) == {"a": f"{address}7"}
    assert counted({}, ("a",), 7) == {"a": "7"}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("uri", "https://example.org/@lofi", "example.org/@lofi"),
        ("email", "ann@example.org", "ann"),
        ("date-time", "2026-03-01T12:00:00Z", "2026-03-01"),
        ("date", "2026-03-01", "1.3.2026"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123"),
        ("never heard of", "anything", None),
    ],
)
def test_formats_are_recognised(name: str, good: str, bad: str | None):
    assert looks_like(name, good) == ""
    assert bad is None or looks_like(name, bad).startswith("This does not look like a")


def test_violations_tell_where_they_are_as_the_server_does():
    schema = {
        "type": "object",
        "required": ["url"],
        "properties": {"n": {"maximum": 9}, "l": {"items": {"type": "string"}}, "o": {"required": ["in"]}},
    }
    found = violations(schema, {"n": 10, "l": ["a", 1], "o": {}})
    assert {each.path: each.rule for each in found} == {
        ("url",): "required",
        ("n",): "maximum",
        ("l", 1): "type",
        ("o", "in"): "required",
    }
    assert violations(schema, {"url": "x"}) == []


def test_a_schema_that_cannot_be_used_is_told():
    with pytest.raises(BadSetting, match="never fetched"):
        violations({"$ref": "https://example.org/schema"}, {})


def test_a_schema_in_which_php_wrote_lists_for_empty_objects_is_understood():
    assert violations({"type": "object", "properties": []}, {"a": 1}) == []


ONE_OF_TWO: dict[str, Any] = {"anyOf": [{"required": ["video_id"]}, {"required": ["video_url"]}]}


@pytest.mark.parametrize(
    ("schema", "params", "path", "said"),
    [
        (ONE_OF_TWO, {}, (), "video_id or video_url is needed"),
        (
            {"oneOf": [{"required": ["a", "b"]}, {"required": ["c"]}]},
            {"a": 1, "b": 1, "c": 1},
            (),
            "only one can be given: a and b or c",
        ),
        ({"properties": {"of": ONE_OF_TWO}}, {"of": {"x": 1}}, ("of",), "video_id or video_url is needed"),
        (
            {"properties": {"l": {"items": ONE_OF_TWO}}},
            {"l": [{"video_id": 1}, {}]},
            ("l", 1),
            "video_id or video_url is needed",
        ),
    ],
)
def test_parameters_of_which_one_or_another_will_do_are_named(
    schema: dict[str, Any], params: dict[str, Any], path: tuple[str | int, ...], said: str
):
    assert [(each.path, each.message) for each in violations(schema, params)] == [(path, said)]


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"required": ["a"]}, {"minProperties": 1}]},
        {"properties": [], "anyOf": [{"required": ["a"]}, {"type": "string"}]},
    ],
)
def test_alternatives_that_ask_for_more_than_names_are_told_as_the_server_tells_them(schema: dict[str, Any]):
    assert [each.message for each in violations(schema, {})] == ["{} is not valid under any of the given schemas"]
