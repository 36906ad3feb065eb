"""The cures that there are: each names a verb of the engine, or what only a person can do."""

from __future__ import annotations

from collections.abc import Sequence

from core.actions import cancel_risk
from core.bulk import Action, Order, Owner
from core.diagnosis.cause import Cure
from core.diagnosis.picture import Known
from core.diagnosis.words import amount, listed, named, span
from core.models import Claim, TaskStatus, TaskType, WorkerState


def by_hand(label: str, sentence: str) -> Cure:
    """What only a person can do."""
    return Cure(label, sentence)


def start(known: Known, count: int = 1) -> tuple[Cure, ...]:
    """Start workers for the type; nothing where there is no worker class for it here, or it lacks something."""
    name = known.task_type
    if known.row is None or not known.row.workable or name in known.system.hindrances:
        return ()
    said = f"Starts {amount(count, 'worker')} for {named(name)} on this machine."
    return (Cure("Start a worker", said, "start_workers", ((name,),), {"count": count}, command="start"),)


def resume(ids: Sequence[str]) -> Cure:
    """Let paused workers claim again."""
    said = f"Lets {amount(len(ids), 'worker')} claim again: {listed(ids)}."
    return Cure("Resume", said, "resume", (tuple(ids),), command="pause")


def restart(ids: Sequence[str]) -> Cure:
    """Start ended workers again."""
    said = f"Starts {amount(len(ids), 'worker')} again as before: {listed(ids)}."
    return Cure("Start again", said, "restart", (tuple(ids),), command="restart")


def one_more(known: Known) -> tuple[Cure, ...]:
    """One worker more, like one of ours that works on the type; a new one where none of ours does."""
    ours = [worker for worker in known.crew.live if worker.local and worker.state is not WorkerState.DRAINING]
    if not ours:
        return start(known)
    alike = [each for each in ours if each.types == ours[0].types]
    said = f"Starts one more worker like {named(ours[0].id)}: {len(alike) + 1} instead of {len(alike)}."
    call = ("scale", (len(alike) + 1,), {"like": ours[0].id})
    return (Cure("One worker more", said, *call, command="scale_up"),)


def oldest_first(ids: Sequence[str]) -> Cure:
    """Let one worker claim the oldest task first."""
    said = f"From its next claim on, {named(ids[0])} takes the oldest task first."
    return Cure("One worker to FIFO", said, "set_strategy", ("FIFO", (ids[0],)), command="strategy")


def release(known: Known) -> tuple[Cure, ...]:
    """Make a claimed task pending again, as the server can."""
    if known.task is None:
        return ()
    task, alive = known.task.id, known.owner in (Owner.OURS, Owner.ALIVE)
    risk = "" if known.owner is Owner.GONE else "If its worker is alive, the work runs twice."
    if "release" in known.system.can:
        said = f"Makes #{task} pending again; its attempts stay counted."
        options = {"force": True} if alive else {}
        return (Cure("Release", said, "release", ((task,),), options, risk, "release"),)
    if known.owner not in (Owner.GONE, Owner.OURS) or known.task.attempts >= known.task.max_retries:
        if known.deadline is not None and known.deadline <= known.at:
            return ()
        said = "This server has no release. From the end of its claim on, any worker of its type may take it over."
        return (by_hand("Wait for the end of its claim", said),)
    said = f"Reports #{task} as failed in the name of its worker, which uses up an attempt."
    return (Cure("Release", said, "plan_bulk", (Order(Action.RELEASE, force=alive), (task,)), {}, risk, "release"),)


