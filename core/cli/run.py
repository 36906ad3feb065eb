"""`run`: workers without a board."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from core.cli.output import print_fields, print_json, say
from core.cli.program import Program, json_option, passing
from core.cli.program import run as run_to_end
from core.errors import CoreError
from core.models import Json
from core.stops import heard
from core.workers.claiming import strategy_named

if TYPE_CHECKING:
    from core.engine import Engine

PROGRESS_SECONDS = 0.5


@click.command(epilog="Example: prismq-workers run --workers 3 --strategy PRIORITY --drain")
@click.option("--types", "type_names", metavar="A,B", help="Task types to work on; without it all that can be.")
@click.option("--workers", "count", type=int, default=1, show_default=True, help="How many workers.")
@click.option("--concurrency", type=int, default=1, show_default=True, help="Tasks at once, a worker.")
@click.option("--strategy", default="FIFO", show_default=True, help="FIFO, LIFO or PRIORITY.")
@click.option("--drain", is_flag=True, help="End when no task of these types is left.")
@json_option
@passing
def run(
    program: Program, type_names: str | None, count: int, concurrency: int, strategy: str, drain: bool, as_json: bool
) -> None:
    """Work until stopped or, with --drain, until nothing is left.

    Ctrl+C finishes the tasks in hand; twice gives them back.
    """
    strategy_named(strategy)
    names = [name.strip() for name in (type_names or "").split(",") if name.strip()]
    order = Order(names, count, concurrency, strategy, drain)
    summary = run_to_end(work(program, order))
    if as_json:
        print_json(summary.told())
    else:
        print_fields(summary.told())
    if summary.fault is not None:
        say(f"Error: {summary.fault}")
    sys.exit(summary.exit_code)


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    types: Sequence[str]
    count: int
    concurrency: int
    strategy: str
    drain: bool


@dataclass(slots=True)
class Summary:
    """How it went. ``waiting`` reports are in the outbox still; tasks ``claimed_by_others`` are not waited for, nor
    those that are ``put_off`` until a time."""

    done: int = 0
    failed: int = 0
    seconds: float = 0.0
    waiting: int = 0
    claimed_by_others: int = 0
    put_off: int = 0
    interrupted: bool = False
    fault: CoreError | None = None

    def ended_by(self, ending: asyncio.Task[int | None], order: Order) -> None:
        """Take note of how the waiting for the end went; it was cut short when that is not over."""
        if not ending.done():
            self.interrupted = order.drain
            return
        fault = ending.exception()
        if fault is None:
            self.claimed_by_others = ending.result() or 0
        elif isinstance(fault, CoreError):
            self.fault = fault
        else:
            raise fault

    def told(self) -> dict[str, Json]:
        """The figures, by name."""
        rate = round((self.done + self.failed) / self.seconds, 1) if self.seconds else 0.0
        return {
            "done": self.done,
            "failed": self.failed,
            "seconds": round(self.seconds, 2),
            "tasks_per_second": rate,
            "reports_waiting": self.waiting,
            "claimed_by_others": self.claimed_by_others,
            **({"put_off": self.put_off} if self.put_off else {}),
        }

    @property
    def exit_code(self) -> int:
        """130 when it was cut short, that of what broke it, 1 when reports could not be delivered, else 0."""
        if self.fault is not None:
            return self.fault.exit_code
        return 130 if self.interrupted else int(self.waiting > 0)


async def work(program: Program, order: Order) -> Summary:
    """Start workers, wait for the end, stop them."""
    from core.endings import put_off
    from core.engine import Engine

    stops: asyncio.Queue[None] = asyncio.Queue()
    summary = Summary()
    async with Engine.open(program.config) as engine:
        with heard(lambda: stops.put_nowait(None)):
            started = time.monotonic()
            ids = await engine.start_workers(
                order.types, count=order.count, strategy=order.strategy, concurrency=order.concurrency
            )
            who = "1 worker" if len(ids) == 1 else f"{len(ids)} workers"
            say(f"{who} on {engine.label}; Ctrl+C stops.")
            if not order.types:
                await tell_what_is_left_out(engine)
            telling = asyncio.create_task(tell_progress(engine))
            ending = asyncio.create_task(engine.drained() if order.drain else engine.over())
            asked = asyncio.create_task(stops.get())
            await asyncio.wait([ending, asked], return_when=asyncio.FIRST_COMPLETED)
            summary.ended_by(ending, order)
            if order.drain and ending.done() and summary.fault is None:
                with suppress(CoreError):  # it is only told; what was done is known without it
                    summary.put_off = await put_off(engine.rooms)
            summary.waiting = await stop(engine, stops, asked.done(), summary)
            summary.seconds = time.monotonic() - started
            await let_go(telling, ending, asked)
        summary.done, summary.failed = engine.rooms.pool.totals()
    return summary


async def tell_what_is_left_out(engine: Engine) -> None:
    """Why tasks of some types that are known here are not done: nobody asked for these by name."""
    left_out = await engine.hindrances()
    for sentence in left_out.values():
        say(f"Not started: {sentence}")


async def let_go(*tasks: asyncio.Task[Any]) -> None:
    """Cancel what is not needed any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def stop(engine: Engine, stops: asyncio.Queue[None], asked: bool, summary: Summary) -> int:
    """Stop gracefully; a further signal means: at once. Answers how many reports still wait."""
    if asked:
        say("Stopping: tasks in hand are finished; once more gives them back.")
    shutting = asyncio.create_task(engine.shut())
    again = asyncio.create_task(stops.get())
    await asyncio.wait([shutting, again], return_when=asyncio.FIRST_COMPLETED)
    if again.done() and not shutting.done():
        say("Stopping at once: tasks in hand are given back.")
        summary.interrupted = True
        await engine.shut(now=True)
        engine.rooms.deliverer.give_up()
    again.cancel()
    waiting = await shutting
    engine.rooms.deliverer.give_up()  # that was the wait; closing the engine needs no other
    return waiting


async def tell_progress(engine: Engine) -> None:
    """How it goes, on one line of stderr, when that is a terminal."""
    if not sys.stderr.isatty():
        return
    try:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            done, failed = engine.rooms.pool.totals()
            hand, waiting = engine.rooms.pool.in_hand(), engine.rooms.deliverer.waiting
            left = engine.rooms.pool.abandoned()
            more = f", {left} abandoned" if left else ""
            click.echo(
                f"\r{done} done, {failed} failed, {hand} in hand, {waiting} reports waiting{more}\x1b[K",
                nl=False,
                err=True,
            )
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)
