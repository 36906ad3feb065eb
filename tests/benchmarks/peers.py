"""Queues that a user could take instead: those that pip installs and that need no server.

They are looked for in this environment, or in the one whose Python `PRISMQ_BENCH_PEERS` names, so that the project does
not depend on them:

    python3 -m venv ~/peers && ~/peers/bin/pip install huey persist-queue 'litequeue<0.10' dramatiq-sqlite
    PRISMQ_BENCH_PEERS=~/peers/bin/python make bench
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.benchmarks.measuring import Case

SCRIPT = Path(__file__).with_name("peer_process.py")
LONGEST = 180.0
"""Seconds that a run may take."""


@dataclass(frozen=True)
class Peer:
    """Another queue. ``acknowledges``: a task whose worker is killed is not lost. ``tasks``: fewer for a slow one."""

    package: str
    acknowledges: bool = True
    tasks: int | None = None


PEERS = {
    "litequeue": Peer("litequeue<0.10"),
    "persistqueue": Peer("persist-queue"),
    "dramatiq_sqlite": Peer("dramatiq-sqlite", tasks=200),
    "huey": Peer("huey", acknowledges=False),
}
"""By the name of what they are imported as."""


def python() -> str:
    """The Python that has them."""
    return os.path.expanduser(os.environ.get("PRISMQ_BENCH_PEERS", sys.executable))


@cache
def present() -> list[str]:
    """Those that can be imported."""
    return [
        name
        for name in PEERS
        if subprocess.run([python(), "-c", f"import {name}"], check=False, capture_output=True).returncode == 0
    ]


def missing() -> str:
    """How to get the others, in a line each."""
    absent = [peer.package for name, peer in PEERS.items() if name not in present()]
    return "\n".join(f"{package}: not installed: pip install '{package}'" for package in absent)


def case(name: str, tasks: int, threads: int) -> Case:
    """Tasks a second of this one."""
    amount = PEERS[name].tasks or tasks

    async def measure(folder: Path) -> float:
        done = subprocess.run(  # noqa: ASYNC221  # nothing else is to run meanwhile
            [python(), str(SCRIPT), name, str(folder), str(amount), str(threads)],
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return amount / float(done.stdout)

    return measure
