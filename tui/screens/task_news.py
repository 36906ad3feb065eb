"""What is told in the form of a new task before it is sent: the task that is the same, and how often it is repeated."""

from __future__ import annotations

from core.forms import Path
from core.repeating import Repeated
from core.twins import Twin
from tui.look import Piece, Tone, count, number
from tui.widgets.safe_text import head


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


def repetition_told(counter: Path | None, times: str, written: bool) -> tuple[Piece, ...]:
    """Where the number goes; ``written``: ``{n}`` is in a text."""
    if counter is None:
        return (("⚠ All the same task: write {n} in a text, or choose a counter.", Tone.WARN),)
    if written:
        return (("{n} counts from 1.", Tone.MUTED),)
    return ((f"{head(dotted(counter), 40)} ends with the number, 1 to {times}.", Tone.MUTED),)


def summary(done: Repeated) -> str:
    """What became of a repetition, in a sentence."""
    which = f" (#{done.first} to #{done.last})" if done.created > 1 else f" (#{done.first})" if done.created else ""
    said = f"{count(done.created, 'task')} created{which}"
    if done.duplicates:
        said += f"; {done.duplicates:,} were there already, the first is #{done.twin}"
    if done.trouble:
        return f"{said}; then it ended at {done.asked + 1:,} of {done.times:,}: {done.trouble}"
    return f"{said}; stopped at {done.asked:,} of {done.times:,}." if done.asked < done.times else f"{said}."
