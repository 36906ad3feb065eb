"""What the panel says of why a task is not done: causes with their evidence and cures, and what may be expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.look import CANCELLED, STATUS, TIMES, Piece, Tone, clock, hanging, sign_of_rest
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import cut, head

if TYPE_CHECKING:  # the panel is there from the start; what it tells is imported when it tells it
    from core.diagnosis import Cause, Cure, Diagnosis

Line = tuple[Piece, ...]

NARROW: Final = 66
"""Cells below which names stand above what they name."""
ROOMY: Final = 96
"""Cells from which the call of a cure may take several lines: those of the panel at 100 columns."""
CALL: Final = 9
"""Cells before a call."""
LABEL: Final = 18
"""Cells of a name at most; a longer one pushes its value to the right."""
OLD: Final = 4.0
"""Seconds after which it is told how old what is said is: it is asked again every two, while anybody answers."""
MOST_NUMBERED: Final = 9
"""Cures that have a key of their own."""


@dataclass(frozen=True, slots=True)
class Told:
    """The lines of the panel, and the cures that can be done, each with its first and last line."""

    lines: tuple[Line, ...]
    cures: tuple[tuple[Cause, Cure, int, int], ...]


def doable(diagnosis: Diagnosis) -> list[tuple[Cause, Cure]]:
    """The cures that this program can do, each once, in the order of their causes: the first has the key 1."""
    found: dict[str, tuple[Cause, Cure]] = {}
    for cause in diagnosis.causes:
        for cure in cause.cures:
            if cure.verb:
                found.setdefault(cure.call, (cause, cure))
    return list(found.values())


def written(diagnosis: Diagnosis, now: datetime, width: int, chosen: int, numbers: Sequence[int]) -> Told:
    """All that a diagnosis says, in lines of ``width`` cells; the cure at place ``chosen`` is marked. ``numbers``: the
    key of each cure that can be done."""
    lines: list[Line] = []
    places: list[tuple[Cause, Cure, int, int]] = []
    left = {cure.call: place for place, (_, cure) in enumerate(doable(diagnosis))}
    if not diagnosis.causes:
        lines += said("✓ " if diagnosis.could_tell else "? ", diagnosis.sentence, Tone.GOOD, width)
    for cause in diagnosis.causes:
        lines += of_cause(cause, width)
        for cure in cause.cures:
            place = left.pop(cure.call, None) if cure.verb else None
            if cure.verb and place is None:
                continue  # another cause has the same cure: one key does it
            begun = len(lines)
            number = numbers[place] if place is not None else None
            lines += of_cure(cure, number, width, is_chosen=place == chosen)
            if place is not None:
                places.append((cause, cure, begun, len(lines)))
    lines += below(diagnosis, now, width)
    return Told(tuple(lines), tuple(places))


def said(sign: str, sentence: str, tone: Tone, width: int) -> list[Line]:
    """A sentence behind its sign."""
    return hanging(((sign, tone),), (fit_to_show(sentence), tone), len(sign), width)


def fit_to_show(text: str) -> str:
    """A text on one safe line, without secrets."""
    return head(masked_text(text))


def of_cause(cause: Cause, width: int) -> Iterator[Line]:
    """The sentence, how sure it is where it is not certain, and the evidence that the sentence has not told."""
    from core.diagnosis import Certainty
    from core.diagnosis.telling import how_sure

    sign, tone = ("⚠", Tone.WARN) if cause.stuck else ("·", Tone.PLAIN)
    if cause.stuck and cause.on_purpose:
        sign, tone = sign_of_rest(cause.code), Tone.PLAIN
    yield from said(f"{sign} ", cause.sentence, tone, width)
    pairs = [] if cause.certainty is Certainty.CERTAIN else [("how sure", how_sure(cause))]
    pairs += [(name, value) for name, value in cause.evidence if name != "error" or value not in cause.sentence]
    yield from named(pairs, width)


def named(pairs: Sequence[tuple[str, str]], width: int) -> Iterator[Line]:
    """Names, which are ours, and values, one below the other."""
    room = min(LABEL, max((len(head(name)) for name, _ in pairs), default=0))
    for name, value in pairs:
        label = f"    {head(name):<{room}}  "
        yield from hanging(((label, Tone.MUTED),), (fit_to_show(value), Tone.PLAIN), len(label), width)


def of_cure(cure: Cure, number: int | None, width: int, *, is_chosen: bool) -> Iterator[Line]:
    """The key, what it does and its risk, of the chosen one the exact call too: on one line where there is little room,
    since a copy has the whole. What only a person can do has no key."""
    from core.diagnosis.calls import told_call

    mark: Piece = (" ›" if is_chosen else "  ", Tone.ACCENT)
    key: Piece = (f"{number} " if number is not None and number <= MOST_NUMBERED else "→ ", Tone.ACCENT)
    label = head(cure.label)
    sentence = fit_to_show(cure.sentence)
    if width >= NARROW:
        begun = (mark, key, (f"{label}  ", Tone.STRONG))
        yield from hanging(begun, (sentence, Tone.PLAIN), 6 + len(label), width)
    else:
        yield (mark, key, (label, Tone.STRONG))
        yield from hanging((("    ", Tone.PLAIN),), (sentence, Tone.PLAIN), 4, width)
    if cure.risk:
        yield from hanging((("    ⚠ ", Tone.WARN),), (fit_to_show(cure.risk), Tone.WARN), 6, width)
    if is_chosen and (call := told_call(cure)):
        told = fit_to_show(call) if width >= ROOMY else cut(fit_to_show(call), width - CALL)
        yield from hanging((("    call ", Tone.MUTED),), (told, Tone.MUTED), CALL, width)


def below(diagnosis: Diagnosis, now: datetime, width: int) -> Iterator[Line]:
    """What may be expected, and what could not be known."""
    from core.diagnosis.telling import expectations

    expected = expectations(diagnosis.estimates, now, None if TIMES.as_ages else clock)
    if expected:
        yield (("What may be expected", Tone.STRONG),)
        yield from named(expected, width)
    if diagnosis.unknown:
        yield (("What could not be known", Tone.STRONG),)
        for sentence in diagnosis.unknown:
            yield from said("  ? ", sentence, Tone.MUTED, width)


def title(diagnosis: Diagnosis | None, task_id: int | None, now: datetime, alike: int = 0) -> Line:
    """What the panel is about, and what it comes to; how old that is, where it is not of just now. ``alike``: of how
    many failures it is the newest, where it stands for them."""
    from core.diagnosis.words import span

    about = "Why? " + ("the whole system" if task_id is None else f"#{task_id}")
    about += f", the newest of {alike:,}" if alike > 1 else ""
    if diagnosis is None:
        return ((about, Tone.STRONG), ("  reading…", Tone.MUTED))
    state = CANCELLED if diagnosis.is_cancelled else STATUS.get(diagnosis.status) if diagnosis.status else None
    status: Line = (("  ", Tone.PLAIN), state) if state is not None else ()
    age = (now - diagnosis.at).total_seconds()
    old: Line = ((f"  read {span(age)} ago", Tone.MUTED),) if age > OLD else ()
    return ((about, Tone.STRONG), *status, *verdict(diagnosis), *old)


def verdict(diagnosis: Diagnosis) -> Line:
    """What it comes to, with a sign."""
    from core.diagnosis import Verdict
    from core.diagnosis.telling import state_of

    if diagnosis.is_doubtful:
        said = "may be stuck" if diagnosis.task_id else state_of(diagnosis).lower()
        return ((f"  ? {said}", Tone.WARN),)
    match diagnosis.verdict:
        case Verdict.STUCK:
            return stuck_told(diagnosis)
        case Verdict.UNKNOWN:
            return (("  ? little could be told", Tone.WARN),)
        case Verdict.FAILED:
            return ()
        case Verdict.FINE:
            return (("  ✓ nothing is wrong", Tone.GOOD),)


def stuck_told(diagnosis: Diagnosis) -> Line:
    """That something is stuck, or that it only waits because somebody wants it so; of all, what else does."""
    from core.diagnosis.telling import how_it_rests, state_of

    of_all, code = diagnosis.task_id is None, diagnosis.waits_for
    if code:
        said = state_of(diagnosis).lower() if of_all else f"waits for {how_it_rests(code)} workers"
        return ((f"  {sign_of_rest(code)} {said}", Tone.MUTED),)
    if of_all and (rests := diagnosis.rests):
        others = f"  {sign_of_rest(rests)} others {how_it_rests(rests)}"
        return (("  ⚠ some stuck", Tone.WARN), (others, Tone.MUTED))
    return ((f"  ⚠ {state_of(diagnosis).lower() if of_all else 'stuck'}", Tone.WARN),)
