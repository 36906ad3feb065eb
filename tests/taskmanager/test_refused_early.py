"""What no TaskManager takes is refused before it is sent, in words."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BadSetting, DatabaseUnusable, Invalid
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.extended import ExtendedCalls
from tests.taskmanager.faulty import Scripted, said


@pytest.fixture
def channel() -> Scripted:
    return Scripted(said({}))


@pytest.fixture
def tasks(channel: Scripted) -> ExtendedCalls:
    return ExtendedCalls(channel)


async def refused(channel: Scripted, call: Any) -> str:
    with pytest.raises(Invalid) as fault:
        await call
    assert channel.asked == 0
    assert fault.value.status is None
    return str(fault.value)


@pytest.mark.parametrize("name", ["", "   ", None, 5, "w" * 256])
async def test_a_worker_needs_an_id_that_fits(tasks: ExtendedCalls, channel: Scripted, name: Any):
    for call in (tasks.claim_task(name, 1), tasks.complete_task(1, name, True), tasks.update_progress(1, name, 5)):
        assert "worker id" in await refused(channel, call)


@pytest.mark.parametrize("type_id", [0, -1, "1", None, 1.5, True])
async def test_a_type_id_is_a_whole_number_above_0(tasks: ExtendedCalls, channel: Scripted, type_id: Any):
    assert "task_type_id" in await refused(channel, tasks.claim_task("w", type_id))


@pytest.mark.parametrize("progress", [-1, 101, 5.5, "50", True, None])
async def test_progress_is_a_whole_number_of_percent(tasks: ExtendedCalls, channel: Scripted, progress: Any):
    assert "0 to 100" in await refused(channel, tasks.update_progress(1, "w", progress))


@pytest.mark.parametrize("sorting", [("name", "ASC"), ("ID", "ASC"), ("", "ASC"), ("id", "UP")])
async def test_a_sorting_is_one_that_there_is(tasks: ExtendedCalls, channel: Scripted, sorting: tuple[str, str]):
    assert "ASC" in await refused(channel, tasks.claim_task("w", 1, *sorting)) or sorting[0] != "id"


@pytest.mark.parametrize("params", [["a"], "x", 5, None])
async def test_parameters_are_an_object(tasks: ExtendedCalls, channel: Scripted, params: Any):
    assert "must be an object" in await refused(channel, tasks.create_task("t", params))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", "\ud800"])
async def test_what_is_not_json_is_not_sent(tasks: ExtendedCalls, channel: Scripted, value: Any):
    assert "not JSON" in await refused(channel, tasks.create_task("t", {"a": value}))
    assert "not JSON" in await refused(channel, tasks.complete_task(1, "w", True, {"a": value}))


@pytest.mark.parametrize("url", ["ftp://x/api", "no url", "http://user:secret@host/api", "http://host:99999/api"])
def test_a_url_that_leads_nowhere_is_a_bad_setting(url: str):
    with pytest.raises(BadSetting, match="URL"):
        AsyncTaskManagerClient(url=url)


async def test_an_unusable_database_is_said_in_a_sentence(embedded_config: Any):
    path = embedded_config.taskmanager_db
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database " * 200)
    with pytest.raises(DatabaseUnusable, match=path.name):
        await AsyncTaskManagerClient(embedded_config).health_check()


async def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(embedded_config: Any):
    embedded_config.taskmanager_db.parent.write_text("a file stands where the folder should be")
    with pytest.raises(DatabaseUnusable, match="folder"):
        await AsyncTaskManagerClient(embedded_config).health_check()
