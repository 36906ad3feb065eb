"""What goes over the wire, as JSON Schemas: fields of requests, and the data of answers."""

from typing import Any

from core.server import briefs, changes, claims, filtering, operator, reports
from core.server.fields import STATUSES

Shape = dict[str, Any]


def thing(*optional: str, **properties: Shape) -> Shape:
    """An object with these properties; all but the `optional` ones are always there."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def many(items: Shape, most: int | None = None, least: int = 0) -> Shape:
    """A list of `items`."""
    limits = {"minItems": least} if least else {}
    return {"type": "array", "items": items, **limits, **({"maxItems": most} if most else {})}


def either(shape: Shape) -> Shape:
    """This, or null."""
    return {**shape, "type": [shape["type"], "null"]}


def named(name: str) -> Shape:
    """One of `NAMED`."""
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Shape = {"type": "string"}
WHOLE: Shape = {"type": "integer"}
AMOUNT: Shape = {"type": "integer", "minimum": 0}
FLAG: Shape = {"type": "boolean"}
OBJECT: Shape = {"type": "object"}
ANYTHING: Shape = {}
ID: Shape = {"type": "integer", "minimum": 1}
IDS = many(ID)
TIME: Shape = {"type": "string", "format": "date-time"}
SHORT: Shape = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "\\S"}
PERCENT: Shape = {"type": "integer", "minimum": 0, "maximum": 100}
STATUS: Shape = {"type": "string", "enum": list(STATUSES)}
SORT: Shape = {"type": "string", "enum": list(claims.SORTS)}
ORDER: Shape = {"type": "string", "enum": ["ASC", "DESC"]}
PATTERN: Shape = {"type": "string", "description": "a name, or an SQL LIKE pattern with %"}
WAIT: Shape = {"type": "number", "minimum": 0, "maximum": claims.LONGEST_WAIT, "description": "seconds"}
ALWAYS: Shape = {"const": True}
RETRYABLE: Shape = {
    **FLAG,
    "default": True,
    "description": "false: a failure that no attempt can mend, which is final at once; an operator can retry it",
}
RETRY_AT: Shape = {
    **TIME,
    "description": "of a failure that is not the task's: it is pending again, is not claimed before this time, nor for"
    " a second, and the attempt does not count against the limit; a time after the year 9998 is the end of that year",
}


def bounds(value: Shape) -> Shape:
    """From where to where a value lies."""
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": dict.fromkeys(filtering.SIGNS, value),
    }


def sought(*ways: str) -> Shape:
    """A text that is looked for, in one of these ways."""
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": dict.fromkeys(ways, TEXT),
    }


FILTER: Shape = {
    "type": "object",
    "additionalProperties": False,
    "description": "all of it must hold; what tells only of types and statuses is counted, the rest is looked for",
    "properties": {
        "text": {"type": "string", "description": "part of id, type, params, error or worker, in any case"},
        "address": {
            "type": "object",
            "additionalProperties": False,
            "required": ["target"],
            "properties": {
                "target": {**TEXT, "description": "@handle, c/name, user/name, or the id of a channel or video"},
                "typed": {**TEXT, "description": "an address of it, which is found as it is, too"},
            },
            "description": "a channel or video of YouTube in any form of its address, where text is looked for",
        },
        "status": many(STATUS),
        "cancelled": {**FLAG, "description": "whether an operator ended it"},
        "type": many({**PATTERN, "description": PATTERN["description"] + "; a backslash escapes"}),
        "worker": many({**PATTERN, "description": "who has the task, or had it last; as with type"}),
        "id": bounds(WHOLE),
        "attempts": bounds(WHOLE),
        "priority": bounds(WHOLE),
        "age": {**bounds(WHOLE), "description": "seconds in the present status"},
        "created": bounds(TIME),
        "error": sought("contains"),
        "dedupe_key": {**TEXT, "description": "what stands for its type and params; at most one task has it"},
        "params": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": sought("contains", "equals"),
            "description": "by path, as in channel.url; a number equals what it is otherwise written as",
        },
        "not": {"type": "object", "description": "a filter that must not hold"},
        "any": many({"type": "object", "description": "a filter"}),
        "all": many({"type": "object", "description": "a filter"}),
    },
}

REPORT: Shape = {
    "type": "object",
    "required": ["id", "success"],
    "properties": {
        "id": ID,
        "success": FLAG,
        "result": ANYTHING,
        "error": TEXT,
        "attempts": {**ID, "description": "of the claim that is meant"},
        "retryable": RETRYABLE,
        "retry_at": RETRY_AT,
    },
}

REPORTS = many(REPORT, reports.MOST_REPORTS, 1)
TYPE_IDS = many(ID, claims.MOST_TYPES, 1)
CLAIM_LIMIT: Shape = {"type": "integer", "minimum": 1, "maximum": claims.MOST_CLAIMED, "default": 1}
CHANGE_LIMIT: Shape = {"type": "integer", "minimum": 1, "maximum": changes.MOST_CHANGES, "default": 500}
ACTION: Shape = {"type": "string", "enum": list(operator.APPLIES_TO)}

_TASK: dict[str, Shape] = {
    "id": ID,
    "type": TEXT,
    "task_type_id": ID,
    "status": STATUS,
    "priority": WHOLE,
    "progress": PERCENT,
    "attempts": AMOUNT,
    "claimed_by": either(TEXT),
    "claimed_at": either(TIME),
    "created_at": TIME,
    "completed_at": either(TIME),
    "error_message": either(TEXT),
    "retry_at": {**TIME, "description": "until when a pending task waits; absent where it does not"},
    "deferrals": {**ID, "description": "attempts that do not count against the limit; absent where there are none"},
    "cancelled": {**FLAG, "description": "of a failed task: whether an operator ended it; absent of others"},
}
_SPARSE = ("retry_at", "deferrals", "cancelled")
_BRIEF: Shape = {
    "type": "object",
    "maxProperties": briefs.MOST_MEMBERS,
    "additionalProperties": {"type": ["string", "number", "boolean"]},
    "description": "the first of the params that are one value, where `brief` is asked for; a text that is cut ends"
    f" with {briefs.CUT}",
}

_TYPE: dict[str, Shape] = {
    "id": ID,
    "name": TEXT,
    "version": TEXT,
    "is_active": FLAG,
    "created_at": TIME,
    "updated_at": TIME,
}

NAMED: dict[str, Shape] = {
    "Task": thing(*_SPARSE, **_TASK),
    "ListedTask": thing(*_SPARSE, "brief", **_TASK, brief=_BRIEF),
    "WholeTask": thing(*_SPARSE, **_TASK, params=OBJECT, result=ANYTHING, dedupe_key=TEXT),
    "ClaimedTask": thing(
        id=ID,
        type=TEXT,
        task_type_id=ID,
        params=OBJECT,
        attempts=ID,
        max_attempts=ID,
        priority=WHOLE,
        status={"const": "claimed"},
        created_at=TIME,
        claimed_at=TIME,
        claimed_by=TEXT,
    ),
    "Outcome": thing(
        id=ID,
        ok=FLAG,
        status=either(TEXT),
        code={"type": "integer", "description": "what the call for one task would answer"},
        error=either(TEXT),
    ),
    "HistoryLine": thing(at=TIME, event=TEXT, worker=either(TEXT), attempts=AMOUNT, message=either(TEXT)),
    "Change": thing("deleted", seq=ID, task={"oneOf": [named("Task"), {"type": "null"}]}, deleted=ID),
    "TaskType": thing(**_TYPE, param_schema=OBJECT),
    "ListedType": thing(**_TYPE, usage_count=AMOUNT, last_used_at=either(TIME)),
    "TypeVersion": thing(
        number=ID, version=TEXT, is_active=FLAG, registered_at=TIME, tasks=either(AMOUNT), param_schema=OBJECT
    ),
    "Worker": thing(
        id=TEXT,
        host=either(TEXT),
        pid=either(WHOLE),
        state=either(TEXT),
        strategy=either(TEXT),
        task_ids=IDS,
        first_seen_at=TIME,
        last_seen_at=TIME,
        alive=FLAG,
    ),
    "TypeStats": thing(
        id=ID,
        name=TEXT,
        pending=AMOUNT,
        claimed=AMOUNT,
        completed=AMOUNT,
        failed=AMOUNT,
        oldest_pending_at=either(TIME),
        put_off=AMOUNT,
        cancelled={**AMOUNT, "description": "how many were ever cancelled"},
        versions={**AMOUNT, "description": "how many versions of it are kept"},
    ),
    "PerMinute": thing(
        since=TIME,
        created=many(AMOUNT),
        claimed=many(AMOUNT),
        completed=many(AMOUNT),
        failed=many(AMOUNT),
        retry=many(AMOUNT),
    ),
}
"""Shapes that have a name of their own in the document."""
