"""kill -9 in the middle of a channel: what was saved stays, and the next start fetches only the rest."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import time
from pathlib import Path

from tests.program import Program

HERE = Path(__file__).parent


def lines(path: Path) -> list[str]:
    """The lines of a file that may not be there yet."""
    return path.read_text().splitlines() if path.exists() else []


def test_a_channel_goes_on_where_its_process_was_killed(program: Program):
    shutil.copy(HERE / "channel_workers.py", program.folder)
    fetched = program.folder / "fetched.txt"
    able = program.with_settings(PRISMQ_WORKERS="channel_workers", HOLD="7", FETCHED=str(fetched))
    added = able("tasks", "add", "Channel", "--params", '{"channel_url": "@quiet-tape-club", "max_videos": 10}')
    assert added.code == 0
    with able.running("run", "--types", "Channel") as process:
        end = time.monotonic() + 30
        while len(lines(fetched)) < 7:
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    saved = sqlite3.connect(program.folder / "data" / "prismq-workers" / "ideas.s3db")
    (before,) = saved.execute("SELECT count(*) FROM IdeaInspiration").fetchone()
    assert before in (6, 7), "the seventh may be on its way"
    assert able("run", "--types", "Channel", "--drain").code == 0
    ideas = [row[0] for row in saved.execute("SELECT source_id FROM IdeaInspiration ORDER BY rowid")]
    saved.close()
    assert len(ideas) == len(set(ideas)) == 10
    assert lines(fetched)[7:] == ideas[before:], "only the rest is fetched again"
    task = able("tasks", "show", "1", "--json").json
    assert (task["status"], task["attempts"]) == ("completed", 2)
