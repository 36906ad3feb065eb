"""Terms that people guess are understood, or the right one is told in place."""

from __future__ import annotations

import pytest

from core.errors import BadFilter
from core.filters import TaskFilter


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("is:stuck", "stuck:yes"),
        ("-is:stuck", "-stuck:yes"),
        ("is:failed", "status:failed"),
        ("is:Failed,pending lofi", "status:failed,pending lofi"),
        ("!status:completed", "-status:completed"),
        ("!params.x:5", "-params.x:5"),
        ("#12", "id:12"),
        ("Status:failed", "status:failed"),
        ("-STATUS:failed", "-status:failed"),
        ("!Status:failed", "-status:failed"),
        ("Error:~x", "error:~x"),
        ("Params.X:5", "params.X:5"),
        ("status:Cancelled", "is:cancelled"),
    ],
)
def test_what_people_know_from_elsewhere_is_understood(line: str, same: str):
    assert TaskFilter.parse(line) == TaskFilter.parse(same)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("is:done", "is: takes stuck, cancelled, or one of pending, claimed, completed, failed."),
        ("status:stuck", "What is stuck is found by stuck:yes."),
        ("status:pending,cancelled", "What was cancelled is found by is:cancelled."),
        ("status=failed", "status:failed;"),
        ("Status=failed", "status:failed;"),
        ("status==failed", ": status:failed;"),
        ("state=failed", "status:failed;"),
        ("name=foo", "type:foo;"),
        ("attempts=>2", "attempts:>=2;"),
        ("priority>=", None),
        ("id=", None),
        ("number=many", None),
        ("status!=failed", "-status:failed;"),
        ("age>5m", "age:>5m;"),
        ("params.limit", None),
        ("url:https://youtu.be/dQw4w9WgXcQ", "type https://youtu.be/dQw4w9WgXcQ alone"),
        ("channel:@beats", "type @beats alone, or try params.channel:~@beats."),
        ("state:failed", "'state' is no term, status:failed is."),
        ("task:12", "'task' is no term, id:12 is."),
        ("reason:timeout", "'reason' is no term, error:timeout is."),
        ("after:2026-01-01", "'after' is no term, created:>2026-01-01 is."),
        ("before:2026-01-01", "'before' is no term, created:<2026-01-01 is."),
        ("older:5m", "'older' is no term, age:>5m is."),
        ("newer:5m", "'newer' is no term, age:<5m is."),
        ("since:yesterday", "'since' is no term, created: is."),
        ("-!status:failed", "negated by one hyphen"),
        ('"status=failed"', None),
        ("a=b", None),
        ("!lofi", None),
    ],
)
def test_what_is_not_understood_is_told_with_the_right_term_in_place(line: str, said: str | None):
    if said is None:
        assert TaskFilter.parse(line).text == line.strip('"')
        return
    with pytest.raises(BadFilter) as caught:
        TaskFilter.parse(line)
    assert said in str(caught.value)
    assert caught.value.end > caught.value.start
