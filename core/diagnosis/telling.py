"""A diagnosis in words and as a document: what a command prints, and what a person copies."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import cast

from core.actions import Action
from core.bulk import Order
from core.diagnosis import words
from core.diagnosis.calls import told_call
from core.diagnosis.cause import Cause, Certainty, Cure, Diagnosis, End, Estimates, Place, Start, Verdict
from core.models import Claim, Json

COLUMNS = 80
"""Cells of a line, unless something else is asked for."""
INDENT = 3
"""Cells before what belongs to a cause."""

SURE = {Certainty.CERTAIN: "certain", Certainty.LIKELY: "likely", Certainty.POSSIBLE: "possible, not sure"}
STATE = {
    Verdict.FINE: "Nothing is wrong",
    Verdict.FAILED: "It has failed",
    Verdict.STUCK: "It is stuck",
    Verdict.UNKNOWN: "It could not be told",
}
SYSTEM_STATE = STATE | {Verdict.STUCK: "Something is stuck", Verdict.UNKNOWN: "Little could be told"}

Clock = Callable[[datetime], str]
"""Tells a time of day."""
Pair = tuple[str, str]


def headline(diagnosis: Diagnosis) -> str:
    """What it is about, and what it comes to: ``#12 (Echo, pending): It is stuck.``"""
    if diagnosis.task_id is None:
        return f"The whole system: {state_of(diagnosis)}."
    ended = "cancelled" if diagnosis.is_cancelled else diagnosis.status.value if diagnosis.status else ""
    known = ", ".join(filter(None, (diagnosis.task_type, ended)))
    return f"#{diagnosis.task_id}{f' ({known})' if known else ''}: {state_of(diagnosis)}."


def state_of(diagnosis: Diagnosis) -> str:
    """What it comes to, as a sentence without its full stop."""
    is_system = diagnosis.task_id is None
    if diagnosis.is_cancelled:
        return "It was cancelled"
    if diagnosis.is_doubtful:
        return "Something may be stuck" if is_system else "It may be stuck"
    if is_system and diagnosis.waits_for:
        return f"{how_it_rests(diagnosis.waits_for)} on purpose".capitalize()
    return (SYSTEM_STATE if is_system else STATE)[diagnosis.verdict]


def how_it_rests(code: str) -> str:
    """What somebody has done to workers here, by the code of the cause that it is."""
    return "paused" if code == "workers-paused" else "stopped"


def how_sure(cause: Cause) -> str:
    """How sure it is that a cause holds, and whether it only explains."""
    return SURE[cause.certainty] if cause.stuck else f"{SURE[cause.certainty]}; it only explains"


def expectations(estimates: Estimates, now: datetime, clock: Clock | None = words.clock) -> list[Pair]:
    """What may be expected, each with its name. Without a ``clock`` times are told by how long it is until then."""
    taken = any(place.used_by for place in estimates.places)
    told = [(f"place, {place.strategy}", place_told(place, taken=taken)) for place in estimates.places]
    if estimates.start is not None:
        told.append(("expected start", start_told(estimates.start)))
    elif estimates.why_no_start:
        told.append(("expected start", estimates.why_no_start))
    for end in estimates.ends:
        told.append(("ends by itself", end_told(end, now, clock)))
    return told


def end_told(end: End, now: datetime, clock: Clock | None) -> str:
    """What ends by itself, when, and in how long, or since how long it is over."""
    left = (end.at - now).total_seconds()
    when = f"in {words.span(left)}" if left > 0 else f"{words.span(-left)} ago"
    if clock is not None:
        return f"{end.what} {clock(end.at)}, {when}"
    what, _, _ = end.what.rpartition(" ")  # what goes before a time of day
    return f"{what} {when}" if left > 0 else f"{what} since {when}"


def place_told(place: Place, *, taken: bool = True) -> str:
    """How many tasks go first under a strategy, which of them came later, and who claims so now; ``taken``: any worker
    that is known claims tasks of its type."""
    if place.before is None:
        said = "not known how many go before it"
    elif not place.before and place.exact:
        said = "the next one" if taken else "the next one of its type, but no worker that is known takes that type now"
    else:
        said = f"{place.before:,}{'' if place.exact else ' or more'} before it"
    if place.overtaken_by:
        ids = [f"#{each}" for each in place.overtaken_by]
        said += f", also {words.listed(ids)}, which came later"
    if place.used_by:
        said += f"; {words.amount(place.used_by, 'worker')} {'claims' if place.used_by == 1 else 'claim'} so now"
    return said


def start_told(start: Start) -> str:
    """When it will probably be claimed, how far that may be off, and what it was measured by."""
    spread = (
        f"{words.span(start.earliest)} to {words.span(start.latest)}" if start.latest is not None else "no end sure"
    )
    pace = f"{start.per_minute:.1f}".removesuffix(".0")
    return f"in about {words.span(start.seconds)} ({spread}); {pace} a minute end, over {start.measured} s"


