"""Parameter schemas that are odd or evil: refused in words or checked in bounded time, never 500."""

from typing import Any

import pytest

from core.server.app import create_app
from core.server.database import Database
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
        {"x-ui": {"pattern": "*.mp4", "patternProperties": {"*": 1}}},
        {"x-ui": {"items": [{"pattern": "*.mp4"}], "properties": []}},
    ],
)
async def test_a_value_that_looks_like_a_schema_is_not_taken_for_one(api: Api, part: dict[str, Any]) -> None:
    for schema in ({"properties": {"q": part}}, {"type": "object", **part}):
        reply = await api.post("/task-types/register", name="a", version="1", param_schema=schema)
        assert reply.status in (200, 201)
        assert (await api.type_named("a")).data["param_schema"] == schema


BY_NAME = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
ALONE = ("additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then")
UNEVALUATED = ("unevaluatedItems", "unevaluatedProperties")


def within(keyword: str, part: Any) -> dict[str, Any]:
    """A schema that holds a part at a keyword, in the way of that keyword."""
    if keyword in BY_NAME:
        return {keyword: {"a": part}}
    return {keyword: [{}, part] if keyword in LISTED else part}


@pytest.mark.parametrize("keyword", [*BY_NAME, *LISTED, *ALONE, *UNEVALUATED])
async def test_a_slow_pattern_is_refused_with_its_schema_wherever_that_may_be_used(api: Api, keyword: str) -> None:
    for slow in ({"pattern": "(?<=a+)b"}, {"patternProperties": {EVIL: {}}}, {"pattern": "(?i)(a+)+$"}):
        schema = {"type": "object", **within(keyword, slow)}
        reply = await api.post("/task-types/register", name="a", version="1", param_schema=schema)
        assert reply.status == 400
        assert "Invalid JSON Schema" in reply.error


OLD = "http://json-schema.org/draft-0{}/schema#"


@pytest.mark.parametrize(
    ("draft", "part"),
    [
        (3, {"extends": {"pattern": "(?i)(a+)+$"}}),
        (3, {"extends": [{"pattern": "(?i)(a+)+$"}]}),
        (3, {"disallow": [{"pattern": "(?i)(a+)+$"}]}),
        (3, {"type": ["string", {"pattern": "(?i)(a+)+$"}]}),
        (4, {"items": [{"pattern": "(?i)(a+)+$"}]}),
        (6, {"additionalItems": {"pattern": "(?i)(a+)+$"}}),
        (7, {"dependencies": {"a": {"pattern": "(?i)(a+)+$"}}}),
    ],
)
async def test_a_slow_pattern_is_refused_where_older_drafts_hold_schemas(
    api: Api, draft: int, part: dict[str, Any]
) -> None:
    schema = {"$schema": OLD.format(draft), "properties": {"q": part}}
    reply = await api.post("/task-types/register", name="a", version="1", param_schema=schema)
    assert reply.status == 400
    assert "cannot be searched in bounded time" in reply.error


@pytest.mark.parametrize(
    ("slow", "params", "reason"),
    [
        ({"pattern": "(?i)(a+)+$"}, {"q": EVIL_TEXT}, "bounded time"),
        ({"pattern": "*.mp4"}, {"q": "x"}, "not a regular expression"),
        ({"pattern": EVIL}, {"q": EVIL_TEXT}, "does not match"),
        ({"patternProperties": {EVIL: {}}}, {"q": {EVIL_TEXT: 1}}, "takes too long"),
        ({"propertyNames": {"pattern": "(?i)(a+)+$"}}, {"q": {EVIL_TEXT: 1}}, "bounded time"),
        ({"patternProperties": {EVIL: {}}, "unevaluatedProperties": False}, {"q": {EVIL_TEXT: 1}}, "takes too long"),
    ],
)
async def test_a_slow_pattern_is_refused_at_create_where_a_reference_leads_into_a_value(
    api: Api, slow: dict[str, Any], params: dict[str, Any], reason: str
) -> None:
    schema = {"x-ui": {"shown": slow}, "properties": {"q": {"$ref": "#/x-ui/shown"}}}
    assert reason in await told(api, schema, params)


