"""Lists of tasks: filtered, sorted, in pages that neither skip nor repeat; and what a filter selects.

A filter is taken apart into cells (type, status). The counters know how many tasks each cell has, an index
holds each cell in order of ids, so a page costs what it shows, at any length of the queue. Where only rows tell, one
call looks at a bounded number of them, and says how many it looked at and after which id to go on.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.server.body import parse_object
from core.server.briefs import Brief
from core.server.envelope import Answer, encode
from core.server.fields import STATUSES, choice, direction, from_query
from core.server.filtering import EVERYTHING, All, Condition, Status, Type, bounds_of, put, read_filter, verdict
from core.server.refusal import Refused
from core.server.row_functions import equip
from core.server.rows import LISTED, listed
from core.server.service import Call, Service

SEARCHED = 20_000
"""Tasks that one call looks at, where only their rows tell whether they are meant."""

STEP = 2_000
"""Tasks that are looked at between two looks at whether that is enough."""

ANY_DEFERRED = "SELECT 1 FROM tasks INDEXED BY deferred WHERE retry_at IS NOT NULL LIMIT 1"

MOST_CELLS = 100
MOST_LISTED = 1000

SORTS = ("created_at", "id", "priority", "attempts")

_FOUND = "tasks t ON t.id = f.id CROSS JOIN task_types y ON y.id = t.type_id"


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the selected tasks is asked for."""

    sort: str
    order: str
    limit: int
    offset: int
    after_id: int
    around: int = 0
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """The non-empty (type id, status) pairs that a filter may select from, and how many tasks are in them.

    `is_exact`: it selects all of these tasks; else their rows must be asked.
    """

    pairs: tuple[tuple[int, str], ...]
    amount: int
    is_exact: bool
    is_everything: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a page, and what they are about, where that is asked for; how many tasks were looked at for them, and
    after which id to go on (None: at the end)."""

    rows: list[Any]
    searched: int | None = None
    next: int | None = None
    briefs: Mapping[int, Brief] = field(default_factory=dict[int, Brief])


async def list_tasks(service: Service, call: Call) -> Answer:
    """GET /tasks."""
    wanted = _filter_of(call.query)
    page = _page_of(call.query)
    database, now = service.database, service.now()
    if page.around:
        page = await database.read_aside(lambda connection: with_middle(connection, wanted, page))
    cells = database.read(lambda connection: cells_of(connection, wanted))

    def read(connection: sqlite3.Connection) -> Found:
        found = _found(connection, wanted, page, now)
        asked = [row[0] for row in found.rows] if page.brief else []
        return replace(found, briefs=service.briefs.of(connection, asked))

    is_quick = cells.is_exact and page.sort == "id" and len(cells.pairs) <= MOST_CELLS and not page.offset
    if is_quick:
        found = database.read(read)
    else:
        found = await database.read_aside(read)
    tasks = [listed(row) | ({"brief": found.briefs[row[0]]} if page.brief else {}) for row in found.rows]
    data = {"tasks": tasks, "count": len(tasks), "limit": page.limit, "offset": page.offset}
    if found.searched is not None:
        return Answer(
            data | {"total": None, "searched": found.searched, "searchable": cells.amount, "next": found.next}
        )
    return Answer(data | {"total": cells.amount})


def cells_of(connection: sqlite3.Connection, wanted: Condition) -> Cells:
    """The cells that a filter may select from, by the counters."""
    decide = verdict(connection, wanted)
    rows = connection.execute("SELECT type_id, status, amount FROM counters WHERE amount > 0").fetchall()
    decided = [(type_id, status, amount, decide(type_id, status)) for type_id, status, amount in rows]
    chosen = [row for row in decided if row[3] is not False]
    return Cells(
        pairs=tuple((type_id, status) for type_id, status, _, _ in chosen),
        amount=sum(amount for _, _, amount, _ in chosen),
        is_exact=all(known for *_, known in chosen),
        is_everything=len(chosen) == len(decided),
    )


def with_middle(connection: sqlite3.Connection, wanted: Condition, page: Page) -> Page:
    """The page with the task that it is to be `around` in its middle; as it is where that is none of its tasks, or
    where only rows tell which these are."""
    cells = cells_of(connection, wanted)
    row = connection.execute(f"SELECT type_id, status, {page.sort} FROM tasks WHERE id = ?", (page.around,)).fetchone()
    if not cells.is_exact or row is None or row[:2] not in cells.pairs:
        return page
    sources = _all_sources(connection, cells, page)
    terms = [f"{source} AND {condition}" for source in sources for condition in _before(source, page, row[2])]
    place = connection.execute(f"SELECT count(*) FROM ({' UNION ALL '.join(terms)})").fetchone()[0]
    return replace(page, offset=max(0, place - page.limit // 2))


def _before(source: str, page: Page, value: int) -> list[str]:
    """Conditions for what comes before the task that the page is to be `around`, which is sorted by this value."""
    before = ">" if page.order == "DESC" else "<"
    if page.sort == "id":
        return [f"t.id {before} {value}"]
    first, equal = f"t.{page.sort} {before} {value}", f"t.{page.sort} = {value} AND t.id < {page.around}"
    # Each is a range of an index that has this order; where rows are scanned, one scan is enough.
    return [first, equal] if _by_index(page.sort) in source else [f"({first} OR {equal})"]


def ids_of(connection: sqlite3.Connection, wanted: Condition, now: int, *, limit: int) -> list[int]:
    """Ids that a filter selects, oldest first, at most `limit`, however many tasks must be looked at."""
    cells = cells_of(connection, wanted)
    page = Page("id", "ASC", limit, 0, 0)
    if cells.is_exact:
        return [row[0] for row in _rows(connection, cells, page)]
    found: list[int] = []
    for rows, _, _ in _steps(connection, cells, wanted, page, now):
        found += [row[0] for row in rows]
        if len(found) >= limit:
            break
    return found[:limit]


def _filter_of(query: Mapping[str, str]) -> Condition:
    said = query.get("filter", "").strip()
    wanted = read_filter(parse_object(said, "filter")) if said else EVERYTHING
    status, pattern = query.get("status", "").strip(), query.get("type", "").strip()
    if status and status not in STATUSES:
        raise Refused(400, f"Unknown status {status!r}. Allowed values: {', '.join(STATUSES)}")
    named: list[Condition] = [Status((status,))] if status else []
    named += [Type((pattern,))] if pattern else []
    return All((wanted, *named)) if named else wanted


def _page_of(query: Mapping[str, str]) -> Page:
    sort = choice({"sort_by": query.get("sort_by") or None}, "sort_by", SORTS)
    page = Page(
        sort="id" if sort == "created_at" else sort,
        order=direction(query, default="DESC"),
        limit=min(MOST_LISTED, from_query(query, "limit", default=50, low=0)),
        offset=from_query(query, "offset", default=0, low=0),
        after_id=from_query(query, "after_id", default=0, low=0),
        around=from_query(query, "around", default=0, low=0),
        brief=from_query(query, "brief", default=0, low=0, high=1) == 1,
    )
    if page.after_id and page.around:
        raise Refused(400, "after_id and around both say where the page begins; ask with one of them")
    return page


def _found(connection: sqlite3.Connection, wanted: Condition, page: Page, now: int) -> Found:
    cells = cells_of(connection, wanted)
    if cells.is_exact:
        return Found(_rows(connection, cells, page))
    if page.sort == "id":
        return _searched(connection, cells, wanted, page, now)
    return _sorted(connection, cells, wanted, page, now)


def _rows(connection: sqlite3.Connection, cells: Cells, page: Page) -> list[Any]:
    if not cells.pairs or not page.limit:
        return []
    after = _after(connection, page)
    terms = [f"{source} AND {condition}" for source in _all_sources(connection, cells, page) for condition in after]
    ids = f"{' UNION ALL '.join(terms)} ORDER BY {_order(page)} LIMIT ? OFFSET ?"
    query = f"SELECT {LISTED} FROM ({ids}) f CROSS JOIN {_FOUND} ORDER BY {_order(page, 't.')}"
    return connection.execute(query, (page.limit, page.offset)).fetchall()


def _all_sources(connection: sqlite3.Connection, cells: Cells, page: Page) -> list[str]:
    with_deferred = page.sort != "id" and connection.execute(ANY_DEFERRED).fetchone() is not None
    return _sources(cells, page.sort, with_deferred=with_deferred)


def _searched(connection: sqlite3.Connection, cells: Cells, wanted: Condition, page: Page, now: int) -> Found:
    """A page in the order of ids: looked for until it is full, or `SEARCHED` tasks were looked at."""
    found: list[Any] = []
    searched, need, last = 0, page.limit + page.offset, page.after_id
    for rows, ids, is_last in _steps(connection, cells, wanted, page, now):
        found += rows[: need - len(found)]
        if len(found) >= need:
            last = found[-1][0] if found else page.after_id
            searched += ids.index(last) + 1 if last in ids else 0
            return Found(found[page.offset :], searched, last or None)
        searched, last = searched + len(ids), ids[-1] if ids else last
        if is_last:
            return Found(found[page.offset :], searched)
        if searched >= SEARCHED:
            break
    return Found(found[page.offset :], searched, last)


def _sorted(connection: sqlite3.Connection, cells: Cells, wanted: Condition, page: Page, now: int) -> Found:
    """A page in another order: of those among the newest `SEARCHED` tasks that are meant."""
    newest = Page("id", "DESC", SEARCHED, 0, 0)
    ids: list[int] = []
    searched = 0
    for rows, looked, _ in _steps(connection, cells, wanted, newest, now):
        ids += [row[0] for row in rows]
        searched += len(looked)
        if searched >= SEARCHED:
            break
    after = " OR ".join(f"({condition})" for condition in _after(connection, page))
    query = (
        f"SELECT {LISTED} FROM (SELECT value AS id FROM json_each(?)) f CROSS JOIN {_FOUND}"
        f" WHERE ({after}) ORDER BY {_order(page, 't.')} LIMIT ? OFFSET ?"
    )
    rows = connection.execute(query, (encode(ids), page.limit, page.offset)).fetchall()
    return Found(rows, searched)


def _steps(
    connection: sqlite3.Connection, cells: Cells, wanted: Condition, page: Page, now: int
) -> Iterator[tuple[list[Any], list[int], bool]]:
    """`STEP` tasks of the cells after another: the rows among them that are meant, all their ids, whether it is over.

    Each step is read from indexes; it ends with the ids that the filter names, where it does.
    """
    equip(connection)
    condition, values = put(connection, wanted, now)
    bounds = bounds_of(wanted)
    between = "".join(f" AND {row.sql}" for row in bounds)
    limits = [value for row in bounds for value in row.values]
    while cells.pairs:
        sources = [f"{each}{between} AND {_after(connection, page)[0]}" for each in _sources(cells, "id")]
        chosen = f"{' UNION ALL '.join(sources)} ORDER BY id {page.order} LIMIT {STEP}"
        ids = [row[0] for row in connection.execute(chosen, limits * len(sources))]
        query = (
            f"SELECT {LISTED} FROM (SELECT value AS id FROM json_each(?)) f CROSS JOIN {_FOUND}"
            f" WHERE {condition} ORDER BY t.id {page.order}"
        )
        yield connection.execute(query, (encode(ids), *values)).fetchall(), ids, len(ids) < STEP
        if len(ids) < STEP:
            return
        page = replace(page, after_id=ids[-1])
    yield [], [], True


def _sources(cells: Cells, sort: str, *, with_deferred: bool = False) -> list[str]:
    """Queries for the ids of the cells (and what they are sorted by), each in an index's order.

    Tasks that wait for their `retry_at` are not claimable: they are sorted by themselves, where there are any.
    """
    if cells.is_everything:
        return [f"SELECT {_columns(sort)} FROM tasks t WHERE 1"]
    if len(cells.pairs) > MOST_CELLS:
        pairs = ", ".join(f"({type_id}, '{status}')" for type_id, status in cells.pairs)
        return [f"SELECT {_columns(sort)} FROM tasks t WHERE (type_id, status) IN (VALUES {pairs})"]
    if sort != "id" and all(status == "pending" for _, status in cells.pairs):
        types = ", ".join(str(type_id) for type_id, _ in cells.pairs)
        deferred = f"SELECT {_columns(sort)} FROM tasks t INDEXED BY deferred WHERE retry_at IS NOT NULL"
        return [
            *(
                f"SELECT {_columns(sort)} FROM tasks t {_by_index(sort)}"
                f" WHERE type_id = {type_id} AND claimable = 1 AND status = 'pending'"
                for type_id, _ in cells.pairs
            ),
            *((f"{deferred} AND type_id IN ({types})",) if with_deferred and types else ()),
        ]
    return [
        f"SELECT {_columns(sort)} FROM tasks t INDEXED BY tasks_by_cell"
        f" WHERE type_id = {type_id} AND status = '{status}'"
        for type_id, status in cells.pairs
    ]


def _by_index(sort: str) -> str:
    return f"INDEXED BY claimable_by_{sort}"


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
