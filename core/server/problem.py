"""What can be wrong with the database.

DatabaseProblem
    DatabaseBusy
"""

import sqlite3


class DatabaseProblem(Exception):
    """The database cannot be used; the text is one sentence for a person."""


class DatabaseBusy(DatabaseProblem):
    """Another process held the database locked for longer than a request waits."""

    def __init__(self) -> None:
        super().__init__("Another process holds the TaskManager's database locked; try again in a moment.")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection's lock was in the way."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def problem_of(error: sqlite3.Error) -> DatabaseProblem:
    """A SQLite error as a sentence."""
    if is_busy(error):
        return DatabaseBusy()
    return DatabaseProblem(f"The TaskManager's database could not be used: {error}.")
