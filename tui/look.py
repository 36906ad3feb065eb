"""How things look: symbols with words, tones, ages, bars and sparklines."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeAlias

from rich.cells import cell_len
from textual.content import Content

from core.models import Task, TaskStatus, WorkerState, WorkerStatus, utcnow
from core.snapshot import Link, ServerStatus
from tui.widgets.safe_text import head


class Tone(StrEnum):
    """What a text means, as far as colour can say it."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    BUSY = "busy"
    ACCENT = "accent"
    KEY = "key"


Piece: TypeAlias = tuple[str, Tone]
"""A text and its tone. The text may come from anywhere: it is made safe where it is drawn."""

Line: TypeAlias = tuple[Piece, ...]
"""Pieces beside each other."""

STYLES: Final[dict[Tone, str]] = {
    Tone.PLAIN: "$foreground",
    Tone.STRONG: "bold",
    Tone.MUTED: "$foreground-muted",
    Tone.GOOD: "$text-success",
    Tone.WARN: "$text-warning",
    Tone.BAD: "$text-error",
    Tone.BUSY: "$text-primary",
    Tone.ACCENT: "$text-accent",
    Tone.KEY: "bold $text-accent",
}
"""Tones in the colours of the theme."""

STATUS: Final[dict[TaskStatus, Piece]] = {
    TaskStatus.PENDING: ("○ pending", Tone.PLAIN),
    TaskStatus.CLAIMED: ("● claimed", Tone.BUSY),
    TaskStatus.COMPLETED: ("✓ completed", Tone.GOOD),
    TaskStatus.FAILED: ("✗ failed", Tone.BAD),
}

CANCELLED: Final[Piece] = ("⊘ cancelled", Tone.MUTED)
"""In place of failed, where somebody has ended the task."""

WORKER: Final[dict[WorkerState, Piece]] = {
    WorkerState.STARTING: ("◌ starting", Tone.MUTED),
    WorkerState.IDLE: ("○ idle", Tone.PLAIN),
    WorkerState.POLLING: ("○ polling", Tone.PLAIN),
    WorkerState.BUSY: ("● busy", Tone.BUSY),
    WorkerState.BACKING_OFF: ("◔ backing off", Tone.WARN),
    WorkerState.PAUSED: ("‖ paused", Tone.WARN),
    WorkerState.DRAINING: ("↓ draining", Tone.WARN),
    WorkerState.STOPPED: ("■ stopped", Tone.MUTED),
    WorkerState.CRASHED: ("✗ crashed", Tone.BAD),
    WorkerState.SILENT: ("? silent", Tone.BAD),
}

LATE = 15.0
"""Seconds after which it is said that nothing is heard; readings and the rests between them take less."""

LINK: Final[dict[Link, Piece]] = {
    Link.CONNECTING: ("◌ connecting", Tone.WARN),
    Link.LIVE: ("● live", Tone.GOOD),
    Link.OFFLINE: ("✗ offline", Tone.BAD),
    Link.REFUSED: ("✗ key refused", Tone.BAD),
}

LEVEL: Final[dict[str, Piece]] = {
    "info": ("·", Tone.MUTED),
    "warning": ("⚠", Tone.WARN),
    "error": ("✗", Tone.BAD),
}

BLOCKS: Final = " ▁▂▃▄▅▆▇█"

STREAK: Final = 3
"""Failed attempts in a row from which on a worker is worth a look."""

TWO_MOMENTS: Final = 76
"""Cells of a line that tells two whole dates and times."""

OWN_NAME: Final = re.compile(r"-\d+-([0-9a-f]{4}-\d+)$")
"""The end of a worker id that the engine made: ``prefix-host-pid-mark-number``."""


def status_of(task: Task) -> Piece:
    """Symbol and word of the status of a task; one that was cancelled did not fail."""
    return CANCELLED if task.is_cancelled else STATUS[task.status]


def sign_of_rest(code: str) -> str:
    """What stands at tasks that wait because somebody has paused or stopped workers here."""
    return "‖" if code == "workers-paused" else "■"


