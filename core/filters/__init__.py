"""What the queue is narrowed to: a tree that is read from one line of text, decides on tasks, and goes over the wire.

    -status:completed type:Video* age:>5m OR error:~"timed out"

A number alone is an id, an address of YouTube the video or channel that it names. A space means and, which binds closer
than ``OR``; ``-`` negates the term behind it. `core.filters.reading` reads lines, `terms` says what there is,
`deciding` decides on tasks, `writing` makes lines and JSON of it.
"""

from __future__ import annotations

from core.filters.deciding import since
from core.filters.task_filter import TaskFilter
from core.filters.terms import Address, AnyOf, Cancelled, Not, OneOf, Says, Span, Stuck, Term, Text

__all__ = [
    "Address",
    "AnyOf",
    "Cancelled",
    "Not",
    "OneOf",
    "Says",
    "Span",
    "Stuck",
    "TaskFilter",
    "Term",
    "Text",
    "since",
]
