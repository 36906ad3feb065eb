"""What is wrong at the end of a soak, task by task: nothing may be lost, doubled or told wrongly."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core.config import Config
from core.models import HistoryEntry, Task, TaskStatus
from core.taskmanager import AsyncTaskManagerClient
from tests.e2e.soak_plan import MAX_ATTEMPTS, Job

AT_ONCE = 20
ENDS = ("completed", "failed")
SHOWN = 20
"""Tasks that are told with all that is known of them."""


@dataclass(slots=True)
class Found:
    """All that is known of one task in the end."""

    task: Task
    history: Sequence[HistoryEntry]
    ideas: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    results: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    reports: list[tuple[str, str, int, int, str]] = field(default_factory=list[tuple[str, str, int, int, str]])
    runs: list[int] = field(default_factory=list[int])

    def told(self) -> str:
        """For whoever must find out what happened."""
        lines = [f"{at(each)} {each.event} {each.attempts} {each.worker} {each.message or ''}" for each in self.history]
        lines += [f"idea {row}" for row in self.ideas]
        lines += [f"result of (worker, attempt, success) {row}" for row in self.results]
        lines += [f"outbox (state, worker, attempt, success, reason) {row}" for row in self.reports]
        return "\n    ".join([str(self.task), f"ran: {self.runs}", *lines])


def at(entry: HistoryEntry) -> str:
    """The time of it."""
    return f"{entry.at:%H:%M:%S.%f}" if entry.at is not None else "?"


def read(url: str, results: Path, ran: Path, ids: Sequence[int]) -> dict[int, Found]:
    """What the server, the results database and the workers themselves tell of these tasks."""
    found = asyncio.run(told_by_server(url, ids))
    with closing(sqlite3.connect(results)) as database:
        ideas = "SELECT task_id, item_key, i.id, i.title FROM prismq_idea LEFT JOIN IdeaInspiration i ON i.id = idea_id"
        for task_id, *row in database.execute(ideas):
            found[task_id].ideas.append(tuple(row))
        for task_id, *row in database.execute("SELECT task_id, worker_id, attempt, success FROM prismq_result"):
            found[task_id].results.append(tuple(row))
        outbox = "SELECT task_id, state, worker_id, attempt, success, reason FROM prismq_outbox"
        for task_id, *row in database.execute(outbox):
            found[task_id].reports.append(tuple(row))
    for line in ran.read_text().splitlines():
        task_id, attempt, *_ = map(int, line.split())
        found[task_id].runs.append(attempt)
    return found


async def told_by_server(url: str, ids: Sequence[int]) -> dict[int, Found]:
    """Each task and its history."""
    turns = asyncio.Semaphore(AT_ONCE)
    async with AsyncTaskManagerClient(Config.bare(), url=url) as client:

        async def one(task_id: int) -> Found:
            async with turns:
                return Found(await client.get_task(task_id), await client.history(task_id))

        return dict(zip(ids, await asyncio.gather(*map(one, ids)), strict=True))


def wrongs(jobs: dict[int, Job], found: dict[int, Found], kept: Counter[str]) -> list[str]:
    """A text for each task that is not as it must be; the first `SHOWN` with all that is known.

    ``kept`` is how often the results database has each idea, by title.
    """
    texts: list[str] = []
    for task_id, job in jobs.items():
        known = found[task_id]
        faults = [*wrong_end(job, known), *wrong_history(known), *wrong_ideas(job, known, kept), *wrong_report(known)]
        if faults:
            told = f"\n    {known.told()}" if len(texts) < SHOWN else ""
            texts.append(f"{job}: {'; '.join(faults)}{told}")
    return texts


def wrong_end(job: Job, found: Found) -> list[str]:
    """How the task ended, and after how many attempts."""
    task, wanted = found.task, TaskStatus.COMPLETED if job.succeeds else TaskStatus.FAILED
    faults = [] if task.status is wanted else [f"it is {task.status}, not {wanted}: {task.error}"]
    own = "asked to fail"
    if task.status is TaskStatus.FAILED and own not in (task.error or ""):
        faults.append(f"it failed, not by its own fault: {task.error}")
    faults += [
        f"attempt {each.attempts} failed, not by its own fault: {each.message}"
        for each in found.history
        if each.event == "retry" and own not in (each.message or "")
    ]
    if task.status is TaskStatus.FAILED and task.attempts < MAX_ATTEMPTS:
        faults.append(f"it failed for good at attempt {task.attempts}")
    faults += [f"attempt {attempt} ran {n} times" for attempt, n in Counter(found.runs).items() if n > 1]
    if task.attempts not in found.runs:
        faults.append(f"its last attempt, {task.attempts}, never ran")
    return faults


def wrong_history(found: Found) -> list[str]:
    """Whether claims and ends alternate, and the last entry is the only end."""
    created, *changes = [each for each in found.history if each.event != "progress"]
    faults = [] if created.event == "created" else ["its history does not begin with its creation"]
    owner, attempts = None, 0
    for entry in changes:
        if entry.event == "claimed":
            faults += wrong_claim(entry, owner, attempts)
            owner, attempts = entry.worker, entry.attempts or 0
        else:
            faults += wrong_letting_go(entry, owner, attempts)
            owner = None
    ends = [each.event for each in changes if each.event in ENDS]
    if ends != [found.task.status] or changes[-1].event not in ENDS:
        faults.append(f"it is {found.task.status}, and its ends are {ends}")
    return faults


def wrong_claim(entry: HistoryEntry, owner: str | None, attempts: int) -> list[str]:
    """Whether somebody else had it, and the attempts went on by one."""
    faults: list[str] = []
    if owner is not None and "taken over" not in (entry.message or ""):
        faults.append(f"claimed by {entry.worker} while {owner} had it")
    if entry.attempts != attempts + 1:
        faults.append(f"claimed as attempt {entry.attempts} after {attempts}")
    return faults


def wrong_letting_go(entry: HistoryEntry, owner: str | None, attempts: int) -> list[str]:
    """Whether it was the owner's, and may have been tried again."""
    faults: list[str] = []
    if (entry.worker, entry.attempts) != (owner, attempts):
        faults.append(f"{entry.event} by {entry.worker} in attempt {entry.attempts} while {owner} had it")
    if entry.event == "retry" and attempts >= MAX_ATTEMPTS:
        faults.append(f"tried again after attempt {attempts}")
    return faults


