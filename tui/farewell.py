"""The last line: what became of the tasks in hand, told to the shell once the board is gone."""

from __future__ import annotations

import sys
from contextlib import suppress

from core.snapshot import Link, Snapshot
from tui.look import count


def held(snapshot: Snapshot) -> frozenset[int]:
    """The tasks that workers of this process are busy with."""
    return frozenset(hand.task_id for worker in snapshot.workers if worker.local for hand in worker.in_hand)


class Parting:
    """Keeps, while the board closes, which tasks were in hand, and which of them were not left to be finished."""

    def __init__(self) -> None:
        self._seen: frozenset[int] = frozenset()
        self._stopped: frozenset[int] | None = None
        self._had_workers = False
        self._last = Snapshot()

    def see(self, snapshot: Snapshot) -> None:
        """This is how things are by now."""
        self._last = snapshot
        self._had_workers = self._had_workers or any(worker.local for worker in snapshot.workers)
        self._seen |= held(snapshot)

    def stop(self, snapshot: Snapshot) -> None:
        """What is in hand by now is stopped; the first time counts."""
        self.see(snapshot)
        if self._stopped is None:
            self._stopped = held(snapshot)

    def told(self, waiting: int) -> str:
        """The line, with so many reports still in the outbox; only what is known."""
        said = [self._workers(), self._pending()]
        if waiting:
            wait = plural(waiting, "waits", "wait")
            said.append(f"{count(waiting, 'report')} {wait} to be delivered at the next start.")
        return " ".join(each for each in said if each)

    def _workers(self) -> str:
        """What became of the workers, and of what they had in hand."""
        if not self._had_workers:
            return "The board is closed."
        over, many = self._stopped or frozenset(), len(self._seen)
        done = many - len(over)
        ends = [f"{count(done, 'task')} in hand {plural(done, 'was', 'were')} finished"] if done else []
        if over:
            server = self._last.server
            can = server.link is Link.LIVE and "release" in server.can
            how = "given back" if can else "stopped unfinished"
            ends.append(f"{count(len(over), 'task')} {plural(len(over), 'was', 'were')} {how}")
        what = ", ".join(ends) or "no task was in hand"
        return f"All workers of this board have stopped: {what}."

    def _pending(self) -> str:
        """How many tasks are left, where all are counted and none was put among them since."""
        counts = self._last.counts
        if self._last.server.link is not Link.LIVE or not counts.exact or self._stopped:
            return ""
        return f"When last counted, {count(counts.pending, 'task')} {plural(counts.pending, 'was', 'were')} pending."


def plural(number: int, one: str, many: str) -> str:
    """The verb that fits the number."""
    return one if number == 1 else many


def tell_shell(farewell: str, waiting: int) -> None:
    """Say how the board was left, to a person; a script hears of reports that wait, and of nothing else."""
    with suppress(OSError):  # the terminal is gone
        if farewell and sys.stdout and sys.stdout.isatty():
            sys.stdout.write(f"{farewell}\n")
            sys.stdout.flush()
        elif waiting:
            sys.stderr.write(f"{count(waiting, 'report')} still waiting; the next start delivers them.\n")
