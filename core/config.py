"""Settings, read once at the door: defaults < ``.env`` < the environment. Frozen, handed over, never looked up again.

``.env`` is found as PrismQ does it: the given path; else in the working directory or one of its parents; else in the
``PrismQ_WD`` folder beside the topmost folder that is named ``PrismQ``.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, timedelta, timezone, tzinfo
from io import StringIO
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from platformdirs import user_data_path

from core.errors import BadSetting

SOURCES = ("sample", "youtube_api", "yt_dlp")
"""Where YouTube content can come from."""

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
    """

    taskmanager_api_url: str | None = None
    taskmanager_api_key: Secret = Secret("")
    taskmanager_db: Path = Path()
    database: Path = Path()
    youtube_api_key: Secret = Secret("")
    source: str | None = None
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
            "source": self._read("PRISMQ_SOURCE", source_name, None),
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
        raise BadSetting(f"The settings file {path} cannot be read: {fault}.") from None
    values = dotenv_values(path, interpolate=True, encoding="utf-8")
    lines = {b.key: b.original.line for b in parse_stream(StringIO(text)) if b.key is not None}
    return {name: (value, lines.get(name, 0)) for name, value in values.items() if value is not None}


def http_url(text: str) -> str:
    """An http(s) URL without a trailing slash."""
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("it is no URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise ValueError("it must look like https://host/api")
    if parts.username or parts.password:
        raise ValueError("the key belongs into TASKMANAGER_API_KEY, not into the URL")
    if parts.query or parts.fragment:
        raise ValueError("it must end with the path, without ? or #")
    return text.rstrip("/")


def header_text(text: str) -> str:
    """A text that can be sent in a header."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("it has characters that a header cannot carry")
    return text


def file_path(text: str) -> Path:
    """The path of a file, absolute."""
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        raise ValueError("it is a folder, not a file")
    return path


def sqlite_path(text: str) -> Path:
    """The path in ``sqlite:///path``; a relative one is meant from the working directory."""
    if not text.startswith("sqlite:///") or len(text) == len("sqlite:///"):
        raise ValueError("it must look like sqlite:///folder/db.s3db")
    return file_path(text.removeprefix("sqlite:///"))


def source_name(text: str) -> str:
    """One of `SOURCES`."""
    if text.lower() not in SOURCES:
        raise ValueError(f"it must be one of {', '.join(SOURCES)}")
    return text.lower()


def listed(text: str) -> tuple[str, ...]:
    """Comma-separated words."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def worker_prefix(text: str) -> str:
    """The first part of generated worker ids."""
    if len(text) > 64 or not all(c.isalnum() or c in "-_." for c in text):
        raise ValueError("it must be at most 64 letters, digits, dots, dashes or underscores")
    return text


def positive_seconds(text: str) -> float:
    """Seconds, more than none."""
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError("it must be a number of seconds") from None
    if not 0 < seconds < 10**9:
        raise ValueError("it must be more than 0 seconds")
    return seconds


def time_zone(text: str) -> tzinfo:
    """UTC, a fixed offset such as ``+02:00``, or a zone by its name."""
    offset = re.fullmatch(r"([+-])(\d{1,2})(?::?([0-5]\d))?", text)
    if offset is not None:
        sign, hours, minutes = offset[1], int(offset[2]), int(offset[3] or 0)
        if hours > 14:
            raise ValueError("no place on earth is more than 14 hours from UTC")
        ahead = timedelta(hours=hours, minutes=minutes)
        return timezone(ahead if sign == "+" else -ahead)
    if text.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones
        raise ValueError("it must be UTC, an offset like +02:00, or a zone like Europe/Prague") from None


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


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
