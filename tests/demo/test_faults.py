"""The demo's source: the sample's videos, and faults that come the same way every time."""

import threading
from itertools import islice

import pytest

from core.demo.faults import DemoSource, Fault, planted_fault
from core.demo.plan import tasks
from core.sources.errors import SourceError, SourceUnreachable
from core.sources.sample import SampleSource

SEED = 7
LIMIT = 10


def query_with(*, fault: str) -> str:
    """A query whose request goes wrong in this way, and has results."""
    for number in range(10_000):
        query = f"lo-fi beats {number}"
        if kind(planted_fault(SEED, f"search {query} {LIMIT}", LIMIT)) == fault:
            return query
    raise AssertionError(f"no query has the fault {fault}")


def kind(fault: Fault | None) -> str:
    if fault is None:
        return "none"
    if fault.once:
        return "once, later" if fault.after else "once, at once"
    return "always"


@pytest.fixture
def source() -> DemoSource:
    return DemoSource(SampleSource(), SEED, pace=0)


def test_it_goes_by_the_name_of_the_sample(source: DemoSource):
    assert source.name == "sample"


def test_most_requests_give_what_the_sample_gives(source: DemoSource):
    query = query_with(fault="none")
    assert list(source.search(query, LIMIT)) == list(SampleSource().search(query, LIMIT))


@pytest.mark.parametrize("fault", ["once, at once", "once, later"])
def test_a_broken_connection_is_whole_again_the_second_time(source: DemoSource, fault: str):
    query = query_with(fault=fault)
    with pytest.raises(SourceUnreachable) as broken:
        list(source.search(query, LIMIT))
    assert broken.value.retryable
    assert len(list(source.search(query, LIMIT))) == LIMIT


def test_a_connection_can_break_after_some_videos_came(source: DemoSource):
    videos = source.search(query_with(fault="once, later"), LIMIT)
    assert next(videos)
    with pytest.raises(SourceUnreachable):
        list(videos)


def test_a_refusal_stays_a_refusal(source: DemoSource):
    query = query_with(fault="always")
    for _ in range(3):
        with pytest.raises(SourceError) as refused:
            list(source.search(query, LIMIT))
        assert not refused.value.retryable


def test_the_same_seed_has_the_same_faults():
    assert outcomes(seed=1) == outcomes(seed=1)
    assert outcomes(seed=1) != outcomes(seed=2)


def test_about_one_request_in_six_goes_wrong():
    failed = sum(outcome != "fine" for outcome in outcomes(seed=3))
    assert 0.08 < failed / len(outcomes(seed=3)) < 0.3


def outcomes(seed: int) -> list[str]:
    source = DemoSource(SampleSource(), seed, pace=0)
    wanted = (task.parameters for task in tasks(0) if "search_query" in task.parameters)
    return [outcome(source, str(parameters["search_query"])) for parameters in islice(wanted, 150)]


def outcome(source: DemoSource, query: str) -> str:
    try:
        list(source.search(query, LIMIT))
    except SourceError as fault:
        return str(fault)
    return "fine"


def test_closing_ends_a_wait_that_is_under_way():
    source = DemoSource(SampleSource(), SEED, pace=100_000)
    found: list[object] = []
    query = query_with(fault="none")
    waiting = threading.Thread(target=lambda: found.extend(source.search(query, LIMIT)), daemon=True)
    waiting.start()
    source.close()
    waiting.join(timeout=10)
    assert len(found) == LIMIT
