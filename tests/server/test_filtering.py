"""What a filter selects here is what it decides on each task in Python; one call looks at a bounded number of rows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.filters import TaskFilter
from core.server import listing
from core.server.app import create_app
from core.server.database import Database
from core.taskmanager import wire
from tests.core.filter_lines import LINES
from tests.server.client import Api, Clock

HOUR = 3_600_000


async def filled(api: Api, database: Database, clock: Clock) -> None:
    """Tasks of all kinds, put in directly: types, statuses, workers, ages, parameters, errors."""
    for name in ("Echo", "Other.Echo", "PrismQ.Video_Search", "PrismQ.VideoXSearch"):
        await api.register(name)
    now = int(clock() * 1000)
    params = [{"x": 5}, {"x": "5"}, {"x": 5.0}, {"x": None}, {"deep": {"y": "Lofi BEATS"}}, {"tags": ["a", "lofi"]}, {}]
    rows = []
    for n in range(1, 141):
        status = ("pending", "claimed", "completed", "failed")[n % 4]
        owner = None if status == "pending" else ("w-02", "w-ann-17-02", "W%_1")[n % 3]
        claimed = now - n * 70_000 if owner else None
        ended = now - n * 40_000 if status in ("completed", "failed") else None
        error = ("timed out", 'HTTP 503 "gone"', None)[n % 3] if status == "failed" else None
        given_params = json.dumps(params[n % 7], separators=(",", ":"))
        created = now - 48 * HOUR + n * 20 * 60_000
        rows.append(
            (n % 4 + 1 if n % 5 else 1, status, n % 4, n % 3, owner, claimed, ended, created, n, error, given_params)
        )

    def put(writer):
        for n, row in enumerate(rows, 1):
            writer.connection.execute(
                "INSERT INTO tasks (type_id, status, priority, attempts, claimed_by, claimed_at, completed_at,"
                " created_at, seq, error_message, params, claimable, dedupe_key)"
                f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'k{n}')",
                row,
            )
            writer.moved(row[0], None, row[1])

    await database.write(put)


async def all_pages(api: Api, told: dict, limit: int, **query: object) -> list[int]:
    """Every id that the filter finds, page by page, by the cursor where there is one."""
    found: list[int] = []
    after = None
    while True:
        more = {"after_id": after} if after else {}
        data = (await api.get("/tasks", filter=json.dumps(told), limit=limit, **query, **more)).data
        found += [task["id"] for task in data["tasks"]]
        last = data["tasks"][-1]["id"] if len(data["tasks"]) == limit else None
        after = data.get("next", last)
        if after is None:
            return found


@pytest.fixture
async def kinds(api: Api, database: Database, clock: Clock) -> Api:
    await filled(api, database, clock)
    return api


async def every_line_selects_what_it_decides(tmp_path: Path, *, lines: int, limits: tuple[int, ...]) -> None:
    clock, database = Clock(), Database.open(tmp_path / "tasks.db")
    api = Api(create_app(database, clock=clock))
    await filled(api, database, clock)
    tasks = [wire.task(await api.task(number)) for number in range(140, 0, -1)]
    now = datetime.fromtimestamp(clock(), UTC)
    looked: list[tuple[str, int, str]] = []

    @settings(max_examples=lines, suppress_health_check=list(HealthCheck))
    @given(LINES, st.sampled_from(limits), st.sampled_from(("DESC", "ASC")))
    def gather(line: str, limit: int, order: str) -> None:
        looked.append((line, limit, order))

    gather()
    for line, limit, order in looked:
        wanted = TaskFilter.parse(line)
        expected = [task.id for task in tasks if wanted.matches(task, now)]
        found = await all_pages(api, wanted.to_json(), limit, sort_by="id", sort_order=order)
        assert found == (expected if order == "DESC" else expected[::-1]), line
    database.close()


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search goes through few rows at a time, so that it has to go on again and again."""
    monkeypatch.setattr(listing, "STEP", 16)
    monkeypatch.setattr(listing, "SEARCHED", 48)


@pytest.mark.usefixtures("small_steps")
async def test_every_line_selects_what_it_decides_on_each_task(tmp_path: Path) -> None:
    await every_line_selects_what_it_decides(tmp_path, lines=60, limits=(7, 200))


@pytest.mark.soak
@pytest.mark.usefixtures("small_steps")
async def test_many_lines_select_what_they_decide_on_each_task(tmp_path: Path) -> None:
    await every_line_selects_what_it_decides(tmp_path, lines=600, limits=(1, 7, 200))


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("params.x:5 id:1..20", [16, 15, 14, 9, 8, 7, 2, 1]),
        ("params.deep.y:~lofi id:1..12", [11, 4]),
        ("params.tags:~LOFI id:1..12", [12, 5]),
        ("worker:02 status:claimed id:1..30", None),
        ("-status:pending,claimed,completed error:~timed id:1..30", [27, 15, 3]),
        ("age:>1h status:failed -id:1..100", None),
    ],
)
async def test_lines_that_people_type(kinds: Api, line: str, ids: list[int] | None) -> None:
    found = await all_pages(kinds, TaskFilter.parse(line).to_json(), 100)
    assert found if ids is None else found == ids


