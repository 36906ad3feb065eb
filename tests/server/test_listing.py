"""Lists of tasks: filters, totals, pages."""

import json
import random
from sqlite3 import Connection

import pytest

from core.server import briefs, listing
from core.server.database import Database
from core.server.envelope import encode
from tests.server.client import Api


async def listed(api: Api, **query: object) -> list[int]:
    return [task["id"] for task in (await api.get("/tasks", **query)).data["tasks"]]


@pytest.fixture
async def many(api: Api) -> list[dict]:
    """Tasks of three types in every state, as they are read one by one."""
    chance = random.Random(3)
    types = [await api.register(name) for name in ("a.one", "a.two", "b")]
    made = [
        await api.create(chance.choice(("a.one", "a.two", "b")), chance.randint(0, 3), n=n, word=f"Wört-{n % 7}")
        for n in range(60)
    ]
    held = await api.batch(types, limit=30)
    for task in held[:20]:
        await api.complete(task["id"], success=task["id"] % 2 == 0, error=f"broke {task['id']}")
    return [await api.task(task_id) for task_id in made]


async def test_the_newest_come_first_with_the_documented_keys(api: Api, many: list[dict]) -> None:
    data = (await api.get("/tasks")).data
    assert (data["count"], data["limit"], data["offset"], data["total"]) == (50, 50, 0, 60)
    assert [task["id"] for task in data["tasks"]] == [task["id"] for task in reversed(many)][:50]
    keys = "id type status priority progress attempts claimed_by created_at completed_at"
    keys += " task_type_id claimed_at error_message"
    assert set(data["tasks"][0]) == set(keys.split())


@pytest.mark.parametrize("status", [None, "pending", "claimed", "completed", "failed"])
@pytest.mark.parametrize("pattern", [None, "a.%", "A.TWO%", "b", "nothing", "%"])
async def test_filters_and_totals_are_exact(
    api: Api, many: list[dict], status: str | None, pattern: str | None
) -> None:
    query = {k: v for k, v in {"status": status, "type": pattern}.items() if v is not None}
    names = {
        None: {"a.one", "a.two", "b"},
        "a.%": {"a.one", "a.two"},
        "A.TWO%": {"a.two"},
        "b": {"b"},
        "nothing": set(),
    }
    wanted = names.get(pattern, names[None])
    expected = [t["id"] for t in reversed(many) if t["type"] in wanted and status in (None, t["status"])]
    assert await listed(api, **query, limit=100) == expected
    assert (await api.get("/tasks", **query, limit=0)).data["total"] == len(expected)
    assert await listed(api, **query, limit=7, offset=5) == expected[5:12]


@pytest.mark.parametrize("sort", ["created_at", "id", "priority", "attempts"])
@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize(
    "filtered", [{}, {"status": ["pending"]}, {"status": ["pending", "failed"], "type": ["a.%"]}, {"text": "wört-3"}]
)
async def test_pages_neither_skip_nor_repeat(api: Api, many: list[dict], sort: str, order: str, filtered: dict) -> None:
    query = {"sort_by": sort, "sort_order": order, "filter": json.dumps(filtered)}
    whole = await listed(api, **query, limit=1000)
    sign = 1 if order == "ASC" else -1
    chosen = [t for t in many if t["id"] in whole]
    if sort in ("priority", "attempts"):
        assert whole == [t["id"] for t in sorted(chosen, key=lambda t: (sign * t[sort], t["id"]))]
    else:
        assert whole == [t["id"] for t in sorted(chosen, key=lambda t: sign * t["id"])]
    paged: list[int] = []
    while page := await listed(api, **query, limit=7, **({"after_id": paged[-1]} if paged else {})):
        paged += page
    assert paged == whole


