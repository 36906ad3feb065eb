"""Lists of tasks: filtered, sorted, in pages that neither skip nor repeat; and what a filter selects.

A filter is taken apart into cells (type, status). The counters know how many tasks each cell has, an index
holds each cell in order of ids, so a page costs what it shows, at any length of the queue.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from core.server.body import parse_object
from core.server.envelope import Answer
from core.server.fields import STATUSES, choice, direction, from_query, optional_text
from core.server.refusal import Refused
from core.server.rows import LISTED, listed
from core.server.service import Call, Service
from core.server.task_types import type_ids_like

SEARCHED = 20_000
"""Newest matching tasks in which a text is looked for."""

MOST_CELLS = 100
MOST_LISTED = 1000

SORTS = ("created_at", "id", "priority", "attempts")

_FOUND = "tasks t ON t.id = f.id CROSS JOIN task_types y ON y.id = t.type_id"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks are meant: all conditions hold; within `statuses` and `types` any one does."""

    text: str = ""
    statuses: tuple[str, ...] = STATUSES
    types: tuple[str, ...] = ()
    """Type names or LIKE patterns; empty means every type."""
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the selected tasks is asked for."""

    sort: str
    order: str
    limit: int
    offset: int
    after_id: int


@dataclass(frozen=True, slots=True)
class Cells:
    """The non-empty (type id, status) pairs of a filter, and how many tasks are in them."""

    pairs: tuple[tuple[int, str], ...]
    amount: int
    is_everything: bool = False


async def list_tasks(service: Service, call: Call) -> Answer:
    """GET /tasks."""
    wanted = _filter_of(call.query)
    page = _page_of(call.query)
    database = service.database
    cells = database.read(lambda connection: cells_of(connection, wanted))
    is_quick = not wanted.text and page.sort == "id" and len(cells.pairs) <= MOST_CELLS and not page.offset
    if is_quick:
        rows = database.read(lambda connection: _rows(connection, cells, wanted, page))
    else:
        rows = await database.read_aside(lambda connection: _rows(connection, cells, wanted, page))
    tasks = [listed(row) for row in rows]
    data = {"tasks": tasks, "count": len(tasks), "limit": page.limit, "offset": page.offset}
    if wanted.text:
        return Answer(data | {"total": None, "searched": min(cells.amount, SEARCHED)})
    return Answer(data | {"total": cells.amount})


def parse_filter(given: Mapping[str, Any]) -> Filter:
    """A filter from its JSON object: `text`, `status` (a list), `type` (a list of names or patterns)."""
    unknown = sorted(set(given) - {"text", "status", "type"})
    if unknown:
        raise Refused(400, f"Unknown filter field: {unknown[0]}. Allowed: text, status, type")
    text = (optional_text(given, "text") or "").strip()
    statuses = _texts(given, "status")
    types = _texts(given, "type")
    for status in statuses:
        if status not in STATUSES:
            raise Refused(400, f"Unknown status {status!r}. Allowed values: {', '.join(STATUSES)}")
    is_empty = not text and not statuses and not types
    return Filter(text, statuses or STATUSES, types, is_empty)


def cells_of(connection: sqlite3.Connection, wanted: Filter) -> Cells:
    """The cells that a filter selects, from the counters."""
    types: set[int] | None = None
    if wanted.types:
        types = {found for pattern in wanted.types for found in type_ids_like(connection, pattern)}
    rows = connection.execute("SELECT type_id, status, amount FROM counters WHERE amount > 0").fetchall()
    chosen = [
        (type_id, status, amount)
        for type_id, status, amount in rows
        if status in wanted.statuses and (types is None or type_id in types)
    ]
    pairs = tuple((type_id, status) for type_id, status, _ in chosen)
    is_everything = types is None and set(wanted.statuses) == set(STATUSES)
    return Cells(pairs, sum(amount for _, _, amount in chosen), is_everything)


def ids_of(connection: sqlite3.Connection, wanted: Filter, cells: Cells, *, after_id: int, limit: int) -> list[int]:
    """Ids that a filter selects above `after_id`, oldest first, at most `limit`."""
    page = Page("id", "ASC", limit, 0, after_id)
    return [row[0] for row in _rows(connection, cells, wanted, page)]


def _filter_of(query: Mapping[str, str]) -> Filter:
    said = query.get("filter", "").strip()
    wanted = parse_filter(parse_object(said, "filter")) if said else Filter()
    status, pattern = query.get("status", "").strip(), query.get("type", "").strip()
    if status and status not in STATUSES:
        raise Refused(400, f"Unknown status {status!r}. Allowed values: {', '.join(STATUSES)}")
    statuses = tuple(known for known in wanted.statuses if not status or known == status)
    if pattern and wanted.types:
        raise Refused(400, "Name types in type or in filter, not in both")
    return Filter(wanted.text, statuses, (pattern,) if pattern else wanted.types)


def _page_of(query: Mapping[str, str]) -> Page:
    sort = choice({"sort_by": query.get("sort_by") or None}, "sort_by", SORTS)
    return Page(
        sort="id" if sort == "created_at" else sort,
        order=direction(query, default="DESC"),
        limit=min(MOST_LISTED, from_query(query, "limit", default=50, low=0)),
        offset=from_query(query, "offset", default=0, low=0),
        after_id=from_query(query, "after_id", default=0, low=0),
    )


def _texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Refused(400, f"{name} must be a list of texts")
    items = cast(list[Any], value)
    if not all(isinstance(item, str) for item in items):
        raise Refused(400, f"{name} must be a list of texts")
    return tuple(items)


def _rows(connection: sqlite3.Connection, cells: Cells, wanted: Filter, page: Page) -> list[Any]:
    if not cells.pairs or not page.limit:
        return []
    after = _after(connection, page)
    if wanted.text:
        return _searched(connection, cells, wanted, page, after)
    terms = [f"{source} AND {condition}" for source in _sources(cells, wanted, page.sort) for condition in after]
    ids = f"{' UNION ALL '.join(terms)} ORDER BY {_order(page)} LIMIT ? OFFSET ?"
    query = f"SELECT {LISTED} FROM ({ids}) f CROSS JOIN {_FOUND} ORDER BY {_order(page, 't.')}"
    return connection.execute(query, (page.limit, page.offset)).fetchall()


def _searched(connection: sqlite3.Connection, cells: Cells, wanted: Filter, page: Page, after: list[str]) -> list[Any]:
    connection.create_function("holds", -1, _holds, deterministic=True)
    newest = f"{' UNION ALL '.join(_sources(cells, wanted, 'id'))} ORDER BY id DESC LIMIT {SEARCHED}"
    query = (
        f"SELECT {LISTED} FROM ({newest}) f CROSS JOIN {_FOUND}"
        f" WHERE holds(?, t.id, y.name, t.params, t.error_message, t.claimed_by)"
        f" AND ({' OR '.join(f'({condition})' for condition in after)})"
        f" ORDER BY {_order(page, 't.')} LIMIT ? OFFSET ?"
    )
    return connection.execute(query, (wanted.text.casefold(), page.limit, page.offset)).fetchall()


def _holds(needle: str, *fields: object) -> bool:
    return any(needle in str(field).casefold() for field in fields if field is not None)


def _sources(cells: Cells, wanted: Filter, sort: str) -> list[str]:
    """Queries for the ids of the cells (and what they are sorted by), each in an index's order."""
    if cells.is_everything:
        return [f"SELECT {_columns(sort)} FROM tasks t WHERE 1"]
    if len(cells.pairs) > MOST_CELLS:
        pairs = ", ".join(f"({type_id}, '{status}')" for type_id, status in cells.pairs)
        return [f"SELECT {_columns(sort)} FROM tasks t WHERE (type_id, status) IN (VALUES {pairs})"]
    if wanted.statuses == ("pending",) and sort != "id":
        return [
            f"SELECT {_columns(sort)} FROM tasks t INDEXED BY claimable_by_{sort}"
            f" WHERE type_id = {type_id} AND claimable = 1 AND status = 'pending'"
            for type_id, _ in cells.pairs
        ]
    return [
        f"SELECT {_columns(sort)} FROM tasks t INDEXED BY tasks_by_cell"
        f" WHERE type_id = {type_id} AND status = '{status}'"
        for type_id, status in cells.pairs
    ]


def _columns(sort: str) -> str:
    return "t.id AS id" if sort == "id" else f"t.id AS id, t.{sort} AS {sort}"


def _after(connection: sqlite3.Connection, page: Page) -> list[str]:
    """Conditions for what comes after `after_id` in the order asked, each one a range of an index."""
    if not page.after_id:
        return ["1"]
    before = "<" if page.order == "DESC" else ">"
    if page.sort == "id":
        return [f"t.id {before} {page.after_id}"]
    row = connection.execute(f"SELECT {page.sort} FROM tasks WHERE id = ?", (page.after_id,)).fetchone()
    if row is None:
        raise Refused(400, f"after_id: task {page.after_id} is not there any more; start from the beginning")
    return [f"t.{page.sort} = {row[0]} AND t.id > {page.after_id}", f"t.{page.sort} {before} {row[0]}"]


def _order(page: Page, table: str = "") -> str:
    if page.sort == "id":
        return f"{table}id {page.order}"
    return f"{table}{page.sort} {page.order}, {table}id"
