"""`serve`: the embedded TaskManager over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.output import say
from core.cli.program import Program, passing
from core.errors import BadSetting


@click.command(epilog="Example: prismq-workers serve --port 8750 --database tasks.db")
@click.option("--host", default="127.0.0.1", show_default=True, help="Beyond loopback a key is needed.")
@click.option("--port", type=click.IntRange(0, 65535), default=8750, show_default=True, help="0 takes a free one.")
@click.option("--database", type=click.Path(dir_okay=False, path_type=Path), help="Its file.")
@click.option("--api-key-file", type=click.Path(dir_okay=False, path_type=Path), help="File that holds the API key.")
@passing
def serve(program: Program, host: str, port: int, database: Path | None, api_key_file: Path | None) -> None:
    """Serve the embedded TaskManager over HTTP until it is stopped. It starts with no task types."""
    from core.server.serve import ServeProblem
    from core.server.serve import serve as serve_database

    path = database or program.config.taskmanager_db
    try:
        serve_database(host=host, port=port, database=path, api_key=key_in(api_key_file), announce=say)
    except ServeProblem as problem:
        raise BadSetting(str(problem)) from None


def key_in(path: Path | None) -> str | None:
    """The API key in a file, without spaces around it. Raises `BadSetting`."""
    if path is None:
        return None
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSetting(f"The key file {path} cannot be read: {fault}.") from None
    if not key:
        raise BadSetting(f"The key file {path} is empty.")
    return key
