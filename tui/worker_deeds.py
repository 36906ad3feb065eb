"""What the screens do to workers. Those that stop already are left out of what is asked of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import App

from core.models import LIVE_STATES, Step, WorkerState, WorkerStatus
from core.snapshot import Snapshot
from core.verbs import Verbs
from tui.deeds import Deeds
from tui.key_map import keyed
from tui.look import count, ids, short_name
from tui.scope import Scope
from tui.wording import CLAIMED_FIRST, paused, stopping, take_turns, the_workers

NO_WORKER = "No worker of this board runs; {start} starts some."
NOT_AGAIN = "Only a worker of this board that crashed or stopped can be started again; {start} starts others."
NOT_PAUSED = "{pause} pauses, then {step} does one task."
ENDED_STATES = (WorkerState.STOPPED, WorkerState.CRASHED)


class WorkerDeeds(Deeds):
    """What can be done to workers. ``chosen`` are those meant; None means all of this process."""

    def __init__(self, app: App[int], verbs: Verbs, snapshot: Callable[[], Snapshot]) -> None:
        super().__init__(app, verbs, snapshot)
        self._given_back: set[str] = set()

    def steerable(self) -> list[WorkerStatus]:
        """All of this board that can be told something by now."""
        here = (worker for worker in self.snapshot().workers if worker.local and worker.state in LIVE_STATES)
        return [worker for worker in here if worker.state is not WorkerState.DRAINING]

    def meant(self, chosen: Sequence[WorkerStatus] | None, *, draining: bool = False) -> list[WorkerStatus]:
        """Those that can be told something, with ``draining`` also those that stop already; says why there is none."""
        among = self.snapshot().workers if chosen is None else chosen
        here = [worker for worker in among if worker.local and worker.state in LIVE_STATES]
        kept = [worker for worker in here if draining or worker.state is not WorkerState.DRAINING]
        if here and not kept:
            self.say(f"{stopping(here)} {keyed('{stop_now}')} stops now.")
        elif not kept:
            self.say(self._not_told(chosen))
        return kept

    def _not_told(self, chosen: Sequence[WorkerStatus] | None) -> str:
        """Why none of these can be told anything; none are chosen on the row of the stopped ones."""
        if chosen is None:
            return keyed(NO_WORKER)
        if chosen:
            return not_told(chosen)
        stopped = sum(worker.state is WorkerState.STOPPED for worker in self.snapshot().workers)
        which = count(stopped, "stopped worker")
        return keyed(f"This row stands for {which}: {{open}} shows them, then {{restart}} starts one again.")

    def pause(self, chosen: Sequence[WorkerStatus] | None) -> None:
        """Pause these; when all of them are paused already, let them go on."""
        meant = self.meant(chosen)
        if not meant:
            return
        working = [worker.id for worker in meant if worker.state is not WorkerState.PAUSED]
        names = [worker.id for worker in meant]

        async def deed() -> str:
            if not working:
                return f"Resumed {the_workers(await self.working(self.verbs.resume(names)))}."
            told = await self.working(self.verbs.pause(working))
            return paused(told, self._as_they_are(told))

        self.carry_out(deed)

    def stop(self, chosen: Sequence[WorkerStatus] | None, *, now: bool = False) -> None:
        """Stop these: tasks in hand finish, or are given back with ``now``. Asks for several, always with ``now``."""
        meant = self.meant(chosen, draining=now)
        if not meant:
            return
        names = [worker.id for worker in meant]

        def risk() -> str:
            if now:
                hands = count(self._hands(names), "task")
                return f"{hands} in hand: given back unfinished, begun anew by the next worker; that cannot be undone."
            return f"{finished_first(self._as_they_are(names))} Nothing new is claimed."

        question = f"Stop {the_workers(names)}{' now' if now else ''}?"
        call = f"stop {', '.join(names[:3])}{' and others' if len(names) > 3 else ''}{' now' if now else ''}"

        async def deed() -> str:
            it = "it" if len(names) == 1 else "them"
            yes, no = f"stop {it}{' now' if now else ''}", f"let {it} work on"
            if (now or len(meant) > 1) and not await self.confirmed(question, risk, call, yes=yes, no=no):
                return ""
            hands = self._hands(names)
            left = [worker.id for worker in self._as_they_are(names) if worker.state in LIVE_STATES]
            if not left:
                return f"{the_workers(names)}: ended meanwhile."
            told = await self.working(self.verbs.stop_workers(left, now=now))
            if now:
                self._given_back |= set(told)
                return f"Stopped {the_workers(told)}: {count(hands, 'task')} given back." if told else ""
            return stopping(self._as_they_are(told)) if told else ""

        self.carry_out(deed)

    def say_stopped(self, names: Sequence[str]) -> None:
        """Say that these have finished and no worker of this board is left; who stopped at once was told of already."""
        if not self._given_back >= set(names):
            self.say(f"Stopped {the_workers(names)}: nothing is in hand, none claims. {keyed('{start} starts some.')}")
        self._given_back.clear()

    def _as_they_are(self, names: Sequence[str]) -> list[WorkerStatus]:
        """These workers with what they have in hand now: a question may stand for a while."""
        return [worker for worker in self.snapshot().workers if worker.id in names]

    def _hands(self, names: Sequence[str]) -> int:
        """How many tasks these have in hand now."""
        return sum(len(worker.in_hand) for worker in self._as_they_are(names))

    def scale(self, step: int, like: WorkerStatus | None = None) -> None:
        """Have one worker more or fewer; ``like``: of those of its types."""
        if like is not None and not like.local:
            self.say(not_told([like]))
            return
        live = [worker for worker in self.snapshot().workers if worker.local and worker.state in LIVE_STATES]
        kind = [worker for worker in live if like is None or worker.types == like.types]
        wanted = sum(worker.state is not WorkerState.DRAINING for worker in kind) + step
        if wanted < 0:
            self.say(keyed("No worker of this kind runs; {scale_up} starts one." if like else NO_WORKER))
            return
        others = f" for {', '.join(like.types) or 'these types'}" if like and len(kind) < len(live) else ""

        async def deed() -> str:
            call = self.verbs.scale(wanted, like=like.id) if like else self.verbs.scale(wanted)
            return f"{count(await self.working(call), 'worker')} now{others}."

        self.carry_out(deed)

    def step(self, chosen: Sequence[WorkerStatus] | None) -> None:
        """Let the paused ones of these do one task; with None the first that is paused, or a fresh one."""
        among = self.snapshot().workers if chosen is None else chosen
        paused = [worker for worker in among if worker.local and worker.state is WorkerState.PAUSED]
        if chosen is not None and not paused:
            live = self.meant(chosen)
            if live:
                names = [worker.id for worker in live]
                verb = "is" if len(live) == 1 else "are"
                self.say(f"{the_workers(names)} {verb} not paused: {keyed(NOT_PAUSED)}")
            return
        names = [worker.id for worker in (paused if chosen is not None else paused[:1])]

        async def deed() -> str:
            return stepped(await self.working(self.verbs.step(names)))

        self.carry_out(deed)

    def set_concurrency(self, concurrency: int, chosen: Sequence[WorkerStatus]) -> None:
        """Let these have so many tasks in hand from the next claim on."""
        names = [worker.id for worker in chosen]

        async def deed() -> str:
            changed = await self.working(self.verbs.set_concurrency(concurrency, names))
            over = sum(len(worker.in_hand) > concurrency for worker in chosen)
            later = " What is in hand beyond that is finished." if over else ""
            return f"{the_workers(changed)}: {count(concurrency, 'task')} at once.{later}"

        self.carry_out(deed)

    def restart(self, chosen: Sequence[WorkerStatus] | None) -> None:
        """Start those of these again that crashed or stopped; with None there is none."""
        ended = [worker.id for worker in chosen or () if worker.local and worker.state in ENDED_STATES]
        if not ended:
            self.say(keyed(NOT_AGAIN) if chosen else self._not_told(chosen))
            return

        async def deed() -> str:
            return f"Started {the_workers(await self.working(self.verbs.restart(ended)))} again."

        self.carry_out(deed)

    def use_strategy(self, strategy: str, scope: Scope, back: str = "") -> None:
        """Let those whom it is for claim by this strategy from the next claim on; ``back``: how it was before."""
        chosen = scope.meant
        words = f" ({CLAIMED_FIRST[strategy]})" if strategy in CLAIMED_FIRST else ""
        names = [worker.id for worker in chosen]

        async def deed() -> str:
            changed = await self.working(self.verbs.set_strategy(strategy, names))
            within = ", within each type; types take turns" if take_turns(chosen) else ""
            whole = scope.for_all and len(changed) == len(names) > 1
            who = f"{'All ' if whole else ''}{the_workers(changed)}"
            return f"{who}: {strategy}{words} from the next claim on{within}.{back}"

        self.carry_out(deed)


def not_told(chosen: Sequence[WorkerStatus]) -> str:
    """Why none of these, one at least, can be told anything, and what to press."""
    again = keyed("{restart}")
    names, one = the_workers([worker.id for worker in chosen]), len(chosen) == 1
    ended = [worker for worker in chosen if worker.local]
    if not ended:
        steered = "belongs to another process, and is" if one else "belong to another process, and are"
        return f"{names} {steered} steered there."
    if len(ended) < len(chosen):
        return f"Of {names} some have ended ({again} starts them again), the others belong to other processes."
    how = "crashed" if all(worker.state is WorkerState.CRASHED for worker in ended) else "stopped"
    return f"{names} {'has' if one else 'have'} {how}: {again} starts {'it' if one else 'them'} again."


def finished_first(workers: Sequence[WorkerStatus]) -> str:
    """Which tasks these finish before they stop."""
    hands = [hand.task_id for worker in workers for hand in worker.in_hand]
    if not hands:
        return "No task is in hand."
    return f"{count(len(hands), 'task')} in hand, finished first: {ids(hands, 6)}."


def stepped(steps: Sequence[Step]) -> str:
    """What was claimed for one step, and that there was nothing."""
    begun = [f"{short_name(each.worker_id)} does #{each.task_id}" for each in steps if each.task_id is not None]
    idle = [each.worker_id for each in steps if each.task_id is None]
    said = [f"{', '.join(begun[:3])}{f' and {len(begun) - 3} more' if len(begun) > 3 else ''}"] if begun else []
    said += [f"{the_workers(idle)} found nothing to claim"] if idle else []
    return f"{'; '.join(said)}. Paused again after that." if begun else f"{'; '.join(said)}. Still paused."


def worker_could(command: str, chosen: Sequence[WorkerStatus] | None) -> bool:
    """Whether ``step``, ``restart`` or ``concurrency`` would do something to these; None: all, or a fresh one."""
    here = [worker for worker in chosen or () if worker.local]
    match command:
        case "step":
            return chosen is None or any(worker.state is WorkerState.PAUSED for worker in here)
        case "restart":
            return any(worker.state in ENDED_STATES for worker in here)
        case _:
            return any(worker.state in LIVE_STATES for worker in here)
