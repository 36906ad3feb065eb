"""A claim that nears its end is extended with one key, and the countdown shows that it helped."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from core.diagnosis import Cause, Diagnosis
from core.models import RowOutcome
from tests.tui import scenes
from tests.tui.conftest import Desk
from tests.tui.scenes_extending import EXTEND, NEARS, STUCK, ends_in
from tests.tui.why_desk import SIZES, TO_GONE, opened, seen, words

pytestmark = pytest.mark.usefixtures("asked_once")


@pytest.fixture
def ten_hours_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine is in Honolulu."""
    monkeypatch.setenv("TZ", "Pacific/Honolulu")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@asynccontextmanager
async def before_its_end(size: tuple[int, int] = (120, 36)) -> AsyncIterator[Desk]:
    """A board whose panel tells of it."""
    async with opened(STUCK, size) as desk:
        desk.verbs.diagnoses[10429] = ends_in(40, NEARS)
        desk.verbs.extended_until = scenes.NOW + timedelta(seconds=300)
        await desk.press(*TO_GONE, "w")
        yield desk


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_cure_is_offered_first_with_what_it_does_and_its_call(size: tuple[int, int]):
    async with before_its_end(size) as desk:
        told = " ".join(words(desk).split())
        for said in (
            "its claim is not renewed and ends in 40 s",
            "1 Extend its claim",
            "from then on its claim lasts 5 min anew",
            "call POST /workers/{id}/heartbeat {",
            "2 Stop it now",
            "its claim can be taken over from 12:00:40, in 40 s",
        ):
            assert said in told, said


async def test_one_key_extends_it_and_the_later_end_says_that_it_helped():
    async with before_its_end() as desk:
        desk.verbs.diagnoses[10429] = ends_in(300)
        await desk.press("1")
        assert desk.verbs.calls == [("extend_claims", (10429,))]
        assert desk.notes() == ["#10429 extended"]
        assert "✓ It helped: its claim lasts until 12:05:00 now, 0 s later." in seen(desk)
        assert "its claim can be taken over from 12:05:00, in 5 min" in " ".join(words(desk).split())


async def test_it_helped_though_its_worker_tells_no_progress_still(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.widgets.why_panel.HOLD", 0.0)
    async with before_its_end() as desk:
        quiet = Cause("no-progress", "It has told no progress for 4 min.", cures=(EXTEND,))
        desk.verbs.diagnoses[10429] = ends_in(40, quiet)
        desk.board.why_panel.ask()
        await desk.settle()
        desk.verbs.diagnoses[10429] = ends_in(300, quiet)
        await desk.press("1")
        assert "✓ It helped: its claim lasts until 12:05:00 now" in seen(desk)


@pytest.mark.parametrize(
    ("presses", "told", "helped"),
    [
        (0, "taken over from 12:00:40, in 40 s", "lasts until 12:05:00 now"),
        (1, "taken over from 02:00:40, in 40 s", "lasts until 02:05:00 now"),
        (2, "taken over in 40 s", "lasts for 5m00s now"),
    ],
    ids=["utc", "local", "ages"],
)
@pytest.mark.usefixtures("ten_hours_behind")
async def test_the_end_of_a_claim_is_told_in_each_way_of_telling_time(presses: int, told: str, helped: str):
    async with before_its_end() as desk:
        await desk.press(*["u"] * presses)
        desk.board.why_panel.ask()
        await desk.settle()
        assert f"its claim can be {told}" in " ".join(words(desk).split())
        desk.verbs.diagnoses[10429] = ends_in(300)
        await desk.press("1")
        assert f"✓ It helped: its claim {helped}" in seen(desk)
        if presses == 2:
            desk.verbs.diagnoses[10429] = ends_in(-180)
            desk.board.why_panel.ask()
            await desk.settle()
            assert "its claim can be taken over since 3 min ago" in " ".join(words(desk).split())


async def test_where_something_could_be_harmed_it_asks_first():
    async with before_its_end() as desk:
        risky = replace(EXTEND, risk="If it hangs, nobody else is given it for so long.")
        desk.verbs.diagnoses[10429] = ends_in(40, replace(NEARS, cures=(risky,)))
        desk.board.why_panel.ask()
        await desk.settle()
        await desk.press("1")
        assert desk.verbs.calls == []
        assert "Call: POST /workers/{id}/heartbeat" in desk.text()
        await desk.press("y")
        assert desk.verbs.calls == [("extend_claims", (10429,))]


async def test_the_end_that_does_not_move_is_no_help(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.why_trial.STILL_AFTER", 0.0)
    async with before_its_end() as desk:
        await desk.press("1")
        assert "✗ Still, 0 s later:" in seen(desk)
        assert "It helped" not in seen(desk)


async def test_why_it_was_not_extended_is_said_and_nothing_is_waited_for():
    async with before_its_end() as desk:
        why = "far-away-1 holds it. Let it time out, or release it; then it is claimed again"
        desk.verbs.outcomes[10429] = RowOutcome(10429, False, code=403, error=why)
        await desk.press("1")
        assert desk.notes() == [f"#10429 was not extended: {why}"]
        assert desk.board.why_panel.trying.trial is None


async def test_the_copied_text_and_json_have_the_call():
    async with before_its_end() as desk:
        await desk.press("y")
        assert "call: POST /workers/{id}/heartbeat" in desk.app.clipboard
        await desk.press("Y")
        assert '"verb": "extend_claims"' in desk.app.clipboard


def test_a_diagnosis_knows_the_end_of_the_claim_among_what_ends_by_itself():
    assert ends_in(40).estimates.claim_end == scenes.NOW + timedelta(seconds=40)
    assert Diagnosis(1, scenes.NOW).estimates.claim_end is None
