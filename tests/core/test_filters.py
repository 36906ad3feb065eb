"""Narrowing the queue with one line of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadSetting
from core.filters import TaskFilter
from core.models import Task, TaskStatus

TASK = Task(12, "PrismQ.YouTube.Video.Search", {"search_query": "Lofi"}, status=TaskStatus.FAILED, error="timed out")


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("", True),
        ("lofi", True),
        ("TIMED", True),
        ("12", True),
        ("status:failed", True),
        ("status:pending,failed", True),
        ("status:pending", False),
        ("type:*video*", True),
        ("type:Echo", False),
        ("status:failed type:*Search lofi", True),
        ("status:failed nothing-of-it", False),
        ('"timed out"', True),
    ],
)
def test_terms_narrow_together(line: str, fits: bool):
    assert TaskFilter.parse(line).matches(TASK) is fits


def test_an_unknown_status_is_answered_with_those_that_there_are():
    with pytest.raises(BadSetting, match=r"'lost' is no status; there are pending, claimed, completed, failed"):
        TaskFilter.parse("status:lost")


@pytest.mark.parametrize("line", ["stauts:failed", "worker:w-1", "foo:"])
def test_an_unknown_term_is_answered_with_those_that_there_are(line: str):
    with pytest.raises(BadSetting, match="is no term; there are status: and type:"):
        TaskFilter.parse(line)


@pytest.mark.parametrize("line", ['"foo:bar"', "https://a.example/x", "12:30"])
def test_a_text_with_a_colon_can_be_looked_for(line: str):
    assert TaskFilter.parse(line).text == line.strip('"')


def test_an_open_quote_is_said():
    with pytest.raises(BadSetting, match="opening quote"):
        TaskFilter.parse('"half')


@given(st.text(max_size=40))
def test_any_line_is_read_or_refused_in_words_and_reads_the_same_when_written(line: str):
    try:
        parsed = TaskFilter.parse(line)
    except BadSetting as error:
        assert str(error)
        return
    assert TaskFilter.parse(str(parsed)).statuses == parsed.statuses
    assert TaskFilter.parse(str(parsed)).types == parsed.types
