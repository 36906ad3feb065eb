"""Causes for which a claimed task does not end."""

from __future__ import annotations

from core.bulk import Owner
from core.diagnosis.cause import Cause, Certainty, Cure
from core.diagnosis.cures import extend, last_longer, release, start, stop_now
from core.diagnosis.picture import Known, System
from core.diagnosis.words import clock, named, quoted, span
from core.models import TaskStatus

LEAST_QUIET = 60.0
"""Seconds without progress until that is worth a mark, at least."""
TIMES_USUAL = 5.0
"""Times as long as 95% of all tries took, likewise."""
NEARS = 0.25
"""Share of a claim's time that is left when its end is worth a word. Where workers keep their claims, something keeps
them from doing so by then."""
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
    is_unknown = known.owner is Owner.UNKNOWN and known.owed is None
    if task is None or known.status is not TaskStatus.CLAIMED or not is_unknown:
        return None
    who = named(task.claimed_by or "A worker that is not told")
    over = known.deadline is not None and known.deadline <= known.at
    if over:
        said = f"The claim of {who} is over, and nobody knows whether it still works; {until_taken_over(known)}."
        cures = (*release(known), *start(known), *extend_there(known))
        return Cause("claim-over", said, facts(known), cures, Certainty.LIKELY)
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


def extend_there(known: Known) -> tuple[Cure, ...]:
    """That its worker could extend it, where the server listens to that."""
    return extend(known) if "heartbeat" in known.system.can else ()


def stop_ours(known: Known) -> tuple[Cure, ...]:
    """Stop its worker, where it is one of ours."""
    by = known.task.claimed_by if known.task is not None else None
    return (stop_now(by),) if by and known.owner is Owner.OURS else ()


def release_there(known: Known) -> tuple[Cure, ...]:
    """Release the task of a live worker elsewhere, where the server can."""
    return release(known) if known.owner is Owner.ALIVE and "release" in known.system.can else ()


def is_worked_on(known: Known) -> bool:
    """Whether a worker that is alive has claimed it, and its end is not known here yet. Of ours it is known whether
    they have it in hand."""
    alive = known.owner is Owner.ALIVE or (known.owner is Owner.OURS and known.hand is not None)
    return known.status is TaskStatus.CLAIMED and alive and known.owed is None


def is_past_its_claim(known: Known) -> bool:
    """Whether the time of its claim is over."""
    over = known.deadline is not None and known.deadline <= known.at
    return over or (known.hand is not None and known.hand.late)


def nears_its_end(known: Known) -> bool:
    """Whether its claim is nearly over. Of a worker elsewhere that is known only by what its heartbeats list."""
    if known.deadline is None or known.hand is None:
        return False
    return 0 < (known.deadline - known.at).total_seconds() <= NEARS * known.system.claim_timeout


def past_its_claim(known: Known) -> Cause | None:
    """It runs for longer than its claim lasts: another worker may be given it as well."""
    task = known.task
    if task is None or not is_worked_on(known) or known.orphaned or not is_past_its_claim(known):
        return None
    since = span(known.seconds_since(known.deadline) or 0.0)
    said = (
        f"{named(task.claimed_by or 'Its worker')} still works on it, but its claim of "
        f"{span(known.system.claim_timeout)} ended {since} ago: another may start it too."
    )
    late = known.hand is not None and known.hand.late
    cures = (*extend(known), last_longer(known), *stop_ours(known), *release_there(known))
    return Cause("past-its-claim", said, facts(known), cures, Certainty.CERTAIN if late else Certainty.LIKELY)


def claim_ends(known: Known) -> Cause | None:
    """It is worked on, and its claim is nearly over. Where workers of ours keep their claims by heartbeats, these do
    not get through; where nothing keeps a claim, the task may be done in time."""
    task, deadline = known.task, known.deadline
    if task is None or deadline is None or not is_worked_on(known) or known.orphaned or not nears_its_end(known):
        return None
    keeps = "heartbeat" in known.system.can
    left = span((deadline - known.at).total_seconds())
    ends = f"is not renewed and ends in {left}" if keeps else f"ends in {left}"
    said = f"{named(task.claimed_by or 'Its worker')} works on it, but its claim {ends}: then another may start it too."
    cures = (*extend(known), last_longer(known), *stop_ours(known), *release_there(known))
    stuck = keeps and known.owner is Owner.OURS
    return Cause("claim-ends", said, facts(known), cures, Certainty.LIKELY, stuck=stuck)


def quiet_limit(system: System) -> float:
    """Seconds without progress after which a task is taken to hang, by how long tasks usually take."""
    if system.ran is None:
        return max(2 * LEAST_QUIET, system.claim_timeout / 2)
    return max(LEAST_QUIET, TIMES_USUAL * system.ran.p95)


def extend_if_short(known: Known) -> tuple[Cure, ...]:
    """Give one that may hang more time, where that is short and can be given."""
    is_short = nears_its_end(known) or is_past_its_claim(known)
    if not is_short or "heartbeat" not in known.system.can:
        return ()
    return extend(known, "If it hangs, nobody else is given it for so long.")


def no_progress(known: Known) -> Cause | None:
    """Its worker is alive, and nothing is heard of its work."""
    task = known.task
    if task is None or not is_worked_on(known):
        return None
    quiet = known.seconds_since(known.heard_at)
    if quiet is None or quiet <= WORTH_A_WORD:
        return None
    hangs = quiet > quiet_limit(known.system)
    if not hangs and known.system.ran is not None and quiet <= known.system.ran.p95:
        return None
    who = named(task.claimed_by or "Its worker")
    said = f"{who} is alive, but has told no progress on it for {span(quiet)}; it stands at {task.progress}%."
    usual = () if known.system.ran is None else (("95% of attempts took less than", span(known.system.ran.p95)),)
    limit = None if known.holder is None else known.holder.task_timeout
    ends = () if limit is None else (("ended by its timeout after", span(limit)),)
    hand = known.hand if known.owner is Owner.OURS else None  # of what others said last, the history tells
    last = () if hand is None else (("last words", quoted(hand.message) or "none"),)
    evidence = (*facts(known), *last, *usual, *ends)
    more_time = extend_if_short(known) if known.owner is Owner.OURS else ()
    cures = (*stop_ours(known), *more_time, *release(known))
    certainty = Certainty.LIKELY if hangs else Certainty.POSSIBLE
    return Cause("no-progress", said, evidence, cures, certainty, stuck=hangs)


def in_hand(known: Known) -> Cause | None:
    """It is being done, as far as is heard."""
    task = known.task
    if task is None or not is_worked_on(known) or known.orphaned:
        return None
    if no_progress(known) is not None or claim_ends(known) is not None:
        return None  # which says more
    held = known.seconds_since(task.claimed_at)
    since = "" if held is None else f" for {span(held)}"
    said = f"{named(task.claimed_by or 'A worker')} has worked on it{since}; it stands at {task.progress}%."
    return Cause("in-hand", said, facts(known), stuck=False)
