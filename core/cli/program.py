"""What every command shares: the settings, the board to open, and how a command ends."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import click

from core.cli.output import say
from core.config import Config
from core.errors import BadSetting
from core.loops import run_to_end

if TYPE_CHECKING:  # nothing that most commands do without
    from core.models import Json
    from core.verbs import Connection
    from core.workers.factory import WorkerFactory

Value = TypeVar("Value")
PATIENCE = 3.0
"""Seconds that a command tries to reach the TaskManager."""
BoardKeys = Callable[[Mapping[str, str]], tuple[dict[str, str], list[str]]]
"""Answers the keys of all commands of the board, given those that a user chose, and what of these cannot be had."""
OpenBoard: TypeAlias = "Callable[[Connection, bool], int]"
"""Opens the board on a connection (in demo mode or not); answers the exit code."""


@dataclass
class Program:
    """One run of the command line. What belongs to the board is handed in, so that the core knows no screen."""

    open_board: OpenBoard
    board_keys: BoardKeys
    env_file: str | None = None

    @cached_property
    def config(self) -> Config:
        """The settings."""
        config = Config(self.env_file)
        config.mask_keys()
        return config

    def factory(self) -> WorkerFactory:
        """All workers that there are, with those that the settings name; says which could not be loaded."""
        from core.known_workers import known_workers

        factory, faults = known_workers(self.config)
        for sentence in faults:
            say(f"Warning: {sentence}")
        return factory


def run(work: Coroutine[Any, Any, Value]) -> Value:
    """Run a coroutine to its end."""
    return run_to_end(work)


def with_client(program: Program, ask: Callable[[Any], Awaitable[Value]]) -> Value:
    """Open a client of the configured TaskManager, ask it something, close it; what is unsafe about it is said."""
    for warning in program.config.warnings:
        say(f"Warning: {warning}")

    async def asked() -> Value:
        from core.taskmanager.client import AsyncTaskManagerClient
        from core.taskmanager.retry import Retrying

        async with AsyncTaskManagerClient(program.config) as client:
            client.retrying = Retrying(seconds=PATIENCE)
            return await ask(client)

    return run(asked())


def parsed_object(option: str, text: str) -> dict[str, Json]:
    """The JSON object that an option holds. Raises `BadSetting` that says where it goes wrong."""
    try:
        said: Json = json.loads(text)
    except json.JSONDecodeError as fault:
        raise BadSetting(f"{option} is not JSON: {fault.msg} at character {fault.pos + 1} of {text!r}.") from None
    except RecursionError:
        raise BadSetting(f"{option} is nested too deeply.") from None
    if not isinstance(said, dict):
        raise BadSetting(f'{option} must be a JSON object like {{"name": "value"}}, not {text!r}.')
    return cast("dict[str, Json]", said)


json_option = click.option("--json", "as_json", is_flag=True, help="Answer with JSON on stdout.")
passing = click.make_pass_decorator(Program)
