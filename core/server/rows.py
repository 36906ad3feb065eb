"""Tasks as the wire shows them: the columns to select, and what is made of them."""

from typing import Any

from core.server.envelope import Answer, decode
from core.server.times import iso

LISTED = (
    "t.id, y.name, t.type_id, t.status, t.priority, t.progress, t.attempts, t.claimed_by, t.claimed_at,"
    " t.created_at, t.completed_at, t.error_message, t.retry_at, t.deferrals, t.cancelled"
)
"""Columns of a task in a list, from `tasks t JOIN task_types y`."""

DETAILED = LISTED + ", t.params, t.result, t.dedupe_key"
"""Columns of a task read alone."""

ENDS = ("{}", "[]", '""')
"""How JSON that may be long begins and ends."""

JOINED = "tasks t JOIN task_types y ON y.id = t.type_id"


def listed(row: tuple[Any, ...]) -> dict[str, Any]:
    """A task in a list, from its `LISTED` columns; that it was put off is told only where it was, and of a
    failed one alone whether an operator cancelled it."""
    told = {
        "id": row[0],
        "type": row[1],
        "task_type_id": row[2],
        "status": row[3],
        "priority": row[4],
        "progress": row[5],
        "attempts": row[6],
        "claimed_by": row[7],
        "claimed_at": iso(row[8]),
        "created_at": iso(row[9]),
        "completed_at": iso(row[10]),
        "error_message": row[11],
    }
    if row[12] is not None:
        told["retry_at"] = iso(row[12])
    if row[13]:
        told["deferrals"] = row[13]
    if row[3] == "failed":
        told["cancelled"] = bool(row[14])
    return told


def detailed(row: tuple[Any, ...]) -> Answer:
    """A task read alone, from its `DETAILED` columns."""
    written = {"params": as_written(row[15]), "result": "null" if row[16] is None else as_written(row[16])}
    return Answer(listed(row) | {"dedupe_key": row[17]}, written=written)


def as_written(text: str) -> str:
    """JSON of the database as it is: it was JSON when it was written, and reading all of it again takes long. What has
    lost its end is found out; any other damage is left to whoever reads the answer. Raises ValueError."""
    if text[:1] + text[-1:] not in ENDS:
        decode(text)
    return text
