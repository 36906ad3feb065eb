"""The log on the screen of a task: attempt after attempt, the newest first, each in the order of its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.details import AttemptLog, LogLine
from tui.look import Tone, clock, count, moment, pieces
from tui.widgets.branches import Row, Rows
from tui.widgets.long_text import hung
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import CUT, head

LEVELS = {"WARNING": Tone.WARN, "ERROR": Tone.BAD, "CRITICAL": Tone.BAD}

INDENT = 10
"""Cells before what goes on below a line: its time."""


def log_title(logs: Sequence[AttemptLog]) -> str:
    """The heading over `log_rows`."""
    return f"Log ({count(sum(len(log.lines) for log in logs), 'line')})"


def log_rows(logs: Sequence[AttemptLog], width: int, reveal: bool) -> Iterator[Row]:
    """A row for each attempt, that holds its lines; the newest is unfolded."""
    for place, log in enumerate(logs):
        lines = count(len(log.lines), "line")
        said = pieces((f"Attempt {log.number}  ", Tone.STRONG), log.worker_id)
        folded = (*said, (f"  {lines}", Tone.MUTED))
        branch = Rows(lambda log=log: attempt_log(log, width, reveal))
        yield Row(str(log.started_at), said, branch, folded, place == 0)


def attempt_log(log: AttemptLog, width: int, reveal: bool) -> Iterator[Row]:
    """When it began, and its lines."""
    yield Row("begun", ((moment(log.started_at), Tone.MUTED),), depth=1)
    if log.dropped:
        yield Row("dropped", ((f"{CUT} {count(log.dropped, 'earlier line')} not kept", Tone.WARN),), depth=1)
    for number, line in enumerate(log.lines, log.dropped):
        yield from log_line(number, line, width - 2, reveal)


def log_line(number: int, line: LogLine, width: int, reveal: bool) -> Iterator[Row]:
    """A line, wrapped below itself; the end of a traceback below it, set in."""
    first, *rest = (line.text if reveal else masked_text(line.text)).split("\n")
    tone = LEVELS.get(line.level, Tone.PLAIN)
    before = pieces((f"{clock(line.at):<8}  ", Tone.MUTED), (f"{line.level} ", tone), (f"{line.logger}  ", Tone.MUTED))
    indent = sum(len(head(text)) for text, _ in before)
    if indent + len(first) <= width:
        yield Row((number, 0), (*before, (first, tone)), depth=1)
    else:
        yield Row((number, 0), before, depth=1)
        rest = [first, *rest]
    part = 0
    for each in rest:
        colour = tone if each is first else Tone.MUTED
        for shown in hung(pieces(" " * INDENT), (each, colour), INDENT, width):
            part += 1
            yield Row((number, part), shown, depth=1)
