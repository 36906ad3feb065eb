"""What can be wrong with the results database, and which of that passes by itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core.errors import CoreError, DatabaseUnusable

BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Faults of the file itself, which passes when a person puts a sound one in its place."""
AWAY = (
    *BUSY,
    *DAMAGED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)
"""Faults of the disk or of its surroundings: what was to be written is not to blame, and may be written later."""


class DatabaseAway(DatabaseUnusable):
    """The database cannot be used now, whatever is written to it; trying again later is sensible."""


class DatabaseBusy(DatabaseAway):
    """Another program writes to the database; trying again soon is sensible."""


class DatabaseDamaged(DatabaseAway):
    """The file is no database any more; it can be used again when it was restored, or moved away."""


class DatabaseMoved(DatabaseAway):
    """The file was deleted or replaced before the commit, which has to be done again; it has been opened anew."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"The results database {path} was deleted or replaced while it was in use.")


class TransactionEnded(CoreError):
    """An author's ``save_results`` ended the transaction that it runs inside."""

    def __init__(self) -> None:
        super().__init__(
            "save_results must not commit or roll back, nor call what does (as a connection's `with` or "
            "executescript): it runs inside a transaction."
        )


def unusable(path: Path, fault: sqlite3.Error, *, verb: str = "written") -> DatabaseUnusable:
    """The error that tells of this fault: one of those that pass, where it does."""
    if is_busy(fault):
        return DatabaseBusy(f"Another program is writing to {path}.")
    if code_of(fault) in DAMAGED:
        return DatabaseDamaged(
            f"The results database {path} cannot be {verb}: {fault}. Restore it from a backup, or move it away: "
            "then it is made anew."
        )
    kind = DatabaseUnusable if passing(fault) is None else DatabaseAway
    return kind(f"The results database {path} cannot be {verb}: {fault}.")


def is_busy(fault: sqlite3.Error) -> bool:
    """Whether another program's transaction was in the way."""
    return code_of(fault) in BUSY


def passing(fault: BaseException) -> sqlite3.Error | None:
    """The fault of the disk behind this one, if that is what it comes from."""
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, sqlite3.Error) and code_of(cause) in AWAY:
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def away(fault: BaseException) -> DatabaseAway | None:
    """The fault of our own database behind this one, if that is what it comes from."""
    cause: BaseException | None = fault
    while cause is not None and not isinstance(cause, DatabaseAway):
        cause = cause.__cause__ or cause.__context__
    return cause


def code_of(fault: sqlite3.Error) -> int:
    """The kind of a fault, as sqlite numbers them; 0 where it did not come from there."""
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF
