"""What earlier attempts say, and do not say, of a task: rules that none has broken yet, waits that are over."""

from __future__ import annotations

from datetime import timedelta

from core.diagnosis import Certainty, Cure, Verdict
from core.models import TaskStatus, utcnow
from tests.diagnosis.planted.ground import Ground
from tests.diagnosis.planted.planting import planted

STRICTER = {"type": "object", "required": ["word"]}


async def the_gate_opens(ground: Ground, task_id: int, cure: Cure) -> None:
    """What is in hand is done."""
    ground.switches.gate.set()


@planted("in-hand", cure=None, verdict=Verdict.FINE, after=the_gate_opens)
async def test_a_stricter_schema_is_nothing_to_one_whose_first_attempt_runs(ground: Ground) -> int:
    task_id = await ground.add(gate=True)
    await ground.start()
    await ground.in_hand(task_id)
    await ground.engine.register_type("Job", "2.0.0", STRICTER, update=True)
    return task_id


@planted("parameters-do-not-fit", cure=None, verdict=Verdict.FINE, after=the_gate_opens)
async def test_one_that_failed_of_its_parameters_is_not_stuck_while_it_is_tried_again(ground: Ground) -> int:
    task_id = await ground.add(gate=True)
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
        await client.complete_task(task_id, "far-away-1", False, error="KeyError: 'word'")
    await ground.start()
    await ground.in_hand(task_id)
    await ground.engine.register_type("Job", "2.0.0", STRICTER, update=True)
    assert (await ground.engine.why(task_id)).causes[0].certainty is Certainty.CERTAIN
    return task_id


async def not_retried(ground: Ground) -> int:
    """A task whose worker said that the error cannot change."""
    task_id = await ground.add(error="The video is private.")
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
        await client.complete_task(task_id, "far-away-1", False, error="The video is private.", retryable=False)
    return task_id


async def it_is_public_now(ground: Ground, task_id: int, cure: Cure) -> None:
    """The error has changed after all."""
    ground.switches.mended = True
    await ground.start()


@planted("not-retried", cure="retry", verdict=Verdict.FAILED, after=it_is_public_now)
async def test_its_worker_said_that_the_error_cannot_change(ground: Ground) -> int:
    return await not_retried(ground)


@planted("cancelled", cure="retry", verdict=Verdict.FAILED, after=it_is_public_now)
async def test_it_was_not_retried_then_retried_by_hand_and_then_cancelled(ground: Ground) -> int:
    task_id = await not_retried(ground)
    await ground.engine.retry([task_id])
    await ground.engine.cancel([task_id])
    assert (await ground.task(task_id)).status is TaskStatus.FAILED
    return task_id


async def put_off(ground: Ground, seconds: float = 3600.0) -> int:
    """A task that its worker has put off."""
    task_id = await ground.add()
    async with ground.elsewhere() as client:
        await ground.claimed_elsewhere(client)
        at = utcnow() + timedelta(seconds=seconds)
        await client.complete_task(task_id, "far-away-1", False, error="The quota is used up.", retry_at=at)
    return task_id


@planted("put-off", cure="retry", verdict=Verdict.FINE)
async def test_its_worker_has_put_it_off(ground: Ground) -> int:
    task_id = await put_off(ground)
    await ground.start()
    return task_id


@planted("no-worker", cure="start_workers")
async def test_those_that_are_put_off_do_not_wait_for_a_worker(ground: Ground) -> int:
    await put_off(ground)
    task_id = await ground.add(n=1)
    (cause,) = [each for each in (await ground.engine.why()).causes if each.code == "no-worker"]
    assert "1 task waits" in cause.sentence
    seen = await ground.until(lambda s: s.stuck_count)
    assert seen.stuck_count == 1
    return task_id


@planted("workers-busy", cure="scale", verdict=Verdict.FINE, after=the_gate_opens)
async def test_newer_tasks_that_ran_while_it_was_put_off_have_not_overtaken_it(ground: Ground) -> int:
    task_id = await put_off(ground)
    last = await ground.add(n=1, gate=True)
    for number in range(2, 17):
        await ground.add(n=number)
    ground.aged(task_id, 3601)
    ground.sql("UPDATE tasks SET retry_at = retry_at - 3600500 WHERE id = ?", task_id)
    over = (utcnow() - timedelta(seconds=0.5)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:23]
    ground.sql(
        "UPDATE history SET at = at - 3601000, message = ? WHERE task_id = ? AND event = 'deferred'",
        f"not before {over}Z: The quota is used up.",
        task_id,
    )
    ground.sql("UPDATE history SET at = at - 3601000 WHERE task_id = ? AND event <> 'deferred'", task_id)
    await ground.start(strategy="LIFO")
    await ground.in_hand(last)
    return task_id


SECRETS = {
    "type": "object",
    "properties": {
        "tokens": {"type": "array", "items": {"pattern": "^sk_"}},
        "jwt": {"type": "integer"},
        "login": {"maxProperties": 0},
        "n": {"type": "string"},
    },
    "required": ["api_key"],
}


async def test_a_rule_that_a_secret_breaks_is_told_without_the_secret(ground: Ground):
    login = {"password": "hunter2hunter2", "user": "ann"}
    task_id = await ground.add(tokens=["hunter2hunter2"], jwt="hunter2hunter2", login=login, n=7)
    await ground.engine.register_type("Job", "2.0.0", SECRETS, update=True)
    causes = {each.code: each for each in (await ground.engine.why(task_id)).causes}
    told = [value for name, value in causes["parameters-do-not-fit"].evidence if name == "broken rule"]
    assert not any("hunter2" in each for each in (*told, causes["parameters-do-not-fit"].sentence))
    assert {each.partition(":")[0] for each in told} == {"tokens.0", "jwt", "login", "n", "api_key"}
    assert "n: 7 is not of type 'string'" in told, "what is no secret is told as it is"
    assert "tokens.0: breaks the rule 'pattern'" in told


async def test_the_newest_version_that_its_parameters_fitted_is_told(ground: Ground):
    async def fitted(task_id: int) -> list[str]:
        causes = {each.code: each for each in (await ground.engine.why(task_id)).causes}
        return [value for name, value in causes["parameters-do-not-fit"].evidence if name == "they fitted"]

    task_id = await ground.add(n=1)
    await ground.engine.register_type("Job", "1.5.0", {"required": ["n"]}, update=True)
    await ground.engine.register_type("Job", "1.9.\x1b", {"required": ["other"]}, update=True)
    await ground.engine.register_type("Job", "2.0.0", STRICTER, update=True)
    assert await fitted(task_id) == ["version 1.5.0, as it was before"]
    for n in range(5):
        await ground.engine.register_type("Job", f"2.0.{n + 1}", {**STRICTER, "title": str(n)}, update=True)
    assert await fitted(task_id) == [], "no more than some versions are looked at"


async def test_a_version_of_somebody_elses_is_cut_and_made_harmless(ground: Ground):
    task_id = await ground.add(n=1)
    await ground.engine.register_type("Job", "2.0.0", STRICTER, update=True)
    ground.sql("UPDATE task_types SET version = ? WHERE name = 'Job'", "2.\x1b[31m" + "0" * 200)
    (cause,) = [each for each in (await ground.engine.why(task_id)).causes if each.code == "parameters-do-not-fit"]
    assert "\x1b" not in cause.sentence and len(cause.sentence) <= 160
