"""Causes for which a claimed task does not end."""

from __future__ import annotations

from core.bulk import Owner
from core.diagnosis.cause import Cause, Certainty
from core.diagnosis.cures import by_hand, release, start, stop_now
from core.diagnosis.picture import Known, System
from core.diagnosis.words import clock, named, quoted, span
from core.models import TaskStatus

LEAST_QUIET = 60.0
"""Seconds without progress until that is worth a mark, at least."""
TIMES_USUAL = 5.0
"""Times as long as 95% of all tries took, likewise."""
WORTH_A_WORD = 5.0
"""Seconds without progress from which on it is said that there was none."""


def facts(known: Known) -> tuple[tuple[str, str], ...]:
    """What is known of the claim."""
    task = known.task
    if task is None:
        return ()
    found = [("worker", task.claimed_by or "not told")]
    if (held := known.seconds_since(task.claimed_at)) is not None:
        found.append(("claimed", f"{span(held)} ago"))
    found.append(("progress", f"{task.progress}%"))
    if known.deadline is not None:
        found.append(("claim ends", clock(known.deadline)))
    found.append(("claim timeout", span(known.system.claim_timeout)))
    if known.holder is not None and known.holder.last_seen is not None and not known.holder.local:
        found.append(("worker heard of", f"{span(known.seconds_since(known.holder.last_seen) or 0)} ago"))
    return tuple(found)


def until_taken_over(known: Known) -> str:
    """When another worker may be given it, as the end of a sentence."""
    if known.deadline is None:
        return "the server does not tell when it was claimed"
    left = (known.deadline - known.at).total_seconds()
    return "any worker of its type may take it over now" if left <= 0 else f"others can take it over in {span(left)}"


def owner_gone(known: Known) -> Cause | None:
    """The worker that has claimed it is not there any more."""
    task = known.task
    if task is None or known.status is not TaskStatus.CLAIMED or known.owner is not Owner.GONE:
        return None
    held = known.seconds_since(task.claimed_at)
    since = "" if held is None else f", which claimed it {span(held)} ago,"
    said = f"{named(task.claimed_by or 'Its worker')}{since} is gone; {until_taken_over(known)}."
    certainty = Certainty.CERTAIN if known.dead else Certainty.LIKELY
    return Cause("owner-gone", said, facts(known), release(known), certainty)


def owner_unknown(known: Known) -> Cause | None:
    """Nobody knows the worker that has claimed it."""
    task = known.task
    if task is None or known.status is not TaskStatus.CLAIMED or known.owner is not Owner.UNKNOWN:
        return None
    who = named(task.claimed_by or "A worker that is not told")
    over = known.deadline is not None and known.deadline <= known.at
    if over:
        said = f"The claim of {who} is over, and nobody knows whether it still works; {until_taken_over(known)}."
        return Cause("claim-over", said, facts(known), (*release(known), *start(known)), Certainty.LIKELY)
    said = f"{who} has claimed it; whether it is alive is not told; {until_taken_over(known)}."
    return Cause("owner-unknown", said, facts(known), release(known), Certainty.POSSIBLE, stuck=False)


def not_in_hand(known: Known) -> Cause | None:
    """Our own worker has claimed it, and does not have it in hand."""
    if not known.orphaned or known.owed is not None or known.task is None:
        return None
    said = (
        f"{named(known.task.claimed_by or '')} has claimed it, but does not have it in hand; {until_taken_over(known)}."
    )
    return Cause("not-in-hand", said, facts(known), release(known), Certainty.LIKELY)


def past_its_claim(known: Known) -> Cause | None:
    """It runs for longer than its claim lasts: another worker may be given it as well."""
    task = known.task
    alive = known.owner in (Owner.OURS, Owner.ALIVE)
    if task is None or known.status is not TaskStatus.CLAIMED or not alive or known.owed is not None:
        return None
    over = known.deadline is not None and known.deadline <= known.at
    late = known.hand is not None and known.hand.late
    if known.orphaned or not (over or late):
        return None
    since = span(known.seconds_since(known.deadline) or 0.0)
    said = (
        f"{named(task.claimed_by or 'Its worker')} still works on it, but its claim of "
        f"{span(known.system.claim_timeout)} ended {since} ago: another may start it too."
    )
    longer = by_hand(
        "Let claims last longer", "Set PRISMQ_CLAIM_TIMEOUT (seconds) above the longest run, and start again."
    )
    cures = (longer, *((stop_now(task.claimed_by),) if known.owner is Owner.OURS and task.claimed_by else ()))
    return Cause("past-its-claim", said, facts(known), cures, Certainty.CERTAIN if late else Certainty.LIKELY)


def quiet_limit(system: System) -> float:
    """Seconds without progress after which a task is taken to hang, by how long tasks usually take."""
    if system.ran is None:
        return max(2 * LEAST_QUIET, system.claim_timeout / 2)
    return max(LEAST_QUIET, TIMES_USUAL * system.ran.p95)


def no_progress(known: Known) -> Cause | None:
    """Its worker is alive, and nothing is heard of its work."""
    task = known.task
    alive = known.owner in (Owner.OURS, Owner.ALIVE)
    if task is None or known.status is not TaskStatus.CLAIMED or not alive or known.owed is not None:
        return None
    quiet = known.seconds_since(known.heard_at)
    if quiet is None or quiet <= WORTH_A_WORD:
        return None
    hangs = quiet > quiet_limit(known.system)
    if not hangs and known.system.ran is not None and quiet <= known.system.ran.p95:
        return None
    who = named(task.claimed_by or "Its worker")
    said = f"{who} is alive, but has told no progress on it for {span(quiet)}; it stands at {task.progress}%."
    usual = () if known.system.ran is None else (("95% of tries took less than", span(known.system.ran.p95)),)
    limit = None if known.holder is None else known.holder.task_timeout
    ends = () if limit is None else (("ended by its timeout after", span(limit)),)
    hand = known.hand if known.owner is Owner.OURS else None  # of what others said last, the history tells
    last = () if hand is None else (("last words", quoted(hand.message) or "none"),)
    evidence = (*facts(known), *last, *usual, *ends)
    cures = ((stop_now(task.claimed_by),) if known.owner is Owner.OURS and task.claimed_by else ()) + release(known)
    certainty = Certainty.LIKELY if hangs else Certainty.POSSIBLE
    return Cause("no-progress", said, evidence, cures, certainty, stuck=hangs)


def in_hand(known: Known) -> Cause | None:
    """It is being done, as far as is heard."""
    task = known.task
    alive = known.owner in (Owner.OURS, Owner.ALIVE)
    if task is None or known.status is not TaskStatus.CLAIMED or not alive or known.orphaned or known.owed is not None:
        return None
    if no_progress(known) is not None:
        return None  # which says more
    held = known.seconds_since(task.claimed_at)
    since = "" if held is None else f" for {span(held)}"
    said = f"{named(task.claimed_by or 'A worker')} has worked on it{since}; it stands at {task.progress}%."
    return Cause("in-hand", said, facts(known), stuck=False)
