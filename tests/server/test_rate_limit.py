"""How often a client may ask, where the operator limits it."""

import pytest

from core.server import rate_limit
from core.server.app import create_app
from core.server.database import Database
from core.server.rate_limit import RateLimit
from core.server.refusal import Refused
from tests.server.client import Api, Clock

ANN, BOB = ("127.0.0.1", 50_000), ("127.0.0.2", 50_000)


@pytest.fixture
def limited(database: Database, clock: Clock) -> Api:
    return Api(create_app(database, clock=clock, api_key="secret", rate_limit=(2, 60)), client=ANN)


async def code(api: Api, path: str, method: str = "GET", key: str = "secret", query: str = "") -> int:
    return (await api.send(method, path, headers={"x-api-key": key}, query=query)).status


async def test_without_a_limit_nothing_is_counted(api: Api) -> None:
    for _ in range(300):
        reply = await api.get("/health")
    assert reply.status == 200
    assert not [name for name in reply.headers if "ratelimit" in name]


async def test_allowed_answers_tell_what_is_left_and_the_next_is_429(limited: Api, clock: Clock) -> None:
    for left in ("1", "0"):
        reply = await limited.get("/api/health")
        assert reply.status == 200
        told = {name: value for name, value in reply.headers.items() if name.startswith("x-ratelimit")}
        assert told == {
            "x-ratelimit-limit": "2",
            "x-ratelimit-remaining": left,
            "x-ratelimit-reset": str(int(clock.seconds) + 60),
        }
        clock.seconds += 0.5
    clock.seconds += 9
    reply = await limited.get("/api/health")
    assert reply.status == 429
    assert (reply.headers["retry-after"], reply.headers["x-ratelimit-remaining"]) == ("50", "0")
    assert reply.json == {
        "success": False,
        "error": "Too Many Requests",
        "message": "Rate limit exceeded. Please try again in 50 seconds.",
        "retry_after": 50,
        "limit": 2,
        "window": 60,
        "timestamp": "2023-11-14T22:13:30.000Z",
    }
    clock.seconds += int(reply.headers["retry-after"])
    assert (await limited.get("/api/health")).headers["x-ratelimit-remaining"] == "1"


async def test_a_path_is_one_whatever_method_query_prefix_or_last_slash(limited: Api) -> None:
    assert await code(limited, "/api/tasks", query="limit=1") == 200
    assert await code(limited, "/tasks/", "POST") == 400
    assert await code(limited, "/api/tasks") == 429


async def test_other_paths_and_other_clients_count_apart(limited: Api) -> None:
    for _ in range(2):
        await code(limited, "/api/tasks/1")
    assert await code(limited, "/api/tasks/1") == 429
    assert await code(limited, "/api/tasks/2") == 404
    other = Api(limited.app, client=BOB)
    assert await code(other, "/api/tasks/1") == 404
    forged = {"x-api-key": "secret", "x-forwarded-for": "10.0.0.9"}
    assert (await limited.send("GET", "/api/tasks/1", headers=forged)).status == 429


async def test_options_and_the_documents_are_not_counted(limited: Api) -> None:
    for _ in range(5):
        assert await code(limited, "/api/tasks", "OPTIONS") == 204
        for path in ("/api/openapi.json", "/api/docs/", "/docs"):
            assert (await limited.get(path)).status == 200
    assert await code(limited, "/api/tasks") == 200


async def test_a_body_too_large_and_a_rate_too_high_are_told_before_a_wrong_key(limited: Api) -> None:
    large = await limited.send("POST", "/api/tasks", b"{}", headers={"content-length": str(2 << 20)})
    assert large.status == 413
    assert "x-ratelimit-limit" not in large.headers
    assert [await code(limited, "/api/tasks", key="wrong") for _ in range(3)] == [401, 401, 429]


def test_windows_of_the_past_are_forgotten_and_their_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MOST_WINDOWS", 100)
    limit = RateLimit(1, 60)
    for n in range(1000):
        limit.count("a", f"/{n}", 0)
    assert len(limit._windows) <= 100
    limit.count("a", "/new", 60)
    assert len(limit._windows) == 1


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    limit = RateLimit(1, 60)
    limit.count("a", "/", 10_000)
    assert limit.count("a", "/", 100)["x-ratelimit-reset"] == "160"
    with pytest.raises(Refused):
        limit.count("a", "/", 101)
