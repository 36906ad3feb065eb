"""`tasks`: add, list and show; what mends them is in `mending`."""

from __future__ import annotations

import click

from core.answers import TaskPage
from core.cli import mending
from core.cli.output import print_fields, print_json, print_table, say
from core.cli.program import Program, json_option, parsed_object, passing, with_client
from core.cli.task_logs import log_told, print_log, read_with_logs
from core.filters import TaskFilter
from core.models import Json, NewTask, Task, TaskStatus
from core.registering import created


@click.group()
def tasks() -> None:
    """Put tasks on the TaskManager, look at them, mend them."""


for mend in (mending.retry, mending.release, mending.cancel, mending.delete, mending.clone):
    tasks.add_command(mend)


@tasks.command(
    epilog='Example: prismq-workers tasks add PrismQ.YouTube.Video.Search --params \'{"search_query": "lofi"}\''
)
@click.argument("type_name", metavar="TYPE")
@click.option("--params", "params_text", required=True, metavar="JSON", help="The parameters, a JSON object.")
@click.option("--priority", type=int, default=0, show_default=True, help="Higher is sooner, where honoured.")
@json_option
@passing
def add(program: Program, type_name: str, params_text: str, priority: int, as_json: bool) -> None:
    """Create a task; a type that only this program knows is registered first."""
    params = parsed_object("--params", params_text)
    factory = program.factory()
    new = NewTask(type_name, params, priority)
    answer = with_client(program, lambda client: created(client, factory, new))
    if as_json:
        print_json(answer)
        return
    click.echo(answer.id)
    if answer.deduplicated:
        say(f"Task #{answer.id} is the same and is {answer.status.value}: no new one was created.")
    else:
        say(f"Task #{answer.id} ({type_name}) is {answer.status.value}.")


@tasks.command("list", epilog="Example: prismq-workers tasks list --status failed --limit 20 --json")
@click.option("--status", type=click.Choice([each.value for each in TaskStatus]), help="Only those with this status.")
@click.option("--type", "type_name", help="Only those of this type; * stands for anything.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Rows at most.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Rows to leave out first.")
@json_option
@passing
def list_tasks(
    program: Program, status: str | None, type_name: str | None, limit: int, offset: int, as_json: bool
) -> None:
    """List tasks, newest first."""
    wanted = TaskFilter(types=(type_name,) if type_name else ()).to_json().get("type", [None])[0]
    page: TaskPage = with_client(program, lambda client: client.list_tasks(status, wanted, limit, offset))
    if as_json:
        print_json({"tasks": [told(task) for task in page.tasks], "total": page.total})
        return
    print_table(
        ("id", "type", "status", "attempts", "prio", "progress", "worker", "created", "error"),
        [
            (
                *(task.id, task.task_type, task.status.value, f"{task.attempts}/{task.max_retries}", task.priority),
                *(f"{task.progress}%", task.claimed_by, task.created_at, (task.error or "")[:80]),
            )
            for task in page.tasks
        ],
    )
    shown = len(page.tasks)
    say(f"{shown} of {page.total} tasks." if page.total is not None else f"{shown} tasks; the total is not told.")


@tasks.command(epilog="Example: prismq-workers tasks show 12 --json")
@click.argument("task_id", type=click.IntRange(1), metavar="ID")
@json_option
@passing
def show(program: Program, task_id: int, as_json: bool) -> None:
    """Show one task: parameters, progress, result, error, and what its newest attempt on this machine logged."""
    task, logs = with_client(program, lambda client: read_with_logs(client, program.config, task_id))
    if as_json:
        print_json(told(task) | {"logs": [log_told(log) for log in logs]})
        return
    print_fields(told(task))
    for log in logs[:1]:
        print_log(log)


def told(task: Task) -> dict[str, Json]:
    """What is known of the task, by name; a row of a list says nothing of parameters and result."""
    untold = ("partial", "brief", "task_type_id", *(("parameters", "result") if task.partial else ()))
    return {name: task[name] for name in task if name not in untold}
