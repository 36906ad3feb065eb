"""The exact call of a cure, as people know it: the HTTP call that the TaskManager gets; else what is done here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

from core.actions import Action
from core.bulk import BY_HAND, COPY_OF, Order
from core.diagnosis.cause import Cure
from core.diagnosis.words import amount, listed, named
from core.models import Claim, Json

SHOWN = 2
"""Workers, types and tasks that are named; of the others only how many they are."""
OWNER = "its owner"
"""Stands for the id of the worker that has claimed the task."""


def told_call(cure: Cure) -> str:
    """The call in a line; empty where only a person can do it."""
    if not cure.verb:
        return ""
    return asked_of_the_taskmanager(cure) or done_here(cure) or cure.label.lower()


def asked_of_the_taskmanager(cure: Cure) -> str:
    """The HTTP call; empty where none is made, or not by this cure alone."""
    first = cure.args[0]
    match cure.verb:
        case "retry" | "cancel":
            said = f"/tasks/bulk {body(action=cure.verb, ids=first)}"
        case "release":
            whose = {"force": True} if cure.options.get("force") else {"worker_id": OWNER}
            said = f"/tasks/bulk {body(action='release', ids=first, **whose)}"
        case "plan_bulk":
            said = planned(cast("Order", first), each_of(cure.args[1]))
        case "register_type":
            said = f'/task-types/register {body(name=first, version=cure.args[1])[:-1]}, "param_schema": {{…}}}}'
        case "extend_claims":
            said = f"/workers/{{id}}/heartbeat {body(task_ids=first)}"
        case _:
            return f"GET /tasks/{first}" if cure.verb == "open_task" else ""
    return f"POST {said}"


def done_here(cure: Cure) -> str:
    """What is done to workers and reports of this program, in words; empty where it is something else."""
    first = cure.args[0]
    match cure.verb:
        case "start_workers":
            said = f"start {amount(int(cure.options.get('count', 1)), 'worker')} for {these(first)}"
        case "resume":
            said = f"resume {these(first)}"
        case "restart":
            said = f"start {these(first)} again"
        case "stop_workers":
            said = f"stop {these(first)}{' now' if cure.options.get('now') else ''}"
        case "scale":
            said = f"scale to {amount(int(first), 'worker')} like {named(str(cure.options.get('like', '')))}"
        case "set_strategy":
            said = f"let {these(cure.args[1])} claim {first}"
        case "resend_reports":
            ids = [f"#{cast('Claim', each).task_id}" for each in each_of(first)]
            said = f"send the report on {these(ids)} again"
        case _:
            said = ""
    return said


def planned(order: Order, task_ids: Sequence[Json]) -> str:
    """The call of an order whose plan is shown before."""
    first = task_ids[0]
    if order.action is Action.RELEASE:
        return f"/tasks/{first}/complete {body(worker_id=OWNER, success=False, error=BY_HAND)}"
    more = f', "{COPY_OF}": …' if order.marks else ""
    return f'/tasks {{"type": …, "params": {{those of #{first}{more}}}}}'


def body(**fields: Json) -> str:
    """The JSON of a request."""
    told = {name: list(each_of(value)) if isinstance(value, tuple) else value for name, value in fields.items()}
    return json.dumps(told).replace(f'"{OWNER}"', OWNER)


def each_of(value: Json) -> Sequence[Json]:
    """An argument that is several."""
    return cast("Sequence[Json]", value)


def these(value: Json) -> str:
    """The first of these names, and how many more there are."""
    return listed([named(str(each)) for each in each_of(value)], SHOWN)
