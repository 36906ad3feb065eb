"""`strategies`: how long would those that wait have to wait, under each strategy?"""

from __future__ import annotations

import click

from core.cli.output import one_line, print_json
from core.cli.program import Program, json_option, passing, with_client
from core.diagnosis.outlook import Simulation
from core.models import TaskStatus
from core.simulating import Staff, simulate
from core.taskmanager.client import AsyncTaskManagerClient

NEWEST = 1000
"""Waiting tasks by which the types are found that are asked about."""


@click.command(epilog="Example: prismq-workers strategies --workers 2")
@click.option("--types", "type_names", metavar="A,B", help="Task types; without it all that have tasks waiting.")
@click.option("--workers", "extra", type=click.IntRange(0, 200), default=0, help="As many more workers, imagined.")
@json_option
@passing
def strategies(program: Program, type_names: str | None, extra: int, as_json: bool) -> None:
    """Tell what the waiting tasks would experience if all workers claimed by each strategy, at the present rates.

    Changes nothing.
    """
    names = [name.strip() for name in (type_names or "").split(",") if name.strip()]
    found: Simulation = with_client(program, lambda client: looked_ahead(client, names, extra))
    if as_json:
        print_json(found)
        return
    for line in found.sentences:
        click.echo(one_line(line))


async def looked_ahead(client: AsyncTaskManagerClient, names: list[str], extra: int) -> Simulation:
    """The simulation for these types, or for those that have tasks waiting."""
    if not names:
        waiting = (await client.list_tasks(status=TaskStatus.PENDING, limit=NEWEST)).tasks
        names = sorted({task.task_type for task in waiting})
    if not names:
        return Simulation(why_not="Nothing is waiting.")
    return await simulate(client, names, Staff(extra=extra, all_switch=True))
