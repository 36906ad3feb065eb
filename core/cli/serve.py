"""`serve`: the embedded TaskManager over HTTP."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import click

from core.cli.output import say
from core.cli.program import Program, passing
from core.errors import BadSetting


def rate(text: str) -> tuple[int, float]:
    """How many requests in how many seconds, from N/S; both are above zero."""
    most, _, seconds = text.partition("/")
    try:
        said = int(most), float(seconds)
    except ValueError:
        said = 0, 0.0
    if said[0] < 1 or not (said[1] > 0 and isfinite(said[1])):
        raise click.BadParameter(f"{text!r} is not a rate; write requests/seconds, as in 100/60.")
    return said


@click.command(epilog="Example: prismq-workers serve --port 8750 --database tasks.db")
@click.option("--host", default="127.0.0.1", show_default=True, help="Beyond loopback a key is needed.")
@click.option("--port", type=click.IntRange(0, 65535), default=8750, show_default=True, help="0 takes a free one.")
@click.option("--database", type=click.Path(dir_okay=False, path_type=Path), help="Its file.")
@click.option("--api-key-file", type=click.Path(dir_okay=False, path_type=Path), help="File that holds the API key.")
@click.option("--rate-limit", type=rate, metavar="N/S", help="N requests in S seconds, for each client and path.")
@click.option(
    "--max-body",
    type=click.IntRange(min=1),
    default=1 << 20,
    show_default=True,
    metavar="BYTES",
    help="The largest body of a request.",
)
@click.option(
    "--synchronous",
    type=click.Choice(["NORMAL", "FULL"], case_sensitive=False),
    metavar="NORMAL|FULL",
    default="NORMAL",
    show_default=True,
    help="FULL keeps answered calls through a power cut too, and is slower.",
)
@passing
def serve(
    program: Program,
    host: str,
    port: int,
    database: Path | None,
    api_key_file: Path | None,
    rate_limit: tuple[int, float] | None,
    max_body: int,
    synchronous: str,
) -> None:
    """Serve the embedded TaskManager over HTTP until it is stopped. It starts with no task types."""
    from core.server.serve import ServeProblem
    from core.server.serve import serve as serve_database

    try:
        serve_database(
            host=host,
            port=port,
            database=database or program.config.taskmanager_db,
            api_key=key_in(api_key_file),
            announce=say,
            claim_timeout=program.config.claim_timeout,
            max_body=max_body,
            synchronous=synchronous,
            rate_limit=rate_limit,
        )
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
    if not (key.isascii() and key.isprintable()):
        raise BadSetting(f"The key in {path} has characters that a header cannot carry.")
    return key
