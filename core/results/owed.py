"""The outbox: reports that are owed to a TaskManager, kept beside the results that they speak of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from core.details import KeptReport
from core.models import Claim, Report
from core.results.database import Database
from core.results.settling import forget

LISTED = 500
"""Reports kept aside that are told at once, at most."""
SAID = 500
"""Characters of a result that are told of a report kept aside."""


class ReportState(StrEnum):
    """Where a report in the outbox is: still to be sent, refused since the claim was lost, or never to be taken."""

    WAITING = "waiting"
    REFUSED = "refused"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class OwedReport:
    """A row of the outbox. ``reason`` says why it was not taken; ``owed_at`` is when it was first owed."""

    claim: Claim
    report: Report
    task_type: str
    state: ReportState = ReportState.WAITING
    reason: str = ""
    owed_at: datetime | None = None


class Outbox:
    """The outbox rows of one server. Calls do not wait for other programs: `DatabaseBusy` is raised at once."""

    def __init__(self, database: Database, server: str) -> None:
        self._database = database
        self._server = server

    def waiting(self, process_id: str) -> list[OwedReport]:
        """Reports that this process owes, oldest first."""
        return self._rows("AND process = ? AND state = 'waiting'", (process_id,))

    def of_task(self, task_id: int) -> OwedReport | None:
        """The report about the newest claim of a task that is owed or was not taken, if there is one."""
        rows = self._rows("AND task_id = ?", (task_id,))
        return max(rows, key=lambda owed: owed.claim.started_at, default=None)

    def of_claim(self, claim: Claim) -> OwedReport | None:
        """The report about that claim that is owed or was not taken, if there is one."""
        return next(iter(self._rows("AND task_id = ? AND started_at = ?", claim)), None)

    def aside(self, limit: int = LISTED) -> list[KeptReport]:
        """Reports that were refused or are dead, newest first."""
        sql = (
            "SELECT task_id, started_at, task_type, worker_id, attempt, state, success, "
            f"substr(coalesce(error, result, ''), 1, {SAID}), coalesce(reason, ''), owed_at FROM prismq_outbox "
            "JOIN prismq_server s ON s.id = server WHERE s.name = ? AND state != 'waiting' "
            "ORDER BY owed_at DESC, started_at DESC, task_id DESC LIMIT ?"
        )
        return [as_kept(row) for row in self._database.read(sql, (self._server, limit))]

    def resend(self, claims: Sequence[Claim], process_id: str) -> list[OwedReport]:
        """Owe these reports again, by this process; answers those that were kept aside. Raises as `mark` does."""
        sql = (
            "UPDATE prismq_outbox SET state = 'waiting', reason = NULL, process = ? "
            "WHERE server = ? AND task_id = ? AND started_at = ? AND state != 'waiting'"
        )
        with self._database.transaction(0) as connection:
            server = self._database.server_number(self._server)
            again = {claim for claim in claims if connection.execute(sql, (process_id, server, *claim)).rowcount}
        return [owed for owed in self.waiting(process_id) if owed.claim in again]

    def discard(self, claims: Sequence[Claim]) -> list[Claim]:
        """Delete these reports; answers those that were kept aside. Raises as `mark` does."""
        sql = "DELETE FROM prismq_outbox WHERE server = ? AND task_id = ? AND started_at = ? AND state != 'waiting'"
        with self._database.transaction(0) as connection:
            server = self._database.server_number(self._server)
            return [claim for claim in claims if connection.execute(sql, (server, *claim)).rowcount]

    def prune(self, before: datetime) -> int:
        """Delete reports that were refused and are older than that; answers how many. Raises as `mark` does."""
        sql = "DELETE FROM prismq_outbox WHERE server = ? AND state = 'refused' AND owed_at < ?"
        with self._database.transaction(0) as connection:
            return connection.execute(sql, (self._database.server_number(self._server), before.isoformat())).rowcount

    def forget(self, claims: Sequence[Claim]) -> None:
        """Delete reports that were taken. Raises `DatabaseBusy`, `DatabaseUnusable`."""
        with self._database.transaction(0) as connection:
            forget(connection, self._database.server_number(self._server), claims)

    def mark(self, claim: Claim, state: ReportState, reason: str) -> None:
        """Keep a report that was not taken, with the reason. Raises `DatabaseBusy`, `DatabaseUnusable`."""
        self._change("state = ?, reason = ?", (state, reason), claim)

    def turn_into_failure(self, claim: Claim, error: str) -> None:
        """Owe the report of a failure from now on, not that of a success. Raises as `mark` does."""
        self._change("success = 0, result = NULL, error = ?", (error,), claim)

    def _change(self, what: str, values: Sequence[object], claim: Claim) -> None:
        with self._database.transaction(0) as connection:
            sql = f"UPDATE prismq_outbox SET {what} WHERE server = ? AND task_id = ? AND started_at = ?"
            connection.execute(sql, (*values, self._database.server_number(self._server), *claim))

    def _rows(self, condition: str, values: Sequence[object]) -> list[OwedReport]:
        sql = (
            "SELECT task_id, worker_id, attempt, success, result, error, task_type, state, reason, started_at, "
            "owed_at, retryable, retry_at FROM prismq_outbox "
            f"JOIN prismq_server s ON s.id = server WHERE s.name = ? {condition} ORDER BY owed_at, task_id"
        )
        return [as_owed(row) for row in self._database.read(sql, (self._server, *values))]


def as_owed(row: Sequence[Any]) -> OwedReport:
    """A row of the table as it is used."""
    task_id, worker_id, attempt, success, result, error, task_type, state, reason, started_at, owed_at = row[:11]
    told = None if result is None else json.loads(result)
    retryable, retry_at = bool(row[11]), None if row[12] is None else moment(row[12])
    report = Report(task_id, worker_id, attempt, bool(success), told, error, retryable, retry_at)
    return OwedReport(Claim(task_id, started_at), report, task_type, ReportState(state), reason or "", moment(owed_at))


def as_kept(row: Sequence[Any]) -> KeptReport:
    """A row of the table as it is shown."""
    task_id, started_at, task_type, worker_id, attempt, state, success, said, reason, owed_at = row
    told = (task_type, worker_id, attempt, state, bool(success), said, reason)
    return KeptReport(Claim(task_id, started_at), *told, moment(owed_at))


def moment(written: str) -> datetime | None:
    """A time as it is in the table; None where older programs wrote something else."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
