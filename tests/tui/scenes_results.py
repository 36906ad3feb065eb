"""Scenes of pane 4: results that are searched and opened, groups of failures, activity and throughput."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.models import TaskStatus
from core.saved import IdeaDetail, Save
from core.snapshot import ActivityEntry, FailureGroup, ResultRow, ResultsView, Snapshot
from core.throughput import Series, Span, Throughput, Timing
from tests.tui.scenes import BUSY, CHANNEL, NOW, VIDEO, ago, task

ERROR = "quota exceeded for key=AIzaSyNOTREAL, try again in {} s"


def group_of(count: int, listed: int = 12) -> FailureGroup:
    """So many failures of one kind, the newest of them listed."""
    tasks = tuple(
        task(
            10427 - n * 3,
            TaskStatus.FAILED,
            VIDEO,
            attempts=3,
            completed_at=ago(95 + n * 700),
            error=ERROR.format(30 + n),
            claimed_by=f"w-ann-4242-5a3b-{n % 3 + 1}",
        )
        for n in range(listed)
    )
    ids = tuple(10427 - n * 3 for n in range(count))
    hours = (0,) * 12 + (1, 0, 0, 3, 5, 4, 0, 2, 8, 6, 9, 4)
    kind = "quota exceeded for key=…, try again in … s"
    return FailureGroup(ERROR.format(30), VIDEO, count, ids, ago(43000), ago(95), kind, hours, tasks)


def series(name: str, seconds: int, many: int) -> Series:
    """Work that comes and goes; some of it fails, and what waits takes longer and longer."""
    spans = tuple(
        Span(
            completed=(n * 7) % 39 * seconds,
            failed=(n % 17 == 0) * 3 * seconds,
            pending=900 + 5 * n,
            waited=Timing(9, 40 + n / 4, 90 + n),
            ran=Timing(9, 0.4, 0.8 + n % 5),
        )
        for n in range(many)
    )
    return Series(name, seconds, spans, Timing(900, 61.0, 152.0), Timing(900, 0.42, 3.1))


RANGES = (series("5 minutes", 1, 300), series("1 hour", 10, 90), series("all", 16, 57))
LOG = tuple(
    ActivityEntry(n, ago(200 - n), level, text, number)
    for n, (level, text, number) in enumerate(
        [
            ("info", "w-ann-4242-5a3b-1 claimed #10420 (PrismQ.YouTube.Video.Search)", 10420),
            ("info", "w-ann-4242-5a3b-1 finished #10420 in 0.8 s, 3 items", 10420),
            ("warning", "#10428 will be tried again: HTTP 503 from the source", 10428),
            ("info", "w-ann-4242-5a3b-2 claimed #10431 (PrismQ.YouTube.Video.Search)", 10431),
            ("error", "#10427 failed for good: quota exceeded, key=AIzaSyNOTREAL", 10427),
            ("info", "#10432 created (PrismQ.YouTube.Channel.Scrape)", 10432),
        ]
        * 4
    )
)
OUTCOMES: Snapshot = replace(
    BUSY,
    failures=(group_of(42), FailureGroup("HTTP 404: no such channel", CHANNEL, 1, (10200,), ago(900), ago(900))),
    failures_counted=300,
    failures_total=1204,
    activity=LOG,
    throughput=Throughput((0,) * 60, (0,) * 60, (0,) * 60, RANGES),
)
SEARCHED: Snapshot = replace(
    OUTCOMES, results=OUTCOMES.results[2:3], results_total=1, results_view=ResultsView("bread")
)
FOUND = ResultRow("898", "Why bread rises", "youtube", "https://example.org/watch?v=2", "", 10424, CHANNEL)


def idea() -> IdeaDetail:
    """A result with something in every part."""
    saved = f"{NOW - timedelta(hours=3):%Y-%m-%dT%H:%M:%S.000+00:00}"
    return IdeaDetail(
        "898",
        "Why bread rises",
        {
            "description": "Yeast, time and warmth.\nWith a recipe at the end.",
            "keywords": ["bread", "yeast", "漢字"],
            "source_platform": "youtube",
            "source_url": "https://example.org/watch?v=2&token=s3cret",
            "score": 71,
            "category": "",
        },
        "Today we look at bread.\n" * 30,
        {"likes": 120, "api_key": "s3cret", "channel": {"name": "Ann bakes", "videos": 31}},
        (
            Save("here", 10424, CHANNEL, "w-ann-4242-5a3b-1", 1, saved),
            Save("https://tasks.example.org/api", None, VIDEO, "w-bob-17-0c2e-1", 2, saved),
        ),
    )


PRESSED: dict[str, tuple[Snapshot, tuple[str, ...]]] = {
    "results-failures": (OUTCOMES, ("4", "4")),
    "results-group": (OUTCOMES, ("4", "4", "enter")),
    "results-activity": (OUTCOMES, ("4", "4", "4", "v")),
    "results-throughput": (OUTCOMES, ("4", "4", "4", "4", "z")),
    "results-throughput-hour": (OUTCOMES, ("4", "4", "4", "4", "v")),
    "results-idea": (OUTCOMES, ("4", "down", "down", "enter")),
    "results-export": (OUTCOMES, ("4", "space", "space", "E")),
    "results-search": (OUTCOMES, ("4", "slash")),
}
"""What is looked at after which keys."""

SIZES = ((120, 36), (80, 24), (60, 20))
