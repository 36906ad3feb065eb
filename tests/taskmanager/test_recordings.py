"""Every recorded answer of the real service becomes the right model or the right error."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.answers import CreatedTask, Health, ProgressTaken, ReportTaken, TaskPage
from core.errors import CoreError, Invalid, RateLimited, TooLarge
from core.models import Task, TaskStatus, TaskType
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from core.taskmanager.throttle import Throttle
from tests.contract.loopback import serving
from tests.contract.playback import Playback, Recorded, recorded, recordings
from tests.taskmanager.accounts import NOT_ASKED_AGAIN, REFUSED_EARLY, UNSAYABLE, names, reason
from tests.taskmanager.calls import call_for, failure


@asynccontextmanager
async def over_http(playback: Playback) -> AsyncIterator[ExtendedCalls]:
    with serving(playback) as origin:
        async with AsyncTaskManagerClient(url=f"{origin}/api", api_key="ref-test-key-0123456789") as client:
            yield client


@asynccontextmanager
async def as_channel(playback: Playback) -> AsyncIterator[ExtendedCalls]:
    yield ExtendedCalls(playback)


@pytest.mark.parametrize("way", [as_channel, over_http])
@pytest.mark.parametrize("recording", recordings())
async def test_a_recorded_answer_becomes_the_right_model_or_the_right_error(recording: str, way: Any):
    playback = Playback()
    made = 0
    async with way(playback) as client:
        client.retrying = Retrying(tries=1)
        for said in recorded(recording):
            call = call_for(client, said)
            if call is None:
                continue
            playback.expect(said)
            client._line.throttle = Throttle()  # the recording waited for the end of its limit; this does not
            made += 1
            answer, fault = await outcome(call)
            check(said, answer, fault, playback.asked)
    assert made or recording == "15_routing_errors"


async def outcome(call: Any) -> tuple[Any, CoreError | None]:
    try:
        return await call(), None
    except CoreError as fault:
        return None, fault


def check(said: Recorded, answer: Any, fault: CoreError | None, asked: int) -> None:
    early = reason(str(said))
    assert (asked == 0) == (early is not None or str(said) in NOT_ASKED_AGAIN), f"{said}: {fault!r}"
    if early is not None:
        assert isinstance(fault, Invalid | TooLarge), f"{said} was not refused: {fault!r}"
        assert fault.status is None
        assert early in str(fault), f"{said}: {fault}"
        return
    if asked == 0:
        assert all(isinstance(each, TaskType) for each in answer)  # it has learnt that types cannot be listed
        return
    wanted = failure(said)
    assert type(fault) is (wanted or type(None)), f"{said}: {fault!r}"
    if fault is not None:
        check_sentence(fault, said)
    elif said.status == 200:
        check_model(answer, said)
    else:
        assert answer is None or all(isinstance(each, TaskType) for each in answer)


def check_sentence(fault: CoreError, said: Recorded) -> None:
    sentence = str(fault)
    assert sentence.strip() and len(sentence) < 700
    assert "\n" not in sentence and "Traceback" not in sentence
    if said.status == 429:
        assert isinstance(fault, RateLimited)
        assert fault.retry_after == said.said["retry_after"]
    if isinstance(said.said, dict) and "details" in said.said:
        assert isinstance(fault, Invalid)
        assert fault.details == tuple(said.said["details"])


def check_model(answer: Any, said: Recorded) -> None:
    data = said.data
    match answer:
        case Task():
            check_task(answer, data["items"][0] if "items" in data else data)
        case TaskPage():
            assert [task.id for task in answer.tasks] == [row["id"] for row in data["items"]]
            assert all(task.partial for task in answer.tasks)
            for task, row in zip(answer.tasks, data["items"], strict=True):
                check_task(task, row)
        case TaskType():
            row = data["items"][0] if "items" in data else data
            assert (answer.id, answer.name, answer.version) == (int(row["id"]), row["name"], row["version"])
            assert (answer.created, answer.updated) == (row.get("created", False), row.get("updated", False))
            assert answer.is_active is bool(row.get("is_active", 1))
        case CreatedTask():
            assert answer.id == int(data["id"])
            assert answer.deduplicated is data.get("deduplicated", False)
            assert (answer.status, answer.dedupe_key) == (data["status"], data.get("dedupe_key"))
        case ReportTaken():
            assert (answer.id, answer.status) == (int(data["id"]), data["status"])
            assert answer.requeued is (data["status"] == "pending (retry)")
        case ProgressTaken():
            assert (answer.id, answer.progress) == (int(data["id"]), data["progress"])
        case _:
            assert answer == Health("healthy", data["timestamp"], None)


def check_task(task: Task, row: dict[str, Any]) -> None:
    assert (task.id, task.type, task.attempts, task.priority) == (
        row["id"],
        row["type"],
        row["attempts"],
        row["priority"],
    )
    assert isinstance(task.status, TaskStatus)
    assert task.status == row.get("status", "claimed")
    assert task.params == (row.get("params") or {})
    assert task.result == row.get("result")
    assert task.error == row.get("error_message")
    for name in ("created_at", "claimed_at", "completed_at"):
        if row.get(name) is not None:
            check_time(getattr(task, name), row[name])


def check_time(time: datetime, text: str) -> None:
    assert time.utcoffset() == timedelta(0)
    assert time.strftime("%Y-%m-%d %H:%M:%S") == text


def test_every_exchange_is_sent_or_refused_early_or_cannot_be_said_and_it_is_known_why():
    client = ExtendedCalls(Playback())
    all_of_them = [each for name in recordings() for each in recorded(name)]
    unsaid = [str(each) for each in all_of_them if call_for(client, each) is None]
    assert Counter(unsaid) == Counter(names(UNSAYABLE))
    refused = names(REFUSED_EARLY) + list(NOT_ASKED_AGAIN)
    assert set(refused) <= {str(each) for each in all_of_them} - set(unsaid)
    sent = [each for each in all_of_them if str(each) not in {*unsaid, *refused}]
    assert (len(sent), len(refused), len(unsaid)) == (340, 34, 68)
    assert len(sent) + len(refused) + len(unsaid) == len(all_of_them) == 442


async def test_the_key_is_sent_in_its_header():
    playback = Playback()
    playback.expect(next(each for each in recorded("02_auth") if each.status == 200))
    async with over_http(playback) as client:
        await client.list_tasks()
    assert playback.keys == ["ref-test-key-0123456789"]
