"""`types register FILE`: several types at once, told before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.cli.output import print_json, print_table
from core.cli.program import Program, with_client
from core.errors import CoreError
from core.taskmanager.client import AsyncTaskManagerClient
from core.type_files import Plan, PlannedType, carried_out, planned, text_of, types_in

KEPT = "kept; replace it with --update"


def register_file(program: Program, path: str, *, update: bool, dry_run: bool, as_json: bool) -> None:
    """Tell what is to be done with each type in the file, and do it unless ``dry_run``. Raises `CoreError` when one is
    wrong or refused; the others are registered all the same."""
    entries = types_in(text_of(Path(path)))

    async def ask(client: AsyncTaskManagerClient) -> list[PlannedType]:
        plans = await planned(client, entries)
        return plans if dry_run else await carried_out(client, plans, change=update)

    done = with_client(program, ask)
    if as_json:
        print_json({"types": done})
    else:
        print_table(("name", "version", "outcome", "told"), [row(each, update, dry_run) for each in done])
    refuse_the_wrong(done)


def row(one: PlannedType, update: bool, dry_run: bool) -> tuple[str, str, str, str]:
    """One type in the table."""
    outcome = f"would {one.plan}" if dry_run and one.plan in (Plan.CREATE, Plan.CHANGE) else str(one.plan)
    if one.plan is Plan.CHANGE and not update:
        outcome = KEPT
    return one.name, one.version or "–", "kept" if one.plan is Plan.KEEP else outcome, "; ".join(one.said) or "–"


def refuse_the_wrong(done: Sequence[PlannedType]) -> None:
    """End with an error when there is one."""
    wrong = [each.name for each in done if each.plan is Plan.WRONG]
    if wrong:
        raise CoreError(f"{len(wrong)} of {len(done)} types cannot be registered: {', '.join(wrong[:5])}.")
