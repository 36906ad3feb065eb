"""What the screen of a task says of its log: attempt after attempt, the newest first, each in the order of its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from core.snapshot import AttemptLog, LogLine
from tui.look import Piece, Tone, clock, count, moment, pieces
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import CUT

Line = tuple[Piece, ...]

MOST_ROWS = 500
"""Rows of a log that are shown."""

LEVELS = {"WARNING": Tone.WARN, "ERROR": Tone.BAD, "CRITICAL": Tone.BAD}


def log_title(logs: Sequence[AttemptLog]) -> str:
    """The heading over `log_rows`."""
    return f"Log ({count(sum(len(log.lines) for log in logs), 'line')})"


def log_rows(logs: Sequence[AttemptLog], *, reveal: bool) -> list[Line]:
    """The first rows of these logs; only what is shown is looked at."""
    rows = list(islice((row for log in logs for row in attempt_log(log, reveal)), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        rows[MOST_ROWS] = ((f"{CUT} cut after {MOST_ROWS} rows; Y copies the whole", Tone.WARN),)
    return rows


def attempt_log(log: AttemptLog, reveal: bool) -> Iterator[Line]:
    """Whose it is, and its lines."""
    yield pieces((f"Attempt {log.number}  ", Tone.STRONG), f"{log.worker_id}  ", (moment(log.started_at), Tone.MUTED))
    if log.dropped:
        yield ((f"{CUT} {count(log.dropped, 'earlier line')} not kept", Tone.WARN),)
    for line in log.lines:
        yield from log_line(line, reveal)


def log_line(line: LogLine, reveal: bool) -> Iterator[Line]:
    """A line; the end of a traceback below it, set in."""
    first, *rest = (line.text if reveal else masked_text(line.text)).split("\n")
    tone = LEVELS.get(line.level, Tone.PLAIN)
    yield pieces(
        (f"{clock(line.at):<8}  ", Tone.MUTED),
        (f"{line.level:<8} ", tone),
        (f"{line.logger}  ", Tone.MUTED),
        (first, tone),
    )
    for each in rest:
        yield pieces("          ", (each, Tone.MUTED))