@pytest.mark.parametrize(("text", "found"), [("WÖRT-3", 8), ("broke", 10), ("ANN", 26), ("nowhere", 0), ("a.tw", None)])
async def test_a_text_is_found_in_any_case_and_in_every_field(
    api: Api, many: list[dict], text: str, found: int | None
) -> None:
    data = (await api.get("/tasks", filter=json.dumps({"text": text}), limit=100)).data
    assert (data["total"], data["searched"]) == (None, 60)

    def holds(task: dict) -> bool:
        fields = [
            task["id"],
            task["type"],
            json.dumps(task["params"], ensure_ascii=False),
            task["error_message"],
            task["claimed_by"],
        ]
        return any(text.casefold() in str(field).casefold() for field in fields if field is not None)

    expected = [task["id"] for task in reversed(many) if holds(task)]
    assert [task["id"] for task in data["tasks"]] == expected
    if found is not None and text in ("WÖRT-3", "nowhere"):
        assert len(expected) in (found, found + 1)


@pytest.mark.parametrize(
    "query",
    [
        {"status": "x"},
        {"filter": '{"status":["x"]}'},
        {"filter": '{"status":"pending"}'},
        {"filter": '{"type":[1]}'},
        {"filter": '{"text":5}'},
        {"filter": '{"colour":"red"}'},
        {"filter": '{"cancelled":"yes"}'},
        {"filter": '{"address":"@beats"}'},
        {"filter": '{"address":{"typed":"youtube.com/@beats"}}'},
        {"filter": '{"address":{"target":" "}}'},
        {"filter": '{"address":{"target":5}}'},
        {"filter": '{"address":{"target":"@beats","in":"params"}}'},
        {"sort_by": "params"},
        {"sort_order": "UP"},
        {"sort_by": "priority", "after_id": 99},
        {"after_id": 1, "around": 1},
        {"sort_by": "priority", "after_id": 1, "around": 1},
    ],
)
async def test_a_filter_that_means_nothing_is_refused(api: Api, query: dict) -> None:
    await api.register()
    await api.create(x=1)
    reply = await api.get("/tasks", **query)
    assert reply.status == 400
    assert reply.error


async def test_empty_filter_values_mean_none(api: Api, many: list[dict]) -> None:
    assert (await api.get("/tasks", status="", type="", limit="", offset="")).data["total"] == 60


async def test_very_many_types_are_listed_too(api: Api) -> None:
    made = []
    for n in range(120):
        await api.register(f"type-{n}")
        made.append(await api.create(f"type-{n}", n=n))
    assert await listed(api, status="pending", limit=200) == made[::-1]
    assert await listed(api, status="pending", sort_by="priority", limit=200) == made


async def test_a_page_is_read_from_indexes_without_a_sort(api: Api, database: Database, many: list[dict]) -> None:
    said: list[str] = []
    await listed(api)  # learns nothing, but opens what is opened late
    database.read(lambda connection: connection.set_trace_callback(said.append))
    await listed(api, status="pending")
    await listed(api, type="a.%", after_id=40)
    await listed(api, status="pending", sort_by="id", sort_order="ASC")
    database.read(lambda connection: connection.set_trace_callback(None))
    queries = [query for query in said if "FROM tasks" in query]
    assert len(queries) == 3
    for query in queries:
        inner = query[query.index("FROM (") + 6 : query.index(") f CROSS JOIN")]
        plan = database.read(lambda connection, q=inner: connection.execute(f"EXPLAIN QUERY PLAN {q}").fetchall())
        steps = [step[3] for step in plan]
        assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN")], (query, steps)


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("sort", ["id", "priority", "attempts"])
@pytest.mark.parametrize("chosen", [{}, {"status": "pending"}, {"type": "a.%"}, {"status": "completed", "type": "b"}])
async def test_a_page_has_the_task_that_it_is_to_be_around_in_its_middle(
    api: Api, many: list[dict], sort: str, order: str, chosen: dict
) -> None:
    query = {"sort_by": sort, "sort_order": order, **chosen}
    whole = await listed(api, **query, limit=1000)
    for place, wanted in enumerate(whole):
        data = (await api.get("/tasks", **query, limit=6, around=wanted)).data
        begin = max(0, place - 3)
        assert (data["offset"], [task["id"] for task in data["tasks"]]) == (begin, whole[begin : begin + 6])


