"""What the screen of a task says, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.details import TaskDetail
from core.diagnosis import Diagnosis
from core.models import HistoryEntry, Json, TaskStatus
from tui.key_map import keyed
from tui.look import TIMES, Line, Piece, Tone, bar, clock, count, duration, moment, pieces, status_of, whole_age
from tui.screens.task_attempts import is_retry, timeline
from tui.screens.task_log import log_rows, log_title
from tui.widgets.branches import Row
from tui.widgets.json_view import JsonShape
from tui.widgets.long_text import LongText, hung
from tui.widgets.masking import masked_text
from tui.widgets.outline import Section
from tui.widgets.outline_canvas import amount

MOST_OF_A_LINE = 2_000
"""Characters of a message that are looked at."""

CLOSED = ("report", "history")
"""Sections that begin folded."""

LABEL = 10
"""Cells of the name of a field."""


@dataclass(frozen=True, slots=True)
class Showing:
    """How it is told: at which time, in how many cells, with secrets or without, on which TaskManager (its URL; empty
    for the embedded one), and why it is not done, where that is known."""

    now: datetime
    width: int = 80
    reveal: bool = False
    url: str = ""
    why: Diagnosis | None = None


def sections(detail: TaskDetail, how: Showing, sizes: Mapping[str, int] | None = None) -> list[Section]:
    """Everything that is there to tell, in the order in which it is asked for. ``sizes``: characters of those that are
    large, by section."""
    task, large = detail.task, sizes or {}
    made = [
        timed("overview", "Overview", list(overview(detail, how)), how),
        of_json("parameters", "Parameters", dict(task.parameters), how, large),
    ]
    if task.error:
        has_failed = task.status is TaskStatus.FAILED and not task.is_cancelled
        error = of_text("error", "Error" if has_failed else "Last error", task.error, how)
        made.insert(0 if has_failed else len(made), error)  # why it failed is what one came to read
    if task.result is not None:
        made.append(of_json("result", "Result", task.result, how, large))
    if detail.attempts:
        made.append(timed("attempts", f"Attempts ({len(detail.attempts)} in all)", list(timeline(detail, how)), how))
    if detail.logs:
        logs = detail.logs
        made.append(Section("log", log_title(logs), (logs, *frame(how)), lambda: log_rows(logs, how.width, how.reveal)))
    made += ended(detail, how, large)
    for section in made:
        section.opens = section.key not in CLOSED
    return made


def ended(detail: TaskDetail, how: Showing, large: Mapping[str, int]) -> Iterator[Section]:
    """What is kept of it: ideas, the report that is owed, its history."""
    if detail.ideas:
        title = f"Ideas ({count(len(detail.ideas), 'idea')})"
        yield Section("ideas", title, (detail.ideas, *frame(how)), lambda: ideas(detail, how))
    if detail.saved is not None:
        yield of_json("saved", "Saved result", detail.saved, how, large)
    if detail.report:
        yield of_text("report", "Report", detail.report, how)
    if detail.history:
        title = f"History ({len(detail.history)})"
        yield Section("history", title, (detail.history, *frame(how)), lambda: happened(detail.history, how))


def frame(how: Showing) -> tuple[object, ...]:
    """What a section depends on besides what it tells."""
    return (how.width, how.reveal)


def timed(key: str, title: str, said: Sequence[Line], how: Showing) -> Section:
    """A section of a few lines that may be others at any second."""
    rows = list(numbered(said))
    return Section(key, title, (said, *frame(how)), lambda: rows)


def of_json(key: str, title: str, value: Json, how: Showing, large: Mapping[str, int]) -> Section:
    """A section of JSON."""
    size = large.get(key)
    named = f"{title} ({amount(size)})" if size else title
    shape = JsonShape(how.width, how.reveal)
    find = lambda needle: shape.finds(value, needle)  # noqa: E731
    return Section(key, named, (value, *frame(how)), lambda: shape.rows(value), total=size, finds=find)


def of_text(key: str, title: str, text: str, how: Showing) -> Section:
    """A section of text."""
    long = LongText(text, how.width, Tone.BAD if key == "error" else Tone.PLAIN, reveal=how.reveal)
    named = f"{title} ({amount(len(text))})" if len(text) >= 10_000 else title
    return Section(key, named, (text, *frame(how)), long.rows, total=len(text))


def numbered(said: Sequence[Line]) -> Iterator[Row]:
    """Lines as rows: known by what their first piece says, so that they are found again where others come in."""
    seen: dict[str, int] = {}
    for line in said:
        name = line[0][0] if line else ""
        seen[name] = seen.get(name, 0) + 1
        yield Row((name, seen[name]), line)


def wrapped(first: Sequence[Piece], text: Piece, indent: int, width: int) -> Iterator[Line]:
    """A short text behind ``first``, in rows that fit."""
    yield from hung(first, (" ".join(text[0][:MOST_OF_A_LINE].splitlines()), text[1]), indent, width)


def overview(detail: TaskDetail, how: Showing) -> Iterator[Line]:
    """What it is, where it is in its life, and whose it is; and what else there is to note."""
    task = detail.task
    symbol, tone = status_of(task)
    status: list[Piece | str] = [(symbol, tone)]
    if task.status is TaskStatus.CLAIMED:
        status += [(f"  {bar(task.progress, 20)}", Tone.BUSY), f" {task.progress}%"]
    yield pieces(*status)
    if how.why is not None and how.why.causes:
        yield from why(how.why, how)
    yield from field("Type", task.task_type, how)
    yield from field("Priority", str(task.priority), how)
    anew = " since it was retried" if any(is_retry(entry) for entry in detail.history) else ""
    yield from field("Attempts", f"{task.attempts} of {task.max_retries}{anew}", how)
    yield from field("Worker", task.claimed_by or "–", how)
    for label, at in (("Created", task.created_at), ("Claimed", task.claimed_at), ("Not before", task.retry_at)):
        if at is not None or label == "Created":
            yield times(label, at, how)
    if detail.deadline is not None:
        yield from claim(detail.deadline, detail.claim_timeout, how)
    if task.completed_at is not None:
        yield times("Ended", task.completed_at, how)
    yield from links(detail, how)
    for note in detail.notes:
        yield from wrapped((("⚠ ", Tone.WARN),), (masked_text(note), Tone.WARN), 2, how.width)


def why(diagnosis: Diagnosis, how: Showing) -> Iterator[Line]:
    """The first reason why it is not done; the panel tells all."""
    first, *others = diagnosis.causes
    sign, tone = ("⚠ ", Tone.WARN) if first.stuck else ("", Tone.PLAIN)
    more = keyed(f" ({{why}}: {count(len(others), 'more cause')})" if others else " ({why} tells more)")
    sentence = f"{sign}{masked_text(first.sentence)}{more}"
    yield from field("Why", sentence, how, tone)


def links(detail: TaskDetail, how: Showing) -> Iterator[Line]:
    """Where it can be read, and which tasks it stands in the way of."""
    task = detail.task
    if how.url:
        yield from field("Address", masked_text(f"{how.url.rstrip('/')}/tasks/{task.id}"), how)
    if task.dedupe_key:
        yield from field("Key", task.dedupe_key, how)
        yield from field("", f"The same task cannot be created again: #{task.id} holds its key.", how, Tone.MUTED)


def field(label: str, value: str, how: Showing, tone: Tone = Tone.PLAIN) -> Iterator[Line]:
    """A name and what it is."""
    yield from wrapped(((f"{label:<{LABEL}}", Tone.MUTED),), (value, tone), LABEL, how.width)


def times(label: str, at: datetime | None, how: Showing) -> Line:
    """A moment, and how long ago it was, or how long it is until then."""
    ago = f"  {whole_age(at, how.now)} ago" if at and not TIMES.as_ages else ""
    if at is not None and at > how.now:
        ago = f"  in {whole_age(how.now, at)}"
        if TIMES.as_ages:  # what is still to come has no age
            return ((f"{label:<{LABEL - 1}} ", Tone.MUTED), (ago.strip(), Tone.PLAIN))
    return ((f"{label:<{LABEL - 1}} ", Tone.MUTED), (moment(at), Tone.PLAIN), (ago, Tone.MUTED))


def claim(deadline: datetime, seconds: float, how: Showing) -> Iterator[Line]:
    """How much is left of the time of its claim, in which nobody else is given the task."""
    if deadline <= how.now:
        late = whole_age(deadline, how.now)
        yield from field("Claim", f"past its time since {late}: another worker may be given the task", how, Tone.WARN)
        return
    left = (deadline - how.now).total_seconds()
    tone = Tone.WARN if left < seconds / 4 else Tone.PLAIN
    yield from field("Claim", f"{whole_age(how.now, deadline)} left of {duration(seconds)}", how, tone)


def happened(history: Sequence[HistoryEntry], how: Showing) -> Iterator[Row]:
    """Its history, oldest first: a line for each entry, and below it what was said."""
    day = None
    for number, entry in enumerate(history):
        if entry.at is not None and TIMES.here(entry.at).date() != day and not TIMES.as_ages:
            day = TIMES.here(entry.at).date()
            yield Row(("day", str(day)), ((f"{day:%Y-%m-%d} {TIMES.zone(entry.at)}", Tone.STRONG),))
        at = clock(entry.at)
        attempt = f"  attempt {entry.attempts}" if entry.attempts else ""
        said = pieces((f"{at:<8}  ", Tone.MUTED), f"{entry.event:<10}  ", entry.worker or "", (attempt, Tone.MUTED))
        yield Row((number, "entry"), said)
        if entry.message:
            text = entry.message[:MOST_OF_A_LINE] if how.reveal else masked_text(entry.message[:MOST_OF_A_LINE])
            for part, line in enumerate(wrapped(pieces(" " * 10), (text, Tone.MUTED), 10, how.width)):
                yield Row((number, part), line)


def ideas(detail: TaskDetail, how: Showing) -> Iterator[Row]:
    """The ideas that came of it: what each is called, and below it where it is from."""
    for idea in detail.ideas:
        label = f"{idea.idea_id:>6}  "
        for part, line in enumerate(
            wrapped(((label, Tone.MUTED),), (idea.title or "(no title)", Tone.PLAIN), len(label), how.width)
        ):
            yield Row((idea.idea_id, part), line)
        if where := idea.source_url or idea.source_platform:
            yield Row((idea.idea_id, "where"), pieces(" " * len(label), (masked_text(where), Tone.MUTED)))
