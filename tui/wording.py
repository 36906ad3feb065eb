"""Sentences about what was done to tasks and workers, and about what could not be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core import actions
from core.errors import CoreError
from core.models import LIVE_STATES, RowOutcome, Task, TaskStatus, WorkerState, WorkerStatus
from core.snapshot import FailureGroup
from tui.look import count, ids, short_name

FITTING: Final[dict[str, tuple[TaskStatus, ...]]] = {each.done: fitting for each, fitting in actions.FITTING.items()}
"""What can be done to a task, and in which statuses; see `fits`."""

ACTIONS: Final = {each.done: each for each in actions.FITTING}


def fits(done: str, task: Task) -> bool:
    """Whether a task is such that this can be done to it."""
    return actions.fits(ACTIONS[done], task)


JSON_PATH: Final = re.compile(r"(^|[:;] )\$(?:\.|: |(?=\[))")
RULE: Final = re.compile(r" \(rule: \w+\)")
STATE: Final = re.compile(r"^Task is ([^;]+)(?:;.*)?$")

DONE_BY: Final = {"retry": "retried", "release": "released", "cancel": "cancelled", "delete": "deleted"}
"""What the commands do to tasks that are for some statuses alone, as `fits` wants it said."""

RETRY_ALL: Final = "Retry all"
"""What the command to retry is called where it is for a whole group of failures."""

BRING_BACK: Final = "Bring back"
"""What the command to retry is called where it is for tasks that were cancelled."""

CLAIMED_FIRST: Final = {"FIFO": "oldest first", "LIFO": "newest first", "PRIORITY": "most urgent first"}
"""What the strategies that are always there mean, in the words of people."""

CANNOT_CHANGE: Final = "Trying again at once does not help, say the workers that tried."
"""What is said before failures are retried that their workers ended with attempts left. It may help later."""

GONE: Final = "That row is in the list no more, and nothing is done to it: move the cursor to the one that you mean."
"""What is said of a row that only keeps its place."""


def ended(group: FailureGroup) -> str:
    """How these have ended, in a word."""
    return "cancelled" if group.is_cancelled else "failed"


def try_one(task_id: int, *, brief: bool) -> str:
    """What the command to retry one before the others is called, of which it is known which one."""
    return f"Try #{task_id}{'' if brief else ' first'}"


def told(error: CoreError) -> str:
    """An error as people say it: without the notation of JSON paths, and the names of schema rules."""
    return RULE.sub("", JSON_PATH.sub(r"\1", str(error)))


def outcome(done: str, rows: Sequence[RowOutcome]) -> str:
    """What became of each row: ``#25 retried``; ``3 tasks retried; #3 was not retried: it is completed``."""
    changed = [row.id for row in rows if row.ok]
    skipped = [row for row in rows if not row.ok]
    said = [f"{the_tasks(changed)} {done}"] if changed else []
    said += [f"#{row.id} was not {done}: {reason(row)}" for row in skipped[:3]]
    if len(skipped) > 3:
        said.append(f"and {len(skipped) - 3:,} more were not")
    return "; ".join(said)


def retrying(tasks: Sequence[Task], title: str) -> str:
    """What to retry these is called: what was cancelled did not fail, and is brought back."""
    return BRING_BACK if tasks and all(task.is_cancelled for task in tasks) else title


def reason(row: RowOutcome) -> str:
    """Why nothing became of a row."""
    if not row.error:
        return f"it is {row.status}" if row.status else f"code {row.code}"
    found = STATE.match(row.error)
    return f"it is {found[1]}" if found else row.error


def left_out(done: str, tasks: Sequence[Task]) -> list[RowOutcome]:
    """The outcome of those to which that cannot be done, and is not."""
    return [RowOutcome(task.id, False, task.status) for task in tasks if not fits(done, task)]


def unfit(done: str, tasks: Sequence[Task]) -> str:
    """Why that cannot be done to any of these."""
    needed = f"only {' and '.join(FITTING[done])} tasks can be {done}."
    if len(tasks) == 1:
        return f"#{tasks[0].id} is {tasks[0].status}; {needed}"
    return f"None of these {len(tasks):,} tasks is {' or '.join(FITTING[done])}; {needed}"


def the_tasks(task_ids: Sequence[int]) -> str:
    """One task by its id, several by their number."""
    return f"#{task_ids[0]}" if len(task_ids) == 1 else count(len(task_ids), "task")


def ids_copied(number: int, meant: int | None) -> str:
    """That so many ids were copied, and of how many where more are meant; None: nobody knows how many these are."""
    every = "" if meant is None else f" {meant:,}"
    which = "" if meant == number else f": of the loaded rows only, not of all{every}"
    return f"Copied {count(number, 'id')}{which}"


def the_workers(worker_ids: Sequence[str]) -> str:
    """One worker by its name, several by their number."""
    return short_name(worker_ids[0]) if len(worker_ids) == 1 else count(len(worker_ids), "worker")


def whom(command_id: str, title: str, chosen: Sequence[WorkerStatus] | None, *, brief: bool = False) -> str:
    """The title of a command for workers with those whom it is for; None: all, and stopping these is told to be for
    workers where it need not be ``brief``, lest it be taken for the end of the task beside it. What only pauses one
    does without, and the strategy where it is that of all or shall be brief: its dialog tells."""
    if command_id == "strategy" and not brief and chosen:
        return f"{title} of {the_workers([worker.id for worker in chosen])}"
    if chosen is None and command_id in ("pause", "stop", "stop_now"):
        who = "all" if brief or command_id == "pause" else "workers"
    elif chosen and command_id in ("stop", "stop_now"):
        who = the_workers([worker.id for worker in chosen])
    else:
        return title
    verb, *rest = title.split()
    return " ".join((verb, who, *rest))


def take_turns(workers: Sequence[WorkerStatus]) -> bool:
    """Whether one of these claims tasks of several types, and so claims of each in turn."""
    return any(len(worker.types) != 1 for worker in workers)


def all_stopping(workers: Sequence[WorkerStatus]) -> list[WorkerStatus]:
    """The workers of this board that finish what they have in hand, where all that are still there do; else none."""
    here = [worker for worker in workers if worker.local and worker.state in LIVE_STATES]
    return here if all(worker.state is WorkerState.DRAINING for worker in here) else []


def could_be_told(command_id: str, workers: Sequence[WorkerStatus]) -> bool:
    """Whether a command for workers that run would do something to these: those that stop can only be stopped now, and
    before that `Stop now` is not offered beside `Stop`."""
    if command_id == "stop_now":
        return bool(all_stopping(workers))
    here = (worker.state for worker in workers if worker.local and worker.state in LIVE_STATES)
    return any(state is not WorkerState.DRAINING for state in here)


def paused(worker_ids: Sequence[str], workers: Sequence[WorkerStatus]) -> str:
    """That these are paused, and what they finish all the same, as far as they are known."""
    hands = [hand.task_id for worker in workers for hand in worker.in_hand]
    verb = "finishes" if len(worker_ids) == 1 else "they finish"
    return f"Paused {the_workers(worker_ids)}{f': {verb} {ids(hands)}' if hands else ''}."


def stopping(workers: Sequence[WorkerStatus]) -> str:
    """That these stop, and what they finish before."""
    hands = [hand.task_id for worker in workers for hand in worker.in_hand]
    who = the_workers([worker.id for worker in workers])
    if not hands:
        return f"Stopping {who}."
    verb = "finishes" if len(workers) == 1 else "they finish"
    return f"Stopping {who}: {verb} {ids(hands)} first."
