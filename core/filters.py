"""What the queue is narrowed to: free text, statuses and type patterns, read from one line of text."""

from __future__ import annotations

import re
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
        """Read ``status:failed type:*Video* words``; raises `BadSetting` on an unknown term or status."""
        words: list[str] = []
        statuses: list[TaskStatus] = []
        types: list[str] = []
        for term in split(line):
            name, colon, value = term.partition(":")
            if term.startswith('"'):
                words.append(term.strip('"'))
            elif colon and name == "status":
                statuses.extend(status_named(word) for word in value.split(",") if word)
            elif colon and name == "type":
                types += [value] if value else []
            elif colon and name.isidentifier() and not value.startswith("//"):
                raise BadSetting(
                    f"{name!r} is no term; there are status: and type:. Put a text with a colon in quotes."
                )
            else:
                words.append(term)
        return cls(" ".join(words), tuple(dict.fromkeys(statuses)), tuple(types))

    def __bool__(self) -> bool:
        return bool(self.text or self.statuses or self.types)

    def __str__(self) -> str:
        parts = [f"status:{','.join(self.statuses)}"] if self.statuses else []
        parts += [f"type:{pattern}" for pattern in self.types]
        text = f'"{self.text}"' if ":" in self.text else self.text
        return " ".join(parts + ([text] if text else []))

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
    """Words of the line; what stands in quotes is one, with its quotes."""
    if line.count('"') % 2:
        raise BadSetting("The filter has an opening quote without a closing one.")
    return re.findall(r'"[^"]*"|[^\s"]+', line)


def status_named(word: str) -> TaskStatus:
    """The status of that name, or an error that names them all."""
    try:
        return TaskStatus(word.lower())
    except ValueError:
        raise BadSetting(f"{word!r} is no status; there are {', '.join(TaskStatus)}.") from None
