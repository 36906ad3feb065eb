"""Parameter schemas that are odd or evil: refused in words or checked in bounded time, never 500."""

from typing import Any

import pytest

from core.server.patterns import BadPattern, pattern
from tests.server.client import Api

DRAFT = "https://json-schema.org/draft/2020-12/schema"
EVIL = "^(a+)+$"
EVIL_TEXT = "a" * 60 + "!"


async def told(api: Api, schema: dict[str, Any], params: dict[str, Any]) -> str:
    """Registers a type, creates a task of it, and gives the refusal of the second."""
    await api.register(schema=schema)
    reply = await api.post("/tasks", type="echo", params=params)
    assert reply.status == 400
    return reply.error + str(reply.json.get("message", ""))


@pytest.mark.parametrize("value", [5, [], {}, None, True])
async def test_a_draft_that_is_not_a_text_is_refused(api: Api, value: object) -> None:
    reply = await api.post("/task-types/register", name="a", version="1", param_schema={"$schema": value})
    assert reply.status == 400
    assert "Invalid JSON Schema" in reply.error


@pytest.mark.parametrize("foo", [5, "x", [1], {"$schema": []}, {"properties": 1}])
@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
async def test_a_reference_to_what_is_not_a_schema_is_refused_at_create(api: Api, keyword: str, foo: object) -> None:
    assert "schema cannot be used" in await told(api, {keyword: "#/foo", "foo": foo}, {"a": 1})


async def test_a_reference_to_a_place_that_is_not_a_number_is_refused_at_create(api: Api) -> None:
    assert "schema cannot be used" in await told(api, {"allOf": [{}], "$ref": "#/allOf/x"}, {"a": 1})


@pytest.mark.parametrize("sources", [("^a", "(?i)^b"), ("(?P<x>a)", "(?P<x>b)")])
async def test_patterns_of_names_that_do_not_fit_together_are_refused_where_they_are_joined(
    api: Api, sources: tuple[str, str]
) -> None:
    schema: dict[str, Any] = {"patternProperties": {source: {"type": "integer"} for source in sources}}
    closed = schema | {"additionalProperties": False}
    reply = await api.post("/task-types/register", name="a", version="1", param_schema={"items": closed})
    assert reply.status == 400
    assert "not a regular expression" in reply.error
    await api.register(schema=schema)
    assert (await api.post("/tasks", type="echo", params={"zz": "x"})).status == 201


@pytest.mark.parametrize(
    "part",
    [
        {"default": {"pattern": "*.mp4"}},
        {"const": {"pattern": "*.mp4"}},
        {"enum": [{"pattern": "*.mp4"}, {"patternProperties": {"*": 1}}]},
        {"examples": [{"pattern": "*.mp4"}]},
    ],
)
async def test_a_value_that_looks_like_a_schema_is_not_taken_for_one(api: Api, part: dict[str, Any]) -> None:
    schema = {"properties": {"q": part}}
    reply = await api.post("/task-types/register", name="a", version="1", param_schema=schema)
    assert reply.status == 201


@pytest.mark.parametrize("name", ["default", "enum", "const", "examples", "pattern", "properties"])
async def test_a_parameter_may_have_the_name_of_a_keyword(api: Api, name: str) -> None:
    bad = {"properties": {name: {"pattern": "*"}}}
    assert (await api.post("/task-types/register", name="a", version="1", param_schema=bad)).status == 400
    await api.register(schema={"properties": {name: {"pattern": "^x"}}})
    assert (await api.post("/tasks", type="echo", params={name: "x"})).status == 201
    assert (await api.post("/tasks", type="echo", params={name: "y"})).status == 400


async def test_an_evil_pattern_of_names_is_refused_where_a_reference_leads_to_it(api: Api) -> None:
    schema = {"default": {"patternProperties": {EVIL: {}}}, "$ref": "#/default"}
    assert "takes too long" in await told(api, schema, {EVIL_TEXT: 1})


async def test_a_part_that_names_its_draft_is_bounded_as_well(api: Api) -> None:
    schema = {"properties": {"a": {"$schema": DRAFT, "pattern": EVIL}}}
    assert "does not match" in await told(api, schema, {"a": EVIL_TEXT})
    circle = {"$schema": DRAFT, "properties": {"a": {"$ref": "#"}, "b": {"pattern": EVIL}}}
    assert "does not match" in await told(api, circle, {"a": {"b": EVIL_TEXT}})


DOUBLED = {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(40)} | {"40": {}}
FOLLOWED_TWICE = {str(n): {"$ref": f"#/$defs/{n + 1}", "$dynamicRef": f"#/$defs/{n + 1}"} for n in range(40)}


@pytest.mark.parametrize("parts", [DOUBLED, FOLLOWED_TWICE | {"40": {}}])
async def test_references_that_double_again_and_again_are_refused(api: Api, parts: dict[str, Any]) -> None:
    schema = {"unevaluatedProperties": False, "$ref": "#/$defs/0", "$defs": parts}
    assert "more than 100,000 steps" in await told(api, schema, {"a": 1})


async def test_a_long_list_whose_items_are_referred_to_passes(api: Api) -> None:
    schema = {"properties": {"a": {"items": {"$ref": "#/$defs/n"}}}, "$defs": {"n": {"type": "integer"}}}
    await api.register(schema=schema)
    assert (await api.post("/tasks", type="echo", params={"a": [1] * 20_000})).status == 201


@pytest.mark.parametrize("source", ["a{40000}b", "(?:a{200}){200}b", "a" * 4000 + "b", "a{4000,}b"])
def test_a_long_pattern_is_not_searched_in_a_long_text(source: str) -> None:
    with pytest.raises(BadPattern, match="too long"):
        pattern(source).is_in("a" * 1_000_000)


def test_many_rounds_of_nothing_are_no_work() -> None:
    assert pattern("^(?:){4000000000}b").is_in("b")
    assert not pattern("^(?:){4000000000}b").is_in("a")


@pytest.mark.parametrize(
    "source", ["^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "^[0-9a-f]{64}$", r"^\d{4}-\d{2}-\d{2}T"]
)
def test_usual_patterns_are_cheap(source: str) -> None:
    assert pattern(source).steps(1000) < 1000
