"""Cases measured side by side, round by round, and the table that tells what came out and whether it is enough."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Figures = dict[str, list[float]]
"""What each case measured, a number a round."""
Case = Callable[[Path], Awaitable[float]]
"""Measures once, in a folder of its own."""


@dataclass(frozen=True)
class Target:
    """What a figure should be: at least or at most so much, or so many times the figure of another case."""

    bound: float
    times: str = ""
    at_most: bool = False

    def is_met(self, value: float) -> bool:
        """Whether this value is good enough."""
        return value <= self.bound if self.at_most else value >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}{f' x {self.times}' if self.times else ''}"


async def interleaved(cases: Mapping[str, Case], folder: Path, rounds: int) -> Figures:
    """Measure every case once a round; every second round goes backwards, so that none is always first."""
    figures: Figures = {name: [] for name in cases}
    for number in range(rounds):
        order = list(cases.items())
        for place, (name, case) in enumerate(reversed(order) if number % 2 else order):
            own = folder / f"{number}-{place}"
            own.mkdir(parents=True)
            figures[name].append(await case(own))
    return figures


def achieved(figures: Figures, name: str, target: Target) -> float:
    """The value that a target is about: the median, or that of the ratios of each round."""
    if not target.times:
        return statistics.median(figures[name])
    return statistics.median(mine / other for mine, other in zip(figures[name], figures[target.times], strict=True))


def table(title: str, figures: Figures, targets: Mapping[str, Target | list[Target]], digits: int = 0) -> str:
    """The figures as text: a line a case, median and spread, and a word on each target. Cases may be missing."""
    width = max(map(len, figures), default=0)
    lines = ["", title, f"{'':{width}} {'median':>10}  {'[min..max]':22} {'target':44} {'got':>8}"]
    for name, values in figures.items():
        if not values:
            lines.append(f"{name:{width}} {'-':>10}")
            continue
        spread = f"[{min(values):,.{digits}f}..{max(values):,.{digits}f}]"
        start = f"{name:{width}} {statistics.median(values):10,.{digits}f}  {spread:22}"
        told = targets.get(name, [])
        words = [
            f"{target!s:44} {achieved(figures, name, target):8.2f}  "
            f"{'met' if target.is_met(achieved(figures, name, target)) else 'not met'}"
            for target in (told if isinstance(told, list) else [told])
            if not target.times or figures.get(target.times)
        ]
        lines += [f"{start} {word}".rstrip() for word in words or [""]]
    return "\n".join(lines)