async def test_what_php_writes_for_an_empty_object_is_read_as_one_where_schemas_have_names(api: Api) -> None:
    written: dict[str, Any] = {
        "type": "object",
        "properties": {"q": {"type": "object", "properties": [], "default": []}, "any": [], "properties": []},
        "items": {"patternProperties": []},
        "allOf": [{"$defs": [], "definitions": []}],
        "dependentSchemas": [],
        "dependencies": {"q": [], "any": ["q"]},
        "required": [],
        "x-ui": {"properties": []},
    }
    await api.register(schema=written)
    assert (await api.type_named("echo")).data["param_schema"] == {
        **written,
        "properties": {"q": {"type": "object", "properties": {}, "default": []}, "any": {}, "properties": {}},
        "items": {"patternProperties": {}},
        "allOf": [{"$defs": {}, "definitions": {}}],
        "dependentSchemas": {},
    }
    assert (await api.post("/tasks", type="echo", params={"q": {"x": 1}, "any": [1]})).status == 201


@pytest.mark.parametrize("schema", [{"properties": [1]}, {"properties": {"a": [1]}}, {"$defs": [{}]}, [], [{}]])
async def test_a_list_with_something_in_it_is_no_empty_object(api: Api, schema: object) -> None:
    reply = await api.post("/task-types/register", name="a", version="1", param_schema=schema)
    assert reply.status == 400


@pytest.mark.parametrize("params", [[], [1], "x", 5])
async def test_parameters_that_are_no_object_are_refused_in_the_same_words(api: Api, params: object) -> None:
    await api.register()
    reply = await api.post("/tasks", type="echo", params=params)
    assert (reply.status, reply.error) == (400, "params must be a JSON object")


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


MANY = 500_000


@pytest.mark.parametrize("kind", ["integer", ["string", "number"]])
async def test_a_very_long_list_of_which_only_the_type_is_told_passes(database: Database, kind: object) -> None:
    api = Api(create_app(database, max_body=8 << 20))
    await api.register(schema={"properties": {"a": {"type": "array", "items": {"type": kind}}}})
    assert (await api.post("/tasks", type="echo", params={"a": [1] * MANY})).status == 201
    reply = await api.post("/tasks", type="echo", params={"a": [1] * MANY + [None]})
    assert (reply.status, f"$.a[{MANY}]: None is not of type" in reply.error) == (400, True)


@pytest.mark.parametrize("draft", [OLD.format(3), OLD.format(4), OLD.format(6), OLD.format(7), DRAFT])
@pytest.mark.parametrize("kind", ["integer", "number", "string", "boolean", "null", "array", "object"])
async def test_items_are_of_a_type_as_the_draft_has_it(api: Api, draft: str, kind: str) -> None:
    values = [1, 1.0, 1.5, "1", True, None, [1], {"a": 1}]
    shortly = {"$schema": draft, "properties": {"a": {"items": {"type": kind}}}}
    in_full = {"$schema": draft, "properties": {"a": {"items": {"type": kind, "maxLength": 99}}}}
    for value in values:
        said: list[tuple[int, object]] = []
        for schema in (shortly, in_full):
            await api.register(schema=schema)
            reply = await api.post("/tasks", type="echo", params={"a": [value]})
            said.append((reply.status < 300, reply.json.get("details")))
        assert said[0] == said[1]


@pytest.mark.parametrize("leaf", [{"items": {"type": "integer"}}, {"uniqueItems": True}])
async def test_a_long_list_that_references_lead_to_again_and_again_is_refused(api: Api, leaf: dict[str, Any]) -> None:
    parts = DOUBLED | {"15": {"properties": {"a": leaf}}}
    reason = await told(api, {"$ref": "#/$defs/0", "$defs": parts}, {"a": list(range(20_000))})
    assert "more than 100,000 steps" in reason


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
