"""Causes that lie in what became of earlier attempts."""

from __future__ import annotations

import re
from dataclasses import replace

from core.attempts import NOT_RETRIED
from core.details import AttemptRow
from core.diagnosis.cause import Cause, Certainty, Cure
from core.diagnosis.cures import cancel, clone, open_task, retry, try_now
from core.diagnosis.picture import Known
from core.diagnosis.words import amount, moment, quoted, span
from core.failures import kind_of
from core.models import TaskStatus

SHORT = 60
"""Characters of an error in a sentence."""

PASSES = re.compile(r"\bquotas?\b|\brate.?limit|\btoo many (?:calls|requests)\b", re.IGNORECASE)
"""Errors that pass by themselves, though only after longer than attempts go on."""


def failed_of(known: Known) -> list[AttemptRow]:
    """The attempts that failed, oldest first."""
    return [each for each in known.attempts if each.outcome.startswith("failed")]


def same_error(known: Known) -> Cause | None:
    """Every attempt failed with the same error. That they did is sure; but where attempts are left, another is made by
    itself, and where none are, the task has failed: it never says that a task is stuck."""
    failed = failed_of(known)
    if len(failed) < 2 or known.status is TaskStatus.COMPLETED:
        return None
    kinds = {kind_of(each.message) for each in failed}
    if len(kinds) != 1:
        return None
    tries = "Both" if len(failed) == 2 else f"All {len(failed)}"
    did = "that failed did so" if have_other_ends(known) else "failed"
    said = f"{tries} attempts {did} with the same error, so another would probably fail too: {{}}"
    evidence = (
        ("error", quoted(failed[-1].message)),
        ("workers", f"{len({each.worker_id for each in failed})} tried it"),
        *((("other failed tasks like it", f"{known.alike:,}"),) if known.alike else ()),
    )
    cures = (*likeliest_first(known, failed[-1].message), *cancel(known))
    return Cause("same-error", said.format(quoted(failed[-1].message, SHORT)), evidence, cures, stuck=False)


def have_other_ends(known: Known) -> bool:
    """Whether some attempts have ended otherwise than failed: released, put off, or taken over."""
    return any(each.outcome and not each.outcome.startswith("failed") for each in known.attempts)


def cancelled(known: Known) -> Cause | None:
    """Somebody has ended it, whatever attempts it had left."""
    task, sure = known.task, cancelled_surely(known)
    if task is None or sure is None:
        return None
    evidence = (("attempts", f"{task.attempts} of {task.max_retries} were begun before"),)
    cures = (*retry(known), *clone(known))
    if sure is Certainty.POSSIBLE:
        said = f"Its error says {quoted('cancelled')}: an operator may have ended it, or its worker said so."
        return Cause("cancelled", said, evidence, cures, sure, stuck=False)
    when = f" at {moment(task.completed_at)}" if task.completed_at is not None else ""
    said = f"Somebody cancelled it{when}: it did not fail by itself, and no worker does it any more."
    return Cause("cancelled", said, evidence, cures, stuck=False)


def cancelled_surely(known: Known) -> Certainty | None:
    """How sure it is that somebody ended it; None where nothing says so. What its server or its history tells is sure;
    its error alone may be the word of its worker."""
    task = known.task
    if task is None or known.status is not TaskStatus.FAILED:
        return None
    if task.cancelled is None and not known.last_word:
        return Certainty.POSSIBLE if task.is_cancelled else None
    told = known.last_word == "cancelled" if task.cancelled is None else task.cancelled
    return Certainty.CERTAIN if told else None


def not_retried(known: Known) -> Cause | None:
    """It has failed for good at once, since its worker said that the error cannot change."""
    task = known.task
    if task is None or not has_failed(known) or not ended_not_retried(known):
        return None
    error = task.error or "none told"
    if passes(error):
        hope, said = "is over", "nothing helps now; trying again may help later, when this is over"
    else:
        hope, said = "has changed", "nothing helps now, since its worker says that the error cannot change"
    evidence = (
        ("error", quoted(error)),
        ("attempts", f"{task.attempts} of {task.max_retries}"),
        ("told by", "the worker: trying again at once cannot help"),
    )
    helps = {"retry": f"Helps only once what it failed for {hope}", "clone": "Helps only if its parameters are wrong"}
    cures = tuple(
        replace(cure, sentence=f"{helps[cure.command]}: {cure.sentence[0].lower()}{cure.sentence[1:]}")
        for cure in likeliest_first(known, error)
    )
    return Cause("not-retried", f"It failed, and {said}: {quoted(error, SHORT)}", evidence, cures, stuck=False)


