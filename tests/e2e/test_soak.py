"""Workers killed with -9, a server killed with -9, a network that is cut: nothing is lost, nothing is done twice.

`make soak` runs the long one. `PRISMQ_SOAK_SEED` repeats its plan; what the machine makes of it is never the same.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.config import Config
from core.models import TypeStats
from core.taskmanager import TaskManagerClient
from tests.e2e import soak_plan
from tests.e2e.soak_checks import kept_in, read, wrong_as_a_whole, wrongs
from tests.e2e.soak_fleet import Fleet
from tests.e2e.soak_plan import Create, CutLines, Event, Job, Kill, KillServer, Plan, Size, Stall, drawn
from tests.program import Program

HERE = Path(__file__).parent
TICK = 0.02
TELL_EVERY = 3.0
AT_ONCE = 10
"""Tasks that are created between two looks at everything else."""
LONGEST_EMPTYING = 150.0
"""Seconds that the queue may take to become empty once everything is well again."""


def test_kills_and_cuts_lose_nothing_and_double_nothing(program: Program):
    soak(program, 7, soak_plan.SHORT, again="pytest -s -m 'not soak' tests/e2e/test_soak.py")


@pytest.mark.soak
def test_hundreds_of_kills_and_cuts_lose_nothing_and_double_nothing(program: Program):
    seed = int(os.environ.get("PRISMQ_SOAK_SEED") or random.randrange(1 << 31))
    soak(program, seed, soak_plan.LONG, again=f"PRISMQ_SOAK_SEED={seed} pytest -s -m soak tests/e2e/test_soak.py")


def soak(program: Program, seed: int, size: Size, again: str) -> None:
    """Carry out the plan of a seed, and look at every task at the end."""
    print(f"\nseed {seed}; again: {again}", flush=True)
    plan = drawn(seed, size)
    for name in ("slow_workers.py", "soak_workers.py"):
        shutil.copy(HERE / name, program.folder)
    ours = program.with_settings(
        PRISMQ_WORKERS="slow_workers,soak_workers",
        PRISMQ_CLAIM_TIMEOUT=f"{size.claim_timeout:g}",
        RAN=str(program.folder / "ran.txt"),
    )
    with Fleet(ours, size.workers) as fleet, TaskManagerClient(Config.bare(), url=fleet.url) as client:
        play = Play(plan, fleet, client)
        play.to_the_end()
        last = ours.with_settings(TASKMANAGER_API_URL=fleet.url)("run", "--drain", "--json", timeout=120)
        wrong = [*play.wrong, *fleet.wrong, *(f"a process is left: {each}" for each in fleet.left())]
        if last.code != 0 or last.json["reports_waiting"] or last.json["claimed_by_others"]:
            wrong.append(f"the last start ended with {last}")
        results = program.folder / "data" / "prismq-workers" / "ideas.s3db"
        found = read(fleet.url, results, program.folder / "ran.txt", list(play.jobs))
        kept = kept_in(results)
        wrong += wrongs(play.jobs, found, kept) + wrong_as_a_whole(play.jobs, kept, results)
        play.say(f"exit codes: {dict(fleet.exits)}; {len(wrong)} things are wrong")
    assert not wrong, "\n".join([f"{len(wrong)} things are wrong. Again: {again}", *wrong[:200]])


@dataclass(slots=True)
class Play:
    """Does what the plan says, when it says so or as soon as the machine can."""

    plan: Plan
    fleet: Fleet
    client: TaskManagerClient
    jobs: dict[int, Job] = field(default_factory=dict[int, Job])
    wrong: list[str] = field(default_factory=list[str])
    done: Counter[str] = field(default_factory=Counter[str])
    _to_create: deque[Job] = field(default_factory=deque[Job])
    _due: int = 0
    _server_at: float = 0.0
    _heal_at: dict[int, float] = field(default_factory=dict[int, float])
    _go_on_at: dict[int, float] = field(default_factory=dict[int, float])
    _began: float = field(default_factory=time.monotonic)
    _told_at: float = 0.0

    def to_the_end(self) -> None:
        """The whole plan; then all is made well, the queue is emptied, and the workers are stopped."""
        self._to_create.extend(self.plan.jobs)
        for name, schema in soak_plan.SCHEMAS.items():
            self.client.register_task_type(name, "1.0.0", schema)
        self._due = len(self.plan.jobs) // 3
        for at, event in self.plan.events:
            while self.fleet.runs.look() < at and self._has_time:
                self._tick()
            if self._has_time:
                self._do(event)
        while self._server_at or self._heal_at or self._go_on_at or self._due:
            self._tick()
        for name, number in (("Kill", self.plan.size.kills), ("KillServer", self.plan.size.server_kills)):
            if self.done[name] < number:
                self.wrong.append(
                    f"this machine was too busy: in {self.now:.0f} s {name} came {self.done[name]} of {number} times"
                )
        self._empty()
        self.fleet.stop_workers()

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """For whoever watches."""
        print(f"{self.now:6.1f} s: {text}", flush=True)

    @property
    def _has_time(self) -> bool:
        return self.now < self.plan.size.longest

    def _do(self, event: Event) -> None:
        self.fleet.keep_at_work()
        while not self.fleet.serves and isinstance(event, KillServer):
            self._tick()
        match event:
            case Create(number):
                self._due += number
                return
            case Kill(pick, at_work):
                self._kill(pick, at_work)
            case Stall(worker, seconds):
                self.fleet.stall(worker)
                self._go_on_at[worker] = self.now + seconds
            case KillServer(seconds):
                self.fleet.kill_server()
                self._server_at = self.now + seconds
            case CutLines(workers, fault, seconds):
                for worker in workers:
                    self.fleet.network.cut(worker, fault)
                    self._heal_at[worker] = self.now + seconds
        self.done[type(event).__name__] += 1

    def _kill(self, pick: float, at_work: bool) -> None:
        while not (chosen := self.fleet.begun() if at_work else list(range(self.plan.size.workers))):
            if not self._has_time:
                return
            self._tick()
        self.fleet.kill(chosen[int(pick * len(chosen))])

    def _tick(self) -> None:
        """Wait a moment, and do what is due by now."""
        time.sleep(TICK)
        if self._server_at and self.now >= self._server_at:
            self._server_at = 0.0
            self.fleet.start_server()
        for worker in [each for each, at in self._heal_at.items() if self.now >= at]:
            del self._heal_at[worker]
            self.fleet.network.heal(worker)
        for worker in [each for each, at in self._go_on_at.items() if self.now >= at]:
            del self._go_on_at[worker]
            self.fleet.go_on(worker)
        self.fleet.keep_at_work()
        if self.fleet.serves:
            self._create()
            if self.now >= self._told_at:
                self._told_at = self.now + TELL_EVERY
                self._tell()

    def _create(self) -> None:
        for job in [self._to_create.popleft() for _ in range(min(self._due, AT_ONCE, len(self._to_create)))]:
            self._due -= 1
            self.jobs[self.client.create_task(job.type, job.params, priority=job.n % 3).id] = job

    def _empty(self) -> None:
        until = self.now + LONGEST_EMPTYING
        while any(each.pending or each.claimed for each in self.client.stats()):
            if self.now > until:
                self.wrong.append(f"the queue was not empty after {LONGEST_EMPTYING:g} s")
                return
            self._tick()

    def _tell(self) -> None:
        stats = self.client.stats()
        self.say(f"{figures(stats)}; {', '.join(f'{name} {number}' for name, number in sorted(self.done.items()))}")


def figures(stats: tuple[TypeStats, ...]) -> str:
    """How many tasks are where."""
    names = ("pending", "claimed", "completed", "failed")
    return ", ".join(f"{sum(getattr(each, name) for each in stats)} {name}" for name in names)
