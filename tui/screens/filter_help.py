"""What can stand in the filter of the queue, for the help."""

from __future__ import annotations

from typing import Final

FILTER_TERMS: Final[tuple[tuple[str, str], ...]] = (
    ("lofi beats", "both, in its id, type, parameters, error or worker"),
    ('"lofi beats"', "that text, there too"),
    ("https://youtu.be/…", "that video or channel, in any form of its address"),
    ("10427", "the task with that id; in quotes it is a text"),
    ("status:failed,pending", "one of these"),
    ("type:Video*", "a type like that, also from a dot on; type:=NAME that type alone"),
    ("worker:w-02", "in the hands of that worker, now or last"),
    ("id:100..200", "these too; or id:>100"),
    ("age:>5m", "longer than that in its status; s, m, h, d"),
    ("attempts:>1", "priority:>=5 is alike"),
    ("created:>2026-01-31", "after that day; also >2026-01-31T12:00Z"),
    ("params.NAME:~text", "that parameter has the text; without ~: equals it"),
    ("error:~text", "its error has the text"),
    ("stuck:yes", "what is stuck, as far as it is loaded; is:stuck is read too"),
    ("-status:completed", "- negates"),
    ("a b OR c", "a space means and"),
)
"""Terms and what they find."""

TERM: Final = 24
"""Cells that a term takes."""
