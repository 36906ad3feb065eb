"""Long work on the loop of the screen, a slice at a time: keys are heard and rows are drawn between two of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from time import perf_counter
from typing import Final, TypeVar

Step = TypeVar("Step")

SLICE: Final = 0.004
"""Seconds that are worked at a time. In another thread the work would hold up the screen for as long, at each of the
many times that it goes to sleep and wakes."""

REST: Final = 0.004
"""Seconds between two slices, at least."""


async def sliced(steps: Iterator[Step]) -> AsyncGenerator[list[Step], None]:
    """What these steps come to, in the order in which they do: what one slice of time got done, then the next."""
    done: list[Step] = []
    end = perf_counter() + SLICE
    for step in steps:
        done.append(step)
        if perf_counter() >= end:
            yield done
            await asyncio.sleep(REST)
            done, end = [], perf_counter() + SLICE
    yield done
