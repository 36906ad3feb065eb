"""The description of the calls: complete, and true of every answer."""

import asyncio
import json
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from core.server.app import create_app
from core.server.database import Database
from core.server.openapi import document
from core.server.routes import OPERATIONS
from tests.server.client import Api

DOCUMENT = json.loads(document())
CALLS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
TRIES = {"options": 5, "head": 10}
"""Calls made of each kind; what a HEAD reads is what its GET reads, and OPTIONS reads nothing."""
KNOWN = st.one_of(st.none(), st.integers(1, 6))


async def filled(api: Api) -> None:
    """Two types, and tasks in every state."""
    await api.register("echo")
    await api.register("register")
    for n in range(6):
        await api.create(n=n)
    await api.batch([1], limit=4)
    await api.complete(1, result={"n": 1})
    for _ in range(3):
        await api.complete(2, success=False, error="broke")
        await api.claim(sort_by="attempts", sort_order="DESC")


@cache
def described() -> Any:
    """The document as schemathesis reads it, once."""

    return schemathesis.openapi.from_dict(DOCUMENT)


def aimed(case: Any, known: int | None) -> None:
    """Make a call meet what there is, where `known` says which; and wait but shortly."""
    for fields in (case.body, case.query):
        if isinstance(fields, dict) and isinstance(fields.get("wait"), int | float | str):
            fields["wait"] = 0.001
    if known is None:
        return
    if "id" in (case.path_parameters or {}):
        case.path_parameters["id"] = known
    if "name" in (case.path_parameters or {}):
        case.path_parameters["name"] = "echo"
    if isinstance(case.body, dict):
        meant = {"worker_id": "ann", "type": "echo", "task_type_id": 1, "task_type_ids": [1, 2], "ids": [known]}
        case.body.update({name: value for name, value in meant.items() if name in case.body})


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_every_answer_is_one_that_the_document_describes(api: Api, method: str, path: str) -> None:
    await filled(api)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await api.app({**scope, "client": ("embedded", 0)}, receive, send)

    @settings(
        max_examples=TRIES.get(method, 25),
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described()[path][method].as_strategy(), known=KNOWN)
    def try_it(case: Any, known: int | None) -> None:
        aimed(case, known)
        case.validate_response(case.call(base_url="http://localhost/api", app=app), checks=CHECKS)

    await asyncio.to_thread(try_it)


def shapes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "schema" in value:
            yield value["schema"]
        for inside in value.values():
            yield from shapes(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from shapes(inside)


def test_the_document_holds_every_call_with_every_status_and_valid_schemas() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    for operation in OPERATIONS:
        told = DOCUMENT["paths"][operation.path][operation.method.lower()]
        assert {"400", "403", "405", "413", "429", "500", "503"} <= set(told["responses"])
        assert ("401" in told["responses"]) is (operation.path != "/health")
        assert ("404" in told["responses"]) or "{" not in operation.path
        assert ("requestBody" in told) is (operation.method == "POST")
    assert "409" in DOCUMENT["paths"]["/tasks/{id}/complete"]["post"]["responses"]
    for path in ("/openapi.json", "/docs/"):
        assert "get" in DOCUMENT["paths"][path]
    found = list(shapes(DOCUMENT))
    assert len(found) >= 100
    for schema in [*found, *DOCUMENT["components"]["schemas"].values()]:
        Draft202012Validator.check_schema(schema)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    text = document().decode()
    for reference in {part.split('"')[0] for part in text.split('"$ref":"#/')[1:]}:
        place: Any = DOCUMENT
        for step in reference.split("/"):
            place = place[step]


async def test_refusals_by_the_guard_fit_the_document_too(database: Database) -> None:
    error = Draft202012Validator(DOCUMENT["components"]["schemas"]["Error"])
    keyed = Api(create_app(database, api_key="secret", max_body=10, rate_limit=(1, 60)))
    replies = [
        await keyed.get("/tasks"),
        await keyed.get("/tasks"),
        await keyed.send("POST", "/tasks", b"{}", headers={"content-length": "11"}),
        await Api(create_app(database), client=("127.0.0.1", 5)).send("GET", "/tasks", headers={"host": "x.example"}),
    ]
    assert [reply.status for reply in replies] == [401, 429, 413, 403]
    for reply in replies:
        error.validate(reply.json)


class Page(HTMLParser):
    """What a page refers to, and where it can be jumped to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        said = dict(attrs)
        self.links += [value for name in ("href", "src") if (value := said.get(name))]
        if place := said.get("id"):
            self.places.add(place)


async def test_the_page_shows_every_call_and_needs_no_network(api: Api) -> None:
    reply = await api.get("/api/docs/")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    text = reply.body.decode()
    page = Page(text)
    assert not page.tags & {"script", "img", "link", "iframe", "object"}
    assert {link.removeprefix("#") for link in page.links} <= page.places
    assert "//" not in text.replace("<!doctype html>", "")
    for operation in OPERATIONS:
        assert f"{operation.method} {operation.path}" in text
        for name in operation.query | operation.body:
            assert f"<code>{name}</code>" in text
