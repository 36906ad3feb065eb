"""`reports list`, `reports send`, `reports discard`: what the TaskManager did not take."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import click

from core.cli.mending import ask, sure
from core.cli.output import print_json, print_table, say
from core.cli.program import Program, Value, json_option, passing
from core.cli.program import run as run_to_end
from core.details import KeptReport
from core.models import Claim, RowOutcome
from core.results.owed import Outbox, OwedReport, ReportState
from core.workers.factory import WorkerFactory

if TYPE_CHECKING:
    from core.engine import Engine

DELIVERY_SECONDS = 10.0
"""How long `reports send` waits until the TaskManager has answered."""

task_ids_argument = click.argument("task_ids", type=click.IntRange(1), nargs=-1, required=True, metavar="ID...")


@click.group()
def reports() -> None:
    """Look at reports that were refused or can never be taken, send them again, discard them.

    An ID is that of a task; all reports about it that are kept aside are meant.
    """


@reports.command("list", epilog="Example: prismq-workers reports list --json")
@json_option
@passing
def list_reports(program: Program, as_json: bool) -> None:
    """List the reports that are kept aside, newest first."""

    async def listed(engine: Engine) -> list[KeptReport]:
        return await engine.reports()

    kept = run_to_end(with_engine(program, listed))
    if as_json:
        print_json({"reports": [told(each) for each in kept]})
        return
    print_table(
        ("task", "type", "attempt", "worker", "state", "success", "since", "reason", "said"),
        [
            (
                *(each.claim.task_id, each.task_type, each.attempt, each.worker_id, each.state),
                *("yes" if each.success else "no", each.owed_at, each.reason[:80], each.said[:80]),
            )
            for each in kept
        ],
    )
    say("1 report is kept aside." if len(kept) == 1 else f"{len(kept)} reports are kept aside.")


@reports.command(epilog="Example: prismq-workers reports send 12")
@task_ids_argument
@json_option
@passing
def send(program: Program, task_ids: tuple[int, ...], as_json: bool) -> None:
    """Send reports again: each task is read first, and a report whose claim is lost is kept aside again."""

    async def sent(engine: Engine) -> list[RowOutcome]:
        meant = claims_of(await engine.reports(), task_ids)
        rows = await engine.resend_reports(meant)
        await engine.rooms.deliverer.drain(DELIVERY_SECONDS)
        outbox = Outbox(engine.rooms.database, engine.rooms.server)
        done = [became(claim, outbox.of_claim(claim)) for claim, row in zip(meant, rows, strict=True) if row.ok]
        return [*done, *(row for row in rows if not row.ok), *strangers(meant, task_ids)]

    conclude(run_to_end(with_engine(program, sent)), as_json)


@reports.command(epilog="Example: prismq-workers reports discard 12 --yes")
@task_ids_argument
@json_option
@sure
@passing
def discard(program: Program, task_ids: tuple[int, ...], as_json: bool, yes: bool) -> None:
    """Delete reports for good; what was saved of their tasks stays."""
    about = f"task #{task_ids[0]}" if len(task_ids) == 1 else f"{len(task_ids)} tasks"
    ask(f"Discard the reports about {about} for good? Results that were saved stay.", yes)

    async def discarded(engine: Engine) -> list[RowOutcome]:
        meant = claims_of(await engine.reports(), task_ids)
        return [*await engine.discard_reports(meant), *strangers(meant, task_ids)]

    conclude(run_to_end(with_engine(program, discarded)), as_json)


async def with_engine(program: Program, ask_it: Callable[[Engine], Awaitable[Value]]) -> Value:
    """Open an engine that works on nothing, ask it something, close it."""
    from core.engine import Engine

    async with Engine.open(program.config, factory=WorkerFactory(), monitor=False) as engine:
        return await ask_it(engine)


def claims_of(kept: Sequence[KeptReport], task_ids: Sequence[int]) -> list[Claim]:
    """Which reports are meant, oldest first."""
    return [each.claim for each in reversed(kept) if each.claim.task_id in task_ids]


def strangers(meant: Sequence[Claim], task_ids: Sequence[int]) -> list[RowOutcome]:
    """The outcome for tasks that no report kept aside is about."""
    known = {claim.task_id for claim in meant}
    unknown = [task_id for task_id in dict.fromkeys(task_ids) if task_id not in known]
    return [RowOutcome(each, False, None, 404, "no report about it is kept aside") for each in unknown]


def became(claim: Claim, owed: OwedReport | None) -> RowOutcome:
    """What became of a report that was sent again."""
    if owed is None:
        return RowOutcome(claim.task_id, True, "delivered")
    if owed.state is ReportState.WAITING:
        return RowOutcome(
            claim.task_id, False, "waiting", 503, "not answered yet: it waits, and the next start sends it"
        )
    return RowOutcome(claim.task_id, False, owed.state, 409, f"{owed.state} again: {owed.reason}")


def told(report: KeptReport) -> dict[str, object]:
    """What is known of a report, by name."""
    return {
        "task_id": report.claim.task_id,
        "claimed_at": report.claim.started_at,
        **{
            name: getattr(report, name)
            for name in ("task_type", "worker_id", "attempt", "state", "success", "said", "reason", "owed_at")
        },
    }


def conclude(rows: Sequence[RowOutcome], as_json: bool) -> None:
    """Tell what became of each report; end with 1 when one was left as it was."""
    done = sum(row.ok for row in rows)
    if as_json:
        print_json({"outcomes": rows, "done": done})
    else:
        print_table(("task", "outcome"), [(row.id, row.status if row.ok else row.error) for row in rows])
        say(f"{done} of {len(rows)} were done.")
    if done < len(rows):
        sys.exit(1)