def pieces(*said: Piece | str) -> Line:
    """A cell or line of these; a bare text is plain."""
    return tuple((each, Tone.PLAIN) if isinstance(each, str) else each for each in said)


def content(said: Iterable[Piece]) -> Content:
    """Pieces as content for a widget: safe, and never read as markup."""
    return Content.assemble(*((head(text), STYLES[tone]) for text, tone in said))


def lines(rows: Iterable[Iterable[Piece]]) -> Content:
    """Several lines of pieces as one content."""
    return Content("\n").join([content(row) for row in rows])


def age(since: datetime | None, now: datetime) -> str:
    """How long ago that was: ``0.4s``, ``12s``, ``7m12s``, ``3h05m``, ``2d04h``; a dash when it is not known."""
    if since is None:
        return "–"
    return duration(max(0.0, (now - since).total_seconds()))


def duration(seconds: float) -> str:
    """A length of time in at most six characters; tenths below ten seconds."""
    tenths = round(seconds, 1)
    if tenths < 10 and tenths != int(tenths):
        return f"{tenths:.1f}s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02}h"


def whole_age(since: datetime | None, now: datetime) -> str:
    """An age without tenths, for rows that tick each second."""
    return "–" if since is None else duration(int(max(0.0, (now - since).total_seconds())))


class Times:
    """The one place that knows how times are told: in UTC, in local time, or as ages. A terminal has one of it."""

    def __init__(self) -> None:
        self.way = "utc"
        self.now: Callable[[], datetime] = utcnow

    @property
    def as_ages(self) -> bool:
        """Whether a time is told by how long ago it was."""
        return self.way == "relative"

    @property
    def is_local(self) -> bool:
        """Whether times are told in the zone of this machine."""
        return self.way == "local"

    def here(self, at: datetime) -> datetime:
        """That time in the zone that is told."""
        return at.astimezone(None if self.is_local else UTC)

    def zone(self, at: datetime) -> str:
        """The name of that zone."""
        return self.here(at).tzname() or "local"


TIMES: Final = Times()
"""How this terminal tells times; the app sets it."""


def clock(at: datetime | None) -> str:
    """A time of day, in the zone that is chosen; or its age."""
    if at is None or TIMES.as_ages:
        return whole_age(at, TIMES.now())
    return f"{TIMES.here(at):%H:%M:%S}"


def moment(at: datetime | None) -> str:
    """A date and time with its zone; or its age."""
    if at is None:
        return "–"
    if TIMES.as_ages:
        return f"{whole_age(at, TIMES.now())} ago"
    return f"{TIMES.here(at):%Y-%m-%d %H:%M:%S} {TIMES.zone(at)}"


def short_moment(at: datetime | None) -> str:
    """A date and time without year, seconds and zone; or its age."""
    if at is None or TIMES.as_ages:
        return whole_age(at, TIMES.now())
    return f"{TIMES.here(at):%m-%d %H:%M}"


def moment_in(at: datetime | None, width: int) -> str:
    """A date and time, in short where a line of ``width`` cells has no room for two whole ones."""
    return moment(at) if width >= TWO_MOMENTS else short_moment(at)


def until(at: datetime) -> str:
    """A time that is still to come: ``until 12:30:00``, or ``for 25s``."""
    return f"for {whole_age(TIMES.now(), at)}" if TIMES.as_ages else f"until {clock(at)}"


def time_told(now: datetime) -> str:
    """What the status line says of the time: ``12:30 UTC``, or that times are ages."""
    return "times as ages" if TIMES.as_ages else f"{TIMES.here(now):%H:%M} {TIMES.zone(now)}"


def bar(percent: int, width: int = 6) -> str:
    """A progress bar of ``width`` cells."""
    full = round(max(0, min(100, percent)) / 100 * width)
    return "█" * full + "░" * (width - full)


