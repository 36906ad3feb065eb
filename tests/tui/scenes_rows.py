"""What scenes are made of: tasks, types, workers and what became of them, at a fixed time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.details import AttemptRow, KeptReport, TaskDetail
from core.models import Claim, HistoryEntry, InHand, Json, Task, TaskStatus, WorkerState, WorkerStatus
from core.snapshot import ActivityEntry, Counts, Link, ResultRow, ServerStatus, TypeRow

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CHANNEL = "PrismQ.YouTube.Channel.Scrape"
SEARCH = "PrismQ.YouTube.Video.Search"
VIDEO = "PrismQ.YouTube.Video.Scrape"
HOSTILE = "\x1b[31mred\x1b[0m\x07 \u202eevil\u202c [bold]no markup[/] zero\u200bwidth\x9b2J\r\nline"

SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "required": ["channel_url", "max_videos"],
    "properties": {
        "channel_url": {"type": "string", "format": "uri", "description": "The channel's address."},
        "max_videos": {
            "type": "integer",
            "minimum": 1,
            "maximum": 500,
            "default": 50,
            "description": "At most so many.",
        },
        "order": {"enum": ["date", "views"], "description": "Which videos first."},
    },
}


def ago(seconds: float) -> datetime:
    """That many seconds before the scene."""
    return NOW - timedelta(seconds=seconds)


def server(link: Link = Link.LIVE, **more: object) -> ServerStatus:
    """The embedded TaskManager, heard of just now."""
    known = {"label": "/home/ann/.local/share/prismq-workers/taskmanager.db", "heard_at": ago(0.4), "source": "sample"}
    known["can"] = frozenset({"retry", "release", "cancel", "delete"})
    return replace(ServerStatus(link=link, **known), **more)  # type: ignore[arg-type]  # fields by name


def task(number: int, status: TaskStatus = TaskStatus.PENDING, kind: str = CHANNEL, **more: object) -> Task:
    """A task that was created a while ago."""
    made = Task(number, kind, {"channel_url": "https://example.org/@lofi", "api_key": "s3cret"}, status=status)
    return replace(made, **({"created_at": ago(40 + (11000 - number) * 13)} | more))


def busy_tasks() -> tuple[Task, ...]:
    """A queue in which something of everything goes on."""
    claimed, failed, done = TaskStatus.CLAIMED, TaskStatus.FAILED, TaskStatus.COMPLETED
    rows = [
        task(10431, claimed, SEARCH, claimed_by="w-ann-4242-5a3b-2", claimed_at=ago(12), progress=64, attempts=1),
        task(10430),
        task(10429, claimed, claimed_by="w-gone-17-0c2e-1", claimed_at=ago(432), progress=20, attempts=2, priority=5),
        task(10428, kind=VIDEO, attempts=1, error="HTTP 503 from the source"),
        task(
            10427,
            failed,
            VIDEO,
            attempts=3,
            completed_at=ago(95),
            error="quota exceeded: key=AIzaSyNOTREAL",
            claimed_by="w-ann-4242-5a3b-1",
        ),
    ]
    rows += [
        task(
            10426 - n,
            done,
            (CHANNEL, SEARCH, VIDEO)[n % 3],
            attempts=1,
            completed_at=ago(100 + 7 * n),
            claimed_by=f"w-ann-4242-5a3b-{n % 3 + 1}",
            progress=100,
        )
        for n in range(30)
    ]
    return tuple(rows)


def types() -> tuple[TypeRow, ...]:
    """The three types of the demo."""
    return (
        TypeRow(
            CHANNEL, 1, "1.0.0", True, SCHEMA, Counts(812, 1, 4100, 0), ago(130), (2, 3, 5, 9, 7, 8, 6, 8), True, 3
        ),
        TypeRow(SEARCH, 2, "1.0.0", True, {}, Counts(390, 2, 2310, 0), ago(44), (1, 1, 2, 2, 3, 3, 4, 4), True, 3),
        TypeRow(VIDEO, 3, "1.2.0", True, {}, Counts(2, 0, 2000, 2), ago(9), (0, 0, 1, 0, 0, 2, 0, 0), False, 0),
    )


def workers() -> tuple[WorkerStatus, ...]:
    """Four workers: two at work, one waiting, one paused."""
    both = (CHANNEL, SEARCH)
    return (
        WorkerStatus(
            "w-ann-4242-5a3b-1",
            WorkerState.BUSY,
            both,
            in_hand=(InHand(10432, CHANNEL, 1, ago(3), 12, "page 2 of 9"),),
            done=3412,
            failed=1,
            last_seen=ago(0),
        ),
        WorkerStatus(
            "w-ann-4242-5a3b-2",
            WorkerState.BUSY,
            both,
            in_hand=(InHand(10431, SEARCH, 1, ago(12), 64, "30 found"),),
            done=2780,
            failed=1,
            last_seen=ago(0),
        ),
        WorkerStatus(
            "w-ann-4242-5a3b-3",
            WorkerState.BACKING_OFF,
            both,
            until=NOW + timedelta(seconds=4),
            done=2218,
            last_seen=ago(1),
        ),
        WorkerStatus("w-ann-4242-5a3b-4", WorkerState.PAUSED, both, "LIFO", last_seen=ago(2)),
    )


def results() -> tuple[ResultRow, ...]:
    """What was saved of late."""
    titles = ("How to edit faster", "Ten quiet places", "Why bread rises", "A day in the harbour", "Rust in an hour")
    return tuple(
        ResultRow(
            str(900 - n),
            title,
            "youtube",
            f"https://example.org/watch?v={n}",
            "",
            10426 - n,
            CHANNEL,
            "w-ann-4242-5a3b-1",
            1,
            0.8 + n,
            3,
        )
        for n, title in enumerate(titles)
    )


def activity() -> tuple[ActivityEntry, ...]:
    """What happened of late."""
    return (
        ActivityEntry(1, ago(95), "error", "#10427 failed: quota exceeded", 10427),
        ActivityEntry(2, ago(60), "warning", "#10428 is tried again: HTTP 503 from the source", 10428),
        ActivityEntry(3, ago(12), "info", "w-ann-4242-5a3b-2 claimed #10431", 10431),
    )


def detail() -> TaskDetail:
    """A task that failed twice and is in hand a third time."""
    row = replace(busy_tasks()[2], attempts=3, result={"items_processed": 0}, error="HTTP 503\nfrom the source")
    return TaskDetail(
        row,
        attempts=(
            AttemptRow(1, "w-ann-4242-5a3b-1", ago(900), ago(890), "failed", "HTTP 503", 40),
            AttemptRow(2, "w-ann-4242-5a3b-3", ago(600), ago(540), "released", "released by hand", 10),
            AttemptRow(3, "w-gone-17-0c2e-1", ago(432), None, "", "", 20),
        ),
        history=(HistoryEntry(ago(910), "created"), HistoryEntry(ago(900), "claimed", "w-ann-4242-5a3b-1", 1)),
        ideas=results()[:2],
        notes=("Its worker was last heard of 7 minutes ago.",),
    )


def kept_reports() -> list[KeptReport]:
    """A success whose claim was lost, and a failure that the TaskManager will never take."""
    refused = "Task 10311 has been claimed again (attempt 3)."
    return [
        KeptReport(
            Claim(10427, "2026-03-01T11:58:25.000000+00:00"),
            VIDEO,
            "w-ann-4242-5a3b-1",
            3,
            "dead",
            False,
            "quota exceeded: key=AIzaSyNOTREAL",
            "The error is too long for this TaskManager.",
            ago(95),
        ),
        KeptReport(
            Claim(10311, "2026-03-01T09:02:10.000000+00:00"),
            CHANNEL,
            "w-ann-4242-5a3b-2",
            2,
            "refused",
            True,
            '{"items_processed": 12, "idea_ids": ["900", "901"]}',
            refused,
            ago(10700),
        ),
    ]
