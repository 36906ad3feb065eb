"""The blocking client: the same answers, from any thread, beside any event loop, and an exit that does not hang."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.config import Config
from core.errors import CoreError, NotFound
from core.taskmanager import AsyncTaskManagerClient, TaskManagerClient

SCHEMA = {"type": "object"}


def test_the_life_of_a_task(config: Config):
    with TaskManagerClient(config) as tasks:
        known = tasks.register_task_type("example.echo", "1", SCHEMA)
        tasks.create_task("example.echo", {"n": 1})
        task = tasks.claim_task("w", known["id"])
        assert task is not None and task.params == {"n": 1}
        assert tasks.update_progress(task.id, "w", 50).progress == 50
        assert tasks.complete_task(task.id, "w", True, {"a": 1}).status == "completed"
        assert tasks.claim_task("w", known["id"]) is None
        assert tasks.list_tasks("completed").tasks[0].id == task.id
        with pytest.raises(NotFound):
            tasks.get_task(99)


def test_it_has_every_method_of_the_async_one_with_the_same_arguments():
    for name, method in inspect.getmembers(AsyncTaskManagerClient, inspect.iscoroutinefunction):
        if name.startswith("_") or name == "aclose":
            continue
        assert inspect.signature(getattr(TaskManagerClient, name)) == inspect.signature(method), name


def test_many_threads_may_use_one_client(config: Config):
    with TaskManagerClient(config) as tasks, ThreadPoolExecutor(8) as threads:
        known = tasks.register_task_type("example.echo", "1", SCHEMA)
        list(threads.map(lambda n: tasks.create_task("example.echo", {"n": n}), range(24)))
        claimed = list(threads.map(lambda n: tasks.claim_task(f"w{n}", known.id), range(26)))
        assert sorted(task.id for task in claimed if task) == list(range(1, 25))


async def test_it_may_be_used_from_a_thread_of_a_running_loop(embedded_config: Config):
    async with AsyncTaskManagerClient(embedded_config) as here:
        await here.register_task_type("example.echo", "1", SCHEMA)
        with TaskManagerClient(embedded_config) as there:
            created = await asyncio.to_thread(there.create_task, "example.echo", {"n": 1})
            assert (await here.get_task(created.id)).params == {"n": 1}
            await asyncio.to_thread(there.close)


def test_inside_its_own_loop_it_says_so_and_does_not_hang(embedded_config: Config):
    tasks = TaskManagerClient(embedded_config)

    async def inside() -> None:
        tasks.health_check()

    with pytest.raises(CoreError, match="async"):
        tasks._do(inside())
    tasks.close()


def test_one_async_client_may_be_used_in_several_loops(embedded_config: Config):
    client = AsyncTaskManagerClient(embedded_config)
    first = asyncio.run(client.identity())
    known = asyncio.run(client.register_task_type("example.echo", "1", SCHEMA))
    asyncio.run(client.create_task("example.echo", {"n": 1}))
    assert asyncio.run(client.claim_task("w", known.id))
    assert asyncio.run(client.identity()) == first
    asyncio.run(client.aclose())


SCRIPT = """
import atexit, sys
from pathlib import Path
from core.config import Config
from core.taskmanager import TaskManagerClient
tasks = TaskManagerClient(Config(environ={}, taskmanager_api_url=None, taskmanager_db=Path(sys.argv[1])))
atexit.register(lambda: print("still", tasks.health_check().status))
print(tasks.health_check().status)
"""


def test_a_script_that_never_closes_its_client_ends_and_may_call_while_it_exits(embedded_config: Config):
    command = [sys.executable, "-c", SCRIPT, str(embedded_config.taskmanager_db)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=15, check=True)
    assert done.stdout.split("\n")[:2] == ["healthy", "still healthy"]
    assert done.stderr == ""
