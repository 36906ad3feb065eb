"""`workers`: who is alive."""

from __future__ import annotations

from collections.abc import Sequence

import click

from core.cli.output import print_json, print_table, say
from core.cli.program import Program, json_option, passing, with_client
from core.models import WorkerStatus, utcnow


@click.command(epilog="Example: prismq-workers workers --json")
@json_option
@passing
def workers(program: Program, as_json: bool) -> None:
    """List the workers that the TaskManager heard of, on every machine."""
    known: Sequence[WorkerStatus] = with_client(program, lambda client: client.workers())
    if as_json:
        print_json({"workers": known})
        return
    print_table(
        ("id", "state", "strategy", "tasks in hand", "host", "pid", "heard"),
        [
            (
                *(each.id, each.state.value, each.strategy, ", ".join(f"#{hand.task_id}" for hand in each.in_hand)),
                *(each.host, each.pid, age(each)),
            )
            for each in known
        ],
    )
    say(f"{len(known)} workers. Those that send no heartbeats are not known to the TaskManager.")


def age(worker: WorkerStatus) -> str:
    """How long ago it was heard."""
    return f"{(utcnow() - worker.last_seen).total_seconds():.0f} s ago" if worker.last_seen else "–"
