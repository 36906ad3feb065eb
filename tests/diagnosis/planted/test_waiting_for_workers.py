"""Tasks that wait because of the workers of their type."""

from __future__ import annotations

import pytest

from core.diagnosis import Certainty, Cure, Verdict
from core.models import WorkerState
from tests.diagnosis.planted.ground import Ground, ground_on
from tests.diagnosis.planted.planting import check_offer, planted


@planted("no-worker", cure="start_workers")
async def test_nobody_works_at_all(ground: Ground) -> int:
    return await ground.add()


@planted("no-worker", cure="start_workers")
async def test_the_only_workers_are_for_another_type(ground: Ground) -> int:
    await ground.start("Other", count=2)
    await ground.states(WorkerState.IDLE, WorkerState.POLLING)
    return await ground.add()


@planted("workers-paused", cure="resume")
async def test_all_workers_of_its_type_are_paused(ground: Ground) -> int:
    await ground.start(count=2)
    await ground.start("Other")
    await ground.engine.pause()
    await ground.states(WorkerState.PAUSED)
    return await ground.add()


@planted("workers-ended", cure="restart")
async def test_all_workers_were_stopped(ground: Ground) -> int:
    await ground.start(count=2)
    await ground.engine.stop_workers()
    await ground.states(WorkerState.STOPPED)
    return await ground.add()


async def test_a_task_is_as_stuck_as_before_when_another_one_of_its_type_was_cancelled(ground: Ground):
    first, second = await ground.add(n=1), await ground.add(n=2)
    await ground.until(lambda s: s.stuck_count == 2)
    await ground.engine.cancel([first])
    diagnosis = await ground.engine.why(second)
    assert (diagnosis.causes[0].certainty, diagnosis.verdict) == (Certainty.CERTAIN, Verdict.STUCK)
    everything = await ground.engine.why(None)
    assert everything.verdict is Verdict.STUCK
    assert ("tasks", f"1: #{second}") in everything.causes[0].evidence
    seen = await ground.until(lambda s: s.counts.failed == 1 and sum(row.counts.failed for row in s.types) == 1)
    assert not any(sum(row.rates) for row in seen.types)
    await ground.until(lambda s: s.stuck_count == 1)


