"""Causes that are the TaskManager's, or the way to it."""

from __future__ import annotations

from core.diagnosis.cause import Cause, Certainty
from core.diagnosis.cures import by_hand
from core.diagnosis.picture import Known
from core.diagnosis.words import clock, named, quoted, span
from core.snapshot import Link

CLOCK_TOLERANCE = 5.0
"""Seconds by which clocks may differ; the server tells whole seconds."""


def unreachable(known: Known) -> Cause | None:
    """The server does not answer."""
    server = known.system.server
    if server.link not in (Link.OFFLINE, Link.CONNECTING) or known.is_done:
        return None
    heard = known.seconds_since(server.heard_at)
    since = "has not answered yet" if heard is None else f"has not answered for {span(heard)}"
    again = f"; the next try is at {clock(server.retry_at)}" if server.retry_at else ""
    return Cause(
        "server-unreachable",
        f"The TaskManager {since}{again}: nothing is claimed or reported until it does.",
        (("server", named(server.label)), ("trouble", quoted(server.trouble) or "no answer yet")),
        (by_hand("Look after the server", f"See that it runs and that {named(server.label)} is its address."),),
        certainty=Certainty.LIKELY if server.link is Link.CONNECTING else Certainty.CERTAIN,
        stuck=server.link is Link.OFFLINE,
    )


def key_refused(known: Known) -> Cause | None:
    """The server does not take our key."""
    server = known.system.server
    if server.link is not Link.REFUSED or known.is_done:
        return None
    return Cause(
        "key-refused",
        "The TaskManager answers, but refuses the key: nothing is claimed or reported from here.",
        (("server", named(server.label)), ("said", quoted(server.trouble))),
        (by_hand("Set the key", "Set TASKMANAGER_API_KEY in .env or the environment, and start this program again."),),
    )


def rate_limited(known: Known) -> Cause | None:
    """The server takes no more calls for a while."""
    until = known.system.limited_until
    if until is None or until <= known.at or known.is_done:
        return None
    left = (until - known.at).total_seconds()
    return Cause(
        "rate-limited",
        f"The TaskManager takes no more calls for {span(left)}: nothing is claimed from here until {clock(until)}.",
        (("until", clock(until)), ("left", span(left))),
        (
            by_hand(
                "Wait, or call less", "It ends by itself. Fewer workers, or a longer poll interval, call less often."
            ),
        ),
        stuck=False,
    )


def clocks_disagree(known: Known) -> Cause | None:
    """Its clock and ours are far apart."""
    offset = known.system.clock_offset
    if offset is None or abs(offset) <= CLOCK_TOLERANCE:
        return None
    way = "ahead of" if offset > 0 else "behind"
    effect = "early" if offset > 0 else "late"
    return Cause(
        "clocks-disagree",
        f"The server's clock is {span(abs(offset))} {way} ours: ages are wrong, and claims may seem to end {effect}.",
        (("difference", f"{offset:+.0f} s"), ("claim timeout", span(known.system.claim_timeout))),
        (by_hand("Set the clocks", "Let both machines take their time from the network (NTP)."),),
        stuck=False,
    )


def loop_held(known: Known) -> Cause | None:
    """Code of a worker holds everything up."""
    holdup = known.system.holdup
    if holdup is None or known.is_done:
        return None
    return Cause(
        "loop-held",
        f"The code of {named(holdup.worker_id)} holds up this whole program: nothing else goes on until it lets go.",
        (("task", f"#{holdup.task_id}"), ("worker", holdup.worker_id), ("place", quoted(holdup.place))),
        (by_hand("Change its code", "What waits or computes without await belongs in a plain `def process_task`."),),
    )
