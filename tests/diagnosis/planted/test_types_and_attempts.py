"""Tasks whose type, parameters or earlier attempts are the matter."""

from __future__ import annotations

from core.diagnosis import Cure, Verdict
from core.models import TaskStatus
from tests.diagnosis.planted.ground import Ground
from tests.diagnosis.planted.meddler import Instead
from tests.diagnosis.planted.planting import check_offer, planted


async def failed_for_good(ground: Ground, kind: str = "Job", **params: object) -> int:
    """A task whose three attempts have failed."""
    task_id = await ground.add(kind, **params)
    await ground.start(kind, poll_interval=0.1)
    await ground.ends(task_id, TaskStatus.FAILED)
    return task_id


async def a_clone_that_is_done(ground: Ground, task_id: int, cure: Cure) -> None:
    """The same again, with parameters that do."""
    copy = await ground.copy(cure, word="hello", error=None)
    await ground.ends(copy)
    assert (await ground.task(task_id)).status is not TaskStatus.COMPLETED, "the old one is not done by that"


@planted(
    "same-error",
    cure="plan_bulk",
    beside=("attempts-used-up",),
    after=a_clone_that_is_done,
    verdict=Verdict.FAILED,
    finishes=False,
)
async def test_a_poison_task_fails_with_the_same_error_each_time(ground: Ground) -> int:
    return await failed_for_good(ground, error="no such channel")


async def tried_twice(ground: Ground) -> int:
    """A task that failed twice with the same error, and has an attempt left."""
    task_id = await ground.add(error="no such channel")
    async with ground.elsewhere() as client:
        for _ in range(2):
            await ground.claimed_elsewhere(client)
            await client.complete_task(task_id, "far-away-1", False, error="no such channel")
    return task_id


async def a_clone_that_is_done_once_a_worker_is_free(ground: Ground, task_id: int, cure: Cure) -> None:
    """Nobody is to try the poison again."""
    await ground.engine.cancel([task_id])
    ground.switches.gate.set()
    await a_clone_that_is_done(ground, task_id, cure)


@planted(
    "same-error",
    cure="plan_bulk",
    after=a_clone_that_is_done_once_a_worker_is_free,
    verdict=Verdict.FINE,
    finishes=False,
)
async def test_a_poison_task_is_recognised_before_its_last_attempt_but_that_is_made_by_itself(ground: Ground) -> int:
    other = await ground.add("Other", gate=True)
    await ground.start("Job", "Other")
    await ground.in_hand(other)
    return await tried_twice(ground)


@planted("workers-paused", cure="resume", beside=("same-error",))
async def test_what_keeps_a_poison_task_from_its_last_attempt_comes_before_what_it_failed_of(ground: Ground) -> int:
    task_id = await tried_twice(ground)
    ground.switches.mended = True
    await ground.start()
    await ground.engine.pause()
    assert "same-error" in [each.code for each in (await ground.engine.why(task_id)).causes]
    return task_id


@planted("attempts-used-up", cure="retry", verdict=Verdict.FAILED)
async def test_all_attempts_are_used_up_with_another_error_each(ground: Ground) -> int:
    task_id = await failed_for_good(ground, error="trouble {n}")
    ground.switches.mended = True
    return task_id


async def tried_as_new(ground: Ground, task_id: int, cure: Cure) -> None:
    """What was wrong out there is right again, and the same is done by a new task."""
    ground.switches.mended = True
    (made,) = await ground.carry_out(await ground.engine.plan_bulk(*cure.args))
    await ground.ends(made)
    assert (await ground.task(task_id)).status is TaskStatus.FAILED


@planted("attempts-used-up", cure="plan_bulk", verdict=Verdict.FAILED, after=tried_as_new, finishes=False)
async def test_attempts_are_used_up_where_the_server_tells_no_history_and_has_no_retry(far: Ground) -> int:
    return await failed_for_good(far, error="no such channel")


async def a_new_one_is_answered_with_it(ground: Ground, task_id: int, cure: Cure) -> None:
    """The key is held until that one has its attempts anew."""
    assert await ground.add(n=5, error="trouble {n}") == task_id


