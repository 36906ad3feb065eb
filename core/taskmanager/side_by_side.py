"""Calls that are made side by side, but only so many at a time: for servers that take one thing a call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from itertools import chain, islice

AT_ONCE = 10
"""Calls that are made at a time, at most."""


async def side_by_side(calls: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Make these calls, `AT_ONCE` of them at a time, begun in their order.

    When this is cancelled, or one raises, the others are cancelled, and over when this is; it raises what that one did.
    """
    coming = iter(calls)
    first = list(islice(coming, AT_ONCE))
    if len(first) == 1:
        await first[0]()
        return
    left = chain(first, coming)

    async def one_after_the_other() -> None:
        for call in left:
            await call()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in first:
                group.create_task(one_after_the_other())
    except BaseExceptionGroup as faults:
        raise faults.exceptions[0] from None
