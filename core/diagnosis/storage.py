"""Causes that lie in what is kept here: the results database, and the reports that are owed."""

from __future__ import annotations

from core.diagnosis.cause import Cause, Certainty
from core.diagnosis.cures import by_hand, resend
from core.diagnosis.picture import Known
from core.diagnosis.words import amount, quoted, span
from core.models import TaskStatus

DELIVERED_WITHIN = 10.0
"""Seconds in which a report is usually taken; one that waits for longer is worth a mark."""


def claiming_held(known: Known) -> Cause | None:
    """Nothing may be claimed, since what would come of it could not be kept or told."""
    held = known.system.held
    if not held or known.is_done:
        return None
    is_results = "results database" in held
    code = "results-unwritable" if is_results else "too-many-reports"
    trouble = known.system.results_trouble or known.system.writing_trouble
    what = "Free space on its disk, or end the program that has locked it; work goes on by itself then."
    cure = (
        by_hand("Make it writable", what) if is_results else by_hand("Reach the server", "They go out when it answers.")
    )
    return Cause(
        code,
        f"The workers here claim nothing: {quoted(held, 70)}. They go on by themselves when that is over.",
        (("held because", quoted(held)), *((("results database", quoted(trouble)),) if trouble else ())),
        (cure,),
    )


def results_unreadable(known: Known) -> Cause | None:
    """The results database cannot be read."""
    trouble = known.system.results_trouble
    if not trouble or known.system.held or known.is_done:
        return None
    return Cause(
        "results-unreadable",
        "The results database cannot be read now, so results may not be kept either.",
        (("trouble", quoted(trouble)),),
        (by_hand("Look at the file", "See that its disk has space and that no other program has locked it."),),
        certainty=Certainty.POSSIBLE,
    )


def results_unwritable(known: Known) -> Cause | None:
    """The results database cannot be written, and no worker has noticed yet."""
    trouble = known.system.writing_trouble
    if not trouble or known.system.held or known.is_done:
        return None
    return Cause(
        "results-unwritable",
        "The results database cannot be written now, so no result can be kept.",
        (("trouble", quoted(trouble)),),
        (by_hand("Make it writable", "Free space on its disk, or end the program that has locked it."),),
        Certainty.LIKELY,
    )


def report_waits(known: Known) -> Cause | None:
    """The outcome of this task is here, and not delivered yet."""
    owed = known.owed
    if owed is None or owed.state != "waiting" or known.is_done:
        return None
    waited = known.seconds_since(owed.since)
    how = "succeeded" if owed.success else "failed"
    since = "" if waited is None else f" for {span(waited)}"
    count = known.system.reports_waiting  # of this process, while the report may be another's
    return Cause(
        "report-waits",
        f"It has {how} already: its report has waited{since} here to be delivered, and is sent again and again.",
        (("outcome", how), *((("reports waiting", f"{count:,}"),) if count else ())),
        (by_hand("Reach the server", "The report goes out by itself as soon as the server takes it."),),
        stuck=waited is None or waited > DELIVERED_WITHIN,
    )


def report_aside(known: Known) -> Cause | None:
    """The server did not take the report of this task; it is kept aside."""
    owed = known.owed
    if owed is None or owed.state == "waiting" or known.status is TaskStatus.COMPLETED:
        return None
    how = "success" if owed.success else "failure"
    return Cause(
        "report-aside",
        f"The report of its {how} was not taken, and is kept here: {quoted(owed.reason, 60) or 'no reason told'}.",
        (("report", owed.state), ("reason", quoted(owed.reason))),
        (resend(owed.claim),),
        certainty=Certainty.LIKELY,
        stuck=known.status is TaskStatus.CLAIMED,
    )


def reports_wait(known: Known) -> Cause | None:
    """Reports wait to be delivered, of whatever tasks."""
    count = known.system.reports_waiting
    if not count or known.status is not None or known.system.is_heard:
        return None
    return Cause(
        "reports-wait",
        f"{amount(count, 'report')} on finished tasks could not be delivered yet; what was saved is kept.",
        (("reports waiting", f"{count:,}"),),
        (by_hand("Reach the server", "They go out by themselves as soon as the server takes them."),),
        stuck=False,
    )