@planted("attempts-used-up", cure="retry", verdict=Verdict.FAILED, after=a_new_one_is_answered_with_it)
async def test_a_failed_task_holds_the_key_of_the_one_that_somebody_wants_now(ground: Ground) -> int:
    older = await failed_for_good(ground, n=5, error="trouble {n}")
    ground.switches.mended = True
    wanted = await ground.add(n=5, error="trouble {n}")
    assert wanted == older
    causes = [each.code for each in (await ground.engine.why(wanted)).causes]
    assert "holds-the-key" in causes
    return wanted


@planted("no-worker", cure="start_workers")
async def test_a_pending_task_stands_for_its_duplicate_and_waits_for_a_worker(ground: Ground) -> int:
    older = await ground.add(n=5)
    assert await ground.add(n=5) == older
    return older


@planted("done", cure=None, verdict=Verdict.FINE)
async def test_a_completed_task_has_nothing_to_wait_for(ground: Ground) -> int:
    task_id = await ground.add(n=5)
    await ground.start()
    await ground.ends(task_id)
    return task_id


@planted("cancelled", cure="retry", verdict=Verdict.FAILED)
async def test_somebody_cancelled_it(ground: Ground) -> int:
    task_id = await ground.add(n=5)
    await ground.engine.cancel([task_id])
    await ground.start()
    return task_id


@planted(
    "parameters-do-not-fit",
    cure="plan_bulk",
    beside=("same-error", "attempts-used-up"),
    after=a_clone_that_is_done,
    verdict=Verdict.STUCK,
    finishes=False,
    told_at_a_glance=False,
)
async def test_the_schema_of_its_type_was_changed_after_it_was_queued(ground: Ground) -> int:
    task_id = await failed_for_good(ground, "Greedy", n=1)
    schema = {"type": "object", "required": ["word"], "properties": {"word": {"type": "string"}}}
    await ground.engine.register_type("Greedy", "2.0.0", schema, update=True)
    return task_id


STRICTER = {"type": "object", "required": ["word"]}


@planted("no-worker", cure="start_workers")
async def test_parameters_that_a_newer_schema_does_not_allow_may_do_all_the_same(ground: Ground) -> int:
    task_id = await ground.add(n=1)
    await ground.engine.register_type("Job", "2.0.0", STRICTER, update=True)
    causes = {each.code: each for each in (await ground.engine.why(task_id)).causes}
    assert not causes["parameters-do-not-fit"].stuck, "no worker has tried it yet"
    check_offer(causes["parameters-do-not-fit"], "plan_bulk")
    return task_id


@planted("workers-busy", cure="scale", verdict=Verdict.FINE)
async def test_a_stricter_schema_stops_no_healthy_queue(ground: Ground) -> int:
    held, task_id = await ground.add(n=0, gate=True), await ground.add(n=1)
    await ground.start()
    await ground.in_hand(held)
    await ground.engine.register_type("Job", "2.0.0", STRICTER, update=True)
    return task_id


async def workers_do_it(ground: Ground, task_id: int, cure: Cure) -> None:
    """What was queued before is worked on."""
    await ground.start()


async def the_server_gives_them_out(ground: Ground, task_id: int, cure: Cure) -> None:
    """Now that it is active again."""
    assert ground.notes["observed"].types["job"]["is_active"] == 1
    ground.meddler.instead.clear()


@planted("type-inactive", cure="register_type", after=the_server_gives_them_out)
async def test_its_type_was_switched_off_and_the_server_gives_none_out(far: Ground) -> int:
    task_id = await far.add(n=1)
    far.aged(task_id, 600)
    far.notes["observed"].types["job"]["is_active"] = 0
    nothing = b'{"success": false, "error": "There is no active transaction", "timestamp": 1}'
    far.meddler.instead.append(Instead("/claim", 500, nothing))
    await far.start(poll_interval=0.2)
    return task_id


@planted("no-worker", cure="start_workers")
async def test_a_type_that_was_switched_off_is_no_hindrance_where_the_server_gives_its_tasks_out(ground: Ground) -> int:
    task_id = await ground.add(n=1)
    ground.sql("UPDATE task_types SET is_active = 0 WHERE name = 'Job'")
    ground.aged(task_id, 600)
    return task_id


@planted("type-not-registered", cure="register_type", after=workers_do_it, told_at_a_glance=False)
async def test_its_type_is_registered_nowhere(far: Ground) -> int:
    task_id = await far.add(n=1)
    del far.notes["observed"].types["job"]
    return task_id
