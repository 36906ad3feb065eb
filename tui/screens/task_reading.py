"""Reading one task: what is known of it, then why it is not done, then how large its large parts are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.dom import DOMNode

from core.details import TaskDetail
from core.diagnosis import Diagnosis
from core.errors import CoreError, may_pass
from core.models import Task, TaskStatus
from core.strict_json import is_heavy, pieces
from core.verbs import Verbs
from tui.screens.task_copies import large_parts
from tui.widgets.rereading import Rereading
from tui.wording import told


class TaskReading:
    """The task that a screen tells of, as far as it is read. ``read`` is called when it was read, ``more`` when more
    is known of it, ``failed`` when it could not be read, which ``trouble`` tells."""

    def __init__(
        self,
        screen: DOMNode,
        verbs: Verbs,
        task_id: int,
        *,
        read: Callable[[], None],
        more: Callable[[], None],
        failed: Callable[[], None],
    ) -> None:
        self._verbs = verbs
        self._read_it, self._more, self._failed = read, more, failed
        self._reading = Rereading(screen, self._read)
        self._learning = Rereading(screen, self._learn)
        self.turn_to(task_id)

    def turn_to(self, task_id: int) -> None:
        """Be about that task from now on, of which nothing is known yet."""
        self.task_id = task_id
        self.detail: TaskDetail | None = None
        self.why: Diagnosis | None = None
        self.sizes: dict[str, int] = {}
        self.trouble = ""
        """Why it could not be read the last time."""
        self.may_pass = False
        """Whether it may be read all the same when it is asked for again."""
        self._learning.drop()

    def ask(self) -> None:
        """Read it anew."""
        self._reading.ask()

    async def _read(self) -> None:
        wanted = self.task_id
        try:
            detail = await self._verbs.open_task(wanted)
        except CoreError as error:
            if wanted == self.task_id:
                self.trouble, self.may_pass = told(error), may_pass(error)
                self._failed()
            return
        if wanted == self.task_id:
            self.trouble = ""
            if not self._is_still(detail.task):
                self.why = None
            self.detail = detail
            self._read_it()
            self._learning.ask()

    def _is_still(self, task: Task) -> bool:
        """Whether it stands as it did when it was read the last time."""
        known = self.detail.task if self.detail is not None else None
        return known is not None and (known.id, known.status) == (task.id, task.status)

    async def _learn(self) -> None:
        """Learn what takes longer: the next task is not kept waiting for it."""
        if self.detail is not None:
            await asyncio.gather(self._ask_why(self.detail.task), self._measure(self.detail))

    async def _ask_why(self, task: Task) -> None:
        """Why it is not done, in a sentence, where it is not."""
        if task.status is TaskStatus.COMPLETED:
            return
        try:
            found = await self._verbs.why(task.id)
        except CoreError:
            return  # the panel tells what is the matter, for those who ask
        if self._is_still(task):
            self.why = found
            self._more()

    async def _measure(self, detail: TaskDetail) -> None:
        """Learn how large the large parts are, after what is shown of them stands there."""
        heavy = {key: value for key, value in large_parts(detail).items() if is_heavy(value)}
        sizes = await asyncio.to_thread(lambda: {key: sum(map(len, pieces(value))) for key, value in heavy.items()})
        if detail is self.detail and sizes != self.sizes:
            self.sizes = sizes
            self._more()
