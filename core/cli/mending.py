"""`tasks retry`, `tasks release`, `tasks cancel`, `tasks delete`."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import click

from core.cli.output import print_json, print_table, say
from core.cli.program import Program, json_option, passing, with_client
from core.errors import BadSetting, NotPossibleHere
from core.models import LIVE_STATES, RowOutcome, utcnow

HEARD_LATELY = timedelta(seconds=30)
"""A worker that was heard since is taken to be alive."""

Decorated = Callable[..., Any]


def options(command: Decorated) -> Decorated:
    """What all four take."""
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Only say what would be done; nothing is changed."),
        click.argument("task_ids", type=click.IntRange(1), nargs=-1, required=True, metavar="ID..."),
    ):
        command = option(command)
    return command


sure = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command(epilog="Example: prismq-workers tasks retry 12 13")
@options
@passing
def retry(program: Program, task_ids: tuple[int, ...], dry_run: bool, as_json: bool) -> None:
    """Give failed tasks all their attempts anew."""
    act(program, task_ids, lambda client: client.bulk("retry", task_ids, dry_run=dry_run), dry_run, as_json)


@click.command(epilog="Example: prismq-workers tasks release 12")
@options
@click.option("--force", is_flag=True, help="Also when the owner is alive: the work then runs twice.")
@passing
def release(program: Program, task_ids: tuple[int, ...], dry_run: bool, as_json: bool, force: bool) -> None:
    """Make claimed tasks pending again, unless their owner is alive."""

    async def released(client: Any) -> list[RowOutcome]:
        kept = {} if force else await owners_alive(client, task_ids)
        free = [task_id for task_id in task_ids if task_id not in kept]
        done: list[RowOutcome] = await client.bulk("release", free, force=True, dry_run=dry_run) if free else []
        return [*done, *(not_released(task_id, owner) for task_id, owner in kept.items())]

    act(program, task_ids, released, dry_run, as_json)


@click.command(epilog="Example: prismq-workers tasks cancel 12 --yes")
@options
@sure
@passing
def cancel(program: Program, task_ids: tuple[int, ...], dry_run: bool, as_json: bool, yes: bool) -> None:
    """End tasks that are not finished, for good."""
    ask(f"Cancel {told(task_ids)} for good? Work in hand is lost.", yes or dry_run)
    act(program, task_ids, lambda client: client.bulk("cancel", task_ids, dry_run=dry_run), dry_run, as_json)


@click.command(epilog="Example: prismq-workers tasks delete 12 --yes")
@options
@sure
@passing
def delete(program: Program, task_ids: tuple[int, ...], dry_run: bool, as_json: bool, yes: bool) -> None:
    """Remove tasks that nobody works on; the same parameters can then be queued again."""
    ask(f"Delete {told(task_ids)} with parameters, result and history? What was saved of it stays.", yes or dry_run)
    act(program, task_ids, lambda client: client.bulk("delete", task_ids, dry_run=dry_run), dry_run, as_json)


def ask(question: str, sure: bool) -> None:
    """Ask a person. Raises `BadSetting` where there is none to ask."""
    if sure:
        return
    if not (sys.stdin and sys.stdin.isatty()):
        raise BadSetting("This cannot be undone, and there is nobody here to ask: add --yes, or try it with --dry-run.")
    click.confirm(question, abort=True, err=True)


def told(task_ids: Sequence[int]) -> str:
    """The tasks, for a question."""
    return f"task #{task_ids[0]}" if len(task_ids) == 1 else f"{len(task_ids)} tasks"


async def owners_alive(client: Any, task_ids: Sequence[int]) -> dict[int, str]:
    """Those of the tasks that are claimed by a worker that was heard lately, with that worker."""
    if "workers" not in (await client.capabilities()).names:
        raise NotPossibleHere(
            "This TaskManager does not tell which workers are alive: look after them yourself, then use --force."
        )
    since = utcnow() - HEARD_LATELY
    alive = {
        each.id for each in await client.workers() if each.state in LIVE_STATES and (each.last_seen or since) >= since
    }
    owners = {task_id: (await client.get_task(task_id)).claimed_by for task_id in task_ids}
    return {task_id: owner for task_id, owner in owners.items() if owner in alive}


def not_released(task_id: int, owner: str) -> RowOutcome:
    """The outcome of a task that was left with its owner."""
    reason = f"{owner} is alive and works on it; stop that worker, or use --force and the work runs twice"
    return RowOutcome(task_id, ok=False, status="claimed", code=409, error=reason)


def act(
    program: Program,
    task_ids: Sequence[int],
    deed: Callable[[Any], Awaitable[list[RowOutcome]]],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Do it, tell what became of each task in the order asked, and end with 1 when one was left as it was."""
    outcomes = {each.id: each for each in with_client(program, deed)}
    rows = [outcomes[task_id] for task_id in dict.fromkeys(task_ids)]
    done = sum(row.ok for row in rows)
    if as_json:
        print_json({"outcomes": rows, "done": done, "dry_run": dry_run})
    else:
        word = "would be" if dry_run else "is now"
        print_table(("id", "outcome"), [(row.id, f"{word} {row.status}" if row.ok else row.error) for row in rows])
        say(f"{done} of {len(rows)} {'would be' if dry_run else 'were'} changed.")
    if done < len(rows):
        sys.exit(1)
