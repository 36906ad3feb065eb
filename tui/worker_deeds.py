"""What the screens do to workers. Those that stop already are left out of what is asked of the others."""

from __future__ import annotations

from collections.abc import Sequence

from core.models import LIVE_STATES, WorkerState, WorkerStatus
from tui.deeds import Deeds
from tui.look import count
from tui.wording import stopping, the_workers

ENDED = "That worker has ended, or belongs to another process and is steered there."


class WorkerDeeds(Deeds):
    """What can be done to workers. ``chosen`` are those meant; None means all of this process."""

    def meant(self, chosen: Sequence[WorkerStatus] | None, *, draining: bool = False) -> list[WorkerStatus]:
        """Those that can be told something, with ``draining`` also those that stop already; says why there is none."""
        among = self.snapshot().workers if chosen is None else chosen
        here = [worker for worker in among if worker.local and worker.state in LIVE_STATES]
        kept = [worker for worker in here if draining or worker.state is not WorkerState.DRAINING]
        if here and not kept:
            self.say(f"{stopping(here)} X stops now.")
        elif not kept:
            self.say("No worker of this board runs; s starts some." if chosen is None else ENDED)
        return kept

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
            return f"Paused {the_workers(await self.working(self.verbs.pause(working)))}."

        self.carry_out(deed)

    def stop(self, chosen: Sequence[WorkerStatus] | None, *, now: bool = False) -> None:
        """Stop these: tasks in hand finish, or are given back with ``now``. Asks for several, always with ``now``."""
        meant = self.meant(chosen, draining=now)
        if not meant:
            return
        names = [worker.id for worker in meant]
        hands = sum(len(worker.in_hand) for worker in meant)
        risk = (
            f"{count(hands, 'task')} in hand: given back unfinished, begun anew by the next worker."
            if now
            else f"{count(hands, 'task')} in hand: finished first. Nothing new is claimed."
        )
        question = f"Stop {the_workers(names)}{' now' if now else ''}?"
        call = f"stop {', '.join(names[:3])}{' and others' if len(names) > 3 else ''}{' now' if now else ''}"

        async def deed() -> str:
            if (now or len(meant) > 1) and not await self.confirmed(question, risk, call):
                return ""
            told = await self.working(self.verbs.stop_workers(names, now=now))
            if now:
                return f"Stopped {the_workers(told)}: {count(hands, 'task')} given back." if told else ""
            return stopping([worker for worker in meant if worker.id in told]) if told else ""

        self.carry_out(deed)

    def scale(self, step: int) -> None:
        """Have one worker more or fewer."""
        live = [worker for worker in self.snapshot().workers if worker.local and worker.state in LIVE_STATES]
        wanted = sum(worker.state is not WorkerState.DRAINING for worker in live) + step
        if wanted < 0:
            self.say("No worker of this board runs; s starts some.")
            return

        async def deed() -> str:
            return f"{count(await self.working(self.verbs.scale(wanted)), 'worker')} now."

        self.carry_out(deed)

    def use_strategy(self, strategy: str, chosen: Sequence[WorkerStatus]) -> None:
        """Claim by this strategy from the next claim on."""
        names = [worker.id for worker in chosen]

        async def deed() -> str:
            changed = await self.working(self.verbs.set_strategy(strategy, names))
            return f"{the_workers(changed)}: {strategy} from the next claim on."

        self.carry_out(deed)
