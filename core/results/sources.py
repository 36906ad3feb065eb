"""Finding the idea of a source, also where PrismQ's table has no index for that and must not get one.

Our own table says in which row each source is. It follows PrismQ's table up to a row: a part of the rows behind it is
taken in with each look, the others are searched, so that a large database is taken in over many saves, and none of
them takes long. Rows that anyone adds are seen at once. What is found is looked at before it is used, so that rows
that were deleted or got another source mislead nobody; a row that gets the source of another program's making later,
without being written anew, is not found until the table is read again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container

from core.results.schema import IDEA_TABLE

CHUNK = 20_000
"""Rows that are taken in with one look."""
BEFORE_ALL = -(2**63)

Found = tuple[int, str | int]
"""The row and the id of an idea."""

IS_FROM = "source_platform = ? AND source_id = ?"
TAKE_IN = f"""
INSERT OR IGNORE INTO prismq_source (platform, source_id, idea_row)
SELECT CAST(source_platform AS TEXT), CAST(source_id AS TEXT), rowid FROM {IDEA_TABLE}
WHERE rowid > ? AND rowid <= ? AND source_platform != '' AND source_id != '' ORDER BY rowid
"""
PART = f"SELECT max(row) FROM (SELECT rowid AS row FROM {IDEA_TABLE} WHERE rowid > ? ORDER BY rowid LIMIT ?)"


def is_indexed(connection: sqlite3.Connection) -> bool:
    """Whether PrismQ's table itself can be searched by source."""
    for _, name, _, _, is_partial in connection.execute(f"PRAGMA index_list({IDEA_TABLE})").fetchall():
        names = [row[2] for row in connection.execute("SELECT * FROM pragma_index_info(?)", (name,))]
        if not is_partial and (names[:1] == ["source_id"] or set(names[:2]) == {"source_platform", "source_id"}):
            return True
    return False


def in_table(connection: sqlite3.Connection, source: tuple[str, str], behind: int | None = None) -> Found | None:
    """The first idea from this source, by PrismQ's table alone; ``behind``: only of later rows."""
    later, values = ("", source) if behind is None else ("rowid > ? AND ", (behind, *source))
    return connection.execute(
        f"SELECT rowid, id FROM {IDEA_TABLE} WHERE {later}{IS_FROM} ORDER BY rowid LIMIT 1", values
    ).fetchone()


def by_our_table(connection: sqlite3.Connection, columns: Container[str], source: tuple[str, str]) -> Found | None:
    """An idea from this source, by our table. In a transaction."""
    read_to = read_on(connection, columns)
    told = connection.execute(
        "SELECT idea_row FROM prismq_source WHERE platform = ? AND source_id = ?", source
    ).fetchone()
    if told is None:
        return in_table(connection, source, read_to)
    sql = f"SELECT rowid, id FROM {IDEA_TABLE} WHERE rowid = ? AND {IS_FROM}"
    found = connection.execute(sql, (told[0], *source)).fetchone() or in_table(connection, source)
    if found is None:
        connection.execute("DELETE FROM prismq_source WHERE platform = ? AND source_id = ?", source)
    elif found[0] != told[0]:
        sql = "UPDATE prismq_source SET idea_row = ? WHERE platform = ? AND source_id = ?"
        connection.execute(sql, (found[0], *source))
    return found


def read_on(connection: sqlite3.Connection, columns: Container[str]) -> int:
    """Take in the next rows; answers up to which row all are taken in.

    Begins anew when the last one of them is another row now: rows were numbered anew, or the table was made anew.
    """
    last, looked = connection.execute("SELECT last_row, looks FROM prismq_source_read").fetchone() or (BEFORE_ALL, "")
    if last != BEFORE_ALL and looks_of(connection, columns, last) != looked:
        connection.execute("DELETE FROM prismq_source")
        connection.execute("DELETE FROM prismq_source_read")
        last = BEFORE_ALL
    end = connection.execute(PART, (last, CHUNK)).fetchone()[0]
    if end is None:
        return last
    connection.execute(TAKE_IN, (last, end))
    sql = "INSERT OR REPLACE INTO prismq_source_read (number, last_row, looks) VALUES (1, ?, ?)"
    connection.execute(sql, (end, looks_of(connection, columns, end)))
    return end


def looks_of(connection: sqlite3.Connection, columns: Container[str], row: int) -> str | None:
    """What tells a row from others; None where there is none of that number."""
    names = [name for name in ("id", "source_platform", "source_id", "created_at") if name in columns]
    told = " || ' ' || ".join(f"coalesce({name}, '')" for name in names)
    found = connection.execute(f"SELECT {told} FROM {IDEA_TABLE} WHERE rowid = ?", (row,)).fetchone()
    return None if found is None else str(found[0])
