"""`doctor` looks at the source that was chosen: what it needs, whether it answers, what is left, and never the key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.config import Config, Secret
from core.errors import BadSetting
from core.sources.checking import look_at_source, of_library, standing_of
from core.sources.errors import AccessForbidden, SourceUnreachable
from core.sources.politeness import HostLimits
from core.sources.ytdlp_source import Places, YtDlp
from tests.contract.loopback import serving
from tests.program import Program

KEY = "SMPL-secret-key-0123456789"


@contextmanager
def api() -> Iterator[tuple[str, list[str]]]:
    """The address of an API that takes one key, and what was asked of it."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url.path)
        key = request.headers.get("x-goog-api-key", "")
        if key != KEY:  # an answer that repeats the key in words of its own
            error = {"code": 403, "message": f"No {key} here.", "errors": [{"reason": "forbidden"}]}
            return JSONResponse({"error": error}, 403)
        return JSONResponse({"kind": "youtube#videoListResponse", "items": []})

    with serving(Starlette(routes=[Route("/v3/{call}", answer)])) as origin:
        yield f"{origin}/v3", asked


def settings(tmp_path: Path, **chosen: object) -> Config:
    """Settings for the API."""
    own = {"source": "youtube_api", "youtube_api_key": Secret(KEY), "youtube_quota_db": tmp_path / "quota.db"}
    return Config.bare(**(own | chosen))


def test_the_sample_needs_nothing():
    standing = look_at_source(Config.bare())
    assert standing.is_fine
    assert standing.sentence.startswith("sample")


def test_none_is_told_with_how_to_name_one():
    standing = look_at_source(Config.bare(taskmanager_api_url="https://tasks.example/api"))
    assert not standing.is_fine
    assert "PRISMQ_SOURCE" in standing.sentence


def test_the_api_is_asked_for_one_unit_and_tells_what_is_left(tmp_path: Path):
    with api() as (url, asked):
        standing = look_at_source(settings(tmp_path, youtube_api_url=url, youtube_quota=500))
    assert standing.is_fine
    assert "499 of 500 units left today" in standing.sentence
    assert asked == ["/v3/videos"]


def test_a_used_up_quota_is_a_warning_with_when_to_try_again(tmp_path: Path):
    with api() as (url, asked):
        config = settings(tmp_path, youtube_api_url=url, youtube_quota=1)
        look_at_source(config)
        standing = look_at_source(config)
    assert not standing.is_fine
    assert "Try again after" in standing.sentence
    assert len(asked) == 1


def test_a_key_that_is_refused_is_bad_and_not_shown(tmp_path: Path):
    with api() as (url, _), pytest.raises(AccessForbidden) as refused:
        look_at_source(settings(tmp_path, youtube_api_url=url, youtube_api_key=Secret("SMPL-another")))
    assert str(refused.value) == "YouTube refuses to answer (403 forbidden): No *** here."
    with pytest.raises(BadSetting, match="YOUTUBE_API_KEY"):
        look_at_source(settings(tmp_path, youtube_api_key=Secret("")))


def test_an_api_that_is_away_is_bad(tmp_path: Path):
    with pytest.raises(SourceUnreachable):
        look_at_source(settings(tmp_path, youtube_api_url="http://127.0.0.1:9/v3"))


def site_at(url: str) -> YtDlp:
    """yt-dlp, with a site on this machine instead of YouTube."""
    return YtDlp(limits=HostLimits(1, 0), places=Places(host="127.0.0.1", alive=url))


def test_the_library_is_told_with_its_version_and_that_the_site_answers():
    asked: list[tuple[str, str]] = []

    def answer(request: Request) -> Response:
        asked.append((request.method, request.url.path))
        return Response(status_code=204)

    with serving(Starlette(routes=[Route("/{path:path}", answer)])) as origin:
        standing = standing_of(site_at(f"{origin}/generate_204"))
    assert asked == [("HEAD", "/generate_204")]
    assert standing.sentence.startswith("yt_dlp: YouTube answers; yt-dlp 20")
    assert "no key and no ffmpeg" in standing.sentence


def test_a_site_that_is_away_is_bad_and_told_in_words():
    with pytest.raises(
        SourceUnreachable, match=r"^YouTube was not reached, asked for the site '127\.0\.0\.1': F"
    ) as away:
        standing_of(site_at("http://127.0.0.1:9/generate_204"))
    assert "Connection(" not in str(away.value)


def test_an_old_library_is_a_warning_with_the_command_that_renews_it():
    today = date(2026, 11, 26)
    assert of_library("2026.10.26", today).is_fine
    old = of_library("2026.03.01.232712", today)
    assert not old.is_fine
    assert "270 days old" in old.sentence
    assert "pip install -U yt-dlp" in old.sentence
    assert of_library("unknown", today).is_fine


def test_doctor_goes_on_and_prints_no_key(program: Program):
    chosen = {"PRISMQ_SOURCE": "youtube_api", "PRISMQ_YOUTUBE_QUOTA_DB": "quota.db"}
    with api() as (url, _):
        here = program.with_settings(**chosen, PRISMQ_YOUTUBE_API_URL=url)
        refused = here.with_settings(YOUTUBE_API_KEY="SMPL-wrong-key-99")("doctor")
        taken = here.with_settings(YOUTUBE_API_KEY=KEY)("doctor")
    assert (refused.code != 0, taken.code) == (True, 0)
    assert "9,999 of 10,000 units left today" in taken.out
    assert all("terminal" in each.out for each in (refused, taken))
    assert not any(key in each.out + each.err for each in (refused, taken) for key in (KEY, "SMPL-wrong-key-99"))
