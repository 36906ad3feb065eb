"""What leaves the screen of a task: JSON, a curl command, a section as a file. Secrets only where they are shown."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from core.details import TaskDetail
from core.models import Json, Task, TaskStatus
from core.snapshot import ServerStatus
from tui.closing import ClosesOnce
from tui.deeds import Deeds
from tui.key_map import keyed
from tui.look import Piece, Tone, lines, pieces
from tui.widgets.branches import Row
from tui.widgets.json_view import is_block
from tui.widgets.masking import masked, masked_text
from tui.widgets.outline import Section
from tui.widgets.safe_text import safe

SERVED = "http://127.0.0.1:8750/api"
"""Where `prismq-workers serve` answers, unless it is told otherwise."""

JSON_SECTIONS = ("parameters", "result", "saved")
TEXT_SECTIONS = ("error", "report")

LARGE_COPY = 100_000
"""Characters from which on many terminals refuse to take a copy."""

KEY = '-H "X-API-Key: $TASKMANAGER_API_KEY"'
"""The header with the key, which the shell puts in."""


def as_json(detail: TaskDetail, *, reveal: bool) -> str:
    """All that is known of a task."""
    known = plain(detail)
    return dumped(known if reveal else masked(known))


def dumped(value: Json) -> str:
    """JSON for people."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def plain(value: object) -> Json:
    """Records as JSON can say them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value


def curl_read(task: Task, server: ServerStatus) -> str:
    """The command that reads it."""
    return f"curl -fsS {KEY} {shlex.quote(f'{root_of(server)}/tasks/{task.id}')}"


def curl_retry(task: Task, server: ServerStatus) -> str:
    """The command that retries it."""
    body = shlex.quote(json.dumps({"action": "retry", "ids": [task.id]}))
    address = shlex.quote(f"{root_of(server)}/tasks/bulk")
    return f"curl -fsS -X POST {KEY} -H 'Content-Type: application/json' -d {body} {address}"


def root_of(server: ServerStatus) -> str:
    """The API root of a TaskManager; where the embedded one would be served. A password in it is masked."""
    return SERVED if server.embedded else masked_text(server.label.rstrip("/"))


def may_retry(task: Task, server: ServerStatus) -> bool:
    """Whether the task and its TaskManager are such that a retry does something."""
    return task.status is TaskStatus.FAILED and "retry" in server.can


def saved_section(task_id: int, section: Section, *, reveal: bool) -> Path:
    """Write a section into a new file of the working folder, for its owner alone; answers its path. Raises OSError."""
    value = section.source[0] if isinstance(section.source, tuple) else None
    ending = "json" if section.key in JSON_SECTIONS else "txt"
    if section.key in JSON_SECTIONS:
        text = dumped(value if reveal else masked(value))
    elif section.key in TEXT_SECTIONS:
        text = str(value) if reveal else masked_text(str(value))
    else:
        text = "\n".join(line for row in section.make() for line in whole(row))
    for name in names(f"task-{task_id}-{section.key}", ending):
        path = Path.cwd() / name
        try:
            with open(path, "x", encoding="utf-8", errors="backslashreplace", opener=private) as file:
                file.write(text + "\n")
        except FileExistsError:
            continue
        return path
    raise FileExistsError("there are too many files of that name")


def whole(row: Row) -> Iterator[str]:
    """A row and all that it holds, as lines."""
    yield "  " * row.depth + safe(row.text)
    if row.branch is not None:
        for each in row.branch.rows():
            yield from whole(each)


def names(stem: str, ending: str) -> Iterator[str]:
    """Names for a file: the plain one, then numbered ones."""
    yield f"{stem}.{ending}"
    yield from (f"{stem}-{number}.{ending}" for number in range(2, 1000))


def private(path: str, flags: int) -> int:
    """Opens a file that only its owner may read."""
    return os.open(path, flags, 0o600)


class CopyMenu(ModalScreen[str], ClosesOnce[str]):
    """What of a task is to be copied. Answers ``id``, ``json``, ``curl`` or ``retry``."""

    BINDINGS = [
        Binding("i,y", "choose('id')", "Id"),
        Binding("j", "choose('json')", "JSON"),
        Binding("c", "choose('curl')", "curl"),
        Binding("r", "choose('retry')", "curl, retry"),
        Binding("escape,q", "leave", "Leave"),
    ]
    DEFAULT_CSS = """
    CopyMenu { align: center middle; }
    CopyMenu > Vertical {
        width: 58; max-width: 95%; height: auto; border: round $primary; padding: 1 2; background: $surface;
    }
    """

    def __init__(self, task: Task, server: ServerStatus, *, reveal: bool) -> None:
        super().__init__()
        self.subject, self.server, self.reveal = task, server, reveal

    def compose(self) -> ComposeResult:
        """The choices."""
        with Vertical() as frame:
            frame.border_title = f"Copy task #{self.subject.id}"
            yield Static(lines(self.rows()))

    def rows(self) -> Iterator[tuple[Piece, ...]]:
        """The choices, and what is left out of them."""
        yield pieces(("i", Tone.ACCENT), "  id")
        yield pieces(("j", Tone.ACCENT), "  everything that is known, as JSON")
        yield pieces(("c", Tone.ACCENT), "  curl command that reads it")
        if may_retry(self.subject, self.server):
            yield pieces(("r", Tone.ACCENT), "  curl command that retries it")
        yield pieces("")
        secrets = "Secrets are shown, and copied." if self.reveal else f"Secrets stay masked (^p {SHOW} shows them)."
        yield pieces((secrets, Tone.WARN if self.reveal else Tone.MUTED))
        yield pieces(("The key of curl is $TASKMANAGER_API_KEY.", Tone.MUTED))
        if self.server.embedded:
            yield pieces(("curl needs: prismq-workers serve", Tone.MUTED))
        yield pieces(("esc", Tone.ACCENT), (" leave", Tone.MUTED))

    def action_choose(self, what: str) -> None:
        """That."""
        if what != "retry" or may_retry(self.subject, self.server):
            self.dismiss(what)

    def action_leave(self) -> None:
        """Nothing."""
        self.dismiss("")


SHOW = "Show secrets"


def large_parts(detail: TaskDetail) -> dict[str, Json]:
    """The sections of JSON that may be large."""
    task = detail.task
    told = {"parameters": dict(task.parameters), "result": task.result, "saved": detail.saved}
    return {key: value for key, value in told.items() if is_block(value) or isinstance(value, str)}


class TaskCopies:
    """Puts what is known of a task on the clipboard, or into a file."""

    def __init__(self, deeds: Deeds) -> None:
        self._deeds = deeds

    def copy(self, what: str, detail: TaskDetail, server: ServerStatus, *, reveal: bool) -> None:
        """Copy what `CopyMenu` answers."""
        task = detail.task
        match what:
            case "json":
                self._deeds.carry_out(partial(self._copy_json, detail, reveal=reveal))
            case "curl":
                self._put(curl_read(task, server), "Copied the curl command that reads it")
            case "retry":
                self._put(curl_retry(task, server), "Copied the curl command that retries it")
            case _:
                self._put(str(task.id), f"Copied {task.id}")

    def _put(self, text: str, sentence: str) -> None:
        self._deeds.app.copy_to_clipboard(text)
        self._deeds.say(sentence)

    async def _copy_json(self, detail: TaskDetail, *, reveal: bool) -> str:
        text = await asyncio.to_thread(as_json, detail, reveal=reveal)
        self._deeds.app.copy_to_clipboard(text)
        doubt = keyed("; many terminals take less, {save} saves a section to a file") if len(text) > LARGE_COPY else ""
        return f"Copied {len(text):,} characters of JSON{doubt}"

    def save(self, task_id: int, section: Section, *, reveal: bool) -> None:
        """Save a section to a new file of the working folder."""
        self._deeds.carry_out(partial(self._save, task_id, section, reveal=reveal))

    async def _save(self, task_id: int, section: Section, *, reveal: bool) -> str:
        try:
            path = await asyncio.to_thread(saved_section, task_id, section, reveal=reveal)
        except OSError as error:
            self._deeds.say(f"{section.title} was not saved: {error.strerror or error}", wrong=True)
            return ""
        return f"Saved {section.title} to {path}" + ("" if reveal else "; secrets are masked")
