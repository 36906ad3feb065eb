"""Where the server cannot filter, a type that is named whole is asked for, and one that is named by a part is not."""

from __future__ import annotations

from core.filters import TaskFilter
from core.viewing import only_type

TYPES = ("Echo", "PrismQ.YouTube.Video.Search", "PrismQ.Reddit.Post.Scrape", "Mine.Twice", "Twice")


def asked(line: str) -> str | None:
    return only_type(TaskFilter.parse(line), TYPES)


def test_only_a_whole_name_that_is_no_part_of_another_one_can_be_asked_for():
    assert asked("type:Echo") == "Echo"
    assert asked("type:PrismQ.YouTube.Video.Search lofi") == "PrismQ.YouTube.Video.Search"
    assert asked("type:Video.Search") is None
    assert asked("type:Twice") is None
    assert asked("type:Echo,Twice") is None
    assert asked("type:Unknown") is None
    assert asked("lofi") is None