async def test_types_and_statuses_are_counted_whatever_their_logic(kinds: Api) -> None:
    told = TaskFilter.parse("status:failed -type:Echo OR type:*Video_* -status:pending").to_json()
    data = (await kinds.get("/tasks", filter=json.dumps(told), limit=200)).data
    assert "searched" not in data
    assert data["total"] == data["count"] > 0


async def test_one_call_looks_at_a_bounded_number_of_rows_and_says_where_to_go_on(
    kinds: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "STEP", 10)
    monkeypatch.setattr(listing, "SEARCHED", 40)
    asked = json.dumps({"params": {"deep.y": {"contains": "nothing of it"}}})
    data = (await kinds.get("/tasks", filter=asked)).data
    assert (data["searched"], data["searchable"], data["next"], data["total"]) == (40, 140, 101, None)
    data = (await kinds.get("/tasks", filter=asked, after_id=40)).data
    assert (data["searched"], data["next"]) == (39, None)


async def test_a_page_that_is_full_looks_no_further(kinds: Api) -> None:
    data = (await kinds.get("/tasks", filter='{"attempts":{"ge":1}}', limit=2)).data
    assert data["searched"] == 2 and data["next"] == data["tasks"][-1]["id"]


async def test_a_range_of_ids_is_walked_alone(kinds: Api) -> None:
    data = (await kinds.get("/tasks", filter='{"id":{"ge":30,"lt":40}}')).data
    assert (data["count"], data["searched"], data["next"]) == (10, 10, None)


async def test_a_bulk_call_finds_all_that_match_beyond_what_one_list_looks_at(
    kinds: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "STEP", 10)
    monkeypatch.setattr(listing, "SEARCHED", 20)
    told = TaskFilter.parse("error:~timed").to_json()
    data = await kinds.bulk("retry", filter=told, dry_run=True)
    expected = await all_pages(kinds, told, 100)
    assert sorted(row["id"] for row in data["outcomes"]) == sorted(expected)
    assert len(expected) > 10 and data["changed"] == len(expected)


@pytest.mark.parametrize(
    "told",
    [
        {"age": {"gt": "5m"}},
        {"age": {}},
        {"age": {"over": 5}},
        {"id": {"gt": True}},
        {"id": {"gt": 2**63}},
        {"created": {"gt": "yesterday"}},
        {"params": {"x": 5}},
        {"params": {}},
        {"params": {"x": {"contains": 5}}},
        {"error": "timeout"},
        {"not": ["x"]},
        {"any": {"text": "x"}},
        {"any": ["x"]},
        {"worker": "w"},
        {"any": [{"text": "x"}] * 201},
    ],
)
async def test_conditions_that_mean_nothing_are_refused_in_words(kinds: Api, told: dict) -> None:
    reply = await kinds.get("/tasks", filter=json.dumps(told))
    assert reply.status == 400 and reply.error


async def test_a_filter_nested_too_deep_is_refused(kinds: Api) -> None:
    told: dict = {"text": "x"}
    for _ in range(25):
        told = {"not": told}
    assert (await kinds.get("/tasks", filter=json.dumps(told))).status == 400


async def test_ages_are_of_the_present_moment(kinds: Api, clock: Clock) -> None:
    told = TaskFilter.parse("status:claimed age:>3h").to_json()
    before = await all_pages(kinds, told, 200)
    clock.seconds += timedelta(days=1).total_seconds()
    after = await all_pages(kinds, told, 200)
    assert set(before) < set(after) and len(after) == 35


async def test_a_search_walks_indexes_and_sorts_no_more_than_a_step(kinds: Api, database: Database) -> None:
    statements: list[str] = []

    def query(connection):
        connection.set_trace_callback(statements.append)
        wanted = listing.read_filter(TaskFilter.parse("status:failed type:Echo error:~timed id:>20").to_json())
        return listing.ids_of(connection, wanted, 0, limit=5)

    await database.read_aside(query)
    (walk,) = [each for each in statements if "LIMIT 2000" in each]
    plan = database.read(lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {walk}").fetchall())
    assert [step[3] for step in plan] == [
        "SEARCH t USING COVERING INDEX tasks_by_cell (type_id=? AND status=? AND id>?)"
    ]


async def test_the_one_task_with_a_dedupe_key_is_found_by_looking_at_it_alone(
    api: Api, database: Database, clock: Clock
):
    await filled(api, database, clock)
    for key, found, looked in (("k7", [7], 1), ("nobody's", [], 0)):
        data = (await api.get("/tasks", filter=json.dumps({"dedupe_key": key}), limit=1)).data
        assert ([task["id"] for task in data["tasks"]], data["searched"]) == (found, looked)
    many = {"any": [{"dedupe_key": "k7"}, {"dedupe_key": "k9"}]}
    assert await all_pages(api, many, 10) == [9, 7]
    assert (await api.get("/tasks", filter='{"dedupe_key": 7}')).status == 400
