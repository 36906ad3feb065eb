"""What is told in the form of a new task before it is sent: the task that is the same, and how often it is repeated."""

from __future__ import annotations

from collections.abc import Mapping

from core.form_values import NUMBER, numbered, text_at
from core.forms import Path
from core.models import Json
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


def repetition_told(
    params: Mapping[str, Json], counter: Path | None, times: int, *, can_number: bool
) -> tuple[Piece, ...]:
    """What so many tasks are: each with its number in the text ``counter``, or all the same, which is one task."""
    if counter is None:
        mend = f"Choose a text under “Numbered in”, or write {NUMBER} in one." if can_number else NO_TEXT
        return ((f"⚠ {times:,} times the same is 1 task: {ONCE} {mend}", Tone.WARN),)
    sample = around(text_at(params, counter))
    *others, last = (f"“{head(numbered(sample, number))}”" for number in sorted({1, 2, times}))
    listed = f"{', '.join(others)}{', …' if times > MOST_LISTED else ' and'} {last}"
    said = f"{times:,} tasks, told apart by a number in {head(dotted(counter), 40)}: {listed}."
    return ((said, Tone.PLAIN), (f" All the same they would be 1 task. {elsewhere(sample)}", Tone.MUTED))


def elsewhere(sample: str) -> str:
    """How the number comes to stand where it is wanted."""
    return f"{NUMBER} is the number." if NUMBER in sample else f"{NUMBER} in a text puts the number there."


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
