"""Whole boards for scenes: nothing to do, work in hand, failures, no server, texts that are hostile or long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.models import TaskStatus
from core.snapshot import ActivityEntry, Counts, FailureGroup, Link, QueueView, ResultRow, ServerStatus, Snapshot, View
from core.throughput import Throughput
from tests.tui.scenes_rows import (
    CHANNEL,
    HOSTILE,
    NOW,
    VIDEO,
    activity,
    ago,
    busy_tasks,
    results,
    server,
    task,
    types,
    workers,
)

EMPTY = Snapshot(server=server(), view=QueueView(at=NOW))
CONNECTING = Snapshot(server=ServerStatus(label="/home/ann/.local/share/prismq-workers/taskmanager.db"))
FIRST_TASK = Snapshot(
    server=server(),
    counts=Counts(pending=1),
    types=types()[:1],
    view=QueueView(tasks=(task(1, created_at=ago(3)),), total=1, at=NOW),
    oldest_pending_at=ago(3),
)
BUSY = Snapshot(
    server=server(),
    counts=Counts(1204, 3, 8410, 2),
    types=types(),
    view=QueueView(tasks=busy_tasks(), total=9619, at=NOW),
    workers=workers(),
    results=results(),
    results_total=2411,
    failures=(
        FailureGroup("quota exceeded: key=AIzaSyNOTREAL", VIDEO, 2, (10427, 10311), ago(700), ago(95)),
        FailureGroup("HTTP 404: no such channel", CHANNEL, 1, (10200,), ago(900), ago(900)),
    ),
    activity=activity(),
    throughput=Throughput(
        tuple((n * 7) % 39 for n in range(60)), (0,) * 59 + (1,), tuple(900 + 5 * n for n in range(60))
    ),
    oldest_pending_at=ago(130),
)
FAILING = replace(
    BUSY,
    counts=Counts(40, 0, 12, 260),
    view=QueueView(
        tasks=tuple(
            task(
                500 - n,
                TaskStatus.FAILED,
                VIDEO,
                attempts=3,
                completed_at=ago(5 + n),
                error=f"HTTP 403 Forbidden: token=abc{n} was refused, three times",
            )
            for n in range(40)
        ),
        total=260,
        at=NOW,
    ),
    failures=(FailureGroup("HTTP 403 Forbidden: token=abc was refused", VIDEO, 260, (500, 499, 498), ago(90), ago(5)),),
    reports_waiting=3,
    results=(),
    results_total=0,
)
OFFLINE = replace(
    BUSY,
    server=server(
        Link.OFFLINE,
        label="https://tasks.example.org/api",
        embedded=False,
        heard_at=ago(75),
        retry_at=NOW + timedelta(seconds=8),
        trouble="https://tasks.example.org/api does not answer: connection refused.",
        source="",
    ),
    view=QueueView(),
    workers=(),
    reports_waiting=12,
)
REFUSED = replace(
    EMPTY,
    server=server(
        Link.REFUSED,
        label="https://tasks.example.org/api",
        embedded=False,
        heard_at=ago(2),
        trouble="The TaskManager refuses the API key.",
        source="",
    ),
)
HELD = replace(BUSY, held="the results database cannot be written", reports_waiting=1204, reports_aside=2)
HOSTILE_TEXT = replace(
    BUSY,
    server=server(label=f"/tmp/{HOSTILE}"),
    types=(replace(types()[0], name=HOSTILE, version=HOSTILE),),
    view=QueueView(tasks=(task(7, TaskStatus.FAILED, HOSTILE, error=HOSTILE, claimed_by=HOSTILE),), total=1, at=NOW),
    workers=(replace(workers()[0], id=HOSTILE, note=HOSTILE),),
    results=(ResultRow("1", HOSTILE, HOSTILE, HOSTILE, "", 7, HOSTILE, HOSTILE),),
    failures=(FailureGroup(HOSTILE, HOSTILE, 1, (7,), NOW, NOW),),
    activity=(ActivityEntry(1, NOW, "error", HOSTILE, 7),),
)
LONG = "PrismQ.IdeaInspiration.Sources.Content.Shorts.YouTube.Channel.Scrape.Everything.That.Is.There"
LONG_NAMES = replace(
    BUSY,
    types=(
        replace(types()[0], name=LONG),
        replace(types()[1], name="Wide.漢字の長い名前のタスク種別.日本語テキスト処理"),
    ),
    view=QueueView(
        tasks=tuple(
            task(
                123456789 + n,
                TaskStatus.CLAIMED,
                LONG,
                claimed_by=f"worker-on-a-host-with-a-long-name-{n}",
                claimed_at=ago(90000),
                progress=99,
            )
            for n in (3, 2, 1)
        ),
        total=3,
        at=NOW,
    ),
    workers=(replace(workers()[0], id="worker-on-a-host-with-a-very-long-name-12345-1"),),
    results=(
        ResultRow("1", "漢字" * 60, "youtube", "", "", 5, LONG, "worker-on-a-host-with-a-long-name", 1, 100.0, 12345),
    ),
)


def looking_at(snapshot: Snapshot, view: View) -> Snapshot:
    """The same snapshot with the queue narrowed."""
    return replace(snapshot, view=replace(snapshot.view, view=view))
