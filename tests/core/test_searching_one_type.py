"""Where the server cannot filter, a type that is named whole is asked for, and one that is named by a part is not."""

from __future__ import annotations

from core.filters import TaskFilter
from core.filters.deciding import only
from core.viewing import only_type

TYPES = ("Echo", "PrismQ.YouTube.Video.Search", "PrismQ.Reddit.Post.Scrape", "Mine.Twice", "Twice")


def asked(line: str) -> str | None:
    return only_type(TaskFilter.parse(line), TYPES)


def test_only_a_whole_name_that_is_no_part_of_another_one_can_be_asked_for():
    assert asked("type:Echo") == "Echo"
    assert asked("type:PrismQ.YouTube.Video.Search lofi") == "PrismQ.YouTube.Video.Search"
    assert asked("type:Video.Search") is None
    assert asked("type:Twice") is None
    assert asked("type:=Twice") == "Twice"
    assert asked("type:Echo,Twice") is None
    assert asked("type:Unknown") == "Unknown"
    assert asked("type:Unknown*") is None
    assert asked("lofi") is None


def test_a_type_alone_is_said_by_its_name_unless_another_one_has_that_as_a_part():
    assert only("Echo", TYPES) == "Echo"
    assert only("Twice", TYPES) == "=Twice"
    assert str(TaskFilter(types=(only("Twice", TYPES),))) == "type:=Twice"
    assert TaskFilter.parse("type:=Twice") == TaskFilter(types=("=Twice",))
