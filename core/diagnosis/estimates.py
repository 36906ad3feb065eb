"""What may be expected of a task: its place under each strategy, when it will start, what ends by itself and when."""

from __future__ import annotations

from math import sqrt

from core.diagnosis.cause import CLAIM_ENDS, End, Estimates, Place, Start
from core.diagnosis.picture import RATE_SECONDS, Known
from core.models import TaskStatus, WorkerState

LENGTHS_SECONDS = 300
"""Seconds over which it is measured how long tasks take."""
TWO_SIGMA = 1.96
"""Standard deviations within which 19 of 20 cases lie."""


def estimates_of(known: Known) -> Estimates:
    """All that can be estimated."""
    start, why = start_of(known) if known.waits and known.task is not None else (None, "")
    return Estimates(known.places, start, why, ends_of(known))


def start_of(known: Known) -> tuple[Start | None, str]:
    """When a waiting task will be claimed, or why that cannot be told."""
    row, used = known.row, [place for place in known.places if place.used_by]
    ended = known.ended_lately
    if not used:
        return None, "No worker that is known claims its type now, so nobody can tell when it starts."
    place = max(used, key=lambda each: each.used_by)
    if place.before is None:
        return None, "How many tasks are claimed before it is not known."
    if row is not None and ended:
        return expected(place, ended, row.rates), ""
    by_length = from_lengths(known, place)
    if by_length is None:
        return None, f"No task of its type has ended in the last {RATE_SECONDS} s, so its pace is not known."
    return by_length, ""


def from_lengths(known: Known, place: Place) -> Start | None:
    """The start where tasks take so long that none ended lately: from how long those took that workers of this program
    had in the last minutes. None where there were none, or where their lengths do not explain that none ended."""
    ran, at_once = known.system.ran, sum(each.concurrency for each in known.crew.live)
    if ran is None or not at_once or ran.p95 < RATE_SECONDS:
        return None
    ahead = (place.before or 0) + 1
    mean = ahead * ran.p50 / at_once
    latest = ahead * ran.p95 / at_once + ran.p95 if place.strategy == "FIFO" and place.exact else None
    return Start(mean, 0.0, latest, 60 * at_once / ran.p50, LENGTHS_SECONDS)


def expected(place: Place, ended: int, rates: tuple[int, ...]) -> Start:
    """The start, from how many tasks ended in these seconds. What ends by chance spreads as its square root: both what
    was measured and what is still to come."""
    seconds = len(rates)
    per_second = ended / seconds
    ahead = (place.before or 0) + 1
    mean = ahead / per_second
    spread = TWO_SIGMA * sqrt(1 / ended + 1 / ahead)
    # Whatever is created meanwhile goes first under every order but the oldest first: that has no end in sight.
    latest = mean * (1 + spread) if place.strategy == "FIFO" and place.exact else None
    return Start(mean, max(0.0, mean * (1 - spread)), latest, per_second * 60, seconds)


def ends_of(known: Known) -> tuple[End, ...]:
    """What ends by itself, soonest first."""
    system, found = known.system, list[End]()
    if known.status is TaskStatus.CLAIMED and known.deadline is not None:
        found.append(End(CLAIM_ENDS, known.deadline))
    if known.waits:
        rests = [each for each in known.crew.live if each.state is WorkerState.BACKING_OFF and each.until is not None]
        found += [End(f"{each.id} claims again at", each.until) for each in rests if each.until is not None]
    if known.is_put_off and known.task is not None and known.task.retry_at is not None:
        found.append(End("it may be claimed from", known.task.retry_at))
    if system.limited_until is not None and not known.is_done:
        found.append(End("the server takes calls again at", system.limited_until))
    if system.server.retry_at is not None and not system.is_heard:
        found.append(End("the server is tried again at", system.server.retry_at))
    return tuple(sorted((end for end in found if end.at > known.at or end.what == CLAIM_ENDS), key=when))


def when(end: End) -> float:
    """When it ends, in seconds since 1970."""
    return end.at.timestamp()
