"""What holds on every TaskManager: the observed one, the embedded one in process, and the same over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core.config import Config
from core.errors import ClaimLost, Invalid, NotFound
from core.filters import TaskFilter
from core.models import Report, TaskStatus, TaskType
from core.taskmanager import AsyncTaskManagerClient

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}, "rate": {"type": "number"}}, "required": ["n"]}

Client = AsyncTaskManagerClient


async def queue_of(tasks: Client, amount: int, name: str = "example.echo") -> TaskType:
    known = await tasks.register_task_type(name, "1.0.0", SCHEMA)
    for n in range(amount):
        await tasks.create_task(name, {"n": n})
    return known


async def test_it_is_healthy_and_has_an_identity_that_lasts(tasks: Client):
    assert (await tasks.health_check()).status == "healthy"
    assert await tasks.identity() == await tasks.identity() != ""


async def test_a_registration_says_whether_the_type_is_new(tasks: Client):
    first = await tasks.register_task_type("example.echo", "1.0.0", SCHEMA)
    again = await tasks.register_task_type("example.echo", "1.1.0", SCHEMA)
    assert (first.created, first.updated, again.created, again.updated) == (True, False, False, True)
    assert first["id"] == again.get("id") == 1
    known = await tasks.get_task_type("example.echo")
    assert (known.version, known.is_active, known.param_schema) == ("1.1.0", True, SCHEMA)


async def test_an_unknown_type_or_task_is_not_found(tasks: Client):
    with pytest.raises(NotFound, match=r"no\.such"):
        await tasks.get_task_type("no.such")
    with pytest.raises(NotFound):
        await tasks.create_task("no.such", {"n": 1})
    with pytest.raises(NotFound):
        await tasks.get_task(424242)
    with pytest.raises(NotFound):
        await tasks.complete_task(424242, "w", True)


async def test_a_task_that_is_the_same_is_not_created_twice(tasks: Client):
    await queue_of(tasks, 1)
    again = await tasks.create_task("example.echo", {"n": 0})
    assert (again.id, again.type, again.deduplicated) == (1, "example.echo", True)


async def test_parameters_that_do_not_fit_are_refused_in_words(tasks: Client):
    await queue_of(tasks, 0)
    with pytest.raises(Invalid) as refused:
        await tasks.create_task("example.echo", {"n": "many"})
    assert refused.value.details and "n" in str(refused.value)


async def test_whole_numbers_may_be_given_for_numbers(tasks: Client):
    await queue_of(tasks, 0)
    created = await tasks.create_task("example.echo", {"n": 1, "rate": 5})
    assert (await tasks.get_task(created.id)).params == {"n": 1, "rate": 5}


async def test_whole_numbers_may_be_given_for_numbers_at_any_depth(tasks: Client):
    point = {"type": "object", "properties": {"x": {"type": "number"}, "n": {"type": "integer"}}}
    rates = {"type": "array", "items": {"type": "number"}}
    nested = {"points": {"type": "array", "items": point}, "most": point, "rates": rates}
    await tasks.register_task_type("example.nested", "1.0.0", {"type": "object", "properties": nested})
    given = {"points": [{"x": 1, "n": 2}, {"x": 1.5, "n": 3}], "most": {"x": 7, "n": 7}, "rates": [1, 2.5, 3]}
    created = await tasks.create_task("example.nested", given)
    assert (await tasks.get_task(created.id)).params == given


async def test_an_empty_queue_is_none_and_an_empty_list(tasks: Client):
    known = await queue_of(tasks, 0)
    assert await tasks.claim_task("w", known.id) is None
    assert await tasks.claim_many("w", [known.id], limit=5, sort_by="id", sort_order="ASC") == []


async def test_the_life_of_a_task(tasks: Client):
    known = await queue_of(tasks, 1)
    task = await tasks.claim_task(" w ", known.id)
    assert task is not None
    assert (task.id, task.type, task.status, task.claimed_by) == (1, "example.echo", TaskStatus.CLAIMED, "w")
    assert (task.attempts, task.retry_count, task.params, task.task_type_id) == (1, 0, {"n": 0}, known.id)
    assert task.claimed_at is not None and task.claimed_at.utcoffset() == timedelta(0)
    assert (await tasks.update_progress(1, "w", 40, "on the way")).progress == 40
    assert (await tasks.complete_task(1, "w", True, {"found": [1]})).status == "completed"
    done = await tasks.get_task(1)
    assert (done.status, done.result, done.partial) == (TaskStatus.COMPLETED, {"found": [1]}, False)


async def test_a_failure_is_tried_again_until_the_attempts_are_used_up(tasks: Client):
    known = await queue_of(tasks, 1)
    said: list[tuple[str, bool]] = []
    for _ in range(3):
        assert await tasks.claim_task("w", known.id)
        taken = await tasks.complete_task(1, "w", False, error="boom")
        said.append((taken.status, taken.requeued))
    assert said == [("pending (retry)", True), ("pending (retry)", True), ("failed", False)]
    assert (await tasks.get_task(1)).error == "boom"


async def test_only_who_holds_a_task_may_report_on_it(tasks: Client):
    known = await queue_of(tasks, 1)
    await tasks.claim_task("w", known.id)
    with pytest.raises(ClaimLost):
        await tasks.complete_task(1, "other", True)
    with pytest.raises(ClaimLost):
        await tasks.update_progress(1, "other", 5)
    await tasks.complete_task(1, "w", True)
    with pytest.raises(ClaimLost):
        await tasks.complete_task(1, "w", True)


async def test_first_in_first_out_and_last_in_first_out_by_id(tasks: Client):
    known = await queue_of(tasks, 3)
    assert [t.id for t in await tasks.claim_many("w", [known.id], limit=1, sort_by="id", sort_order="desc")] == [3]
    assert [t.id for t in await tasks.claim_many("w", [known.id], limit=9, sort_by="id", sort_order="ASC")] == [1, 2]


async def test_every_type_gets_its_turn_when_there_is_room_for_one(tasks: Client):
    one, two = await queue_of(tasks, 4, "example.one"), await queue_of(tasks, 4, "example.two")
    types = [one.id, two.id]
    claimed = [(await tasks.claim_many("w", types, limit=1, sort_by="id", sort_order="ASC"))[0].type for _ in range(4)]
    assert sorted(claimed) == ["example.one", "example.one", "example.two", "example.two"]


async def test_a_task_is_handed_out_once(tasks: Client):
    known = await queue_of(tasks, 10)
    claims = await asyncio.gather(*(tasks.claim_task(f"w{n}", known.id, "id") for n in range(12)))
    assert sorted(task.id for task in claims if task) == list(range(1, 11))


async def test_many_reports_have_an_outcome_each_in_the_order_given(tasks: Client):
    known = await queue_of(tasks, 2)
    await tasks.claim_many("w", [known.id], limit=2, sort_by="id", sort_order="ASC")
    reports = [Report(2, "w", 1, True, {"a": 1}), Report(77, "w", 1, True), Report(1, "w", 1, False, error="boom")]
    outcomes = await tasks.complete_many("w", reports)
    assert [(each.id, each.ok, each.status, each.code) for each in outcomes] == [
        (2, True, "completed", 200),
        (77, False, None, 404),
        (1, True, "pending (retry)", 200),
    ]
    assert outcomes[1].error


async def test_a_late_report_is_an_outcome_and_no_error(tasks: Client):
    await queue_of(tasks, 1)
    await tasks.claim_task("w", 1)
    await tasks.complete_task(1, "w", True)
    (outcome,) = await tasks.complete_many("w", [Report(1, "w", 1, True)])
    assert not outcome.ok and outcome.code in (400, 403, 409)


async def test_types_are_listed_though_not_every_server_can(tasks: Client):
    await queue_of(tasks, 1, "example.one")
    await queue_of(tasks, 1, "example.two")
    assert sorted(each.name for each in await tasks.list_task_types()) == ["example.one", "example.two"]
    assert len(await tasks.list_task_types(active_only=True)) == 2


async def test_pages_are_newest_first_and_narrowed_by_status_and_pattern(tasks: Client):
    known = await queue_of(tasks, 3, "example.one")
    await queue_of(tasks, 2, "example.two")
    await tasks.claim_task("w", known.id, "id")
    assert [task.type for task in (await tasks.list_tasks(type="%.two")).tasks] == ["example.two"] * 2
    assert [task.id for task in (await tasks.list_tasks("claimed")).tasks] == [1]
    assert all(task.partial for task in (await tasks.list_tasks(limit=2)).tasks)


async def test_a_filter_works_on_every_server(tasks: Client):
    known = await queue_of(tasks, 4, "example.one")
    await queue_of(tasks, 3, "example.two")
    await tasks.claim_task("w", known.id, "id")
    page = await tasks.list_tasks(filter=TaskFilter.parse("status:pending,claimed type:*one"), limit=2)
    assert ([task.id for task in page.tasks], page.total) == ([4, 3], 4)
    older = await tasks.list_tasks(filter=TaskFilter.parse("type:*one"), limit=2, after_id=3)
    assert [task.id for task in older.tasks] == [2, 1]


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("type:one", [4, 3, 2, 1]),
        ("type:example.one", [2, 1]),
        ("type:=one", [3]),
        ("type:exam*", [2, 1]),
        ("type:two,example", [4, 2, 1]),
    ],
)
async def test_a_type_is_named_by_a_part_on_every_server(tasks: Client, said: str, ids: list[int]):
    await queue_of(tasks, 2, "example.one")
    await queue_of(tasks, 1, "one")
    await queue_of(tasks, 1, "one.two")
    found = [task.id for task in (await tasks.list_tasks(filter=TaskFilter.parse(said))).tasks]
    assert found == ids


async def test_parameters_survive_whatever_their_characters(tasks: Client):
    await queue_of(tasks, 0)
    odd = {"n": 1, "text": 'é✓😀/\\"\u2028\n', "deep": {"list": [1, [2, {"a": None}]], "yes": True, "f": 0.1}}
    created = await tasks.create_task("example.echo", odd)
    assert (await tasks.get_task(created.id)).params == odd


async def test_a_closed_client_opens_anew(tasks: Client):
    await queue_of(tasks, 1)
    await tasks.aclose()
    assert (await tasks.get_task(1)).id == 1


async def test_the_embedded_one_takes_its_claim_timeout_from_the_settings_and_tells_it(embedded_config: Config):
    async with AsyncTaskManagerClient(embedded_config.replace(claim_timeout=1.0)) as tasks:
        known = await queue_of(tasks, 1)
        first = await tasks.claim_task("w", known.id)
        assert await tasks.claim_task("other", known.id) is None
        taken = await tasks.claim_many("other", [known.id], limit=1, wait=5)
        await tasks.health_check()
        assert tasks.claim_timeout == 1.0
    assert first and [(each.id, each.attempts) for each in taken] == [(first.id, 2)]


async def test_a_list_tells_what_tasks_are_about_only_where_it_is_asked_and_the_server_does(tasks: Client):
    await tasks.register_task_type("example.echo", "1", {"type": "object"})
    made = await tasks.create_task("example.echo", {"message": "ćao", "deep": {"x": 1}, "n": 3})
    told = "brief" in await tasks.capabilities()
    asked = (await tasks.list_tasks(brief=True)).tasks[0]
    assert (asked.id, asked.partial) == (made.id, True)
    assert asked.brief == ({"message": "ćao", "n": 3} if told else {})
    assert (await tasks.list_tasks()).tasks[0].brief == {}
