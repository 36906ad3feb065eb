"""Times without a zone are those of the zone that is configured; nothing but times is changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.config import Config
from core.errors import BadSetting
from core.taskmanager import AsyncTaskManagerClient
from tests.contract.observed import ObservedTaskManager

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TOLD = "2026-01-05 12:00:00"


@pytest.mark.parametrize(
    ("zone", "hour", "minute"),
    [
        ("", 12, 0),
        ("UTC", 12, 0),
        ("+02:00", 10, 0),
        ("-0530", 17, 30),
        ("+2", 10, 0),
        ("Europe/Prague", 11, 0),
    ],
)
async def test_every_time_of_a_task_is_read_in_the_configured_zone(zone: str, hour: int, minute: int):
    with ObservedTaskManager(clock=NOON.timestamp).serving() as url:
        settings = {"TASKMANAGER_API_URL": url, "TASKMANAGER_API_KEY": "test-key", "PRISMQ_SERVER_ZONE": zone}
        async with AsyncTaskManagerClient(Config(environ=settings)) as client:
            known = await client.register_task_type("example.echo", "1", {"type": "object"})
            await client.create_task("example.echo", {"created_at": TOLD, "tasks": [{"at": TOLD}]})
            await client.claim_task("w", known.id)
            await client.complete_task(1, "w", True, {"completed_at": TOLD})
            read, (listed,) = await client.get_task(1), (await client.list_tasks()).tasks
            kind = await client.get_task_type("example.echo")
    meant = NOON.replace(hour=hour, minute=minute)
    assert [read.created_at, read.claimed_at, read.completed_at, listed.created_at, kind.updated_at] == [meant] * 5
    assert (read.parameters, read.result) == ({"created_at": TOLD, "tasks": [{"at": TOLD}]}, {"completed_at": TOLD})


async def test_a_time_that_has_a_zone_keeps_it(embedded_config: Config):
    async with AsyncTaskManagerClient(embedded_config.replace(server_zone=Config.bare().server_zone)) as plain:
        await plain.register_task_type("example.echo", "1", {"type": "object"})
        made = (await plain.get_task_type("example.echo")).created_at
    elsewhere = Config(environ={"PRISMQ_SERVER_ZONE": "+09:00"}).server_zone
    async with AsyncTaskManagerClient(embedded_config.replace(server_zone=elsewhere)) as client:
        assert (await client.get_task_type("example.echo")).created_at == made


@pytest.mark.parametrize("zone", ["+25:00", "Mars/Olympus", "two", "+2:75", "Europe", "../etc/passwd"])
def test_a_zone_that_there_is_not_is_a_bad_setting(zone: str):
    with pytest.raises(BadSetting, match=r"PRISMQ_SERVER_ZONE.*(Europe/Prague|hours)"):
        Config(environ={"PRISMQ_SERVER_ZONE": zone})
