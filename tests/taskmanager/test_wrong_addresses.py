"""An address at which no TaskManager answers, and what of an address may be shown."""

from __future__ import annotations

import logging

import pytest

from core.config import Config
from core.errors import BadSetting, NotFound, ServerFault
from core.models import Report
from core.taskmanager import AsyncTaskManagerClient
from core.taskmanager.addresses import masked, normalised
from core.taskmanager.channel import Answer
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.over_http import HttpChannel
from core.taskmanager.retry import Retrying
from tests.taskmanager.conftest import QUICK
from tests.taskmanager.faulty import Scripted, failed, said

HTML = Answer(404, {"content-type": "text/html"}, b"<html><h1>404 Not Found</h1><hr>nginx</html>")
NOT_OF_A_TASKMANAGER = [
    HTML,
    Answer(404, {}, b""),
    Answer(404, {"content-type": "application/json"}, b'{"message":"no Route matched with those values"}'),
    Answer(404, {"content-type": "application/json"}, b'{"status":404,"error":"Not Found","path":"/tasks/1"}'),
    Answer(404, {"content-type": "application/json"}, b'{"detail":"Not Found"}'),
    Answer(404, {}, b'{"success":false}'),
    Answer(404, {}, b'{"success":false,"error":"Task not fou'),
]
DONE = {"id": "12", "status": "completed"}
EMPTY = said({"items": [], "count": 0})
NO_EXTENSIONS = Answer(200, {}, b'{"openapi":"3.1.1","paths":{}}')


def client_of(*answers: Answer | Exception, tries: int = 1) -> tuple[ExtendedCalls, Scripted]:
    channel = Scripted(*answers)
    client = ExtendedCalls(channel)
    client.retrying = Retrying(tries=tries, first_wait=0.001, longest_wait=0.002)
    return client, channel


@pytest.mark.parametrize("odd", NOT_OF_A_TASKMANAGER, ids=lambda each: each.body.decode()[:30] or "empty")
async def test_a_404_that_is_not_the_servers_own_says_that_nobody_answers_there(odd: Answer):
    client, _ = client_of(odd)
    for call in (
        client.get_task(1),
        client.get_task_type("t"),
        client.claim_task("w", 1),
        client.complete_task(12, "w", True),
        client.update_progress(12, "w", 5),
        client.create_task("t", {"a": 1}),
        client.list_tasks(),
        client.health_check(),
    ):
        with pytest.raises(ServerFault, match="TASKMANAGER_API_URL") as fault:
            await call
        assert (fault.value.status, fault.value.temporary, fault.value.unclear) == (404, True, False)


async def test_a_404_in_the_servers_own_words_is_an_unknown_task():
    client, _ = client_of(failed("Task not found", 404))
    with pytest.raises(NotFound):
        await client.get_task(1)


async def test_a_call_gets_through_when_a_proxy_has_lost_its_server_for_a_moment():
    client, channel = client_of(HTML, HTML, said(DONE), tries=5)
    heard: list[str] = []
    client.on_retry = heard.append
    assert (await client.complete_task(12, "w", True)).status == "completed"
    assert channel.asked == 3
    assert heard[0] == "retrying complete of #12: not answered by a TaskManager, try 2"


async def test_reports_that_only_a_proxy_has_answered_are_still_owed():
    client, _ = client_of(NO_EXTENSIONS, EMPTY, said(DONE), HTML)
    outcomes = await client.complete_many("w", [Report(n, "w", 1, True) for n in (12, 13, 14)])
    assert [(each.id, each.ok, each.code) for each in outcomes] == [(12, True, 200), (13, False, 503), (14, False, 503)]
    client, _ = client_of(NO_EXTENSIONS, EMPTY, HTML)
    with pytest.raises(ServerFault, match="Nobody answers"):
        await client.complete_many("w", [Report(12, "w", 1, True)])


async def test_a_report_that_is_refused_on_our_side_is_not_owed_for_ever():
    client, _ = client_of(NO_EXTENSIONS, EMPTY, said(DONE))
    broken, fine = Report(11, "w", 1, True, {"a": float("nan")}), Report(12, "w", 1, True)
    outcomes = await client.complete_many("w", [broken, fine])
    assert [(each.id, each.ok, each.code) for each in outcomes] == [(11, False, 400), (12, True, 200)]


async def test_what_a_server_can_do_is_not_judged_by_what_a_proxy_has_answered():
    extended = Answer(200, {}, b'{"openapi":"3.1.1","paths":{"/stats":{"get":{}}}}')
    client, _ = client_of(HTML, EMPTY, extended)
    assert "stats" in await client.capabilities()


async def test_a_web_server_at_the_wrong_path_is_said_in_a_sentence(observed_url: str):
    root = observed_url.removesuffix("/api") + "/elsewhere"
    async with AsyncTaskManagerClient(Config(environ={}), url=root, api_key="test-key") as client:
        client.retrying = QUICK
        with pytest.raises(NotFound, match="no call for health"):
            await client.health_check()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://tasks.example/api", "https://tasks.example/api"),
        ("https://me:secret@tasks.example/api", "https://***@tasks.example/api"),
        ("https://me:se/cr?e#t@tasks.example/api", "https://***@tasks.example/api"),
        ("https://secret@tasks.example:8443/api", "https://***@tasks.example:8443/api"),
        ("//me:secret@tasks.example", "//***@tasks.example"),
        ("me:secret@tasks.example", "***@tasks.example"),
        ("https://tasks.example/api?key=secret&x=secret2", "https://tasks.example/api?key=***&x=***"),
        ("https://tasks.example/api?secret", "https://tasks.example/api?***"),
        ("https://tasks.example/api#secret", "https://tasks.example/api#***"),
        ("http://[me:secret@broken", "http://***@broken"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret_in_it(url: str, shown: str):
    assert masked(url) == shown


SECRETS = ["http://me:pa5s@host/api", "http://host/api?key=pa5s", "ftp://me:pa5s@host", "http://me:pa5s@host:99999/"]


@pytest.mark.parametrize("url", SECRETS)
def test_an_address_that_cannot_be_used_is_refused_without_its_secrets(url: str):
    for make in (
        lambda: AsyncTaskManagerClient(url=url),
        lambda: AsyncTaskManagerClient(Config.bare(taskmanager_api_url=url)),
    ):
        with pytest.raises(BadSetting) as refused:
            make()
        assert "pa5s" not in str(refused.value)
        assert "***" in str(refused.value)


async def test_no_repr_error_log_or_identity_shows_what_is_secret_in_an_address(caplog: pytest.LogCaptureFixture):
    channel = HttpChannel("http://127.0.0.1:1/api?key=pa5s", "")
    client = ExtendedCalls(channel)
    client.retrying = Retrying(tries=1)
    with caplog.at_level(logging.INFO), pytest.raises(Exception, match="cannot be reached") as fault:
        await client.get_task(1)
    await client.aclose()
    secretive = HttpChannel("http://me:pa5s@host/api", "pa5s")
    shown = f"{secretive!r} {channel!r} {fault.value!r} {fault.value.__cause__!r} {caplog.text} " + normalised(
        "http://me:pa5s@host/api"
    )
    assert "pa5s" not in shown


async def test_an_address_that_a_server_sends_us_to_is_shown_without_its_secrets():
    client, _ = client_of(Answer(302, {"location": "https://me:pa5s@other.example/api?token=pa5s"}, b""))
    with pytest.raises(ServerFault, match=r"https://\*\*\*@other\.example/api\?token=\*\*\*") as fault:
        await client.get_task(1)
    assert "pa5s" not in str(fault.value)
