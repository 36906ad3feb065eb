"""What is told in the form of a new task before it is sent: the task that is the same, and how often it is repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.form_values import NUMBER, numbered
from core.forms import Path
from core.repeating import Repeated
from core.twins import Twin
from tui.look import Piece, Tone, count, number
from tui.widgets.safe_text import CUT, head

ONCE = "with the same parameters the TaskManager makes a task once."
NO_TEXT = "There is no text here that could be numbered: create them one by one, with other parameters."


def dotted(path: Path) -> str:
    """A path as people write it."""
    return ".".join(each or "" for each in path)


def twin_told(twin: Twin, counts: bool, opens: bool) -> tuple[Piece, ...]:
    """Which task is the same, or among how many none is. ``counts``: the first of several was looked for."""
    first = "The first one is the same" if counts else "The same"
    if twin.task_id is not None:
        status = f" ({twin.status})" if twin.status is not None else ""
        said = f"≡ {first} as task #{twin.task_id}{status}: nothing new would be made."
        return ((said, Tone.WARN), *open_hint(opens))
    if twin.searched is None:
        return (("No task has these parameters yet.", Tone.MUTED),)
    rows = "that is" if twin.searched == 1 else "that are"
    said = f"Not among the {number(twin.searched)} {rows} loaded; of the others the TaskManager tells when it is sent."
    return ((said, Tone.MUTED),) if twin.searched else ()


def open_hint(opens: bool) -> tuple[Piece, ...]:
    """How to open that task, where it can be."""
    return (("  ^o", Tone.ACCENT), ("\u00a0opens it", Tone.MUTED)) if opens else ()


MOST_LISTED = 3
"""Tasks that are all named; of more the first two and the last are."""
SHOWN = 20
"""Characters of a text that are shown on each side of the number in it."""


def repetition_told(samples: Mapping[str, str], times: int, *, can_number: bool) -> tuple[Piece, ...]:
    """What so many tasks are: each with its number in these texts, by name, or all the same, which is one task."""
    if not samples:
        mend = f"Choose a text under “Numbered in”, or write {NUMBER} in one." if can_number else NO_TEXT
        return ((f"⚠ {times:,} times the same is 1 task: {ONCE} {mend}", Tone.WARN),)
    sample = around(next(iter(samples.values())))
    listed = named([numbered(sample, number) for number in sorted({1, min(2, times), times})], times)
    names = " and ".join(head(each, 40) for each in samples)
    of = f"{head(next(iter(samples)), 40)}: " if len(samples) > 1 else ""
    said = f"{times:,} tasks, told apart by a number in {names}: {of}{listed}."
    hint = f"{NUMBER} is the number." if NUMBER in sample else f"{NUMBER} in a text puts the number there."
    return ((said, Tone.PLAIN), (f" All the same they would be 1 task. {hint}", Tone.MUTED))


def lines_told(name: str, lines: Sequence[str], text: str) -> tuple[Piece, ...]:
    """That each task gets a line of that text, and what became of its other lines."""
    listed = named([around(each) for each in (*lines[:2], *lines[2:][-1:])], len(lines))
    said = f"{len(lines):,} tasks, one for each line of {head(name, 40)}: {listed}."
    every = text.splitlines()
    blank = sum(not each.strip() for each in every)
    twice = len(every) - blank - len(lines)
    dropped = [*([count(blank, "blank line")] if blank else []), *([f"{twice:,} said twice"] if twice else [])]
    return ((said, Tone.PLAIN), (f" Left out: {' and '.join(dropped)}." if dropped else "", Tone.MUTED))


def one_told(choice: str) -> tuple[Piece, ...]:
    """That several lines are one text, and by which choice each is a task of its own."""
    return ((f"1 task, with all the lines. “{choice}” under “Numbered in” makes a task of each line.", Tone.PLAIN),)


def named(examples: Sequence[str], times: int) -> str:
    """The first of so many texts, and the last."""
    *others, last = (f"“{head(each)}”" for each in examples)
    return f"{', '.join(others)}{', …' if times > MOST_LISTED else ' and'} {last}"


def left_told(names: Sequence[str]) -> tuple[Piece, ...]:
    """That no number comes where somebody may have meant it."""
    shown = ", ".join(head(each, 40) for each in names[:MOST_LISTED])
    more = f" and {len(names) - MOST_LISTED:,} more" if len(names) > MOST_LISTED else ""
    return ((f" ⚠ {NUMBER} in {shown}{more} is sent as it stands.", Tone.WARN),) if names else ()


def around(text: str) -> str:
    """What is near the place of the number in a text, with marks where more of it is."""
    place = text.find(NUMBER)
    begin, end = (len(text), len(text)) if place < 0 else (place, place + len(NUMBER))
    left, right = text[:begin], text[end:]
    before = CUT + left[1 - SHOWN :] if len(left) > SHOWN else left
    after = right[: SHOWN - 1] + CUT if len(right) > SHOWN else right
    return before + text[begin:end] + after


def summary(done: Repeated) -> str:
    """What became of a repetition, in a sentence."""
    which = f" (#{done.first} to #{done.last})" if done.created > 1 else f" (#{done.first})" if done.created else ""
    said = f"{count(done.created, 'task')} created{which}"
    if done.duplicates and done.twin == done.first:
        said += f"; {done.duplicates:,} more would have been the same task"
    elif done.duplicates:
        said += f"; {done.duplicates:,} were there already, the first is #{done.twin}"
    if done.trouble:
        return f"{said}; then it ended at {done.asked + 1:,} of {done.times:,}: {done.trouble}"
    return f"{said}; stopped at {done.asked:,} of {done.times:,}." if done.asked < done.times else f"{said}."
