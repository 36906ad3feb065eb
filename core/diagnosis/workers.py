"""Causes for which a task waits that lie with the workers of its type."""

from __future__ import annotations

from collections import Counter

from core.diagnosis.cause import Cause, Certainty, Cure, Place
from core.diagnosis.cures import by_hand, cancel, oldest_first, one_more, restart, resume, start
from core.diagnosis.picture import RATE_SECONDS, Known
from core.diagnosis.words import amount, are, listed, named, quoted, span
from core.models import WorkerState, WorkerStatus

LONG = 60.0
"""Seconds of waiting after which it is taken that workers who do not tell what they claim do not claim this."""
IDLE_LONG = 180.0
"""Seconds that a task waits beside an idle worker of its type, until that is no delay any more: three longest polls."""
STARVES_AFTER = 60.0
"""Seconds of waiting from which on a task that is overtaken again and again starves."""
OVERTAKEN_OFTEN = 10
"""Tasks that went before it, likewise."""

GET_A_WORKER = (
    "Write or install a worker for it, name its module in PRISMQ_WORKERS (an environment variable, or a line in .env), "
    "and start this program again."
)

WORKING = frozenset({WorkerState.BUSY, WorkerState.IDLE, WorkerState.POLLING, WorkerState.STARTING})
LEAVING = frozenset({WorkerState.PAUSED, WorkerState.DRAINING})


def elsewhere(known: Known) -> tuple[Certainty, bool]:
    """How sure it is that nobody else claims the type, and whether its tasks are stuck then."""
    crew, tells = known.crew, known.system.tells_workers
    moves = known.ended_lately > 0
    if tells and (not crew.strangers or are_paused(crew.strangers)):
        explained = bool(crew.live or crew.ended) or not moves
        return (Certainty.CERTAIN, True) if explained else (Certainty.POSSIBLE, False)
    waits_long = (known.waited or 0.0) > LONG
    return (Certainty.LIKELY, True) if waits_long and not moves else (Certainty.POSSIBLE, False)


def waiting_of(known: Known) -> str:
    """Who waits and for how long, as the end of a sentence."""
    since = "" if known.waited is None else f" for {span(known.waited)}"
    if known.task is not None:
        return f"it has waited{since}" if since else "it waits"
    count = known.row.waiting if known.row is not None else 0
    oldest = "" if not since else since if count == 1 else f", the oldest{since}"
    return f"{amount(count, 'task')} {'waits' if count == 1 else 'wait'}{oldest}"


def every(number: int) -> str:
    """All of so many workers, as a sentence begins with them."""
    return {1: "The only worker", 2: "Both workers"}.get(number, f"All {number:,} workers")


def facts(known: Known) -> tuple[tuple[str, str], ...]:
    """What is known of the workers of the type, and of how long it waits."""
    states = Counter(str(each.state) for each in (*known.crew.live, *known.crew.ended))
    told = ", ".join(f"{count} {state}" for state, count in states.items()) or "none"
    found = [("type", known.task_type), ("its workers", told)]
    if known.crew.strangers:
        found.append(("workers elsewhere", f"{len(known.crew.strangers)}, which do not tell their types"))
    if known.waited is not None:
        found.append(("waiting", span(known.waited)))
    if known.row is not None:
        found.append(("pending", f"{known.row.counts.pending:,}{'' if known.row.counts.exact else '+'}"))
        if known.row.put_off:
            found.append(("of these put off", f"{known.row.put_off:,}"))
    return tuple(found)


