"""Narrowing the queue with one line of text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadFilter, NotPossibleHere
from core.filters import AnyOf, Not, TaskFilter
from core.models import Task, TaskStatus
from tests.core.filter_lines import LINES, NEGATED

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TASK = Task(
    12,
    "PrismQ.YouTube.Video.Search",
    {"search_query": "Lofi", "limit": 5, "deep": {"on": True}},
    status=TaskStatus.FAILED,
    priority=2,
    attempts=3,
    claimed_by="w-ann-4242-5a3b-2",
    created_at=NOW - timedelta(days=2),
    completed_at=NOW - timedelta(minutes=10),
    error='timed out at "the gate"',
)


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("", True),
        ("lofi", True),
        ("TIMED", True),
        ("12", True),
        ("lofi timed", True),
        ("lofi nothing-of-it", False),
        ("-lofi", False),
        ("status:failed", True),
        ("status:pending,failed", True),
        ("status:FAILED", True),
        ("status:pending", False),
        ("status:failed status:pending", False),
        ("-status:pending,claimed", True),
        ("type:*video*", True),
        ("type:Video*", True),
        ("type:ideo*", False),
        ("type:Video", True),
        ("type:Video.Search", True),
        ("type:PrismQ.YouTube", True),
        ("type:PrismQ.YouTube.Video.Search", True),
        ("type:=PrismQ.YouTube.Video.Search", True),
        ("type:=Video.Search", False),
        ("type:Vid", False),
        ("type:YouTube.Search", False),
        ("type:Reddit,Video", True),
        ("-type:Video", False),
        ("type:Echo", False),
        ("status:failed type:*Search lofi", True),
        ('"timed out"', True),
        ('error:~"AT \\"the"', True),
        ("error:timed", True),
        ("worker:5a3b-2", True),
        ("worker:w-ann*", True),
        ("worker:3b-2", False),
        ("id:1..12", True),
        ("id:12", True),
        ("id:>12", False),
        ("age:>5m", True),
        ("age:>=10m", True),
        ("age:>10m", False),
        ("age:<1d", True),
        ("attempts:>1 priority:>=2", True),
        ("params.search_query:~LO", True),
        ("params.search_query:lofi", False),
        ("params.search_query:Lofi", True),
        ("params.limit:5", True),
        ("params.deep.on:true", True),
        ("params.nothing:~x", False),
        ("-params.nothing:~x", True),
        ("created:>2026-02-01", True),
        ("created:2026-02-27", True),
        ("created:2026-02-26", False),
        ("created:<2026-02-27T12:00", False),
        ("status:pending OR lofi -status:claimed", True),
        ("status:pending OR status:claimed", False),
    ],
)
def test_terms_narrow_together(line: str, fits: bool):
    assert TaskFilter.parse(line).matches(TASK, NOW) is fits


@pytest.mark.parametrize(
    ("line", "sentence", "at"),
    [
        ("lofi status:lost", "'lost' is no status; there are pending, claimed, completed, failed.", "lost"),
        ("stauts:failed", "'stauts' is no term, status: is.", "stauts"),
        (
            "channel_url:*cold*",
            "'channel_url' is no term; try params.channel_url:~cold or put it in quotes.",
            "channel_url",
        ),
        ("a foo:", "'foo' is no term; try params.foo:~text or put it in quotes.", "foo"),
        ("stuck:maybe", "stuck: is yes or no, as in stuck:yes.", "maybe"),
        ("age:>5", "age: needs a whole number with s, m, h or d behind it", ">5"),
        ("age:5m", "age: needs > or < before the time", "5m"),
        ("attempts:>many", "attempts: needs a whole number", ">many"),
        ("id:..", "id:.. needs a value", ".."),
        ("created:>soon", "created: needs a date or a time", ">soon"),
        ("params.:5", "Say which parameter", "params."),
        ("params.x:", "params.x: needs a value", ""),
        ("status:", "status: needs a value", ""),
        ("lofi OR", "OR needs a term before it", "OR"),
        ("OR lofi", "OR needs a term before it", "OR"),
        ("--lofi", "negated by one hyphen", "--lofi"),
        ('say "half', "opening quote", '"half'),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence_and_its_place_is_known(line: str, sentence: str, at: str):
    with pytest.raises(BadFilter) as caught:
        TaskFilter.parse(line)
    assert sentence in str(caught.value)
    assert line[caught.value.start : caught.value.end] == at


@pytest.mark.parametrize(
    ("line", "fits", "wide"),
    [
        ("stuck:yes", True, ""),
        ("-stuck:yes", False, ""),
        ("stuck:no", False, ""),
        ("-stuck:no lofi", True, "lofi"),
        ("stuck:yes status:pending", False, "status:pending"),
        ("stuck:no OR status:failed", True, ""),
        ("stuck:no lofi OR status:failed", True, "lofi OR status:failed"),
    ],
)
def test_which_are_stuck_is_asked_of_rows_at_hand_and_of_nobody_else(line: str, fits: bool, wide: str):
    wanted = TaskFilter.parse(line)
    assert wanted.asks_stuck
    assert str(wanted) == str(TaskFilter.parse(str(wanted)))
    assert wanted.matches(TASK, NOW, {TASK.id}) is fits
    assert wanted.without_stuck == TaskFilter.parse(wide)
    assert wanted.without_stuck.matches(TASK, NOW) or not fits
    with pytest.raises(NotPossibleHere, match="loaded rows only"):
        wanted.to_json()


@pytest.mark.parametrize("line", ["stuck:yes", "-stuck:no", "lofi stuck:no", "status:pending OR stuck:yes"])
def test_a_row_fits_no_filter_of_stuck_ones_while_nobody_tells_which_they_are(line: str):
    with pytest.raises(NotPossibleHere, match="loaded rows only"):
        TaskFilter.parse(line).matches(TASK, NOW)


@pytest.mark.parametrize("line", ['"foo:bar"', "https://a.example/x", "12:30", '"-x"', '"OR"', "-"])
def test_a_text_that_looks_like_a_term_can_be_looked_for(line: str):
    assert TaskFilter.parse(line).text == line.strip('"')


@pytest.mark.parametrize("line", ["10427", "#10427", "id:10427"])
def test_a_number_alone_is_an_id(line: str):
    parsed = TaskFilter.parse(line)
    assert (str(parsed), parsed.only_id) == ("id:10427", 10427)
    assert not parsed.matches(TASK, NOW)


@pytest.mark.parametrize("line", ['"5"', '"#5"'])
def test_a_number_in_quotes_is_a_text(line: str):
    parsed = TaskFilter.parse(line)
    assert (parsed.text, str(parsed), parsed.only_id) == (line.strip('"'), line, None)
    assert TaskFilter.parse('"5"').matches(TASK, NOW)


@pytest.mark.parametrize("line", ["id:1..5", "id:>5", "-5", "5 OR 6", "lofi"])
def test_no_other_filter_is_for_one_id_only(line: str):
    assert TaskFilter.parse(line).only_id is None


@given(st.one_of(st.text(max_size=40), st.text(alphabet='ab:"\\-,.*~<>=1 ORstaus', max_size=30), LINES))
def test_any_line_is_read_or_refused_in_words_and_reads_the_same_when_written(line: str):
    try:
        parsed = TaskFilter.parse(line)
    except BadFilter as error:
        assert str(error)
        assert 0 <= error.start <= error.end <= len(line)
        return
    assert TaskFilter.parse(str(parsed)) == parsed
    hash(parsed)


ODD = st.one_of(
    st.sampled_from(("status=failed", "id>5", "age>5m", "error!=x", "Status==failed", "name=foo", "attempts=>1")),
    st.sampled_from(
        ("!-x", "!status:failed", "-x", "--x", "OR", "5", "#5", "a:b", "=x", "~x", ">1", "\\", "a b", "a,b")
    ),
    st.sampled_from(("youtu.be/dQw4w9WgXcQ", "https://youtube.com/@a", "https://a.example/x")),
    st.text(alphabet='aid:=!<>-~#5@/.,\\" ORstus', min_size=1, max_size=12),
)
"""Texts that mean something else where they stand without quotes."""


@given(ODD, st.sampled_from(("", "-", "error:", "error:~", "params.x:", "type:", "worker:", "-params.x:~")))
def test_whatever_stands_in_quotes_is_what_is_looked_for_also_when_it_was_written_and_read(text: str, before: str):
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    parsed = TaskFilter.parse(before + quoted)
    assert TaskFilter.parse(str(parsed)) == parsed
    if before == "":
        assert parsed == TaskFilter(text)


@pytest.mark.parametrize(
    ("status", "error", "told", "fits"),
    [
        (TaskStatus.FAILED, "cancelled", None, True),
        (TaskStatus.FAILED, "cancelled", True, True),
        (TaskStatus.FAILED, "cancelled", False, False),
        (TaskStatus.FAILED, "HTTP request cancelled by peer", None, False),
        (TaskStatus.FAILED, "timed out", None, False),
        (TaskStatus.FAILED, None, None, False),
        (TaskStatus.PENDING, "cancelled", None, False),
    ],
)
def test_what_was_cancelled_is_found_by_what_its_server_tells_else_by_its_error(
    status: TaskStatus, error: str | None, told: bool | None, fits: bool
):
    task = Task(1, "Echo", status=status, error=error, cancelled=told)
    wanted = TaskFilter.parse("is:cancelled")
    assert wanted.matches(task, NOW) is fits
    assert TaskFilter.parse("-is:cancelled").matches(task, NOW) is not fits
    assert wanted.to_json() == {"status": ["failed"], "cancelled": True}
    assert wanted.to_json(frozenset()) == TaskFilter.parse("status:failed error:cancelled").to_json()
    assert str(wanted) == "is:cancelled"
    assert wanted.needs_whole_tasks


@given(st.lists(st.lists(NEGATED, min_size=1, max_size=3), min_size=1, max_size=3))
def test_a_space_means_and_and_binds_closer_than_or(branches: list[list[str]]):
    line = " OR ".join(" ".join(terms) for terms in branches)

    def naive(term: str) -> bool:
        plain = TaskFilter.parse(term.removeprefix("-")).matches(TASK, NOW)
        return not plain if term.startswith("-") else plain

    expected = any(all(naive(term) for term in terms) for terms in branches)
    assert TaskFilter.parse(line).matches(TASK, NOW) is expected


def test_a_filter_without_terms_is_none_and_others_are_something():
    assert not TaskFilter.parse("  ")
    assert TaskFilter.parse("-lofi").terms == (Not(TaskFilter.parse("lofi").all_terms[0]),)
    assert isinstance(TaskFilter.parse("a OR b").terms[0], AnyOf)


@pytest.mark.parametrize(("line", "needs"), [("lofi", False), ("-error:~x", True), ("a OR params.x:1", True)])
def test_a_filter_knows_whether_lists_tell_enough_for_it(line: str, needs: bool):
    assert TaskFilter.parse(line).needs_whole_tasks is needs
