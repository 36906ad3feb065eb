"""Opening the results database while other programs open it, or write to it."""

import asyncio
import fcntl
import os
import sqlite3
from contextlib import contextmanager

import pytest

import core.results.file as file_room
from core.errors import DatabaseUnusable
from core.results import Database
from core.results.opening import locked


@contextmanager
def opening_in(folder):
    """As another program that is opening a database in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(held)


async def is_opening_in(folder):
    """Wait until somebody is opening a database in this folder."""
    held = os.open(folder, os.O_RDONLY)
    try:
        async with asyncio.timeout(10):
            while locked(held):
                fcntl.flock(held, fcntl.LOCK_UN)
                await asyncio.sleep(0.001)
    finally:
        os.close(held)


def test_nobody_touches_files_in_a_folder_where_another_is_opening_a_database(path, monkeypatch):
    monkeypatch.setattr(file_room, "OPENING_SECONDS", 0.05)
    with opening_in(path.parent):
        journal = path.with_name(path.name + "-wal")
        journal.write_bytes(b"of a file that is made just now")
        with pytest.raises(DatabaseUnusable, match="another program is opening"):
            Database(path)
        assert (journal.exists(), path.exists()) == (True, False)
        journal.unlink()
    Database(path).close()


async def test_opening_waits_for_the_other_and_keeps_what_it_committed(path):
    with opening_in(path.parent):
        opening = asyncio.create_task(asyncio.to_thread(Database, path))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE mine (n)")
        other.execute("INSERT INTO mine VALUES (7)")
    database = await opening
    assert database.read("SELECT n FROM mine") == [(7,)]
    database.close()
    other.close()


async def test_opening_waits_while_another_program_writes_to_a_file_that_has_no_log_yet(path):
    path.parent.mkdir(parents=True)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE mine (n)")
    other.execute("BEGIN IMMEDIATE")
    opening = asyncio.create_task(asyncio.to_thread(Database, path))
    await is_opening_in(path.parent)
    await asyncio.wait([opening], timeout=0.1)
    assert not opening.done()
    other.execute("COMMIT")
    (await opening).close()
    other.close()


def test_a_folder_is_free_again_after_an_opening_that_failed(path, monkeypatch):
    monkeypatch.setattr(file_room, "OPENING_SECONDS", 0.05)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 400)
    with pytest.raises(DatabaseUnusable):
        Database(path)
    Database(path.with_name("another.s3db")).close()