def as_lines(diagnosis: Diagnosis, now: datetime, width: int = COLUMNS) -> list[str]:
    """All of it, for a person, in lines of at most that many characters where words allow it."""
    said = [headline(diagnosis)]
    if not diagnosis.causes:
        said += textwrap.wrap(diagnosis.sentence, width)
    for number, cause in enumerate(diagnosis.causes, 1):
        said += ["", *of_cause(number, cause, width)]
    expected = expectations(diagnosis.estimates, now)
    if expected:
        said += ["", "What may be expected", *aligned(expected, width)]
    if diagnosis.unknown:
        said += ["", "What could not be known"]
        for sentence in diagnosis.unknown:
            said += hung(" " * INDENT, sentence, width)
    return said


def of_cause(number: int, cause: Cause, width: int) -> Iterator[str]:
    """A cause with its evidence and cures."""
    yield from hung(f"{number}. ", cause.sentence, width)
    yield from aligned([("how sure", how_sure(cause)), *cause.evidence], width)
    for cure in cause.cures:
        yield from of_cure(cure, width)


def of_cure(cure: Cure, width: int) -> Iterator[str]:
    """What mends it: what that will do, the call, and what may go wrong."""
    yield from hung(f"{' ' * INDENT}→ ", f"{cure.label}: {cure.sentence}", width)
    inside = " " * (INDENT + 2)
    if cure.risk:
        yield from hung(f"{inside}risk: ", cure.risk, width)
    if call := told_call(cure):
        yield from hung(f"{inside}call: ", call, width)
    if command := shell(cure):
        yield from hung(f"{inside}here: ", command, width)


def shell(cure: Cure) -> str:
    """The command of this program that does the same; empty where there is none."""
    first = cure.args[0] if cure.args else None
    named = [str(each) for each in cast("Sequence[Json]", first)] if isinstance(first, list | tuple) else []
    match cure.verb:
        case "start_workers" if named:
            return f"prismq-workers run --types {shlex.quote(','.join(named))}"
        case "retry" | "release" | "cancel":
            force = " --force" if cure.options.get("force") else ""
            return f"prismq-workers tasks {cure.verb} {' '.join(named)}{force}"
        case "plan_bulk":
            return planned(cast("Order", first), cast("Sequence[Json]", cure.args[1]))
        case "resend_reports":
            ids = " ".join(str(cast("Claim", each).task_id) for each in cast("Sequence[Json]", first))
            return f"prismq-workers reports send {ids}"
        case "open_task":
            return f"prismq-workers tasks show {first}"
        case _:
            return ""


def planned(order: Order, task_ids: Sequence[Json]) -> str:
    """The command that does what is planned first on the board."""
    options = {Action.RETRY: " --as-new", Action.RELEASE: " --as-failed"}.get(order.action, "")
    force = " --force" if order.force else ""
    return f"prismq-workers tasks {order.action} {' '.join(map(str, task_ids))}{options}{force}"


def aligned(pairs: Sequence[Pair], width: int) -> Iterator[str]:
    """Names and values, one below the other."""
    room = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        yield from hung(f"{' ' * INDENT}{name.ljust(room)}  ", value, width)


def hung(first: str, text: str, width: int) -> list[str]:
    """A text behind ``first``; where it is long, it goes on below its own start."""
    begun, *others = textwrap.wrap(text, max(20, width - len(first))) or [""]
    return [f"{first}{begun}".rstrip(), *(" " * len(first) + line for line in others)]


def as_document(diagnosis: Diagnosis) -> dict[str, Json]:
    """All of it, for a program."""
    return {
        "task_id": diagnosis.task_id,
        "task_type": diagnosis.task_type or None,
        "status": diagnosis.status.value if diagnosis.status else None,
        "at": moment(diagnosis.at),
        "verdict": diagnosis.verdict.value,
        "could_tell": diagnosis.could_tell,
        "sentence": diagnosis.sentence,
        "causes": [cause_document(cause) for cause in diagnosis.causes],
        "estimates": estimates_document(diagnosis.estimates),
        "unknown": list(diagnosis.unknown),
    }


def cause_document(cause: Cause) -> dict[str, Json]:
    """A cause, for a program."""
    cures = [
        {
            "label": cure.label,
            "does": cure.sentence,
            "verb": cure.verb or None,
            "call": told_call(cure) or None,
            "command": shell(cure) or None,
            "risk": cure.risk or None,
        }
        for cure in cause.cures
    ]
    return {
        "code": cause.code,
        "sentence": cause.sentence,
        "certainty": cause.certainty.value,
        "stuck": cause.stuck,
        "evidence": [{"name": name, "value": value} for name, value in cause.evidence],
        "cures": cures,
    }


def estimates_document(estimates: Estimates) -> dict[str, Json]:
    """What may be expected, for a program; times in seconds from ``at`` on."""
    start = estimates.start
    places = [
        {
            "strategy": place.strategy,
            "before": place.before,
            "exact": place.exact,
            "overtaken_by": list(place.overtaken_by),
            "used_by": place.used_by,
        }
        for place in estimates.places
    ]
    return {
        "places": places,
        "start": None
        if start is None
        else {
            "seconds": start.seconds,
            "earliest": start.earliest,
            "latest": start.latest,
            "per_minute": start.per_minute,
            "measured_seconds": start.measured,
        },
        "why_no_start": estimates.why_no_start or None,
        "ends": [{"what": end.what, "at": moment(end.at)} for end in estimates.ends],
    }


def moment(at: datetime) -> str:
    """A time, for a program."""
    return at.isoformat().replace("+00:00", "Z")