def wrong_ideas(job: Job, found: Found, kept: Counter[str]) -> list[str]:
    """Whether each of its ideas is kept once, is known to be its own, and is told of in its report."""
    faults: list[str] = []
    titles = Counter(title for _, _, title in found.ideas)
    doubled = {title for title in job.titles if titles[title] > 1 or kept[title] > 1}
    for what, which in (
        ("missing", job.titles - titles.keys()),
        ("strange", titles.keys() - job.titles),
        ("doubled", doubled),
    ):
        if which:
            faults.append(f"ideas {what}: {sorted(map(str, which))}")
    reported = found.task.result if isinstance(found.task.result, dict) else {}
    if job.succeeds and set(reported.get("idea_ids", [])) != {idea_id for _, idea_id, _ in found.ideas}:
        faults.append(f"its report tells of the ideas {reported.get('idea_ids')}")
    return faults


def wrong_report(found: Found) -> list[str]:
    """Whether the result that is kept is that of its end, and no report is owed or was refused without cause."""
    faults = [f"a report is {row[0]}: {row}" for row in found.reports if row[0] != "refused"]
    last = next((each for each in reversed(found.history) if each.event in ENDS), None)
    if last is not None:
        end = (last.worker, last.attempts, int(last.event == "completed"))
        if found.results != [end]:
            faults.append(f"its kept result is {found.results}, not {[end]}")
        faults += [f"refused though it was taken: {row}" for row in found.reports if (row[1], row[2]) == end[:2]]
    return faults


def wrong_as_a_whole(jobs: dict[int, Job], kept: Counter[str], results: Path) -> list[str]:
    """What no single task can tell: ideas of nobody, and starts that nobody has looked after."""
    with closing(sqlite3.connect(results)) as database:
        starts = database.execute("SELECT prefix, pid, started_at, taken_by FROM prismq_process").fetchall()
    strange = sorted(kept.keys() - {title for job in jobs.values() for title in job.titles})
    return [f"the start {row} is still on the list" for row in starts] + [
        f"{title!r} is of no task" for title in strange
    ]


def kept_in(results: Path) -> Counter[str]:
    """How often each idea is in the results database, by title."""
    with closing(sqlite3.connect(results)) as database:
        return Counter(row[0] for row in database.execute("SELECT title FROM IdeaInspiration"))
