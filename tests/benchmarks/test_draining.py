"""How many tasks that do nothing our pool drains per second, against the shortest loops that could."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import draining, peers
from tests.benchmarks.measuring import Case, Figures, Target, interleaved, table

TASKS = 2000
ROUNDS = 5
SIZES = (1, 10, 50)
SHARE = {1: 0.5, 10: 0.6, 50: 0.6}
"""Of the durable loop: what the pool should reach at each concurrency."""


def embedded(amount: int, size: int, loop: bool | None = None, *, kind: str = "async", full: bool = False) -> Case:
    """Tasks a second on the embedded TaskManager: of the pool, or of a ``loop`` that is durable or not."""

    async def measure(folder: Path) -> float:
        await draining.fill(folder, amount)
        if loop is None:
            return amount / await draining.pool(folder, size, kind=kind, full=full)
        return amount / await draining.loop(folder, size, durable=loop, full=full)

    return measure


def over_http(amount: int, size: int, loop: bool | None = None, *, processes: int = 1) -> Case:
    """The same on `serve`, over HTTP on this machine; pools in as many ``processes``."""

    async def measure(folder: Path) -> float:
        await draining.fill(folder, amount)
        with draining.served(folder) as url:
            if loop is not None:
                return amount / await draining.loop(folder, size, durable=loop, url=url)
            if processes == 1:
                return amount / await draining.pool(folder, size, url=url)
            return amount / draining.processes(folder, url, processes, size)

    return measure


def names(size: int) -> tuple[str, str, str]:
    """The names of pool, durable and bare loop in a table."""
    return f"pool, concurrency {size}", f"durable loop, batches of {size}", f"bare loop, batches of {size}"


def show(title: str, figures: Figures, sizes: tuple[int, ...] = SIZES) -> None:
    """Print the table, the pool held against the durable loop."""
    targets = {names(size)[0]: Target(SHARE[size], names(size)[1]) for size in sizes}
    print(table(f"{title}: tasks a second, {ROUNDS} rounds", figures, targets))


@pytest.mark.bench
async def test_draining_in_process(tmp_path: Path):
    cases: dict[str, Case] = {}
    for size in SIZES:
        for name, loop in zip(names(size), (None, True, False), strict=True):
            cases[name] = embedded(TASKS, size, loop)
    show("Embedded, one process", await interleaved(cases, tmp_path, ROUNDS))


@pytest.mark.bench
async def test_draining_over_http(tmp_path: Path):
    cases: dict[str, Case] = {}
    for size in SIZES:
        for name, loop in zip(names(size), (None, True, False), strict=True):
            cases[name] = over_http(TASKS if size > 1 else TASKS // 5, size, loop)
        cases[f"pools of 4 processes, {size} each"] = over_http(TASKS if size > 1 else TASKS // 5, size, processes=4)
    show("On serve, over HTTP", await interleaved(cases, tmp_path, ROUNDS))


@pytest.mark.bench
async def test_draining_when_each_commit_waits_for_the_disk(tmp_path: Path):
    cases: dict[str, Case] = {}
    for name, loop in zip(names(10), (None, True, False), strict=True):
        cases[name] = embedded(TASKS, 10, loop, full=True)
    show("Embedded, synchronous=FULL", await interleaved(cases, tmp_path, ROUNDS), (10,))


@pytest.mark.bench
async def test_draining_by_each_kind_of_worker(tmp_path: Path):
    cases = {
        f"{kind}, concurrency {size}": embedded(TASKS if kind != "cpu-bound" else 500, size, kind=kind)
        for kind in ("async", "sync", "cpu-bound")
        for size in (1, 10)
    }
    print(
        table(
            f"Kinds of workers, embedded: tasks a second, {ROUNDS} rounds",
            await interleaved(cases, tmp_path, ROUNDS),
            {},
        )
    )


@pytest.mark.bench
async def test_draining_beside_what_a_user_would_take_instead(tmp_path: Path):
    cases: dict[str, Case] = {f"pool, concurrency {size}": embedded(TASKS, size) for size in SIZES}
    cases["pool, concurrency 10, FULL"] = embedded(TASKS, 10, full=True)
    present = peers.present()
    for peer in present:
        for size in (1, 10):
            cases[f"{peer}, {size} threads"] = peers.case(peer, TASKS, size)
    figures = await interleaved(cases, tmp_path, ROUNDS)
    rivals = [f"{peer}, {size} threads" for peer in present if peers.PEERS[peer].acknowledges for size in (1, 10)]
    ours = [Target(1.0, rival) for rival in rivals]
    targets: dict[str, Target | list[Target]] = {f"pool, concurrency {size}": ours for size in (10, 50)}
    targets["pool, concurrency 1"] = [Target(1.2, "litequeue, 1 threads")] if "litequeue" in present else []
    targets["pool, concurrency 10, FULL"] = [Target(1.0, "huey, 10 threads")] if "huey" in present else []
    print(table(f"Beside others, one process each: tasks a second, {ROUNDS} rounds", figures, targets))
    print(peers.missing())
