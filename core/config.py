"""Settings, read once at the door: defaults < ``.env`` < the environment. Frozen, handed over, never looked up again.

``.env`` is found as PrismQ does it: the given path; else in the working directory or one of its parents; else in the
``PrismQ_WD`` folder beside the topmost folder that is named ``PrismQ``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, tzinfo
from io import StringIO
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from platformdirs import user_data_path

from core.errors import BadSetting
from core.masking import mask_also
from core.setting_values import (
    file_path,
    header_text,
    http_url,
    is_loopback,
    listed,
    pause,
    positive_seconds,
    positive_whole,
    source_name,
    sqlite_path,
    time_zone,
    worker_prefix,
    youtube_url,
)
from core.texts import why_unread

YOUTUBE_API_URL = "https://www.googleapis.com/youtube/v3"
YOUTUBE_QUOTA = 10_000
"""Units a day that YouTube gives to a new project."""

SMALLEST_TERMINAL = (60, 20)
"""Columns and rows that the board needs."""

Value = TypeVar("Value")


class Secret(str):
    """A text that never shows itself: ``repr`` is masked. Use it as a string only where it is sent."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'" if self else "''"


@dataclass(frozen=True, slots=True, init=False)
class Config:
    """All settings of one run.

    ``taskmanager_api_url`` None means the embedded TaskManager on ``taskmanager_db``. ``database`` is the
    IdeaInspiration database. ``claim_timeout`` (seconds) is what the TaskManager uses; the embedded one takes it
    from here. ``server_zone`` is that of times which come without one. ``warnings`` are sentences worth saying at the
    start.

    ``youtube_quota`` are units a day; what is used of them is kept in ``youtube_quota_db``. A source is asked for at
    most ``source_concurrency`` things at a time, with ``source_delay`` seconds between two beginnings at least, and an
    answer is waited for ``source_timeout`` seconds.
    """

    taskmanager_api_url: str | None = None
    taskmanager_api_key: Secret = Secret("")
    taskmanager_db: Path = Path()
    database: Path = Path()
    youtube_api_key: Secret = Secret("")
    youtube_api_url: str = YOUTUBE_API_URL
    youtube_quota: int = YOUTUBE_QUOTA
    youtube_quota_db: Path = Path()
    source: str | None = None
    source_concurrency: int = 2
    source_delay: float = 1.0
    source_timeout: float = 20.0
    workers: tuple[str, ...] = ()
    worker_prefix: str = "w"
    claim_timeout: float = 300.0
    server_zone: tzinfo = UTC
    env_file: Path | None = None
    warnings: tuple[str, ...] = field(default=())

    def __init__(
        self, env_file: str | Path | None = None, *, environ: Mapping[str, str] | None = None, **chosen: object
    ) -> None:
        """Read the settings; ``chosen`` are fields that win over everything. Raises `BadSetting`."""
        said = Sayings(env_file, os.environ if environ is None else environ)
        values = said.settings()
        refuse_unknown(chosen, values)
        values |= chosen
        for name, value in values.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "warnings", tuple(key_warnings(self.taskmanager_api_url, self.taskmanager_api_key)))

    @classmethod
    def bare(cls, **chosen: object) -> Config:
        """Defaults but for ``chosen``: neither ``.env`` nor the environment is read."""
        config = object.__new__(cls)
        for name, value in Sayings.nothing().settings().items():
            object.__setattr__(config, name, value)
        return config.replace(**chosen)

    @property
    def embedded(self) -> bool:
        """Whether the TaskManager is the embedded one."""
        return self.taskmanager_api_url is None

    @property
    def database_url(self) -> str:
        """The IdeaInspiration database as PrismQ writes it."""
        return f"sqlite:///{self.database}"

    def mask_keys(self) -> None:
        """Have the keys masked in whatever is shown: a server may repeat one in an error."""
        mask_also(str(self.taskmanager_api_key), str(self.youtube_api_key))

    def replace(self, **chosen: object) -> Config:
        """The same settings but for ``chosen``."""
        refuse_unknown(chosen, [each.name for each in fields(self)])
        copy = object.__new__(Config)
        for each in fields(self):
            object.__setattr__(copy, each.name, chosen.get(each.name, getattr(self, each.name)))
        return copy


