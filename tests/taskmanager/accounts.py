"""What becomes of those recorded exchanges that our client never sends: which they are, and why.

An exchange is named by its recording and its own name there.
"""

from __future__ import annotations

REFUSED_EARLY: dict[str, tuple[str, ...]] = {
    "Parameters must be an object": (
        "05_tasks_create: params list rejected",
        "05_tasks_create: params empty list rejected",
        "05_tasks_create: params string rejected",
        "05_tasks_create: params null",
    ),
    "takes no empty parameters": (
        "05_tasks_create: params empty object rejected",
        "18_json_fidelity_and_dedupe: numeric keys at top level: rejected",
    ),
    "A task type needs a name": (
        "03_task_types_register: empty name",
        "03_task_types_register: null name",
        "05_tasks_create: type number",
        "05_tasks_create: type empty string",
    ),
    "A worker id must be a text": (
        "09_claim_validation: worker_id empty",
        "09_claim_validation: worker_id number",
        "09_claim_validation: worker_id null",
    ),
    "task_type_id must be a whole number": (
        "09_claim_validation: task_type_id zero",
        "09_claim_validation: negative",
        "09_claim_validation: task_type_id non numeric string",
        "09_claim_validation: task_type_id empty string",
        "09_claim_validation: task_type_id null",
        "09_claim_validation: task_type_id false",
        "09_claim_validation: task_type_id numeric string ok",
    ),
    "Tasks cannot be claimed by": (
        "09_claim_validation: bad sort_by",
        "09_claim_validation: sort_by empty string",
        "09_claim_validation: sort_by upper case rejected",
    ),
    "The order must be ASC or DESC": ("09_claim_validation: bad sort_order",),
    "Progress must be a whole number": (
        "12_progress: 101",
        "12_progress: -1",
        "12_progress: float",
        "12_progress: numeric string",
        "12_progress: bool",
        "12_progress: string out of range reports two errors",
    ),
    "something that is not JSON": (
        "18_json_fidelity_and_dedupe: lone surrogate",
        "18_json_fidelity_and_dedupe: NaN literal",
    ),
    "The parameters cannot be sent: ": ("17_security_profile: body too large: 413",),
}
"""Recorded requests that are refused before they are sent, by what the refusal says: its reason."""

NOT_ASKED_AGAIN = ("04_task_types_read: list active_only",)
"""Recorded requests that are not sent because the one before has shown that the service cannot answer them."""

UNSAYABLE: dict[str, tuple[str, ...]] = {
    "a method that the contract does not have: OPTIONS, HEAD, PUT, PATCH, DELETE": (
        "01_health_docs_cors: OPTIONS preflight",
        "01_health_docs_cors: OPTIONS unknown route",
        "17_security_profile: OPTIONS not rate limited, no security headers",
        "15_routing_errors: HEAD",
        "15_routing_errors: HEAD health",
        "15_routing_errors: PUT tasks",
        "15_routing_errors: PATCH task",
        "15_routing_errors: DELETE task",
    ),
    "a body that is not a JSON object: we write it ourselves": (
        "02_auth: malformed JSON without key is 401",
        "03_task_types_register: malformed JSON",
        "03_task_types_register: empty body",
        "05_tasks_create: malformed JSON",
        "05_tasks_create: empty body",
        "05_tasks_create: body is JSON null",
        "05_tasks_create: body is JSON list",
        "09_claim_validation: malformed",
        "09_claim_validation: empty body",
        "10_complete_success: malformed body",
        "15_routing_errors: malformed JSON on unknown route is 404",
        "18_json_fidelity_and_dedupe: BOM",
        "18_json_fidelity_and_dedupe: trailing comma",
    ),
    "a field is missing: our methods demand it": (
        "03_task_types_register: missing name",
        "03_task_types_register: missing version",
        "03_task_types_register: missing param_schema",
        "03_task_types_register: missing all: only first reported",
        "05_tasks_create: missing type",
        "05_tasks_create: missing params",
        "05_tasks_create: missing both",
        "09_claim_validation: missing worker_id",
        "09_claim_validation: missing task_type_id",
        "09_claim_validation: empty object",
        "10_complete_success: missing success",
        "10_complete_success: missing worker_id",
        "10_complete_success: success null = missing",
        "10_complete_success: empty body object",
        "12_progress: missing progress",
        "12_progress: missing worker",
    ),
    "a value of a type that our methods do not take: a schema as text, a sorting of null, an id that is no number": (
        "03_task_types_register: schema as JSON string",
        "03_task_types_register: schema as invalid JSON string",
        "09_claim_validation: sort_by null = default",
        "10_complete_success: non numeric id",
        "13_task_get: get non numeric",
        "13_task_get: GET /tasks/claim is treated as an id",
        "14_tasks_list: limit garbage = empty",
    ),
    "a field or parameter that the contract does not have": (
        "02_auth: key in query not accepted",
        "04_task_types_read: list sort",
        "09_claim_validation: unknown fields ignored (no batch claim)",
        "14_tasks_list: unknown query ignored",
        "17_security_profile: 401 also carries rate limit headers",
    ),
    "a call that the contract does not have": (
        "02_auth: unknown route without key is 401 not 404",
        "13_task_get: sub path unknown",
        "13_task_get: GET complete route",
        "15_routing_errors: unknown route",
        "15_routing_errors: root",
        "15_routing_errors: POST health",
        "15_routing_errors: POST task types",
        "15_routing_errors: fail endpoint does not exist",
        "15_routing_errors: POST task id",
    ),
    "another spelling of a path: we write paths in one way": (
        "01_health_docs_cors: health trailing slash",
        "13_task_get: trailing slash",
        "14_tasks_list: trailing slash",
        "15_routing_errors: upper-case path",
        "15_routing_errors: double slash",
    ),
    "a document for people, or the one that is read beside the calls": (
        "01_health_docs_cors: openapi.json without key",
        "01_health_docs_cors: docs redirect",
        "01_health_docs_cors: docs/ redirects to itself",
        "01_health_docs_cors: docs/index.html",
        "01_health_docs_cors: docs missing file",
    ),
}
"""Recorded requests that our methods cannot say at all, by the kind of reason."""


def names(table: dict[str, tuple[str, ...]]) -> list[str]:
    """All exchanges in a table."""
    return [name for listed in table.values() for name in listed]


def reason(name: str) -> str | None:
    """What the refusal of an exchange says; None for one that is not refused early."""
    return next((said for said, listed in REFUSED_EARLY.items() if name in listed), None)