def sparkline(values: Sequence[int], width: int) -> str:
    """The newest ``width`` values, each as a block as high as its share of the highest; at least one cell for any."""
    shown = values[-width:]
    top = max(shown, default=0)
    if not top:
        return "▁" * len(shown)
    return "".join(BLOCKS[max(1, -(-value * 8 // top))] if value else "▁" for value in shown)


def count(number: int, noun: str) -> str:
    """``1 task``, ``1,204 tasks``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def number(value: int, *, exact: bool = True) -> str:
    """A number with its thousands marked; a partial one with a plus."""
    return f"{value:,}" if exact else f"{value:,}+"


def ids(task_ids: Sequence[int], most: int = 3) -> str:
    """``#4, #5 and 7 more``."""
    named = ", ".join(f"#{each}" for each in task_ids[:most])
    return named if len(task_ids) <= most else f"{named} and {len(task_ids) - most:,} more"


def short_name(worker_id: str) -> str:
    """A worker as people tell it from others: the mark of its start and its number, where its id has them."""
    found = OWN_NAME.search(worker_id)
    return found[1] if found else worker_id


def streak_tone(worker: WorkerStatus) -> Tone:
    """How its failed attempts in a row are shown."""
    if worker.failed_in_a_row >= STREAK:
        return Tone.WARN
    return Tone.PLAIN if worker.failed_in_a_row else Tone.MUTED


def is_late(server: ServerStatus, now: datetime) -> bool:
    """Whether a TaskManager that was there has let us hear nothing for longer than a reading takes."""
    if server.link is not Link.LIVE or server.heard_at is None or server.retry_at is not None:
        return False
    return (now - server.heard_at).total_seconds() >= LATE


def unheard(server: ServerStatus, now: datetime) -> tuple[Piece, ...]:
    """That the TaskManager is away, and how old what is shown is for that; nothing while it answers."""
    if is_late(server, now):
        return ((f"◌ nothing heard for {whole_age(server.heard_at, now)}  ", Tone.WARN),)
    if server.link is Link.LIVE:
        return ()
    said, tone = LINK[server.link]
    heard = "" if server.heard_at is None else f", heard {whole_age(server.heard_at, now)} ago"
    return ((f"{said}{heard}  ", tone),)


BELOW: Final = 4
"""Cells by which a text is indented that stands below what names it."""

BETWEEN: Final = "  "
"""What stands between two texts of a line."""

LEAST_ROOM: Final = 12
"""Cells beside a name below which a text stands under it: there it would be a column of letters."""


def hanging(first: Sequence[Piece], text: Piece, indent: int, width: int) -> list[Line]:
    """A text behind ``first``, which takes ``indent`` cells; where it is long, it goes on below its own start.

    Where ``first`` leaves it no room, all of it stands below.
    """
    said, tone = text
    if width - indent < min(LEAST_ROOM, width // 2):
        below = textwrap.wrap(said, max(1, width - BELOW))
        return [tuple(first), *(((" " * BELOW + line, tone),) for line in below)]
    begun, *others = textwrap.wrap(said, max(1, width - indent)) or [""]
    return [(*first, (begun, tone)), *(((" " * indent + line, tone),) for line in others)]


def flowing(first: Sequence[Piece], parts: Sequence[Piece], indent: int, width: int) -> Iterator[Line]:
    """Short texts behind ``first``, which takes ``indent`` cells: as many in a line as there is room for, each whole;
    one that is too long for a line goes on below its own start."""
    line, taken = list(first), indent
    for text, tone in parts:
        size = cell_len(text)
        if taken > indent and taken + len(BETWEEN) + size > width:
            yield tuple(line)
            line, taken = [(" " * indent, Tone.PLAIN)], indent
        gap = BETWEEN if taken > indent else ""
        if taken + len(gap) + size <= width:
            line += [(gap + text, tone)]
            taken += len(gap) + size
        else:
            *above, last = hanging(line, (text, tone), indent, width)
            yield from above
            line, taken = list(last), indent + cell_len(last[-1][0])
    yield tuple(line)
