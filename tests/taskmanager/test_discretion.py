"""The key is sent where it belongs, and shown nowhere; importing the package loads no HTTP."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.config import Config
from core.errors import NotAuthenticated
from core.taskmanager import AsyncTaskManagerClient, TaskManagerClient
from tests.contract.loopback import serving
from tests.contract.observed import ObservedTaskManager

KEY = "very-secret-key"


def configured(url: str) -> Config:
    return Config(environ={"TASKMANAGER_API_URL": url, "TASKMANAGER_API_KEY": KEY})


def test_no_repr_shows_the_key():
    client = AsyncTaskManagerClient(url="http://127.0.0.1:1/api", api_key=KEY)
    blocking = TaskManagerClient(url="http://127.0.0.1:1/api", api_key=KEY)
    for shown in (repr(client), repr(blocking), repr(client.config), repr(vars(client))):
        assert KEY not in shown
    assert "***" in repr(client)


async def test_no_error_shows_the_key(observed_url: str):
    async with AsyncTaskManagerClient(Config(environ={}), url=observed_url, api_key=KEY) as client:
        with pytest.raises(NotAuthenticated) as fault:
            await client.list_tasks()
    assert KEY not in f"{fault.value!r} {fault.value} {fault.value.server_text}"
    assert "TASKMANAGER_API_KEY" in str(fault.value)


def test_a_configured_key_is_not_given_to_another_server():
    config = configured("https://tasks.example/api")
    assert AsyncTaskManagerClient(config).config.taskmanager_api_key == KEY
    assert AsyncTaskManagerClient(config, url="https://TASKS.example:443/api/").config.taskmanager_api_key == KEY
    assert AsyncTaskManagerClient(config, url="https://other.example/api").config.taskmanager_api_key == ""


def test_a_key_that_would_go_over_plain_http_is_warned_about():
    assert "unencrypted" in AsyncTaskManagerClient(url="http://tasks.example/api", api_key=KEY).warnings[0]
    assert AsyncTaskManagerClient(url="http://127.0.0.1:1/api", api_key=KEY).warnings == ()


async def test_a_redirect_is_not_followed_with_the_key():
    asked: list[str] = []

    async def redirecting(scope: object, receive: object, send: object) -> None:
        asked.append(scope["path"])  # type: ignore[index]
        headers = [(b"location", b"/elsewhere")]
        await send({"type": "http.response.start", "status": 302, "headers": headers})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    with serving(redirecting) as origin:
        async with AsyncTaskManagerClient(Config(environ={}), url=f"{origin}/api", api_key=KEY) as client:
            with pytest.raises(Exception, match="/elsewhere"):
                await client.list_tasks()
    assert asked == ["/api/tasks"]


async def test_a_url_is_one_identity_however_it_is_written():
    with ObservedTaskManager(api_key=None).serving() as url:
        async with AsyncTaskManagerClient(Config(environ={}), url=f"{url.upper().replace('/API', '/api')}/") as client:
            assert await client.identity() == url


def test_importing_the_package_loads_no_http():
    code = (
        "import sys, core.taskmanager; loaded = 'httpx' in sys.modules; "
        "from core.taskmanager import AsyncTaskManagerClient, TaskManagerClient; "
        "print(loaded, [m for m in ('httpx', 'starlette', 'core.server') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False []"
