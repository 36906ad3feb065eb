"""Whatever a server sends, our side makes data or a readable error of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ClaimLost, CoreError, NotAllowed, RateLimited, ServerFault, TaskManagerError
from core.taskmanager import envelope
from core.taskmanager.channel import Answer
from core.taskmanager.envelope import LONGEST_TEXT, read
from core.taskmanager.extended import ExtendedCalls
from core.taskmanager.retry import Retrying
from tests.taskmanager.faulty import Scripted, failed, said

GOOD = b'{"success":true,"message":"Success","data":{"id":1},"timestamp":7}'


def test_warnings_in_front_of_the_json_are_overlooked():
    warning = b"<br />\n<b>Warning</b>: Undefined array key in <b>/srv/x.php</b> on line <b>3</b><br />\n"
    assert read(Answer(200, {"content-type": "text/html"}, warning + GOOD), "x").data == {"id": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>It works!</body></html>",
        b"null",
        b"[]",
        b'{"data": {"id": 1}}',
        b'{"success": "true", "data": {"id": 1}}',
        b'{"success": false, "error": "no"}',
        b'{"success": tru',
    ],
)
def test_a_200_without_success_is_none(body: bytes):
    with pytest.raises(ServerFault):
        read(Answer(200, {}, body), "x")


def test_a_403_about_a_claim_is_a_lost_claim_and_any_other_a_refusal():
    for text in ("Task is claimed by another worker", "Task was cancelled"):
        with pytest.raises(ClaimLost):
            read(failed(text, 403), "complete of #1")
    gate = Answer(403, {"content-type": "text/html"}, b'{"error": "Access Denied", "message": "Your IP is blocked"}')
    for answer in (gate, failed("This TaskManager has no key, so it answers only to names of this machine", 403)):
        with pytest.raises(NotAllowed):
            read(answer, "complete of #1")


IN_FIFTY_SECONDS = "Wed, 21 Oct 2026 07:28:50 GMT"
NOW = 1_792_567_680  # 07:28:00 on that day


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "4"}, b"", 4),
        ({"retry-after": "0"}, b"", 0),
        ({"retry-after": "4", "x-ratelimit-reset": str(NOW + 50)}, b"", 4),
        ({}, b'{"error": "Too Many Requests", "retry_after": 7}', 7),
        ({"retry-after": IN_FIFTY_SECONDS}, b"", 50),
        ({"retry-after": IN_FIFTY_SECONDS.replace("GMT", "-0000")}, b"", 50),
        ({"x-ratelimit-reset": str(NOW + 50)}, b"", 50),
        ({"retry-after": "soon", "x-ratelimit-reset": str(NOW + 50)}, b"", 50),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"", 1),
        ({"x-ratelimit-reset": str(NOW - 50)}, b"", 1),
        ({"retry-after": "nan"}, b"", 1),
        ({"retry-after": "inf"}, b'{"retry_after": "nan"}', 1),
        ({"retry-after": "-5"}, b'{"retry_after": true}', 1),
        ({"retry-after": "Wed, 99 Xxx 99999999 99:99:99 +999999999999"}, b'{"retry_after": [1]}', 1),
        ({}, b"", 1),
    ],
)
def test_the_wait_of_a_rate_limit_is_found_however_it_is_told(
    headers: dict[str, str], body: bytes, seconds: float, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(envelope, "time", lambda: float(NOW))
    with pytest.raises(RateLimited) as limited:
        read(Answer(429, headers, body), "x")
    assert limited.value.retry_after == seconds


def test_a_servers_text_is_cleaned_and_cut():
    with pytest.raises(TaskManagerError) as fault:
        read(failed("\x1b[31mred\x00\n\u202eevil " + "x" * 5000, 400), "x")
    text = fault.value.server_text
    assert len(text) <= LONGEST_TEXT
    assert text.isprintable() and "\u202e" not in str(fault.value)


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_answer_is_data_or_a_readable_error(status: int, body: bytes):
    try:
        read(Answer(status, {}, body), "x")
    except TaskManagerError as fault:
        assert str(fault).strip() and "\n" not in str(fault)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "status", "items", "name", "params", "progress", "next", "tasks"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(VALUES)
async def test_any_data_is_a_model_or_a_readable_error(data: object):
    client = ExtendedCalls(Scripted(said(data)))
    client.retrying = Retrying(tries=1)
    for call in (
        client.get_task(1),
        client.list_tasks(),
        client.get_task_type("t"),
        client.list_task_types(),
        client.claim_task("w", 1),
        client.complete_task(1, "w", True),
        client.update_progress(1, "w", 1),
        client.create_task("t", {"a": 1}),
        client.health_check(),
    ):
        try:
            await call
        except CoreError as fault:
            assert str(fault).strip()