def no_worker(known: Known) -> Cause | None:
    """Nobody claims the type; where nobody here could, `unknown_here` says it all."""
    crew = known.crew
    if not known.waits or crew.live or crew.ended or are_paused(crew.strangers) or not known.system.is_heard:
        return None
    if unknown_here(known) is not None:
        return None
    certainty, stuck = elsewhere(known)
    if known.ended_lately and not stuck:
        said = f"No worker of {named(known.task_type)} is known, yet {known.ended_lately:,} ended in {RATE_SECONDS} s."
        return Cause("no-worker", said, facts(known), start(known), certainty, stuck)
    said = f"No worker claims {named(known.task_type)}: {waiting_of(known)}."
    if known.crew.strangers:
        said = f"No worker here claims {named(known.task_type)}, nor one elsewhere as it seems: {waiting_of(known)}."
    return Cause("no-worker", said, facts(known), start(known), certainty, stuck)


def unknown_here(known: Known) -> Cause | None:
    """There is no worker class for the type in this program, or it lacks something."""
    row = known.row
    hindered = known.system.hindrances.get(known.task_type, "")
    if not known.waits or row is None or known.crew.live or (row.workable and not hindered):
        return None
    certainty, stuck = elsewhere(known)
    if hindered:
        said = f"No worker of {named(known.task_type)} can be started here: {quoted(hindered, 70)}"
        cures = (by_hand("Give it what it lacks", quoted(hindered)), *cancel(known))
        return Cause("worker-lacks", said, (("hindrance", quoted(hindered)),), cures, certainty, stuck)
    said = f"This program has no worker for {named(known.task_type)}, so none can be started here: {waiting_of(known)}."
    cures = (by_hand("Get a worker", GET_A_WORKER), *cancel(known))
    return Cause("type-unknown-here", said, facts(known), cures, certainty, stuck)


def workers_ended(known: Known) -> Cause | None:
    """The workers of the type have stopped or crashed."""
    ended = known.crew.ended
    if not known.waits or known.crew.live or not ended:
        return None
    certainty, stuck = elsewhere(known)
    crashed = [each for each in ended if each.state is WorkerState.CRASHED]
    silent = [each for each in ended if each.state is WorkerState.SILENT]
    how = "crashed" if len(crashed) == len(ended) else "stopped" if not crashed and not silent else "ended"
    name = named(known.task_type)
    all_of = f"{every(len(ended))} of {name} {'has' if len(ended) == 1 else 'have'}"
    notes = tuple(("crash", quoted(each.note)) for each in crashed[-1:] if each.note)
    ours = [each.id for each in ended if each.local]
    again = (restart(ours[-1:]),) if ours else ()
    said = f"{all_of} {how}: {waiting_of(known)}."
    cures = (*again, *start(known))
    meant = how == "stopped" and are_ours(ended)
    return Cause("workers-ended", said, (*facts(known), *notes), cures, certainty, stuck, on_purpose=meant)


def are_ours(workers: tuple[WorkerStatus, ...]) -> bool:
    """Whether all are of this program, so that whoever steers it has paused or stopped them."""
    return all(each.local for each in workers)


def are_paused(workers: tuple[WorkerStatus, ...]) -> bool:
    """Whether there are any, and all are paused or stopping."""
    return bool(workers) and all(each.state in LEAVING for each in workers)


def workers_paused(known: Known) -> Cause | None:
    """The workers of the type are paused, or stopping, and none is at work."""
    live, others = known.crew.live, known.crew.strangers
    if known.waits and not live and not known.crew.ended and are_paused(others):
        who = f"{every(len(others))} that {'runs is' if len(others) == 1 else 'run are'}"
        cure = by_hand("Resume it there", f"In the program that runs {listed([each.id for each in others])}.")
        said = f"{who} paused, elsewhere: {waiting_of(known)}."
        stuck = not known.ended_lately
        return Cause("workers-paused", said, facts(known), (cure, *start(known)), Certainty.LIKELY, stuck)
    if not known.waits or not live or any(each.state in WORKING for each in live):
        return None
    paused = [each for each in live if each.state is WorkerState.PAUSED]
    if not paused:
        return None
    certainty, stuck = elsewhere(known)
    name = named(known.task_type)
    if len(paused) == len(live):
        who = f"{every(len(live))} of {name} {'is' if len(live) == 1 else 'are'}"
    else:
        who = f"{len(paused)} of {len(live)} workers of {name} {'is' if len(paused) == 1 else 'are'}"
    ours = [each.id for each in paused if each.local]
    cures = (resume(ours),) if ours else (by_hand("Resume it there", f"{listed([each.id for each in paused])}"),)
    stuck = stuck and known.crew.all_are(*LEAVING)
    said = f"{who} paused: {waiting_of(known)}."
    return Cause("workers-paused", said, facts(known), cures, certainty, stuck, on_purpose=are_ours(live))