def passes(error: str) -> bool:
    """Whether it is of a kind that is over after a while, whatever the parameters are."""
    return PASSES.search(error) is not None


def likeliest_first(known: Known, error: str) -> tuple[Cure, ...]:
    """To try again, and to try with other parameters; first what helps rather against such an error."""
    first, second = (retry, clone) if passes(error) else (clone, retry)
    return (*first(known), *second(known))


def has_failed(known: Known) -> bool:
    """Whether it has ended as failed, and not because somebody cancelled it."""
    return known.status is TaskStatus.FAILED and cancelled_surely(known) is not Certainty.CERTAIN


def ended_not_retried(known: Known) -> bool:
    """Whether it ended by its worker's word that no other attempt can do better, and by nothing that came later."""
    return known.last_word == NOT_RETRIED


def attempts_used_up(known: Known) -> Cause | None:
    """It has failed for good."""
    task = known.task
    if task is None or not has_failed(known) or ended_not_retried(known):
        return None
    if task.attempts < task.max_retries:
        after, error = f"{task.attempts} of {task.max_retries}", quoted(task.error or "none told", SHORT)
        said = f"It was ended for good after {after} attempts; the last error: {error}"
        return Cause("ended-early", said, (("error", quoted(task.error or "none told")),), retry(known), stuck=False)
    tries = "Its only attempt" if task.max_retries == 1 else f"All {task.max_retries} attempts"
    ended = "are used up" if task.max_retries > 1 and have_other_ends(known) else "failed"
    said = f"{tries} {ended}, so nobody tries it again; the last error: {quoted(task.error or 'none told', SHORT)}"
    evidence = (
        ("attempts", f"{task.attempts} of {task.max_retries}"),
        ("error", quoted(task.error or "none told")),
        *((("other failed tasks like it", f"{known.alike:,}"),) if known.alike else ()),
        *by_its_own_rules(known),
    )
    return Cause("attempts-used-up", said, evidence, (*retry(known), *clone(known)), stuck=False)


def by_its_own_rules(known: Known) -> tuple[tuple[str, str], ...]:
    """That this server cannot be told not to try again, or not yet, where that is so."""
    if "retryable" in known.system.can:
        return ()
    return (("this server", "tries again by its own rules, whatever the error is"),)


def put_off(known: Known) -> Cause | None:
    """It waits for a time, by the word of its worker."""
    task = known.task
    if task is None or task.retry_at is None or not known.is_put_off or known.status is not TaskStatus.PENDING:
        return None
    left = (task.retry_at - known.at).total_seconds()
    error = f"; the reason: {quoted(task.error, SHORT)}" if task.error else ""
    said = f"It is put off until {moment(task.retry_at)}, in {span(left)}{error}"
    evidence = (
        ("not before", moment(task.retry_at)),
        ("reason", quoted(task.error or "none told")),
        ("attempts", f"{task.attempts} of {task.max_retries}; those that were put off do not count"),
    )
    return Cause("put-off", said, evidence, (*try_now(known), *cancel(known)), stuck=False)


def waits_for_another_try(known: Known) -> Cause | None:
    """It was tried before."""
    task = known.task
    if task is None or not known.waits or not task.attempts:
        return None
    left = max(0, task.max_retries - task.attempts)
    done = f"It was tried {amount(task.attempts, 'time')} and is pending again; {amount(left, 'attempt')} left"
    error = f"; the last error: {quoted(task.error, SHORT)}" if task.error else ""
    evidence = (("attempts", f"{task.attempts} of {task.max_retries}"), *by_its_own_rules(known))
    return Cause("tried-before", f"{done}{error}.", evidence, stuck=False)


def holds_the_key(known: Known) -> Cause | None:
    """A task that has ended stands for all that are like it: new ones are answered with it, and do not run."""
    task = known.task
    if task is None or not known.is_done:
        return None
    otherwise = "is cancelled" if known.status is TaskStatus.FAILED else "has completed"
    ended = "has failed" if has_failed(known) else otherwise
    said = f"It {ended}, and a new task of the same type and parameters is answered with #{task.id} and does not run."
    evidence = (("deduplication key", quoted(task.dedupe_key or "not told", 70)),)
    cures = (*retry(known), *clone(known), open_task(task.id))
    return Cause("holds-the-key", said, evidence, cures, stuck=False)


def is_done(known: Known) -> Cause | None:
    """There is nothing to wait for."""
    if known.status is not TaskStatus.COMPLETED:
        return None
    return Cause("done", "It is completed: there is nothing to wait for.", (), (), Certainty.CERTAIN, stuck=False)
