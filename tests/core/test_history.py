"""What changed of an idea is kept: only that, in the order in which it came, and never without bound."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.history import (
    LONGEST_HISTORY,
    LONGEST_VALUE,
    MOST_CHANGES,
    Change,
    as_text,
    latest,
    read_history,
    recorded,
    taken_apart,
    written,
)

names = st.sampled_from(["views", "likes", "title", "note", "at", "history", "x" * 90])
values = st.one_of(
    st.integers(0, 5), st.text(max_size=4), st.none(), st.just("long " * LONGEST_VALUE), st.just("y" * 199)
)
sayings = st.lists(st.dictionaries(names, values, max_size=5), max_size=2 * MOST_CHANGES)


def told(says: list[dict[str, object]]) -> tuple[Change, ...]:
    """The history after these updates, each over what all before it have said."""
    history: tuple[Change, ...] = ()
    known = says[0] if says else {}
    for number, new in enumerate(says[1:], 1):
        history = recorded(history, known, new, f"t{number - 1}", f"t{number}")
        known = known | new
    return history


@given(sayings)
def test_whatever_is_said_the_history_ends_with_what_is_said_now(says: list[dict[str, object]]):
    known: dict[str, object] = {}
    for new in says:
        known |= new
    for name, text in latest(told(says)).items():
        if known[name] is not None and len(as_text(known[name])) <= LONGEST_VALUE:
            assert text == as_text(known[name])


@given(sayings)
def test_it_has_its_bounds_and_is_read_as_it_was_written(says: list[dict[str, object]]):
    history = told(says)
    assert len(history) <= MOST_CHANGES
    assert len(written(history)) <= LONGEST_HISTORY
    assert read_history(written(history)) == history


@given(sayings)
def test_only_what_changed_is_told(says: list[dict[str, object]]):
    history = told(says)
    for place, change in enumerate(history):
        before = latest(history[:place])
        assert change.values
        assert all(before.get(name) != value for name, value in change.values.items())


def test_the_first_change_also_tells_what_was_said_before_and_when():
    history = recorded((), {"views": 10, "likes": 3}, {"views": 12, "likes": 3}, "monday", "tuesday")
    assert history == (Change("monday", {"views": "10"}), Change("tuesday", {"views": "12"}))
    history = recorded(history, {"views": 12, "likes": 3}, {"views": 12, "likes": 4}, "wednesday", "friday")
    assert history[2:] == (Change("wednesday", {"likes": "3"}), Change("friday", {"likes": "4"}))


def test_two_changes_of_one_moment_are_both_told():
    history = recorded((), {"views": 10}, {"views": 12}, "monday", "monday")
    assert history == (Change("monday", {"views": "10"}), Change("monday", {"views": "12"}))


def test_nothing_new_leaves_it_alone():
    history = (Change("monday", {"views": "10"}),)
    assert recorded(history, {"views": "10"}, {"views": "10"}, "tuesday", "friday") == history
    assert recorded((), {"views": 10}, {"views": "10"}, "tuesday", "friday") == ()


def test_of_too_many_changes_the_first_and_the_newest_are_kept():
    history = told([{"views": number} for number in range(200)])
    assert len(history) == MOST_CHANGES
    assert history[0] == Change("t0", {"views": "0"})
    assert history[-1] == Change("t199", {"views": "199"})
    assert history[1].at == f"t{200 - MOST_CHANGES + 1}"


def test_what_is_left_out_leaves_no_entry_that_tells_nothing_new():
    history = told([{"views": number % 2} for number in range(3 * MOST_CHANGES + 1)])
    values = [change.values["views"] for change in history]
    assert all(one != other for one, other in pairwise(values))
    assert values[-1] == "0"


def test_a_value_of_an_entry_that_is_left_out_is_told_by_the_next_one():
    says: list[dict[str, object]] = [{"views": 0}, {"views": 1, "note": "new"}]
    says += [{"views": number} for number in range(2, 200)]
    history = told(says)
    assert latest(history) == {"views": "199", "note": "new"}
    assert history[1].values["note"] == "new"


def test_what_else_is_kept_under_the_name_is_no_history():
    for kept in ("[1]", '[{"views": "1"}]', '[{"at": "x", "views": 1}]', "{}", "since 1990", 7, "[" * 100_000):
        assert read_history(kept) is None
    assert read_history(None) == read_history("") == read_history("[]") == ()


def test_a_metadata_is_told_without_its_history():
    kept = {"views": "2", "history": json.dumps([{"at": "x", "views": "1"}])}
    assert taken_apart(kept) == ({"views": "2"}, (Change("x", {"views": "1"}),))
    assert taken_apart({"history": "since 1990"}) == ({"history": "since 1990"}, ())
    assert taken_apart("text") == ("text", ())