def workers_stopping(known: Known) -> Cause | None:
    """The workers of the type finish what they have in hand, and claim nothing more."""
    if not known.waits or not known.crew.all_are(WorkerState.DRAINING):
        return None
    certainty, stuck = elsewhere(known)
    said = f"The workers of {named(known.task_type)} are stopping and claim nothing more: {waiting_of(known)}."
    meant = are_ours(known.crew.live)
    return Cause("workers-stopping", said, facts(known), start(known), certainty, stuck, on_purpose=meant)


def too_many_abandoned(known: Known) -> Cause | None:
    """The workers of the type may begin nothing more, since runs of their code do not end."""
    held = [each for each in known.crew.live if has_runaways(each)]
    if not known.waits or not held or any(each.state in WORKING for each in known.crew.live):
        return None
    certainty, stuck = elsewhere(known)
    runs = sum(each.abandoned for each in held)
    said = f"{amount(runs, 'run')} of its workers' code did not end when told to; they claim nothing until one ends."
    evidence = (*facts(known), ("runs that go on", str(runs)), ("workers", listed([each.id for each in held])))
    cure = by_hand("Start the program anew", "Threads cannot be ended from outside; only with the whole program.")
    return Cause("too-many-abandoned", said, evidence, (*start(known), cure), certainty, stuck)


def has_runaways(worker: WorkerStatus) -> bool:
    """Whether it waits for its own abandoned runs: a wait of no known length."""
    return worker.state is WorkerState.BACKING_OFF and worker.abandoned > 0 and worker.until is None


def workers_resting(known: Known) -> Cause | None:
    """The workers of the type wait after failures, theirs or the server's."""
    live, system = known.crew.live, known.system
    if not known.waits or system.held or not system.is_heard or any(each.state in WORKING for each in live):
        return None
    if system.limited_until is not None and system.limited_until > known.at:
        return None  # that is a cause of its own
    resting = [each for each in live if each.state is WorkerState.BACKING_OFF and not has_runaways(each)]
    if not resting:
        return None
    ends = [each.until for each in resting if each.until is not None]
    left = None if not ends else max(0.0, (min(ends) - known.at).total_seconds())
    name = named(known.task_type)
    who = (
        f"The only worker of {name} rests"
        if len(live) == 1
        else f"{len(resting)} of {len(live)} workers of {name} rest"
    )
    then = "soon" if left is None else f"in {span(left)}"
    notes = tuple(("why", quoted(each.note)) for each in resting[:1] if each.note)
    evidence = (*facts(known), *notes, *((("left", span(left)),) if left is not None else ()))
    certainty = Certainty.CERTAIN if system.tells_workers else Certainty.LIKELY
    said = f"{who} after failures; the next claim is {then}."
    return Cause("workers-resting", said, evidence, one_more(known), certainty, stuck=False)


