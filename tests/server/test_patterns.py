"""Patterns of schemas: what `re` finds is found, in bounded time."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.server.patterns import BadPattern, pattern
from tests.server.client import Api

SLOW = [r"^(a+)+$", r"^(a|a)*$", r"(a|aa)+$", r"^(\w+\s?)*$", "a?" * 25 + "a" * 25, r"(x+x+)+y", r"a*a*a*a*a*b"]


@pytest.mark.parametrize("source", SLOW)
async def test_an_evil_pattern_answers_in_time(api: Api, source: str) -> None:
    await api.register(schema={"properties": {"x": {"type": "string", "pattern": source}}})
    started = time.monotonic()
    reply = await api.post("/tasks", type="echo", params={"x": "a" * 30 + "!" + "x" * 3000})
    assert reply.status in (201, 400)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("source", ["(", "[z-a]", "(?<=a+)b", r"^(?:(a+)+)\1$", "(?i)(a+)+$"])
async def test_a_pattern_that_cannot_be_searched_in_time_is_refused_with_its_schema(api: Api, source: str) -> None:
    schema = {"properties": {"x": {"pattern": source}}}
    reply = await api.post("/task-types/register", name="a", version="1", param_schema=schema)
    assert reply.status == 400
    assert "Invalid JSON Schema" in reply.error


async def test_a_slow_pattern_of_names_is_refused_and_a_long_name_too(api: Api) -> None:
    schema = {"patternProperties": {"^(a+)+$": {}}}
    assert (await api.post("/task-types/register", name="a", version="1", param_schema=schema)).status == 400
    await api.register(schema={"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False})
    assert (await api.post("/tasks", type="echo", params={"x-1": 1})).status == 201
    assert (await api.post("/tasks", type="echo", params={"y": 1})).status == 400
    assert (await api.post("/tasks", type="echo", params={"x" * 300: 1})).status == 400


PIECES = st.sampled_from(["a", "b", ".", r"\d", r"\w", "[^a]", "[a-c1]", r"\b", "^", "$", r"\B", r"\S"])
SOURCES = st.recursive(
    PIECES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda ways: f"({'|'.join(ways)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?"])).map(
            lambda both: f"(?:{both[0]}){both[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=400, derandomize=True, database=None, deadline=None)
@given(SOURCES, st.text("ab1_ \n!c", max_size=8))
def test_all_ways_at_once_find_what_re_finds(source: str, text: str) -> None:
    program = pattern(source).program
    assert program is not None
    assert program.is_in(text) is (re.search(source, text) is not None)


def test_a_text_too_long_for_a_pattern_is_told() -> None:
    with pytest.raises(BadPattern, match="too long"):
        pattern("(a|b)*c" * 20).is_in("a" * 1_000_000)
