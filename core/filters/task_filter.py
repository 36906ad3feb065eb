"""A filter: terms that must all fit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.filters.deciding import addresses_in, asks_stuck, fits, needs_whole_tasks
from core.filters.terms import AnyOf, OneOf, Span, Term, Text
from core.filters.writing import LATER, as_json, written
from core.models import Task, TaskStatus, utcnow


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Tasks that all terms fit: first of all a text, statuses and types (empty: any), for these are found by index."""

    text: str = ""
    statuses: tuple[TaskStatus, ...] = ()
    types: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, line: str) -> TaskFilter:
        """Read a line of the filter language. Raises `BadFilter`, which says where it cannot be read."""
        from core.filters.reading import read  # reading needs the terms

        return read(line)

    def __bool__(self) -> bool:
        return bool(self.text or self.statuses or self.types or self.terms)

    def __str__(self) -> str:
        return " ".join(written(term) for term in self.all_terms)

    @property
    def all_terms(self) -> tuple[Term, ...]:
        """Every term, in the order in which they are written."""
        first: list[Term] = [OneOf("status", tuple(self.statuses))] if self.statuses else []
        first += [OneOf("type", self.types)] if self.types else []
        first += [Text(self.text)] if self.text else []
        return (*first, *self.terms)

    @property
    def only_id(self) -> int | None:
        """The id that a task must have, where the filter names one."""
        named = (each for each in self.terms if isinstance(each, Span) and each.field == "id" and each.low == each.high)
        return next((each.low for each in named), None)

    @property
    def needs_whole_tasks(self) -> bool:
        """Whether it asks for parameters or errors, which not every server's lists tell."""
        return any(needs_whole_tasks(term) for term in self.all_terms)

    @property
    def addressed(self) -> tuple[str, ...]:
        """Videos and channels that are looked for because their addresses were typed."""
        return tuple(dict.fromkeys(target for term in self.terms for target in addresses_in(term)))

    @property
    def asks_stuck(self) -> bool:
        """Whether it asks which tasks are stuck, which no server can be asked."""
        return any(asks_stuck(term) for term in self.terms)

    @property
    def without_stuck(self) -> TaskFilter:
        """The same without that: whatever fits it, and maybe more, fits this one."""
        kept: list[Term] = []
        for term in self.terms:
            if isinstance(term, AnyOf) and asks_stuck(term):
                branches = tuple(each.without_stuck for each in term.filters)
                kept += [AnyOf(branches)] if all(branches) else []
            elif not asks_stuck(term):
                kept.append(term)
        return replace(self, terms=tuple(kept))

    def to_json(self, knows: Collection[str] = LATER) -> dict[str, Any]:
        """As the embedded TaskManager takes it. One that does not know what came ``LATER`` looks for an address as it
        was typed, and for what was cancelled by its error. Raises `core.errors.NotPossibleHere` where it asks what is
        stuck."""
        told: dict[str, Any] = {}
        for term in self.all_terms:
            one = as_json(term, knows)
            if told.keys() & one.keys():
                told.setdefault("all", []).append(one)
            else:
                told |= one
        return told

    def matches(self, task: Task, now: datetime | None = None, stuck: Collection[int] | None = None) -> bool:
        """Whether a row that is at hand fits at the moment ``now``; for servers that cannot filter.

        ``stuck``: ids of the rows that are stuck. Raises `core.errors.NotPossibleHere` where that is asked and is None.
        """
        moment = now or utcnow()
        return all(fits(term, task, moment, stuck) for term in self.all_terms)
