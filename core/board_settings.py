"""How the board looks and which keys it has: defaults < the settings file < the environment.

A mistake in the file stops nothing: it is told in one sentence, and the default holds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from platformdirs import user_config_path

from core.errors import BadSetting

TIMES: Final = ("utc", "local", "relative")
"""Ways in which times are told."""

THEME: Final = "textual-dark"
ENVIRONMENT: Final = {"theme": "PRISMQ_THEME", "times": "PRISMQ_TIMES"}
"""Settings that the environment may have too."""


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """Settings of the board. ``path`` is their file, None where nothing is to be remembered.

    ``keys`` are keys by the id of their command, as they were written. ``origins`` tells where each setting comes from
    that is no default; ``faults`` are sentences about what could not be used.
    """

    path: Path | None = None
    theme: str = THEME
    times: str = TIMES[0]
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    faults: tuple[str, ...] = ()


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the file is, or would be: ``PRISMQ_SETTINGS``, else in the user's folder for configuration."""
    chosen = environ.get("PRISMQ_SETTINGS", "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute()
    return user_config_path("prismq-workers", appauthor=False) / "settings.toml"


def read_settings(environ: Mapping[str, str] = os.environ) -> BoardSettings:
    """The settings; raises nothing."""
    path = settings_path(environ)
    reading = Reading(environ, *file_said(path))
    return BoardSettings(
        path=path,
        theme=reading.text("theme", THEME),
        times=reading.one_of("times", TIMES),
        keys=reading.keys(),
        origins=reading.origins,
        faults=(*reading.faults, *reading.unknown()),
    )


def file_said(path: Path) -> tuple[dict[str, object], list[str]]:
    """What the file says, and why it could not be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError) as fault:
        from core.texts import why_unread

        return {}, [f"The settings file {path} cannot be read: {why_unread(fault)}."]
    import tomllib  # few have such a file

    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as fault:
        return {}, [f"The settings file {path} is no TOML: {fault}."]


class Reading:
    """Takes settings one by one, and writes down where they come from and what is wrong with them."""

    def __init__(self, environ: Mapping[str, str], said: Mapping[str, object], faults: list[str]) -> None:
        self._environ = environ
        self._said = said
        self._taken = {"keys"}
        self.faults = faults
        self.origins: dict[str, str] = {}

    def text(self, name: str, default: str) -> str:
        """A text."""
        value, origin = self._raw(name)
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip():
            self.faults.append(f"{name} in {origin} must be a text in quotes.")
            return default
        self.origins[name] = origin
        return value.strip()

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """One of some words; the first is the default."""
        value = self.text(name, choices[0]).lower()
        if value in choices:
            return value
        origin = self.origins.pop(name)
        self.faults.append(f"{name} in {origin} must be one of {', '.join(choices)}, not {value!r}.")
        return choices[0]

    def keys(self) -> dict[str, str]:
        """The section of keys."""
        section = self._said.get("keys", {})
        if not isinstance(section, Mapping):
            self.faults.append('keys in the settings file must be a section of lines like: retry = "R".')
            return {}
        found: dict[str, str] = {}
        for name, key in cast("Mapping[str, object]", section).items():
            if isinstance(key, str) and key.strip():
                found[name] = key.strip()
                self.origins[f"keys.{name}"] = "file"
            else:
                self.faults.append(f"The key of {name!r} in the settings file must be a text in quotes.")
        return found

    def unknown(self) -> list[str]:
        """What the file says that is no setting."""
        left = [name for name in self._said if name not in self._taken]
        return [f"The settings file has no setting {', '.join(map(repr, left))}."] if left else []

    def _raw(self, name: str) -> tuple[object, str]:
        self._taken.add(name)
        variable = ENVIRONMENT.get(name, "")
        if self._environ.get(variable, "").strip():
            return self._environ[variable], "environment"
        return self._said.get(name), "file"


def remember(path: Path, name: str, value: str) -> None:
    """Write one setting into the file; all else in it stays as it is. Raises `BadSetting` when that is not possible."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        put(path, with_setting(text, name, value))
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSetting(f"{name} is not remembered: {path} cannot be written: {fault}.") from None


def put(path: Path, text: str) -> None:
    """Have the file say this, all at once; a link to it stays one. Raises OSError."""
    file = Path(os.path.realpath(path))
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(file.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


def quoted(value: str) -> str:
    """A text as TOML writes it."""
    import json  # the first paint waits for whatever is imported above

    return json.dumps(value, ensure_ascii=False)


def with_setting(text: str, name: str, value: str) -> str:
    """A TOML text in which a setting outside all sections has this value."""
    line = f"{name} = {quoted(value)}"
    section = re.search(r"(?m)^[ \t]*\[", text)
    top, rest = (text[: section.start()], text[section.start() :]) if section else (text, "")
    found = re.compile(rf"(?m)^[ \t]*{re.escape(name)}[ \t]*=.*$")
    if found.search(top):
        return found.sub(lambda _: line, top, count=1) + rest
    return f"{line}\n{top}{rest}"


def example(keys: Mapping[str, str]) -> str:
    """A settings file in which everything is said in comments; ``keys`` are the keys of all commands."""
    lines = [
        "# Settings of the board of prismq-workers. A line without # is at work.",
        "",
        f'# theme = "{THEME}"        # any theme of the palette (ctrl+p, Theme); "prismq-safe" for the colour-blind',
        f'# times = "{TIMES[0]}"                 # {", ".join(TIMES)}',
        "",
        '[keys]                       # a key by its command; several: "f5,ctrl+r"',
        *(f"# {name} = {quoted(key)}" for name, key in keys.items() if key),
    ]
    return "\n".join(lines) + "\n"


def write_example(path: Path, keys: Mapping[str, str]) -> None:
    """Write `example`, below what the board remembered in the file by itself. Raises `BadSetting`, also where the file
    has a section of keys already: someone wrote that."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if re.search(r"(?m)^[ \t]*\[", text):
            raise BadSetting(f"{path} is there already; nothing was written.")
        put(path, f"{text.rstrip()}\n\n{example(keys)}".lstrip())
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSetting(f"{path} cannot be written: {fault}.") from None
