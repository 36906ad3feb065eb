"""What a write operation works with: the connection, and the books that are kept with every change."""

import sqlite3
from collections import Counter
from typing import NamedTuple

MINUTES_KEPT = 1440
"""Per-minute counts are kept for a day."""


class Mark(NamedTuple):
    """A point that a `Writer` can go back to."""

    notes: int
    moves: int
    uses: int
    woken: int


class Writer:
    """One transaction's pen.

    Operations change rows through `connection` and say here what that means for the books: history,
    counters, the change number. The books are written once, when the transaction is about to commit.
    """

    __slots__ = ("_first_sequence", "_moves", "_notes", "_sequence", "_uses", "_woken", "connection")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._first_sequence = self._sequence = int(connection.execute("SELECT value FROM sequence").fetchone()[0])
        self._notes: list[tuple[int, int, int, str, str | None, int, str | None]] = []
        self._moves: list[tuple[int, str, int]] = []
        self._uses: list[tuple[int, int]] = []
        self._woken: list[int] = []

    def renew(self) -> int:
        """The next change number; each changed task takes one."""
        self._sequence += 1
        return self._sequence

    @property
    def sequence(self) -> int:
        """The number of the latest change, this transaction's included."""
        return self._sequence

    def note(
        self,
        task_id: int,
        *,
        at: int,
        event: str,
        attempts: int,
        worker: str | None = None,
        message: str | None = None,
    ) -> int:
        """Write a line of a task's history; the change number it takes is given back."""
        sequence = self.renew()
        self._notes.append((task_id, sequence, at, event, worker, attempts, message))
        return sequence

    def moved(self, type_id: int, before: str | None, after: str | None) -> None:
        """Count a task out of one status (None: it is new) and into another (None: it is deleted)."""
        if before != after:
            if before is not None:
                self._moves.append((type_id, before, -1))
            if after is not None:
                self._moves.append((type_id, after, 1))
        if after == "pending":
            self._woken.append(type_id)

    def used(self, type_id: int, at: int) -> None:
        """Count a task created of this type."""
        self._uses.append((type_id, at))

    def uses_of(self, type_id: int) -> int:
        """How many tasks of this type were created in this transaction; its books are written at the end."""
        return sum(1 for used, _ in self._uses if used == type_id)

    def mark(self) -> Mark:
        """Where the books stand now."""
        return Mark(len(self._notes), len(self._moves), len(self._uses), len(self._woken))

    def back_to(self, mark: Mark) -> None:
        """Forget what was said since `mark` (its rows were rolled back). Change numbers may have gaps."""
        del self._notes[mark.notes :]
        del self._moves[mark.moves :]
        del self._uses[mark.uses :]
        del self._woken[mark.woken :]

    def finish(self) -> frozenset[int]:
        """Write the books. Gives the ids of the types that have more to claim than before."""
        if self._sequence != self._first_sequence:
            self.connection.execute("UPDATE sequence SET value = ?", (self._sequence,))
        if self._notes:
            self._write_notes()
        if self._moves:
            self._write_moves()
        if self._uses:
            self._write_uses()
        return frozenset(self._woken)

    def _write_notes(self) -> None:
        self.connection.executemany("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)", self._notes)
        minutes = Counter((note[2] // 60_000, note[3]) for note in self._notes)
        for (minute, event), amount in minutes.items():
            known = self.connection.execute(
                "UPDATE per_minute SET amount = amount + ? WHERE minute = ? AND event = ?", (amount, minute, event)
            )
            if not known.rowcount:
                self.connection.execute("INSERT INTO per_minute VALUES (?, ?, ?)", (minute, event, amount))
                self.connection.execute("DELETE FROM per_minute WHERE minute < ?", (minute - MINUTES_KEPT,))

    def _write_moves(self) -> None:
        amounts: Counter[tuple[int, str]] = Counter()
        for type_id, status, by in self._moves:
            amounts[type_id, status] += by
        self.connection.executemany(
            "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
            [(type_id, status, by) for (type_id, status), by in amounts.items() if by],
        )

    def _write_uses(self) -> None:
        amounts = Counter(type_id for type_id, _ in self._uses)
        latest = dict(self._uses)
        self.connection.executemany(
            "UPDATE task_types SET usage_count = usage_count + ?, last_used_at = ? WHERE id = ?",
            [(amount, latest[type_id], type_id) for type_id, amount in amounts.items()],
        )