@pytest.mark.parametrize("sort", ["id", "priority", "attempts"])
@pytest.mark.parametrize(("status", "scans"), [("", 1), ("pending", 0)])
async def test_a_task_is_placed_by_one_scan_at_most(
    api: Api, database: Database, many: list[dict], sort: str, status: str, scans: int
) -> None:
    said: list[str] = []

    def place(connection: Connection) -> None:
        connection.set_trace_callback(said.append)
        wanted = listing.read_filter({"status": [status]} if status else {})
        listing.with_middle(connection, wanted, listing.Page(sort, "DESC", 10, 0, 0, around=many[-1]["id"]))

    await database.read_aside(place)
    (counted,) = [each for each in said if each.startswith("SELECT count(*)")]
    plan = database.read(lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {counted}").fetchall())
    steps = [step[3] for step in plan]
    assert len([step for step in steps if step.startswith("SCAN t")]) == (scans if sort != "id" else 0), steps
    assert not scans or len([step for step in steps if step.startswith(("SCAN t", "SEARCH t"))]) == 1, steps
    assert not [step for step in steps if "TEMP B-TREE" in step], steps


async def test_a_limit_beyond_ours_is_answered_with_ours(api: Api) -> None:
    reply = await api.get("/api/tasks", limit=2000)
    assert (reply.status, reply.data["limit"]) == (200, 1000)


async def briefs_of(api: Api, *params: dict) -> list[dict]:
    """What a list tells of tasks with these parameters."""
    await api.register("a")
    for each in params:
        await api.create("a", **each)
    tasks = (await api.get("/tasks", brief=1, sort_by="id", sort_order="ASC")).data["tasks"]
    return [task["brief"] for task in tasks]


async def test_what_tasks_are_about_is_told_where_it_is_asked_for(api: Api) -> None:
    one = {"url": "https://a.b/ć", "n": 3, "on": True, "off": None, "deep": {"x": 1}, "list": [1], "rate": 0.5}
    assert await briefs_of(api, one, {}) == [{"url": "https://a.b/ć", "n": 3, "on": True, "rate": 0.5}, {}]
    assert "brief" not in (await api.get("/tasks")).data["tasks"][0]
    assert (await api.get("/tasks", brief=2)).status == 400
    assert [task["id"] for task in (await api.get("/tasks", brief=1, limit=1)).data["tasks"]] == [2]


async def test_what_tasks_are_about_is_told_in_brief_however_large_their_parameters_are(api: Api) -> None:
    many = {f"p{n:02}": n for n in range(1_000)}
    text = {"first": "a", "text": '\\"ć\n' * 50_000, "last": "b"}
    number, name = {"deep": [1] * 5_000, "n": 1}, {"k" * 201: 1, "n": 2}
    told = await briefs_of(api, many, text, number, name, {"text": "x" * 1_000}, {"text": "x" * 1_001})
    assert told[0] == {f"p{n:02}": n for n in range(briefs.MOST_MEMBERS)}
    assert told[1] == {"first": "a", "text": ('\\"ć\n' * 1_000)[: briefs.LONGEST_TEXT] + "…"}
    assert told[2:4] == [{}, {"n": 2}]
    assert [each["text"][-2:] for each in told[4:]] == ["xx", "x…"]


@pytest.mark.parametrize("cut", range(200))
def test_what_stands_where_the_reading_of_parameters_ends_is_no_other_value(cut: int) -> None:
    params = {
        "n": 123456,
        "text": '\\"ć\u0001' * 3,
        "on": True,
        "rate": 1.25,
        "name": "é",
        "deep": {"a": "b"},
        "last": 77,
    }
    for name, value in briefs.brief_of(encode(params)[:cut]).items():
        whole = params[name]
        assert value == whole or (isinstance(value, str) and str(whole).startswith(value.removesuffix(briefs.CUT)))


async def test_what_tasks_are_about_comes_with_searched_and_sorted_rows_too(api: Api, many: list[dict]) -> None:
    wanted = json.dumps({"text": "wört-3"})
    for query in ({"filter": wanted}, {"sort_by": "priority"}, {"offset": 3}, {"around": 7}):
        for _ in range(2):
            tasks = (await api.get("/tasks", brief=1, limit=5, **query)).data["tasks"]
            assert tasks
            assert [task["brief"] for task in tasks] == [many[task["id"] - 1]["params"] for task in tasks]
