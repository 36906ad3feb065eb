"""Is everything as it should be? Each check says what it found; a check that fails stops none of the others."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from core.config import SMALLEST_TERMINAL, Config
from core.errors import CoreError
from core.known_workers import known_workers
from core.results import Database
from core.sources.checking import look_at_source
from core.taskmanager.capabilities import CALLS
from core.taskmanager.client import AsyncTaskManagerClient
from core.taskmanager.retry import Retrying

CLOCK_TOLERANCE = 5.0
"""Seconds by which clocks may differ before it is worth a word; the server tells whole seconds."""
PATIENCE = 3.0
"""Seconds that a call is tried."""


class Finding(StrEnum):
    """How a check ended."""

    GOOD = "ok"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and a sentence; ``exit_code`` is that of the program when it is bad."""

    name: str
    finding: Finding
    sentence: str
    exit_code: int = 0


NEED_THE_SERVER = ("key", "abilities", "clock")
"""Checks that say nothing while the TaskManager is away."""

Look = Callable[[], Awaitable[tuple[Finding, str]]]


async def examine(config: Config) -> AsyncIterator[Check]:
    """Look at the settings, the TaskManager, the databases, the workers, the source and the terminal."""
    async with AsyncTaskManagerClient(config) as client:
        client.retrying = Retrying(seconds=PATIENCE)
        looks: dict[str, Look] = {
            "settings": lambda: settings(config),
            "TaskManager": lambda: reachable(client),
            "key": lambda: key(client, config),
            "abilities": lambda: abilities(client),
            "clock": lambda: clock(client),
            "results database": lambda: results(config),
            "workers": lambda: workers(config),
            "source": lambda: source(config),
            "terminal": terminal,
        }
        away = False
        for name, look in looks.items():
            if away and name in NEED_THE_SERVER:
                yield Check(name, Finding.UNKNOWN, "could not be checked: the TaskManager does not answer")
                continue
            try:
                finding, sentence = await look()
                yield Check(name, finding, sentence)
            except CoreError as error:
                away = away or name == "TaskManager"
                yield Check(name, Finding.BAD, str(error), error.exit_code)
            except Exception as fault:  # noqa: BLE001 - whatever one check meets, the others are made
                yield Check(name, Finding.BAD, f"{type(fault).__name__}: {fault}", 1)


async def settings(config: Config) -> tuple[Finding, str]:
    """Where they were found, and what is unsafe about them."""
    where = f"read from {config.env_file}" if config.env_file else "no .env file: defaults and the environment"
    if config.warnings:
        return Finding.WARNING, f"{where}. {' '.join(config.warnings)}"
    return Finding.GOOD, where


async def reachable(client: AsyncTaskManagerClient) -> tuple[Finding, str]:
    """Whether the TaskManager answers, and how fast."""
    began = time.perf_counter()
    health = await client.health_check()
    took = (time.perf_counter() - began) * 1000
    where = client.config.taskmanager_api_url or f"embedded, {client.config.taskmanager_db}"
    finding = Finding.GOOD if health.status == "healthy" else Finding.WARNING
    return finding, f"{where} is {health.status}, answered in {took:.0f} ms"


async def key(client: AsyncTaskManagerClient, config: Config) -> tuple[Finding, str]:
    """Whether the key is taken."""
    await client.list_tasks(limit=1)
    return Finding.GOOD, "not refused" if config.taskmanager_api_key else "none is set, and none is asked for"


async def abilities(client: AsyncTaskManagerClient) -> tuple[Finding, str]:
    """What the server can do beyond the documented calls, and what it cannot."""
    can = await client.capabilities()
    missing = sorted(ALL - can.names)
    told = f"can: {', '.join(sorted(can.names)) or 'the documented calls'}"
    told += f"; cannot: {', '.join(missing)}" if missing else ""
    if can.max_params_bytes is not None:
        told += f"; parameters of at most {can.max_params_bytes:,} bytes"
    return Finding.GOOD, told


async def clock(client: AsyncTaskManagerClient) -> tuple[Finding, str]:
    """How far its clock is from ours."""
    before = time.time()
    told = (await client.health_check()).timestamp
    if told is None:
        return Finding.WARNING, "the server does not tell its time"
    apart = told + 0.5 - (before + time.time()) / 2
    if abs(apart) <= CLOCK_TOLERANCE:
        return Finding.GOOD, "agrees with the server's within a second or so"
    way = "ahead" if apart > 0 else "behind"
    return Finding.WARNING, f"the server is {abs(apart):.0f} s {way}: claims may time out early or late"


async def results(config: Config) -> tuple[Finding, str]:
    """Whether the results database can be opened and written."""
    database = Database(config=config)
    try:
        with database.transaction(PATIENCE):
            pass  # to begin and commit is the proof
        return Finding.GOOD, f"{config.database} has {database.count():,} ideas and can be written"
    finally:
        database.close()


async def workers(config: Config) -> tuple[Finding, str]:
    """Which workers there are, and which could not be loaded."""
    factory, faults = known_workers(config)
    known = ", ".join(factory.known_types())
    return (Finding.WARNING, f"{known}. {' '.join(faults)}") if faults else (Finding.GOOD, known)


async def source(config: Config) -> tuple[Finding, str]:
    """Where YouTube content comes from, and whether it does."""
    standing = await asyncio.to_thread(look_at_source, config)
    return Finding.GOOD if standing.is_fine else Finding.WARNING, standing.sentence


async def terminal() -> tuple[Finding, str]:
    """Whether the board could be drawn here."""
    if not (sys.stdin and sys.stderr and sys.stdin.isatty() and sys.stderr.isatty()):
        return Finding.WARNING, "none here: the board needs one"
    columns, rows = os.get_terminal_size(sys.stderr.fileno())
    needed = SMALLEST_TERMINAL
    if columns < needed[0] or rows < needed[1]:
        return Finding.WARNING, f"{columns}x{rows} is too small for the board: it needs {needed[0]}x{needed[1]}"
    colour = "no colour (NO_COLOR)" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM") or "256 colours"
    return Finding.GOOD, f"{columns}x{rows}, {os.environ.get('TERM', 'unknown')}, {colour}"


ALL = frozenset(CALLS) | {"filter", "list-types", "priority"}
"""Abilities that make a difference to a user."""
