"""Counts what is used of the daily quota of the YouTube Data API, in a file that all processes of this machine share.

The service bills every call that reaches it, also one that fails, so units are counted before a call is sent. They
belong to a day in California: it begins anew at midnight there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.models import utcnow
from core.sources.errors import QuotaUnknown, QuotaUsedUp

SEARCH = "search"
COSTS = {SEARCH: 100}
"""Units that a call costs; those that are not named cost one."""

FOLLOWED_BY = {SEARCH: 1, "channels": 2}
"""Units of the calls without which a call is of no use: what a search finds must be looked up, and a channel is read
by its list and the videos on it."""

PATIENCE = 5.0
"""Seconds to wait for another program that is counting."""

EARLY = timedelta(minutes=15)
"""From the beginning of a day on, a refusal may mean the day before: clocks differ, and a reset may come late."""

UNUSABLE = timedelta(minutes=5)
"""How long calls wait for a file that cannot be used: a disk gets room, rights are mended."""

KEPT_DAYS = 30
EVERYTHING = ""
"""Stands for all calls where the service has refused one that is not a search."""

TABLES = (
    "CREATE TABLE IF NOT EXISTS quota_used (key TEXT, day TEXT, units INTEGER NOT NULL, PRIMARY KEY (key, day))",
    "CREATE TABLE IF NOT EXISTS quota_refused (key TEXT, day TEXT, call TEXT, PRIMARY KEY (key, day, call))",
)
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@dataclass(frozen=True, slots=True)
class Spent:
    """Units that were counted for one call."""

    day: str
    units: int


@dataclass(frozen=True, slots=True)
class Used:
    """What was used in a day, and the calls that the service has refused in it because it counted more than we did."""

    units: int
    refused: frozenset[str]

    def refuses(self, call: str) -> bool:
        """Whether the service answers no more calls of that name."""
        return bool(self.refused & {call, EVERYTHING})


class Quota:
    """The quota of one key: ``budget`` units a day, counted in the file ``path``. Safe from any thread and process.

    ``zone`` is the one that times are told in; None is that of this machine. Everything raises `QuotaUnknown` when the
    file cannot be used.
    """

    def __init__(
        self, path: Path, key: str, *, budget: int, now: Callable[[], datetime] = utcnow, zone: tzinfo | None = None
    ) -> None:
        self.budget = budget
        self._path = path
        self._key = sha256(key.encode("utf-8", "replace")).hexdigest()[:12]
        self._now, self._zone = now, zone

    def __repr__(self) -> str:
        return f"Quota({str(self._path)!r}, {self._key!r}, budget={self.budget})"

    def spend(self, call: str) -> Spent:
        """Count the units of a call that is about to be sent. Raises `QuotaUsedUp` when too few are left for it, and
        for good when no day has enough for it and what must follow."""
        units, more = COSTS.get(call, 1), FOLLOWED_BY.get(call, 0)
        if units + more > self.budget:
            raise self._never_enough(units, more)
        with self._transaction() as connection:
            today = pacific_day(self._now())
            used = self._used(connection, today)
            if used.refuses(call):
                raise self._refusal(call, used, today)
            if used.units + units > self.budget:
                raise self._too_few(units, self._left(used), today)
            self._add(connection, today, units)
        return Spent(today.isoformat(), units)

    def give_back(self, spent: Spent) -> None:
        """Take back what was counted for a call that never reached the service."""
        with self._transaction() as connection:
            self._add(connection, date.fromisoformat(spent.day), -spent.units)

    def refused(self, call: str, spent: Spent) -> QuotaUsedUp:
        """Note that the service says that the quota is used up; answers the error that tells of it.

        It is noted for the day in which the call was sent, whatever day it is when the answer comes; not in the first
        minutes of a day. A refused search says nothing of other calls: the service may count searches apart. Any other
        call says it all.
        """
        now, day = self._now(), date.fromisoformat(spent.day)
        if now - end_of_day(day - timedelta(days=1)) < EARLY:
            return self._early_refusal(now, self._left(self._seen(day)))
        with self._transaction() as connection:
            what = SEARCH if call == SEARCH else EVERYTHING
            sql = "INSERT OR IGNORE INTO quota_refused (key, day, call) VALUES (?, ?, ?)"
            connection.execute(sql, (self._key, spent.day, what))
            return self._refusal(call, self._used(connection, day), day)

    def standing(self) -> str:
        """What is left today, in words for people."""
        used = self._seen(pacific_day(self._now()))
        words = f"{self._left(used):,} of {self.budget:,} units left today"
        return f"{words}, but no searches" if SEARCH in used.refused and not used.refuses(EVERYTHING) else words

    def _left(self, used: Used) -> int:
        return 0 if used.refuses(EVERYTHING) else max(0, self.budget - used.units)

    def _never_enough(self, units: int, more: int) -> QuotaUsedUp:
        """The error for what no day has enough for; ``more``: units of what must follow."""
        cost = f"costs {in_units(units)}" + (f" and {more} more for what must follow it" if more else "")
        day = f"{self.budget:,} of the daily quota of the YouTube Data API"
        return QuotaUsedUp(f"This call {cost}, and a day has only {day}: see PRISMQ_YOUTUBE_QUOTA.")

    def _too_few(self, units: int, left: int, day: date) -> QuotaUsedUp:
        resets_at = end_of_day(day)
        return QuotaUsedUp(
            f"The daily quota of the YouTube Data API is used up: this call costs {in_units(units)}, and {left:,} of "
            f"{self.budget:,} are left. {self._when(resets_at)}",
            resets_at=resets_at,
            left=left,
        )

    def _refusal(self, call: str, used: Used, day: date) -> QuotaUsedUp:
        what = "searches" if call == SEARCH and not used.refuses(EVERYTHING) else "calls"
        resets_at = end_of_day(day)
        return QuotaUsedUp(
            f"The YouTube Data API answers no more {what} today: it says that the daily quota is used up. "
            f"{self._when(resets_at)}",
            resets_at=resets_at,
            left=self._left(used),
        )

    def _early_refusal(self, now: datetime, left: int) -> QuotaUsedUp:
        at = now + EARLY
        return QuotaUsedUp(
            "The YouTube Data API says that the daily quota is used up, though a new day has just begun: it seems to "
            f"count the old one still. {self._when(at)}",
            left=left,
        ).put_off(at)

    def _when(self, at: datetime) -> str:
        return f"Try again after {at.astimezone(self._zone):%Y-%m-%d %H:%M %Z}."

    def _seen(self, day: date) -> Used:
        """What was used of that day. Whoever only looks makes no file, and holds up nobody."""
        if not self._path.exists():
            return Used(0, frozenset())
        with self._told(), closing(sqlite3.connect(self._uri, timeout=PATIENCE, uri=True)) as connection:
            return self._used(connection, day)

    @property
    def _uri(self) -> str:
        return f"{self._path.absolute().as_uri()}?mode=ro"

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        """A connection of its own for each: any thread may ask, and a process that forks shares none."""
        with self._told():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                for table in TABLES:
                    connection.execute(table)
                yield connection
                connection.execute("COMMIT")

    @contextmanager
    def _told(self) -> Generator[None]:
        """Tell in a sentence what is wrong with the file."""
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            unknown = QuotaUnknown(f"What was used of the YouTube quota cannot be kept in {self._path}: {fault}.")
            busy = getattr(fault, "sqlite_errorcode", 0) & 0xFF in BUSY
            raise unknown if busy else unknown.put_off(self._now() + UNUSABLE) from fault

    def _used(self, connection: sqlite3.Connection, day: date) -> Used:
        which = (self._key, day.isoformat())
        row = connection.execute("SELECT units FROM quota_used WHERE key = ? AND day = ?", which).fetchone()
        refused = connection.execute("SELECT call FROM quota_refused WHERE key = ? AND day = ?", which).fetchall()
        return Used(int(row[0]) if row is not None else 0, frozenset(str(each[0]) for each in refused))

    def _add(self, connection: sqlite3.Connection, day: date, units: int) -> None:
        sql = (
            "INSERT INTO quota_used (key, day, units) VALUES (?, ?, max(0, ?)) "
            "ON CONFLICT (key, day) DO UPDATE SET units = max(0, units + ?)"
        )
        connection.execute(sql, (self._key, day.isoformat(), units, units))
        long_ago = (day - timedelta(days=KEPT_DAYS)).isoformat()
        connection.execute("DELETE FROM quota_used WHERE day < ?", (long_ago,))
        connection.execute("DELETE FROM quota_refused WHERE day < ?", (long_ago,))


def in_units(units: int) -> str:
    """A number of units, in words."""
    return "1 unit" if units == 1 else f"{units:,} units"


def pacific() -> tzinfo:
    """The zone of California. Where this machine knows no zones, its winter time: in summer a reset then seems to come
    an hour late, never early."""
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=-8), "PST")


def pacific_day(moment: datetime) -> date:
    """The day that it is in California."""
    return moment.astimezone(pacific()).date()


def end_of_day(day: date) -> datetime:
    """The midnight that ends a day in California."""
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=pacific())