class Sayings:
    """What the environment and ``.env`` say, each with the place where it was said."""

    def __init__(self, env_file: str | Path | None, environ: Mapping[str, str]) -> None:
        self.origins: dict[str, str] = {}
        self.env_file = find_env_file(env_file, working_folder())
        self._environ = environ
        self._file = read_env_file(self.env_file) if self.env_file else {}

    @classmethod
    def nothing(cls) -> Sayings:
        """Where nothing is said."""
        said = object.__new__(cls)
        said.env_file, said._environ, said._file, said.origins = None, {}, {}, {}
        return said

    def settings(self) -> dict[str, object]:
        """Every field of `Config`, checked."""
        home = user_data_path("prismq-workers", appauthor=False)
        return {
            "taskmanager_api_url": self._read("TASKMANAGER_API_URL", http_url, None),
            "taskmanager_api_key": Secret(self._read("TASKMANAGER_API_KEY", header_text, "", secret=True)),
            "taskmanager_db": self._read("PRISMQ_TASKMANAGER_DB", file_path, home / "taskmanager.db"),
            "database": self._read("DATABASE_URL", sqlite_path, home / "ideas.s3db"),
            "youtube_api_key": Secret(self._read("YOUTUBE_API_KEY", header_text, "", secret=True)),
            "youtube_api_url": self._read("PRISMQ_YOUTUBE_API_URL", youtube_url, YOUTUBE_API_URL),
            "youtube_quota": self._read("PRISMQ_YOUTUBE_QUOTA", positive_whole, YOUTUBE_QUOTA),
            "youtube_quota_db": self._read("PRISMQ_YOUTUBE_QUOTA_DB", file_path, home / "youtube_quota.db"),
            "source": self._read("PRISMQ_SOURCE", source_name, None),
            "source_concurrency": self._read("PRISMQ_SOURCE_CONCURRENCY", positive_whole, 2),
            "source_delay": self._read("PRISMQ_SOURCE_DELAY", pause, 1.0),
            "source_timeout": self._read("PRISMQ_SOURCE_TIMEOUT", positive_seconds, 20.0),
            "workers": self._read("PRISMQ_WORKERS", listed, ()),
            "worker_prefix": self._read("PRISMQ_WORKER_PREFIX", worker_prefix, "w"),
            "claim_timeout": self._read("PRISMQ_CLAIM_TIMEOUT", positive_seconds, 300.0),
            "server_zone": self._read("PRISMQ_SERVER_ZONE", time_zone, UTC),
            "env_file": self.env_file,
            "warnings": (),
        }

    def _read(self, name: str, parse: Callable[[str], Value], default: Value, *, secret: bool = False) -> Value:
        text = self._environ.get(name)
        where = "the environment"
        if text is None and name in self._file:
            text, line = self._file[name]
            where = f"{self.env_file}, line {line}"
        if text is None or not text.strip():
            self.origins[name] = "default"
            return default
        self.origins[name] = where
        try:
            return parse(text.strip())
        except ValueError as fault:
            shown = "***" if secret else without_secrets(text.strip())
            raise BadSetting(f"{name}={shown} ({where}) cannot be used: {fault}.") from None


def refuse_unknown(chosen: Iterable[str], known: Iterable[str]) -> None:
    """Raises `BadSetting` for a name that is no setting."""
    unknown = set(chosen) - set(known)
    if unknown:
        raise BadSetting(f"There is no setting {', '.join(sorted(unknown))}; there are {', '.join(known)}.")


def without_secrets(text: str) -> str:
    """The text without what stands before an @ or after a ? in an address: both may hold keys."""
    return re.sub(r"\?.*", "?***", re.sub(r"//.*@", "//***@", text))


def find_env_file(given: str | Path | None, start: Path) -> Path | None:
    """Where ``.env`` is, or None. Raises `BadSetting` when the given one does not exist."""
    if given is not None:
        path = Path(given).expanduser()
        if not path.is_file():
            raise BadSetting(f"There is no settings file {path}.")
        return path
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / ".env").is_file():
            return folder / ".env"
    prismq = [folder for folder in (start, *start.parents) if folder.name == "PrismQ"]
    beside = prismq[-1].parent / "PrismQ_WD" / ".env" if prismq else None
    return beside if beside is not None and beside.is_file() else None


def working_folder() -> Path:
    """The working directory. Raises `BadSetting` when it was deleted."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise BadSetting("The working directory does not exist any more: change to another one.") from None


def read_env_file(path: Path) -> dict[str, tuple[str, int]]:
    """Names to (value, line) of a ``.env`` file. Raises `BadSetting` when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSetting(f"The settings file {path} cannot be read: {why_unread(fault)}.") from None
    from dotenv import dotenv_values  # most start without such a file
    from dotenv.parser import parse_stream

    values = dotenv_values(path, interpolate=True, encoding="utf-8")
    lines = {b.key: b.original.line for b in parse_stream(StringIO(text)) if b.key is not None}
    return {name: (value, lines.get(name, 0)) for name, value in values.items() if value is not None}


def key_warnings(url: str | None, key: str) -> list[str]:
    """What is unsafe about this way to the TaskManager."""
    parts = urlsplit(url or "")
    if not parts.hostname or is_loopback(parts.hostname):
        return []
    said: list[str] = []
    if not key:
        said.append(f"No TASKMANAGER_API_KEY is set, though {parts.hostname} is not this machine.")
    elif parts.scheme == "http":
        said.append(f"The API key goes to {parts.hostname} unencrypted: use https.")
    return said