def overtaken(known: Known) -> Cause | None:
    """Tasks that came later, or matter more, go first again and again."""
    task, live = known.task, [each for each in known.crew.live if each.state in WORKING]
    if task is None or not known.waits or not live or any(each.strategy == "FIFO" for each in live):
        return None
    before = [place for place in known.places if place.used_by and place.overtaken_by]
    if not known.overtakers and not before:
        return None
    strategies = " and ".join(sorted({each.strategy for each in live if each.strategy}))
    ahead = sum(place.before or 0 for place in before)
    starves = (known.waited or 0.0) > STARVES_AFTER and known.overtakers >= OVERTAKEN_OFTEN and not shrinks(known)
    which = "newer tasks" if strategies == "LIFO" else "tasks that came later"
    next_up = "it is next" if not ahead else f"{amount(ahead, 'task')} {'goes' if ahead == 1 else 'go'} before it"
    done = f"{known.overtakers:,} {which} went before it" if known.overtakers else next_up
    said = f"All workers of {named(task.task_type)} claim {strategies}: {done}, and {waiting_of(known)}."
    evidence = (
        *facts(known),
        ("strategy", strategies),
        ("went before it", f"{known.overtakers:,}"),
        *((("stands before it", listed([f"#{each}" for each in before[0].overtaken_by], 5)),) if before else ()),
        ("priority", str(task.priority)),
    )
    ours = [each.id for each in live if each.local]
    cures = ((oldest_first(ours),) if ours else ()) + one_more(known)
    return Cause("overtaken", said, evidence, cures, stuck=starves)


def shrinks(known: Known) -> bool:
    """Whether fewer and fewer tasks wait, so that each will have its turn."""
    pending = known.system.pending
    return len(pending) >= RATE_SECONDS and pending[-1] < 0.9 * pending[-RATE_SECONDS]


def workers_busy(known: Known) -> Cause | None:
    """All workers of the type have as much in hand as they may have."""
    live = [each for each in known.crew.live if each.state in WORKING]
    if not known.waits or not live or any(has_room(each) for each in live):
        return None
    name = named(known.task_type)
    who = f"{every(len(live))} of {name} {'is' if len(live) == 1 else 'are'}"
    used = [place for place in known.places if place.used_by and place.before is not None]
    ahead = "" if not used else f"; {before(used[0])} ({used[0].strategy})"
    said = f"{who} busy{ahead}; {waiting_of(known)}."
    return Cause("workers-busy", said, facts(known), one_more(known), stuck=False)


def before(place: Place) -> str:
    """How many tasks go first: ``1 task goes before it``, ``1,000+ tasks go before it``, or that it is next."""
    count = place.before or 0
    if not count and place.exact:
        return "it is next"
    go = "1 task goes" if count == 1 and place.exact else f"{count:,}{'' if place.exact else '+'} tasks go"
    return f"{go} before it"


def has_room(worker: WorkerStatus) -> bool:
    """Whether it may have more in hand. A worker elsewhere does not tell how much, and has none while it is busy."""
    if not worker.local:
        return worker.state is not WorkerState.BUSY
    return len(worker.in_hand) < worker.concurrency


def waits_its_turn(known: Known) -> Cause | None:
    """A worker of the type is about to claim it."""
    free = [each for each in known.crew.live if each.state in WORKING and has_room(each)]
    system = known.system
    if not known.waits or not free or system.held or system.holdup is not None or not system.is_heard:
        return None
    waited = known.waited or 0.0
    if waited > IDLE_LONG and not known.ended_lately:
        said = (
            f"{are(len(free), 'worker')} free for {named(known.task_type)}, yet it was not claimed in {span(waited)}."
        )
        cures: tuple[Cure, ...] = start(known)
        free_ones = ("free", listed([each.id for each in free]))
        return Cause("free-yet-unclaimed", said, (*facts(known), free_ones), cures, Certainty.LIKELY)
    ends = [each.until for each in free if each.until is not None]
    left = max(0.0, (min(ends) - known.at).total_seconds()) if len(ends) == len(free) else 0.0
    when = f"asks for work again in {span(left)}" if left > 0 else "asks for work now"
    said = f"It waits its turn: {named(free[0].id)} has room and {when}; {waiting_of(known)}."
    return Cause("waits-its-turn", said, facts(known), one_more(known), stuck=False)
