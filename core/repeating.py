"""The same task created many times, with a counter in it so that each is another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from core.answers import CreatedTask
from core.errors import CoreError
from core.form_values import counted
from core.forms import Path
from core.models import NewTask

MOST_TIMES = 10_000
"""How often a task is repeated at most: more is a load test, and has a tool of its own."""

Create = Callable[[NewTask], Awaitable[CreatedTask]]


@dataclass(frozen=True, slots=True)
class Repeated:
    """How far it is: of ``times`` tasks so many were created, and so many were there already (the first of them is
    ``twin``). ``first`` and ``last`` are the ids of those that were created, ``trouble`` what ended it early."""

    times: int
    created: int = 0
    duplicates: int = 0
    first: int | None = None
    last: int | None = None
    twin: int | None = None
    trouble: str = ""

    @property
    def asked(self) -> int:
        """How many were asked for so far."""
        return self.created + self.duplicates

    def after(self, answer: CreatedTask) -> Repeated:
        """With one answer more."""
        if answer.deduplicated:
            return replace(self, duplicates=self.duplicates + 1, twin=self.twin or answer.id)
        return replace(self, created=self.created + 1, first=self.first or answer.id, last=answer.id)


async def repeat(
    create: Create,
    new: NewTask,
    times: int,
    counter: Path | None,
    tell: Callable[[Repeated], None],
    go_on: Callable[[], bool],
) -> Repeated:
    """Create the task ``times`` times, one after the other; ``counter`` is the text that gets the number.

    ``tell`` hears of each; before each ``go_on`` is asked. The first that is refused ends it.
    """
    done = Repeated(times)
    for number in range(1, times + 1):
        if not go_on():
            break
        params = counted(new.parameters, counter, number) if counter is not None else new.parameters
        try:
            answer = await create(replace(new, parameters=params))
        except CoreError as error:
            done = replace(done, trouble=str(error))
            break
        done = done.after(answer)
        tell(done)
    return done
