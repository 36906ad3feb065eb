"""Tasks that wait since what would come of them cannot be kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from core.diagnosis import Cure
from tests.diagnosis.planted.ground import Ground
from tests.diagnosis.planted.planting import planted


async def held_up(ground: Ground) -> int:
    """Something was done that cannot be kept, so nobody claims the next one."""
    ground.at_end.append(lambda: make_room(ground))
    await ground.add(n=1, size=200_000)
    await ground.start()
    await ground.until(lambda s: s.held)
    return await ground.add(n=2)


def make_room(ground: Ground) -> None:
    """Nothing is wrong with the file any more."""
    bring_back(ground)
    if (other := ground.notes.pop("other", None)) is not None:
        other.execute("ROLLBACK")
        other.close()
    ground.engine.database.read("PRAGMA max_page_count = 1000000")


async def there_is_room(ground: Ground, task_id: int, cure: Cure) -> None:
    """Space was freed."""
    make_room(ground)


async def the_ballast_is_gone(ground: Ground, task_id: int, cure: Cure) -> None:
    """Somebody deleted what filled the disk."""
    drop_ballast(ground)


def drop_ballast(ground: Ground) -> None:
    """Free the disk."""
    (ground.config.database.parent / "ballast").unlink(missing_ok=True)


@planted("results-unwritable", after=the_ballast_is_gone)
async def test_a_disk_of_its_own_is_full_of_something_else(small_disk: Path, ground: Ground) -> int:
    ground.at_end.append(lambda: drop_ballast(ground))
    with pytest.raises(OSError, match="No space left"), (small_disk / "ballast").open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))
    return await held_up(ground)


@planted("results-unwritable", after=there_is_room)
async def test_the_disk_is_full(ground: Ground) -> int:
    database = ground.engine.database
    pages = database.read("PRAGMA page_count")[0][0]
    database.read(f"PRAGMA max_page_count = {pages}")
    return await held_up(ground)


@planted("results-unwritable", after=there_is_room)
async def test_what_was_done_cannot_be_kept_while_the_disk_is_full(ground: Ground) -> int:
    database = ground.engine.database
    database.read(f"PRAGMA max_page_count = {database.read('PRAGMA page_count')[0][0]}")
    await held_up(ground)
    return 1


async def the_other_ends(ground: Ground, task_id: int, cure: Cure) -> None:
    """The other program is through with it."""
    make_room(ground)


@planted("results-unwritable", after=the_other_ends)
async def test_another_program_has_locked_the_results_database(ground: Ground) -> int:
    ground.notes["other"] = sqlite3.connect(ground.config.database, isolation_level=None)
    ground.notes["other"].execute("BEGIN IMMEDIATE")
    return await held_up(ground)


def bring_back(ground: Ground) -> None:
    """The folder is where it was."""
    folder = ground.config.database.parent
    if folder.is_symlink():
        folder.unlink()
        folder.with_name("away").rename(folder)


async def it_is_back(ground: Ground, task_id: int, cure: Cure) -> None:
    """The disk is mounted again."""
    bring_back(ground)


@planted("results-unwritable", after=it_is_back)
async def test_the_results_database_is_gone(ground: Ground) -> int:
    folder = ground.config.database.parent
    folder.rename(folder.with_name("away"))
    folder.symlink_to(folder)
    ground.at_end.append(lambda: bring_back(ground))
    return await held_up(ground)
