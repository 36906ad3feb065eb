"""A task created many times, with a number or a line of a text in it so that each is another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from core.answers import CreatedTask
from core.errors import CoreError
from core.form_values import NUMBER, counted, text_at, with_text
from core.forms import Path
from core.models import Json, NewTask

MOST_TIMES = 10_000
"""How often a task is repeated at most: more is a load test, and has a tool of its own."""

Create = Callable[[NewTask], Awaitable[CreatedTask]]


@dataclass(frozen=True, slots=True)
class Series:
    """What tells ``times`` tasks apart, of which the first has the number 1.

    The text ``counter`` gets the number; so does each of ``texts`` in which `NUMBER` is written. The text ``lined`` is
    one of ``lines`` in each.
    """

    times: int = 1
    texts: tuple[Path, ...] = ()
    counter: Path | None = None
    lined: Path | None = None
    lines: tuple[str, ...] = ()

    def params(self, params: Mapping[str, Json], number: int) -> dict[str, Json]:
        """The parameters of the task with that number."""
        made = dict(params)
        if self.lined is not None:
            made = with_text(made, self.lined, self.lines[number - 1])
        if self.times == 1:
            return made
        for path in self.texts:
            if path == self.counter or NUMBER in text_at(made, path):
                made = counted(made, path, number)
        return made


ONCE = Series()


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
    series: Series,
    tell: Callable[[Repeated], None],
    go_on: Callable[[], bool],
) -> Repeated:
    """Create the tasks of a series, one after the other.

    ``tell`` hears of each; before each ``go_on`` is asked. The first that is refused ends it.
    """
    done = Repeated(series.times)
    for number in range(1, series.times + 1):
        if not go_on():
            break
        try:
            answer = await create(replace(new, parameters=series.params(new.parameters, number)))
        except CoreError as error:
            done = replace(done, trouble=str(error))
            break
        done = done.after(answer)
        tell(done)
    return done
