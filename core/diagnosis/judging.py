"""All causes, in the order in which they matter, and which of them hold."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from core.diagnosis import attempts, claims, server, storage, types, workers
from core.diagnosis.cause import Cause, Certainty
from core.diagnosis.picture import Known

Look = Callable[[Known], Cause | None]

CAUSES: tuple[Look, ...] = (
    # Nothing else can be known, or done, while one of these holds.
    server.loop_held,
    server.key_refused,
    server.unreachable,
    # What is the matter with this very task.
    storage.report_waits,
    storage.report_aside,
    claims.owner_gone,
    claims.past_its_claim,
    claims.not_in_hand,
    claims.no_progress,
    claims.claim_ends,
    claims.owner_unknown,
    types.type_not_registered,
    types.parameters_do_not_fit,
    attempts.cancelled,
    attempts.not_retried,
    attempts.same_error,
    attempts.attempts_used_up,
    attempts.put_off,
    # What is the matter with all tasks here, or with those of its type.
    storage.claiming_held,
    workers.too_many_abandoned,
    workers.workers_paused,
    workers.workers_stopping,
    workers.workers_ended,
    workers.unknown_here,
    workers.no_worker,
    types.type_inactive,
    workers.overtaken,
    server.rate_limited,
    workers.workers_resting,
    storage.results_unreadable,
    storage.results_unwritable,
    server.clocks_disagree,
    storage.reports_wait,
    # What explains, where nothing is the matter.
    claims.in_hand,
    workers.workers_busy,
    workers.waits_its_turn,
    attempts.waits_for_another_try,
    attempts.is_done,
    attempts.holds_the_key,
)
"""Every cause that there is. A new one is a function and a line here."""

EXPLAINING = (
    attempts.same_error,
    server.rate_limited,
    workers.workers_resting,
    server.clocks_disagree,
    storage.reports_wait,
    claims.in_hand,
    workers.workers_busy,
    attempts.waits_for_another_try,
    attempts.is_done,
    attempts.holds_the_key,
)
"""Those that never say that a task is stuck."""

MARKING = tuple(each for each in CAUSES if each not in EXPLAINING)
"""Those that are looked at to see only whether a task is stuck."""

SURE = {Certainty.CERTAIN: 0, Certainty.LIKELY: 1, Certainty.POSSIBLE: 2}


def causes_of(known: Known, looks: tuple[Look, ...] = CAUSES) -> tuple[Cause, ...]:
    """All causes that hold, ranked: what is stuck comes before what explains, what is sure before what may be."""
    found = [cause for look in looks if (cause := look(known)) is not None]
    if len(found) > 1:
        found.sort(key=lambda cause: (not cause.stuck, SURE[cause.certainty]))
    return tuple(found)


def ranked(*groups: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Several findings as one, each sentence once."""
    once = {(cause.code, cause.sentence): cause for cause in chain(*groups)}
    return tuple(sorted(once.values(), key=lambda cause: (not cause.stuck, SURE[cause.certainty])))
