"""How soon a task of 5 MB is read, and how soon a key is heard while it is searched."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from textual import events

from core.models import Json
from tests.benchmarks.measuring import Figures, Target, table
from tests.tui.large_task import large_task
from tui.widgets.json_view import JsonShape

ROUNDS = 3


@pytest.mark.bench
async def test_how_soon_a_large_task_is_read_and_heard(tmp_path: Path):
    figures: Figures = {"opened": [], "a key while it is searched": [], "searched to its end": []}
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        await asyncio.to_thread(folder.mkdir)
        async with large_task(folder) as sight:
            figures["opened"].append(1000 * await sight.open())
            await sight.pilot.press("slash")
            search, reader = sight.task.search, sight.task.reader
            began = time.perf_counter()
            search.input.value = "a-text-that-is-nowhere"
            await sight.until(lambda search=search: search.looked)
            reader.focus()
            while not search.is_over:
                here = reader.cursor
                sight.app.post_message(events.Key("up" if here else "down", None))
                seconds = await sight.until(lambda reader=reader, here=here: reader.cursor != here)
                figures["a key while it is searched"].append(1000 * seconds)
            figures["searched to its end"].append(1000 * (time.perf_counter() - began))
    targets = {"opened": Target(200, at_most=True), "a key while it is searched": Target(50, at_most=True)}
    print(table("A task with 5 MB of parameters: milliseconds", figures, targets))


def deep(levels: int) -> Json:
    value: Json = ["alpha"] * 50
    for _ in range(levels):
        value = {"a": value, "b": "x" * 30}
    return value


VALUES: dict[str, Json] = {
    "records": [
        {"id": n, "title": f"alpha bravo {n % 977}", "tags": ["echo", "delta"], "stats": {"views": n * 7919 % 10**6}}
        for n in range(20_000)
    ],
    "texts": [f"alpha bravo charlie {n % 7} delta" for n in range(100_000)],
    "80 levels": [deep(80) for _ in range(600)],
}
"""JSON in which a search comes upon much of what it is for."""


@pytest.mark.bench
def test_how_long_a_search_takes_that_finds_much():
    figures: Figures = {}
    for name, value in VALUES.items():
        for needle in ("alpha", "42", "a", "nowhere"):
            taken = figures[f"{name}: {needle}"] = []
            longest = figures[f"{name}: {needle}, its longest step"] = []
            for _ in range(ROUNDS):
                began = last = time.process_time()
                longest.append(0)
                for _ in JsonShape().finds(value, needle):
                    now = time.process_time()
                    longest[-1], last = max(longest[-1], 1000 * (now - last)), now
                taken.append(1000 * (last - began))
    print(table("A search through JSON: milliseconds of the processor", figures, {}, digits=1))
