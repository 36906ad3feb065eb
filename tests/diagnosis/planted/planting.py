"""How a case is told: it plants a situation, and names the cause that is right and the cure that mends it.

```python
@planted("workers-paused", cure="resume")
async def test_all_workers_of_its_type_are_paused(ground: Ground) -> int:
    ...                      # plant it; answers the task that is asked about
```

Then the right cause must rank first, no other may be claimed to be certain, what mends it is offered and called, and
the task must end as completed.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from core.diagnosis import LONGEST_SENTENCE, Cause, Certainty, Cure, Diagnosis, Verdict
from tests.diagnosis.planted.ground import Ground, told

Plant = Callable[..., Awaitable[int | None]]
After = Callable[[Ground, int, Cure], Awaitable[None]]
"""What happens after the cure was called, or what a person does where no verb mends it."""

Test = Callable[..., Awaitable[None]]

EXPLAINS = frozenset({"in-hand", "workers-busy", "waits-its-turn", "tried-before", "done", "holds-the-key"})
"""Causes that tell how things are where nothing is the matter."""


def planted(
    code: str,
    *,
    cure: str | None = "",
    beside: tuple[str, ...] = (),
    after: After | None = None,
    verdict: Verdict = Verdict.STUCK,
    finishes: bool = True,
    told_at_a_glance: bool = True,
) -> Callable[[Plant], Test]:
    """A test of a planted case.

    ``cure``: the verb that mends it, empty where only a person can, None where there is nothing to mend. ``beside``:
    other causes that are the matter and certain as well, and true. ``after`` is called when the cure was
    applied, and carries out the plan of one that is planned first. ``finishes``: the task ends as completed then; else
    ``after`` shows what is true of it. ``told_at_a_glance``: the board marks the task with the same cause, from what it
    sees anyway; else that takes a closer look, or more time.
    """

    def decorated(plant: Plant) -> Test:
        @functools.wraps(plant)
        async def test(**given: Any) -> None:
            ground: Ground = given.get("ground") or given["far"]
            task_id = await plant(**given)
            diagnosis = await ground.why(task_id, code)
            first = diagnosis.causes[0]
            assert diagnosis.verdict is verdict, told(diagnosis)
            check_certain(diagnosis, {code, *beside})
            await check_mark(ground, task_id, first, told_at_a_glance)
            check_words(diagnosis)
            offered = Cure("", "") if cure is None else check_offer(first, cure)
            if cure and cure != "plan_bulk":
                await ground.apply(offered)
            if after is not None:
                await after(ground, task_id or 0, offered)
            if finishes and task_id is not None:
                await ground.ends(task_id)
                healthy = await ground.engine.why(task_id)
                assert healthy.verdict is Verdict.FINE, told(healthy)

        test.__annotations__ = {**plant.__annotations__, "return": None}
        return test

    return decorated


async def check_mark(ground: Ground, task_id: int | None, cause: Cause, told_at_a_glance: bool) -> None:
    """The board marks the task with the same cause, where that can be told at a glance; and no task that is not
    stuck."""
    if task_id is None:
        return
    if cause.stuck and told_at_a_glance:
        await ground.until(lambda s: s.stuck.get(task_id) is not None and s.stuck[task_id].code == cause.code)
    elif not cause.stuck:
        assert task_id not in ground.engine.store.snapshot.stuck


def check_certain(diagnosis: Diagnosis, right: set[str]) -> None:
    """No wrong cause is claimed to be certain, be the task stuck by it or not."""
    sure = {each.code for each in diagnosis.causes if each.certainty is Certainty.CERTAIN}
    certain = sure - EXPLAINS
    assert certain <= right, told(diagnosis)


def check_words(diagnosis: Diagnosis) -> None:
    """Each sentence fits two lines of a terminal, and each cause can be shown."""
    for cause in diagnosis.causes:
        assert 0 < len(cause.sentence) <= LONGEST_SENTENCE and "\n" not in cause.sentence, cause.sentence
        assert all(name and value and "\n" not in value for name, value in cause.evidence), cause.evidence


def check_offer(cause: Cause, verb: str) -> Cure:
    """The cure is offered, and says what it will do."""
    assert all(each.label and each.sentence for each in cause.cures), cause
    found = next((each for each in cause.cures if each.verb == verb), None)
    assert found is not None, f"no cure with {verb!r} among {[each.call or each.label for each in cause.cures]}"
    return found
