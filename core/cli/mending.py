"""`tasks retry`, `release`, `cancel`, `delete` and `clone`: plans of `core.bulk`, told and carried out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from core.actions import ENDS, Action
from core.bulk import BulkRow, Fate, Order, Plan, Way, carried_out
from core.bulk_calls import carry_out, prepare
from core.cli.output import print_json, print_table, say
from core.cli.program import Program, json_option, parsed_object, passing, with_client
from core.errors import BadSetting, NotPossibleHere
from core.models import Json
from core.registering import created
from core.workers.factory import WorkerFactory

Decorated = Callable[..., Any]

ASKS = (Action.CANCEL, Action.DELETE)
"""What cannot be undone, and asks first."""


def options(command: Decorated) -> Decorated:
    """What all of them take."""
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Only say what would be done; nothing is changed."),
        click.argument("task_ids", type=click.IntRange(1), nargs=-1, required=True, metavar="ID..."),
    ):
        command = option(command)
    return command


change = click.option(
    "--change",
    "changes",
    metavar="JSON",
    help="Parameters that new tasks have otherwise; {n} is the number of the copy.",
)
sure = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command(epilog="Example: prismq-workers tasks retry 12 13")
@options
@click.option("--as-new", is_flag=True, help="Where the TaskManager cannot retry: create each as a new task.")
@change
@passing
def retry(
    program: Program, task_ids: tuple[int, ...], dry_run: bool, as_json: bool, as_new: bool, changes: str | None
) -> None:
    """Give failed tasks all their attempts anew."""
    order = Order(Action.RETRY, changes=changed(changes))
    act(program, order, task_ids, dry_run=dry_run, as_json=as_json, instead=as_new, offer="--as-new")


@click.command(epilog="Example: prismq-workers tasks release 12")
@options
@click.option("--force", is_flag=True, help="Also when the owner is alive: the work then runs twice.")
@click.option("--as-failed", is_flag=True, help="Where the TaskManager cannot release: report a failed attempt.")
@passing
def release(
    program: Program, task_ids: tuple[int, ...], dry_run: bool, as_json: bool, force: bool, as_failed: bool
) -> None:
    """Make claimed tasks pending again, unless their owner is alive."""
    order = Order(Action.RELEASE, force=force)
    act(program, order, task_ids, dry_run=dry_run, as_json=as_json, instead=as_failed, offer="--as-failed")


@click.command(epilog="Example: prismq-workers tasks cancel 12 --yes")
@options
@sure
@passing
def cancel(program: Program, task_ids: tuple[int, ...], dry_run: bool, as_json: bool, yes: bool) -> None:
    """End tasks that are not finished; only a retry begins them again."""
    act(program, Order(Action.CANCEL), task_ids, dry_run=dry_run, as_json=as_json, yes=yes)


@click.command(epilog="Example: prismq-workers tasks delete 12 --yes")
@options
@sure
@passing
def delete(program: Program, task_ids: tuple[int, ...], dry_run: bool, as_json: bool, yes: bool) -> None:
    """Remove tasks that nobody works on; the same parameters can then be queued again."""
    act(program, Order(Action.DELETE), task_ids, dry_run=dry_run, as_json=as_json, yes=yes)


@click.command(epilog="Example: prismq-workers tasks clone 12 13 --copies 5")
@options
@click.option("--copies", type=click.IntRange(1, 1000), default=1, show_default=True, help="Copies of each.")
@click.option("--same", is_flag=True, help="With no parameter more: a duplicate of one that is there is not created.")
@change
@passing
def clone(
    program: Program,
    task_ids: tuple[int, ...],
    dry_run: bool,
    as_json: bool,
    copies: int,
    same: bool,
    changes: str | None,
) -> None:
    """Create copies of tasks, told apart by the parameter copy_of, or by those that you change."""
    order = Order(Action.CLONE, copies=copies, same=same, changes=changed(changes))
    act(program, order, task_ids, dry_run=dry_run, as_json=as_json, instead=True)


def changed(text: str | None) -> dict[str, Json]:
    """The parameters that are given to be changed."""
    return parsed_object("--change", text) if text else {}


def act(
    program: Program,
    order: Order,
    task_ids: Sequence[int],
    *,
    dry_run: bool,
    as_json: bool,
    yes: bool = False,
    instead: bool = False,
    offer: str = "",
) -> None:
    """Plan it, ask, do it, tell what became of each task in the order asked; ends with 1 when one was left as it was.

    Raises `NotPossibleHere` where the TaskManager cannot, unless the other way is wanted ``instead``.
    """
    plan = with_client(program, lambda client: prepare(client, order, tuple(task_ids)))
    if plan.way is not Way.DIRECT and not (instead and plan.way is not Way.NONE):
        raise NotPossibleHere(plan.reason + (f" Add {offer} for that." if plan.way is not Way.NONE else ""))
    rows = list(plan.rows)
    if not dry_run and plan.act:
        ask(question(plan), yes or order.action not in ASKS)
        done = {row.id: row for row in do(program, plan)}
        rows = [done.get(row.id, row) for row in rows]
    tell(plan, in_order(task_ids, rows), dry_run=dry_run, as_json=as_json)


def do(program: Program, plan: Plan) -> list[BulkRow]:
    """Carry the plan out."""
    factory = program.factory() if plan.way is Way.AS_NEW else WorkerFactory()

    async def done(client: Any) -> list[BulkRow]:
        class Hand:
            """The client, as something that does chunks."""

            async def bulk(self, plan: Plan, task_ids: Sequence[int]) -> list[BulkRow]:
                """Do a chunk."""
                return await carry_out(client, plan, task_ids, lambda new: created(client, factory, new))

        return [row async for rows in carried_out(Hand(), plan) for row in rows]

    return with_client(program, done)


def ask(question: str, sure: bool) -> None:
    """Ask a person. Raises `BadSetting` where there is none to ask."""
    if sure:
        return
    if not (sys.stdin and sys.stdin.isatty()):
        raise BadSetting("This cannot be undone, and there is nobody here to ask: add --yes, or try it with --dry-run.")
    click.confirm(question, abort=True, err=True)


def question(plan: Plan) -> str:
    """What is asked: which tasks, and what is risked."""
    act = plan.act
    which = f"task #{act[0]}" if len(act) == 1 else f"{len(act):,} tasks"
    return f"{plan.order.action.capitalize()} {which}? {plan.risk}"


def in_order(task_ids: Sequence[int], rows: Sequence[BulkRow]) -> list[BulkRow]:
    """A row a task, in the order asked."""
    known = {row.id: row for row in rows}
    return [known[task_id] for task_id in dict.fromkeys(task_ids)]


def tell(plan: Plan, rows: Sequence[BulkRow], *, dry_run: bool, as_json: bool) -> None:
    """Say what became of each, or would; ends with 1 when something was left as it was."""
    changed = [row for row in rows if row.fate in (Fate.DONE, Fate.PLANNED)]
    if as_json:
        print_json({"outcomes": [as_outcome(plan, row) for row in rows], "done": len(changed), "dry_run": dry_run})
    else:
        print_table(("id", "outcome"), [(row.id, f"{row.fate.value}: {row.said}") for row in rows])
        for call in plan.calls if dry_run else ():
            say(f"Call: {call}")
        say(f"{len(changed)} of {len(rows)} {'would be' if dry_run else 'were'} {plan.order.action.done}.")
    if len(changed) < len(rows):
        sys.exit(1)


def as_outcome(plan: Plan, row: BulkRow) -> dict[str, Json]:
    """A row for programs."""
    ok = row.fate in (Fate.DONE, Fate.PLANNED)
    status = ENDS[plan.order.action] if ok and plan.way is Way.DIRECT else None
    told: dict[str, Json] = {"id": row.id, "ok": ok, "fate": row.fate.value, "status": status, "said": row.said}
    return told | {"error": None if ok else row.said, "made": list(row.made)}
