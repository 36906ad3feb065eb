"""Strategies of claiming: which task next. A strategy answers; it does nothing by itself."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Strategy:
    """An order in which tasks are claimed: what the server is asked to sort by, and one sentence for a person."""

    name: str
    sort_by: str
    sort_order: str
    explanation: str


STRATEGIES = {
    strategy.name: strategy
    for strategy in (
        Strategy("FIFO", "id", "ASC", "The oldest task first."),
        Strategy("LIFO", "id", "DESC", "The newest task first."),
        Strategy("PRIORITY", "priority", "DESC", "The highest priority first, where the server honours priorities."),
    )
}
"""All strategies by name. FIFO and LIFO sort by id, which is exact where ``created_at`` has whole seconds only."""


def strategy_named(name: str) -> Strategy:
    """The strategy of that name, in any case. Raises `BadSetting` that lists the names."""
    strategy = STRATEGIES.get(name.strip().upper())
    if strategy is None:
        raise BadSetting(f"There is no strategy {name!r}; there are {', '.join(STRATEGIES)}.")
    return strategy
