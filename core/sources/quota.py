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

PATIENCE = 5.0
"""Seconds to wait for another program that is counting."""

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
        """Count the units of a call that is about to be sent. Raises `QuotaUsedUp` when too few are left for it."""
        today = pacific_day(self._now())
        units = COSTS.get(call, 1)
        with self._transaction() as connection:
            used = self._used(connection, today)
            if used.refuses(call):
                raise self._refusal(call, used)
            if used.units + units > self.budget:
                raise self._too_few(units, self._left(used))
            self._add(connection, today, units)
        return Spent(today.isoformat(), units)

    def give_back(self, spent: Spent) -> None:
        """Take back what was counted for a call that never reached the service."""
        with self._transaction() as connection:
            self._add(connection, date.fromisoformat(spent.day), -spent.units)

    def refused(self, call: str) -> QuotaUsedUp:
        """Note that the service says that the quota is used up; answers the error that tells of it.

        A refused search says nothing of other calls: the service may count searches apart. Any other call says it all.
        """
        today = pacific_day(self._now())
        with self._transaction() as connection:
            what = SEARCH if call == SEARCH else EVERYTHING
            sql = "INSERT OR IGNORE INTO quota_refused (key, day, call) VALUES (?, ?, ?)"
            connection.execute(sql, (self._key, today.isoformat(), what))
            return self._refusal(call, self._used(connection, today))

    def standing(self) -> str:
        """What is left today, in words for people."""
        used = self._seen(pacific_day(self._now()))
        words = f"{self._left(used):,} of {self.budget:,} units left today"
        return f"{words}, but no searches" if SEARCH in used.refused and not used.refuses(EVERYTHING) else words

    def resets_at(self) -> datetime:
        """When the present day ends for the service, which is when the quota begins anew."""
        return end_of_day(pacific_day(self._now()))

    def _left(self, used: Used) -> int:
        return 0 if used.refuses(EVERYTHING) else max(0, self.budget - used.units)

    def _too_few(self, units: int, left: int) -> QuotaUsedUp:
        cost = "1 unit" if units == 1 else f"{units:,} units"
        if units > self.budget:
            day = f"{self.budget:,} of the daily quota of the YouTube Data API"
            return QuotaUsedUp(
                f"This call costs {cost}, and a day has only {day}: see PRISMQ_YOUTUBE_QUOTA.", left=left
            )
        return QuotaUsedUp(
            f"The daily quota of the YouTube Data API is used up: this call costs {cost}, and {left:,} of "
            f"{self.budget:,} are left. {self._when()}",
            resets_at=self.resets_at(),
            left=left,
        )

    def _refusal(self, call: str, used: Used) -> QuotaUsedUp:
        what = "searches" if call == SEARCH and not used.refuses(EVERYTHING) else "calls"
        return QuotaUsedUp(
            f"The YouTube Data API answers no more {what} today: it says that the daily quota is used up. "
            f"{self._when()}",
            resets_at=self.resets_at(),
            left=self._left(used),
        )

    def _when(self) -> str:
        at = self.resets_at().astimezone(self._zone)
        return f"Try again after {at:%Y-%m-%d %H:%M %Z}."

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
            busy = getattr(fault, "sqlite_errorcode", 0) & 0xFF in BUSY
            raise QuotaUnknown(
                f"What was used of the YouTube quota cannot be kept in {self._path}: {fault}.", retryable=busy
            ) from fault

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
