"""Two hundred texts that would act on a terminal, and a board in a process of its own that shows them all.

Run as a program it opens the board; what stands behind ``MARK`` in a text tells which one it is.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace

from core.details import (
    AttemptLog,
    AttemptRow,
    KeptReport,
    LogLine,
    TaskDetail,
    TypeDetail,
    WorkerDetail,
    WorkerTask,
)
from core.diagnosis import LONGEST_SENTENCE, Cause, Cure, Diagnosis
from core.models import Claim, HistoryEntry, RowOutcome, TaskStatus, TaskType, TypeVersion
from core.saved import IdeaDetail, Save
from core.schema_changes import steps_of
from core.snapshot import ActivityEntry, FailureGroup, QueueView, ResultRow, Snapshot, TypeRow
from tests.tui import scenes
from tests.tui.fakes import FakeConnection
from tui.app import BoardApp

CSI = ("2J", "H", "31m", "?1049l", "?1003h", "6n", "c", "1;1r", "8;9;9t", "21t", "?25l", "5i", "999B", "0q", "!p")
OSC = (
    "0;owned\a", "2;owned\x1b\\", "52;c;b3duZWQ=\a", "8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\", "10;?\a",
    "4;0;rgb:00/00/00\a", "1337;File=:AAAA\a", "9;owned\a", "777;notify;a;b\a", "104\a",
)  # fmt: skip
OTHERS = (
    "\x1bPq#0;2\x1b\\",
    "\x1b_Ga=T;AAAA\x1b\\",
    "\x1b^pm\x1b\\",
    "\x1bXsos\x1b\\",
    "\x1bc",
    "\x1b#8",
    "\x1b(0",
    "\x1bZ",
)
MARKUP = ("[bold red]x[/]", "[@click=app.quit]x[/]", "[link=http://evil.example]x[/link]", "[/]", "[", "\\[x]")
ZALGO = "a" + "\u0301\u0335" * 60

PAYLOADS: tuple[str, ...] = (
    *(f"\x1b[{each}" for each in CSI),
    *(f"\x9b{each}" for each in CSI),
    *(f"\x1b]{each}" for each in OSC),
    *(f"\x9d{each}" for each in OSC),
    *OTHERS,
    *(chr(code) for code in (*range(32), *range(127, 160))),
    *map(chr, range(0xE0020, 0xE0040)),
    *(chr(code) for code in (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070))),
    *(
        chr(code)
        for code in (
            *range(0xE0020, 0xE0040),
            0xFEFF,
            0xFFF9,
            0xFFFB,
            0x115F,
            0x3164,
            0x2800,
            0xE0001,
            0xE0041,
            0xE007F,
            0xE0100,
        )
    ),
    *("x" + chr(code) * 40 for code in (0xFE00, 0xFE0F, 0x0489, 0x20DD)),
    *("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f44d\U0001f3fd", "漢" * 400, "x" * 30_000, ZALGO, "\ud800"),
    *MARKUP,
)

AT = "2026-03-01T11:58:25.000000+00:00"
ROWS = 8
"""Rows that share all payloads, so that each stands somewhere in sight."""


def rotated(place: int) -> list[str]:
    """Every payload, beginning with another one for each place."""
    start = place * 29 % len(PAYLOADS)
    return [*PAYLOADS[start:], *PAYLOADS[:start]]


def texts(place: int, many: int) -> list[str]:
    """So many short texts that hold all payloads among them."""
    return ["".join(f"{each[:60]}." for each in rotated(place)[n::many]) for n in range(many)]


def snapshot() -> Snapshot:
    """The payloads in types, workers, parameters, errors, results and events."""
    kinds, owners, errors, titles, events = (texts(place, ROWS) for place in range(5))
    rows = tuple(
        scenes.task(
            ROWS - n,
            (TaskStatus.FAILED, TaskStatus.CLAIMED)[n % 2],
            kinds[n],
            error=errors[n],
            claimed_by=owners[n],
            parameters={each: each for each in rotated(n)},
            result={"all": list(PAYLOADS)},
            attempts=2,
        )
        for n in range(ROWS)
    )
    workers = scenes.workers()
    return replace(
        scenes.BUSY,
        server=scenes.server(label=f"/tmp/{errors[0]}", source=titles[0]),
        types=tuple(TypeRow(kinds[n], n, titles[n], True, {"properties": {errors[n]: {}}}) for n in range(ROWS)),
        view=QueueView(tasks=rows, total=ROWS, at=scenes.NOW),
        workers=tuple(replace(workers[n % 4], id=owners[n], note=events[n], until=None) for n in range(ROWS)),
        results=tuple(ResultRow(str(n), titles[n], owners[n], events[n], "", n, kinds[n]) for n in range(ROWS)),
        failures=tuple(FailureGroup(errors[n], kinds[n], 1, (n + 1,), scenes.NOW, scenes.NOW) for n in range(ROWS)),
        activity=tuple(ActivityEntry(n, scenes.NOW, "error", events[n], n) for n in range(ROWS)),
        held=events[1],
    )


def connection() -> FakeConnection:
    """What the board is opened on."""
    made = FakeConnection(snapshot())
    lines = tuple(LogLine(scenes.NOW, "INFO", each[:40], each) for each in PAYLOADS)
    for task in snapshot().view.tasks:
        made.verbs.details[task.id] = TaskDetail(
            task,
            attempts=tuple(AttemptRow(1, each, scenes.NOW, scenes.NOW, each[:20], each, 1) for each in PAYLOADS[:60]),
            history=tuple(HistoryEntry(scenes.NOW, each[:20], each, 1, each) for each in PAYLOADS[:60]),
            notes=tuple(each[:60] for each in PAYLOADS),
            report=PAYLOADS[0],
            logs=(AttemptLog(1, PAYLOADS[0], scenes.NOW, lines, 0),),
        )
        made.verbs.outcomes[task.id] = RowOutcome(task.id, False, texts(6, ROWS)[task.id - 1])
    opened(made)
    return made


def opened(made: FakeConnection) -> None:
    """The payloads in whatever opens above the board."""
    said = texts(5, ROWS)
    fields = {each: each for each in PAYLOADS}
    made.verbs.ideas = defaultdict(
        lambda: IdeaDetail(said[0], said[1], fields, said[2], fields, (Save(said[3], 1, said[4], said[5], 1, AT),))
    )
    for worker in made.snapshot.workers:
        tasks = tuple(WorkerTask(n, each, 1, False, each, 0, 1.0, scenes.NOW, each) for n, each in enumerate(said))
        log = tuple(ActivityEntry(n, scenes.NOW, "info", each) for n, each in enumerate(said))
        made.verbs.opened[worker.id] = WorkerDetail(worker.id, tasks, log)
    for row in made.snapshot.types:
        kind = TaskType(1, row.name, said[0], {"properties": {each: {"enum": [each]} for each in PAYLOADS}}, True)
        schemas = ({}, kind.param_schema or {}, {"properties": {each: {"default": each} for each in said}})
        versions = [TypeVersion(n, said[n], each, n > 1, scenes.NOW, n) for n, each in enumerate(schemas)]
        made.verbs.opened_types[row.name] = TypeDetail(kind, said[1], (said[2],), steps_of(versions[::-1]))
    made.verbs.kept = [
        KeptReport(Claim(n, AT), each, each, 1, "dead", False, said[-n], each) for n, each in enumerate(said)
    ]
    brief = [each[:LONGEST_SENTENCE] for each in said]
    causes = tuple(Cause("x", each, (("said", each),), (Cure("Mend", each, risk=each),)) for each in brief)
    for number in (None, *range(1, ROWS + 1)):
        made.verbs.diagnoses[number] = Diagnosis(number, scenes.NOW, causes, tuple(brief), task_type=said[0])


if __name__ == "__main__":
    sys.exit(BoardApp(connection(), now=lambda: scenes.NOW).run())
