"""The program: its commands, and how an error ends it."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from core.cli.output import REVEAL, say
from core.cli.program import BoardKeys, OpenBoard, Program
from core.errors import CoreError

COMMANDS = {
    "board": "core.cli.board:board",
    "demo": "core.cli.board:demo",
    "run": "core.cli.run:run",
    "serve": "core.cli.serve:serve",
    "tasks": "core.cli.tasks:tasks",
    "types": "core.cli.types:types",
    "workers": "core.cli.workers:workers",
    "strategies": "core.cli.strategies:strategies",
    "reports": "core.cli.reports:reports",
    "results": "core.cli.results:results",
    "settings": "core.cli.settings:settings",
    "why": "core.cli.why:why",
    "doctor": "core.cli.doctor:doctor",
}
"""Where each command is; imported when it is asked for, so that the board opens without an HTTP stack."""


class LateGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        return getattr(import_module(module), name)


@click.group(
    cls=LateGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 ok, 1 something failed, 2 usage or configuration, 3 could not tell (why), 4 server "
    "unreachable, 5 key refused, 130 interrupted.",
)
@click.version_option(package_name="prismq-workers")
@click.option("--env-file", type=click.Path(dir_okay=False), help="The settings file, instead of the .env found.")
@click.option("--show-secrets", is_flag=True, help="Print keys, tokens and passwords instead of masking them.")
@click.pass_context
def cli(context: click.Context, env_file: str | None, show_secrets: bool) -> None:
    """Workers of PrismQ: claim tasks from a TaskManager, do them, keep what they found, report.

    Without a command, the board opens on the configured TaskManager, or on the embedded one.
    """
    program = context.ensure_object(Program)
    program.env_file = env_file
    context.meta[REVEAL] = show_secrets
    if context.invoked_subcommand is None:
        from core.cli.board import open_board

        open_board(program)


def refuse(error: click.ClickException) -> None:
    """What is wrong with the command line, and how it is used; what was typed is shown harmless."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        click.echo(f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n", err=True)
    first, *rest = error.format_message().splitlines() or [""]
    for line in (f"Error: {first}", *rest):
        say(line)


def main(open_board: OpenBoard, board_keys: BoardKeys) -> None:
    """Run the command line and end the process with its exit code."""
    code = 0
    try:
        cli.main(obj=Program(open_board, board_keys), standalone_mode=False)
    except CoreError as error:
        say(f"Error: {error}")
        code = error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        code = 130
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.ClickException as error:
        refuse(error)
        code = error.exit_code
    sys.exit(code)
