"""Causes that lie in the type of a task."""

from __future__ import annotations

from core.diagnosis.attempts import failed_of
from core.diagnosis.cause import Cause, Certainty
from core.diagnosis.cures import by_hand, cancel, clone, register
from core.diagnosis.picture import Known
from core.diagnosis.words import named, quoted
from core.diagnosis.workers import LONG
from core.models import TaskStatus


def parameters_do_not_fit(known: Known) -> Cause | None:
    """Its parameters break the schema that its type has now. Servers check them when a task is created, and never
    again: until an attempt has failed, they may do all the same."""
    if not known.violations or known.status is TaskStatus.COMPLETED:
        return None
    version = f" {quoted(known.row.version, 12)}" if known.row is not None and known.row.version else ""
    first = quoted(known.violations[0], 60)
    said = f"Its parameters do not fit {named(known.task_type)}{version} as it is now: {first}"
    evidence = tuple(("broken rule", quoted(each)) for each in known.violations[:5])
    more = len(known.violations) - len(evidence)
    evidence += (("more broken rules", str(more)),) if more > 0 else ()
    if known.fitted_version:
        evidence += (("they fitted", f"version {quoted(known.fitted_version, 12)}, as it was before"),)
    tried = bool(failed_of(known)) or has_failed(known)
    certainty = Certainty.CERTAIN if tried else Certainty.LIKELY
    stuck = tried and known.status is not TaskStatus.CLAIMED  # else the one that has it may do it
    return Cause("parameters-do-not-fit", said, evidence, (*clone(known), *cancel(known)), certainty, stuck=stuck)


def has_failed(known: Known) -> bool:
    """Whether an attempt at one that waits has failed, where no history tells of attempts."""
    task, told = known.task, "history" in known.system.can
    return task is not None and not told and known.waits and bool(task.attempts and task.error)


def type_not_registered(known: Known) -> Cause | None:
    """The server does not know the type."""
    if not known.unregistered or known.is_done:
        return None
    ours = known.ours
    cures = (
        (register(ours),) if ours is not None else (by_hand("Register it", "Register the type from its JSON file."),)
    )
    said = f"The TaskManager does not know the type {named(known.task_type)} any more, so no worker can claim it."
    return Cause("type-not-registered", said, (("type", known.task_type),), cures)


def type_inactive(known: Known) -> Cause | None:
    """The type is switched off on the server."""
    if known.row is None or known.row.is_active or known.is_done:
        return None
    said = f"{named(known.task_type)} is inactive on the TaskManager: it takes no new tasks, and may give out none."
    cures = (
        (register(known.ours, update=True),)
        if known.ours is not None
        else (by_hand("Register it again", "Registering the type again makes it active."),)
    )
    evidence = (("type", known.task_type), ("version", known.row.version or "not told"))
    long = known.waits and not known.ended_lately and (known.waited or 0.0) > LONG
    return Cause("type-inactive", said, evidence, cures, Certainty.LIKELY, stuck=long)