async def crash(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker claim with a client that has a bug."""
    with monkeypatch.context() as patch:

        async def buggy(*_: object, **__: object) -> None:
            raise RuntimeError("a bug")

        patch.setattr(ground.engine.rooms.client, "claim_many", buggy)
        await ground.start()
        await ground.states(WorkerState.CRASHED)


@planted("workers-ended", cure="restart")
async def test_its_only_worker_crashed(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> int:
    await crash(ground, monkeypatch)
    return await ground.add()


@planted("workers-stopping", cure="start_workers")
async def test_its_only_worker_is_told_to_stop_and_finishes_something_else(ground: Ground) -> int:
    first = await ground.add(n=1, gate=True)
    await ground.start()
    await ground.in_hand(first)
    await ground.engine.stop_workers()
    await ground.states(WorkerState.DRAINING)
    return await ground.add(n=2)


async def feed(ground: Ground, strategy: str, rank: int) -> int:
    """A steady feed of tasks that go first, a worker that is busy with the last of them, and one that waits since ten
    minutes."""
    old = await ground.add(n=0)
    last = await ground.add(n=1, gate=True, priority=rank - bool(rank))
    for number in range(2, 15):
        await ground.add(n=number, priority=rank)
    ground.aged(old, 600)
    await ground.start(strategy=strategy)
    await ground.in_hand(last)
    return old


async def before_all_others(ground: Ground, old: int, cure: Cure) -> None:
    """What comes now does not overtake it any more."""
    newer = await ground.add(n=99, priority=9)
    ground.switches.gate.set()
    await ground.ends(newer)
    done = ground.switches.done
    assert done.index(old) < done.index(newer)


@planted("overtaken", cure="set_strategy", after=before_all_others)
async def test_newer_tasks_keep_going_first_under_lifo(ground: Ground) -> int:
    return await feed(ground, "LIFO", 0)


@planted("overtaken", cure="set_strategy", after=before_all_others)
async def test_higher_priorities_keep_going_first_under_priority(ground: Ground) -> int:
    return await feed(ground, "PRIORITY", 5)


async def test_a_task_that_starves_is_told_also_where_it_is_asked_for_everything(ground: Ground):
    old = await feed(ground, "LIFO", 0)
    told_of_all = await ground.why(None, "overtaken")
    assert told_of_all.verdict is Verdict.STUCK
    assert told_of_all.causes[0].sentence.startswith(f"#{old}: All workers of Job claim LIFO: ")
    assert any("only for a single task" in each for each in told_of_all.unknown)
    await ground.apply(check_offer(told_of_all.causes[0], "set_strategy"))
    await before_all_others(ground, old, Cure("", ""))
    assert (await ground.engine.why()).verdict is Verdict.FINE


@planted("workers-busy", cure="scale", verdict=Verdict.FINE)
async def test_a_backlog_that_is_worked_off_from_its_newest_end_starves_nobody(ground: Ground) -> int:
    old = await ground.add(n=0)
    last = await ground.add(n=1, gate=True)
    newer = [await ground.add(n=number) for number in range(2, 20)]
    for task_id in (*reversed(newer), last, old):
        ground.aged(task_id, 120)
    await ground.start(strategy="LIFO")
    await ground.in_hand(last)
    return old


@planted("workers-busy", cure="scale", verdict=Verdict.FINE)
async def test_one_that_claims_the_oldest_first_keeps_the_others_from_starving_it(ground: Ground) -> int:
    oldest = await ground.add(n=0, gate=True)
    old = await ground.add(n=1)
    last = await ground.add(n=2, gate=True)
    for number in range(20, 35):
        await ground.add(n=number)
    for task_id in (oldest, old):
        ground.aged(task_id, 600)
    await ground.start(strategy="FIFO")
    await ground.in_hand(oldest)
    await ground.start(strategy="LIFO")
    await ground.in_hand(last)
    return old


@planted("workers-busy", cure="scale", verdict=Verdict.FINE)
async def test_all_workers_have_as_much_in_hand_as_they_may(ground: Ground) -> int:
    held = [await ground.add(n=number, gate=True) for number in range(4)]
    await ground.start(count=2, concurrency=2)
    await ground.in_hand(*held)
    return await ground.add(n=9)


@planted("workers-resting", cure="scale", verdict=Verdict.FINE)
async def test_its_worker_rests_after_too_many_failures_in_a_row(ground: Ground) -> int:
    for number in range(2):
        await ground.add(n=number, error="the site is down")
    await ground.start()
    await ground.states(WorkerState.BACKING_OFF)
    ground.switches.mended = True
    return await ground.add(n=9)


@planted("too-many-abandoned", cure="start_workers")
async def test_too_many_runs_of_its_workers_code_do_not_end(ground: Ground) -> int:
    for number in range(16):
        await ground.add("Deaf", n=number, gate=True)
    (worker,) = await ground.start("Deaf", concurrency=16, task_timeout=0.05)
    await ground.until(lambda s: any(each.abandoned >= 16 for each in s.workers if each.id == worker))
    await ground.states(WorkerState.BACKING_OFF)
    return await ground.add("Deaf", n=99)


@planted("waits-its-turn", verdict=Verdict.FINE, cure="scale")
async def test_a_worker_with_room_is_about_to_ask_and_that_is_no_trouble(far: Ground) -> int:
    await far.start(poll_interval=1.0)
    await far.states(WorkerState.IDLE)
    return await far.add(n=1)


async def somebody_far_away(ground: Ground, state: str) -> None:
    """A worker of another machine tells that it is alive; its types it does not tell."""
    async with ground.elsewhere() as client:
        await client.heartbeat("far-away-1", "elsewhere", 4242, state, "FIFO", [])


@planted("no-worker", cure="start_workers", verdict=Verdict.FINE)
async def test_somebody_far_away_may_do_it_and_it_has_just_come(ground: Ground) -> int:
    await somebody_far_away(ground, "idle")
    return await ground.add(n=1)


@planted("no-worker", cure="start_workers")
async def test_somebody_far_away_works_and_has_not_taken_it_for_ten_minutes(ground: Ground) -> int:
    await somebody_far_away(ground, "idle")
    task_id = await ground.add(n=1)
    ground.aged(task_id, 600)
    causes = (await ground.engine.why(task_id)).causes
    assert [each.certainty for each in causes if each.code == "no-worker"] == [Certainty.LIKELY]
    return task_id


@planted("workers-paused", cure="start_workers")
async def test_the_only_worker_is_far_away_and_paused(ground: Ground) -> int:
    await somebody_far_away(ground, "paused")
    return await ground.add(n=1)


async def with_a_class(ground: Ground, task_id: int, cure: Cure) -> None:
    """A program that has a worker class for the type, on the same TaskManager."""
    async with ground_on(ground.folder, ground.config) as other:
        await other.start("Job")
        await other.ends(task_id)


async def renamed(ground: Ground, task_id: int, cure: Cure) -> None:
    """The worker class is installed under the name of the type."""
    ground.sql("UPDATE task_types SET name = 'Job' WHERE name = 'Strange'")
    await with_a_class(ground, task_id, cure)


@planted("type-unknown-here", beside=("no-worker",), after=renamed)
async def test_this_program_has_no_worker_for_its_type(ground: Ground) -> int:
    async with ground.elsewhere() as client:
        await client.register_task_type("Strange", "1", {"type": "object"})
        return (await client.create_task("Strange", {"n": 1})).id


@planted("worker-lacks", finishes=False)
async def test_its_worker_needs_a_source_and_none_is_named(far: Ground) -> int:
    task_id = await far.add("Sourced", n=1)
    far.aged(task_id, 600)
    return task_id