def extend(known: Known, risk: str = "") -> tuple[Cure, ...]:
    """Let its claim last anew: only its holder can, and only where the server hears of it meanwhile."""
    if known.task is None:
        return ()
    task, system = known.task.id, known.system
    if "heartbeat" not in system.can:
        ours = "Its worker goes on, and its report counts unless another worker was given the task before."
        return (by_hand("Let it go on", f"This server cannot extend a claim. {ours}"),)
    if known.owner is Owner.OURS and known.hand is not None:
        anew = span(system.claim_timeout)
        said = f"Tells the TaskManager now that #{task} is worked on: from then on its claim lasts {anew} anew."
        return (Cure("Extend its claim", said, "extend_claims", ((task,),), risk=risk),)
    here = " From here it can be released." if "release" in system.can else ""
    said = f"Only the program of its worker can extend its claim, on the board there.{here}"
    return (by_hand("Extend it where it runs", said),)


def last_longer(known: Known) -> Cure:
    """Let all claims last longer, which is a setting of the TaskManager."""
    here = "Set PRISMQ_CLAIM_TIMEOUT (seconds) above the longest run, and start again."
    there = "Raise the claim time-out of the TaskManager above the longest run, and PRISMQ_CLAIM_TIMEOUT here with it."
    return by_hand("Let claims last longer", here if known.system.server.embedded else there)


def retry(known: Known) -> tuple[Cure, ...]:
    """Give a failed task its attempts anew, as the server can."""
    if known.task is None or known.status is not TaskStatus.FAILED:
        return ()
    task = known.task.id
    if "retry" in known.system.can:
        return (Cure("Retry", f"Gives #{task} all its attempts anew.", "retry", ((task,),), command="retry"),)
    said = f"Creates #{task} anew with one parameter more, since this server has no retry."
    return (Cure("Retry as new", said, "plan_bulk", (Order(Action.RETRY), (task,)), command="retry"),)


def try_now(known: Known) -> tuple[Cure, ...]:
    """End the wait of a task that is put off, where the server can."""
    if known.task is None or "retry" not in known.system.can:
        return ()
    said = f"Ends the wait: #{known.task.id} may be claimed at once, with all its attempts anew."
    return (Cure("Try now", said, "retry", ((known.task.id,),), command="retry"),)


def clone(known: Known) -> tuple[Cure, ...]:
    """A new task like this one, to be changed."""
    if known.task is None:
        return ()
    said = f"Creates a new task like #{known.task.id}, whose parameters can be changed before."
    return (Cure("Clone and edit", said, "plan_bulk", (Order(Action.CLONE), (known.task.id,)), command="clone"),)


def cancel(known: Known) -> tuple[Cure, ...]:
    """End a task that is not finished, where the server can."""
    if known.task is None or known.status in (TaskStatus.COMPLETED, TaskStatus.FAILED):
        return ()
    if "cancel" not in known.system.can:
        return ()
    said = f"Ends #{known.task.id} as cancelled."
    risk = cancel_risk(1, in_hand=int(known.status is TaskStatus.CLAIMED))
    return (Cure("Cancel", said, "cancel", ((known.task.id,),), {}, risk, "cancel"),)


def stop_now(worker_id: str) -> Cure:
    """Stop a worker and give back what it has in hand."""
    said = f"Stops {named(worker_id)} and gives back what it has in hand."
    risk = "What it has done on its tasks since it began with them is lost."
    return Cure("Stop it now", said, "stop_workers", ((worker_id,),), {"now": True}, risk, "stop_now")


def register(ours: TaskType, *, update: bool = False) -> Cure:
    """Register the type as the worker here was made for it."""
    said = f"Registers {named(ours.name)} {ours.version} as the worker here was made for it."
    args = (ours.name, ours.version, dict(ours.param_schema or {}))
    risk = "Other programs may count on what is registered now." if update else ""
    return Cure("Register the type", said, "register_type", args, {"update": True} if update else {}, risk)


def resend(claim: Claim) -> Cure:
    """Send a report again."""
    said = f"Reads #{claim.task_id}, and sends its report again if the claim still holds."
    return Cure("Send the report again", said, "resend_reports", ((claim,),), command="reports")


def open_task(task_id: int) -> Cure:
    """Show a task."""
    return Cure("Open it", f"Shows #{task_id}.", "open_task", (task_id,), command="open")
