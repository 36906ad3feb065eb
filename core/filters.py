"""What the queue is narrowed to: free text, statuses and type patterns, read from one line of text."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from core.errors import BadSetting
from core.models import Task, TaskStatus


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Tasks whose status is one of ``statuses`` (empty: any), whose type fits one of ``types`` (``*`` is a wildcard),
    and that contain ``text`` in their id, type, worker, parameters or error."""

    text: str = ""
    statuses: tuple[TaskStatus, ...] = ()
    types: tuple[str, ...] = ()

    @classmethod
    def parse(cls, line: str) -> TaskFilter:
        """Read ``status:failed type:*Video* words``; raises `BadSetting` on an unknown status or an open quote."""
        words: list[str] = []
        statuses: list[TaskStatus] = []
        types: list[str] = []
        for term in split(line):
            name, colon, value = term.partition(":")
            if colon and name == "status":
                statuses.extend(status_named(word) for word in value.split(",") if word)
            elif colon and name == "type" and value:
                types.append(value)
            else:
                words.append(term)
        return cls(" ".join(words), tuple(dict.fromkeys(statuses)), tuple(types))

    def __bool__(self) -> bool:
        return bool(self.text or self.statuses or self.types)

    def __str__(self) -> str:
        parts = [f"status:{','.join(self.statuses)}"] if self.statuses else []
        parts += [f"type:{shlex.quote(pattern)}" for pattern in self.types]
        return " ".join(parts + ([self.text] if self.text else []))

    def to_json(self) -> dict[str, Any]:
        """As the embedded TaskManager takes it: SQL LIKE patterns for types."""
        wanted: dict[str, Any] = {}
        if self.text:
            wanted["text"] = self.text
        if self.statuses:
            wanted["status"] = [status.value for status in self.statuses]
        if self.types:
            wanted["type"] = [pattern.replace("*", "%") for pattern in self.types]
        return wanted

    def matches(self, task: Task) -> bool:
        """Whether a row that is at hand fits; for servers that cannot filter."""
        if self.statuses and task.status not in self.statuses:
            return False
        if self.types and not any(fnmatchcase(task.task_type.lower(), p.lower()) for p in self.types):
            return False
        said = f"{task.id} {task.task_type} {task.claimed_by or ''} {task.error or ''} {dict(task.parameters)}"
        return self.text.lower() in said.lower()


def split(line: str) -> list[str]:
    """Words of the line; quotes hold words together."""
    try:
        return shlex.split(line)
    except ValueError:
        raise BadSetting("The filter has an opening quote without a closing one.") from None


def status_named(word: str) -> TaskStatus:
    """The status of that name, or an error that names them all."""
    try:
        return TaskStatus(word.lower())
    except ValueError:
        raise BadSetting(f"{word!r} is no status; there are {', '.join(TaskStatus)}.") from None
