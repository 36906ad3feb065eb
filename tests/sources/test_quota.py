"""Units are counted before they are used, across threads, processes and restarts, until midnight in California."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.sources import quota as quotas
from core.sources.errors import SETTLED, QuotaUnknown, QuotaUsedUp
from core.sources.quota import EARLY, Quota, end_of_day, pacific_day
from tests.sources.conftest import Clock

PRAGUE = ZoneInfo("Europe/Prague")
SPEND = """
import sys
from pathlib import Path
from core.sources.quota import Quota
from core.sources.errors import QuotaUsedUp
quota, spent = Quota(Path(sys.argv[1]), "key", budget=100), 0
print("ready", flush=True)
sys.stdin.readline()
for _ in range(80):
    try:
        quota.spend("videos")
        spent += 1
    except QuotaUsedUp:
        pass
print(spent)
"""


def test_a_search_costs_a_hundred_units_and_any_other_call_one(quota: Quota):
    quota.spend("search")
    for call in ("channels", "playlistItems", "videos"):
        quota.spend(call)
    assert quota.standing() == "9,897 of 10,000 units left today"


def test_a_call_that_costs_more_than_a_day_has_is_refused_for_good(tmp_path: Path, clock: Clock):
    quota = Quota(tmp_path / "quota.db", "key", budget=99, now=clock, zone=PRAGUE)
    with pytest.raises(QuotaUsedUp, match=r"costs 100 units and 1 more .*, and a day has only 99") as refused:
        quota.spend("search")
    assert (refused.value.retryable, refused.value.retry_at) == (False, None)


@pytest.mark.parametrize(("call", "budget"), [("search", 100), ("channels", 2)])
def test_a_call_whose_day_has_too_little_left_for_what_must_follow_is_refused_for_good(
    tmp_path: Path, clock: Clock, call: str, budget: int
):
    quota = Quota(tmp_path / "quota.db", "key", budget=budget, now=clock)
    with pytest.raises(QuotaUsedUp, match=r"more for what must follow it.*see PRISMQ_YOUTUBE_QUOTA\.") as refused:
        quota.spend(call)
    assert (refused.value.retryable, refused.value.retry_at) == (False, None)
    assert quota.standing() == f"{budget} of {budget} units left today"
    quota.budget = budget + 1
    quota.spend(call)


def test_a_call_that_would_exceed_the_budget_is_refused_with_what_is_left_and_when_to_try_again(
    tmp_path: Path, clock: Clock
):
    quota = Quota(tmp_path / "quota.db", "key", budget=150, now=clock, zone=PRAGUE)
    quota.spend("search")
    with pytest.raises(QuotaUsedUp) as refused:
        quota.spend("search")
    assert str(refused.value) == (
        "The daily quota of the YouTube Data API is used up: this call costs 100 units, and 50 of 150 are left. "
        "Try again after 2026-01-16 09:00 CET."
    )
    assert (refused.value.left, refused.value.retryable) == (50, True)
    assert refused.value.resets_at == datetime(2026, 1, 16, 8, tzinfo=UTC)
    assert refused.value.retry_at == datetime(2026, 1, 16, 8, 1, tzinfo=UTC), "another clock may be ahead"
    quota.spend("videos")
    assert quota.standing() == "49 of 150 units left today"


def test_what_was_used_is_known_after_a_restart_and_each_key_has_its_own(tmp_path: Path, clock: Clock):
    for key in ("one", "one", "two"):
        Quota(tmp_path / "quota.db", key, budget=10, now=clock).spend("videos")
    assert Quota(tmp_path / "quota.db", "one", budget=10, now=clock).standing() == "8 of 10 units left today"


def test_the_file_does_not_hold_the_key(tmp_path: Path, clock: Clock):
    quota = Quota(tmp_path / "quota.db", "AIzaSecretSecret", budget=10, now=clock)
    quota.spend("videos")
    assert b"AIzaSecretSecret" not in (tmp_path / "quota.db").read_bytes()
    assert "AIza" not in repr(quota)


def test_threads_never_use_more_than_there_is(tmp_path: Path, clock: Clock):
    quota = Quota(tmp_path / "quota.db", "key", budget=50, now=clock)
    spent: list[bool] = []

    def work() -> None:
        for _ in range(20):
            try:
                quota.spend("videos")
            except QuotaUsedUp:
                spent.append(False)
            else:
                spent.append(True)

    threads = [threading.Thread(target=work) for _ in range(4)]
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that they do meet amid a count
    try:
        for each in threads:
            each.start()
        for each in threads:
            each.join(30)
    finally:
        sys.setswitchinterval(often)
    assert (spent.count(True), len(spent)) == (50, 80)


def test_processes_share_one_budget(tmp_path: Path):
    path = tmp_path / "quota.db"
    command = [sys.executable, "-c", SPEND, str(path)]
    pipe = subprocess.PIPE
    running = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    for each in running:  # both are there before either begins
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in running:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    spent = [int(each.communicate(timeout=30)[0]) for each in running]
    assert sum(spent) == 100


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-01-16T07:59:59Z", "2026-01-16T08:00:00Z"),  # winter time
        ("2026-07-16T06:59:59Z", "2026-07-16T07:00:00Z"),  # summer time
        ("2026-03-09T06:59:59Z", "2026-03-09T07:00:00Z"),  # the day on which summer time began
        ("2026-11-02T07:59:59Z", "2026-11-02T08:00:00Z"),  # the day on which it ended
    ],
)
def test_the_budget_begins_anew_at_midnight_in_california(quota: Quota, clock: Clock, before: str, after: str):
    clock.now = datetime.fromisoformat(before)
    error = quota.refused("videos", quota.spend("videos"))
    assert error.resets_at == datetime.fromisoformat(after)
    assert quota.standing() == "0 of 10,000 units left today"
    clock.now = datetime.fromisoformat(after)
    assert quota.standing() == "10,000 of 10,000 units left today"
    quota.spend("videos")


def test_a_call_that_the_service_refused_ends_the_day_whatever_was_counted(quota: Quota):
    error = quota.refused("videos", quota.spend("videos"))
    assert str(error) == (
        "The YouTube Data API answers no more calls today: it says that the daily quota is used up. "
        "Try again after 2026-01-16 09:00 CET."
    )
    with pytest.raises(QuotaUsedUp, match="no more calls today"):
        quota.spend("search")
    assert quota.standing() == "0 of 10,000 units left today"


def test_a_search_that_the_service_refused_ends_only_the_searches_of_the_day(quota: Quota):
    assert "no more searches today" in str(quota.refused("search", quota.spend("search")))
    with pytest.raises(QuotaUsedUp, match="no more searches today"):
        quota.spend("search")
    quota.spend("videos")
    assert quota.standing() == "9,899 of 10,000 units left today, but no searches"


def test_a_refusal_counts_for_the_day_in_which_the_call_was_sent(quota: Quota, clock: Clock):
    midnight = datetime(2026, 1, 16, 8, tzinfo=UTC)
    clock.now = midnight - timedelta(seconds=1)
    spent = quota.spend("videos")
    clock.now = midnight + timedelta(seconds=1)
    error = quota.refused("videos", spent)
    assert (error.resets_at, error.retry_at) == (midnight, midnight + SETTLED)
    assert quota.standing() == "10,000 of 10,000 units left today"
    quota.spend("videos")


@pytest.mark.parametrize("call", ["videos", "search"])
def test_a_refusal_as_a_day_begins_puts_off_for_minutes_and_does_not_end_the_day(quota: Quota, clock: Clock, call: str):
    midnight = datetime(2026, 1, 16, 8, tzinfo=UTC)
    clock.now = midnight + EARLY - timedelta(seconds=1)
    error = quota.refused(call, quota.spend(call))
    assert (error.retryable, error.retry_at) == (True, clock.now + EARLY)
    assert str(error).endswith("it seems to count the old one still. Try again after 2026-01-16 09:29 CET.")
    quota.spend(call)
    assert "no searches" not in quota.standing()
    clock.now = midnight + EARLY
    assert quota.refused(call, quota.spend(call)).resets_at == midnight + timedelta(days=1)


def test_a_day_that_ends_during_the_wait_for_another_program_is_not_skipped(tmp_path: Path):
    midnight = datetime(2026, 1, 16, 8, tzinfo=UTC)
    times = iter([midnight - timedelta(seconds=1)])
    quota = Quota(tmp_path / "quota.db", "key", budget=10, now=lambda: next(times, midnight + timedelta(seconds=1)))
    for _ in range(10):
        Quota(tmp_path / "quota.db", "key", budget=10, now=lambda: midnight - timedelta(seconds=1)).spend("videos")
    with pytest.raises(QuotaUsedUp) as refused:
        quota.spend("videos")
    assert refused.value.resets_at == midnight


def test_what_never_reached_the_service_is_given_back_to_the_day_it_was_taken_from(quota: Quota, clock: Clock):
    quota.spend("videos")
    spent = quota.spend("search")
    clock.now += timedelta(days=1)
    quota.spend("videos")
    quota.give_back(spent)
    assert quota.standing() == "9,999 of 10,000 units left today"
    clock.now -= timedelta(days=1)
    assert quota.standing() == "9,999 of 10,000 units left today"


def test_old_days_are_forgotten(quota: Quota, tmp_path: Path, clock: Clock):
    quota.refused("search", quota.spend("search"))
    clock.now += timedelta(days=40)
    quota.spend("videos")
    with sqlite3.connect(tmp_path / "data" / "quota.db") as connection:
        assert connection.execute("SELECT count(*) FROM quota_used").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM quota_refused").fetchone() == (0,)
    connection.close()


def test_a_file_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path, clock: Clock):
    (tmp_path / "no.db").write_bytes(b"This is no database." * 100)
    with pytest.raises(QuotaUnknown, match=r"cannot be kept in .*no\.db: file is not a database\.") as unknown:
        Quota(tmp_path / "no.db", "key", budget=10, now=clock).spend("videos")
    assert unknown.value.retryable, "somebody may mend it"
    assert unknown.value.retry_at == clock.now + timedelta(minutes=5)
    with pytest.raises(QuotaUnknown):
        Quota(tmp_path / "no.db" / "under.db", "key", budget=10, now=clock).spend("videos")
    with pytest.raises(QuotaUnknown):
        Quota(tmp_path / "no.db", "key", budget=10, now=clock).standing()


def test_a_file_that_another_program_holds_is_worth_another_try(
    quota: Quota, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quotas, "PATIENCE", 0.01)
    quota.spend("videos")
    holder = sqlite3.connect(tmp_path / "data" / "quota.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(QuotaUnknown, match="locked") as unknown:
        quota.spend("videos")
    holder.close()
    assert (unknown.value.retryable, unknown.value.retry_at) == (True, None)
    assert quota.standing() == "9,999 of 10,000 units left today"


def test_where_no_zones_are_known_a_reset_seems_late_and_never_early(monkeypatch: pytest.MonkeyPatch):
    def unknown(name: str) -> ZoneInfo:
        raise quotas.ZoneInfoNotFoundError(name)

    moments = [datetime(2026, month, 10, hour, tzinfo=UTC) for month in range(1, 13) for hour in range(24)]
    truth = [end_of_day(pacific_day(each)) for each in moments]
    monkeypatch.setattr(quotas, "ZoneInfo", unknown)
    for moment, reset in zip(moments, truth, strict=True):
        assert moment < end_of_day(pacific_day(moment)) <= moment + timedelta(days=1)
        if pacific_day(moment) == (reset - timedelta(hours=12)).date():
            assert end_of_day(pacific_day(moment)) - reset in (timedelta(0), timedelta(hours=1))
