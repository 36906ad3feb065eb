"""The tables of the benchmarks tell the truth; these run with the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import draining
from tests.benchmarks.measuring import Target, interleaved, table

FIGURES = {"ours": [6.0, 50.0, 8.0], "theirs": [10.0, 100.0, 10.0]}


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (Target(0.6, "theirs"), "0.60  met"),
        (Target(0.7, "theirs"), "0.60  not met"),
        (Target(0.6, "theirs", at_most=True), "0.60  met"),
        (Target(9), "8.00  not met"),
        (Target(9, at_most=True), "8.00  met"),
    ],
)
def test_a_target_is_held_against_the_median_of_the_rounds_ratios(target: Target, says: str):
    [line] = [each for each in table("Title", FIGURES, {"ours": target}).splitlines() if each.startswith("ours")]
    assert line.endswith(says)


def test_a_target_without_its_rival_is_left_out():
    assert "met" not in table("Title", {"ours": [1.0]}, {"ours": Target(1, "theirs")})


async def test_cases_take_turns_and_every_second_round_goes_backwards(tmp_path: Path):
    seen: list[str] = []

    def case(name: str):
        async def measure(folder: Path) -> float:
            (folder / "own").touch(exist_ok=False)
            seen.append(name)
            return len(seen)

        return measure

    figures = await interleaved({name: case(name) for name in "abc"}, tmp_path, 2)
    assert "".join(seen) == "abccba"
    assert figures == {"a": [1, 6], "b": [2, 5], "c": [3, 4]}


async def test_pool_and_loop_drain_a_queue_to_its_end(tmp_path: Path):
    for place, drain in enumerate(
        (
            lambda folder: draining.pool(folder, 10),
            lambda folder: draining.loop(folder, 10, durable=True),
        )
    ):
        await draining.fill(tmp_path / str(place), 30)
        assert 0 < await drain(tmp_path / str(place)) < 30
