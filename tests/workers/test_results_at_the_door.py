"""What an author gives back is looked at once: what could not be kept or sent makes the task fail, readably."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.models import TaskResult
from core.server.body import parse_body
from core.strict_json import DEEPEST, LIGHT, NotJson, as_json, pieces
from core.workers import BaseWorker
from core.workers.outcomes import checked
from core.workers.testing import perform
from tests.workers.workers_at_hand import Told


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def endless():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"at": object()}, "object is not JSON"),
        ({"n": "half \ud83d"}, "surrogate"),
        ({"half \ud83d": 1}, "surrogate"),
        ({"n": 2**63}, "64 bits"),
        ([-(2**63) - 1], "64 bits"),
        ({1: "a", "1": "b"}, "same in JSON"),
        ({"n": float("nan")}, "not JSON"),
        ({"n": float("inf")}, "not JSON"),
        (nested(DEEPEST + 1), "nested"),
        (endless(), "nested"),
        pytest.param(lambda: "x" * 64 * 1024**2, "larger than 64 MiB", id="str-larger than 64 MiB"),
        pytest.param(lambda: ["x" * 1024**2] * 65, "larger than 64 MiB", id="list-larger than 64 MiB"),
        pytest.param(lambda: {"text": "x" * 100_000_000}, "larger than 64 MiB", id="dict-larger than 64 MiB"),
        pytest.param(lambda: {"x" * 65 * 1024**2: 1}, "larger than 64 MiB", id="key-larger than 64 MiB"),
        pytest.param(lambda: b"x" * 100_000_000, "bytes is not JSON", id="bytes-bytes is not JSON"),
        ({"seen": {1, 2}}, "set is not JSON"),
        (10**100_000, "64 bits"),
        ({10**100_000: 1}, "key that JSON cannot say"),
        ({float("nan"): 1}, "key that JSON cannot say"),
        ({(1, 2): 1}, "key that JSON cannot say"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 50 else type(value).__name__,
)
@pytest.mark.parametrize("place", ["data", "metrics"])
def test_what_cannot_be_sent_fails_the_task_and_says_why(data, reason, place):
    data = data() if callable(data) else data  # what is large is made when it is needed
    given = TaskResult(True, data) if place == "data" else TaskResult(True, metrics={"m": data})
    error = checked(given).result.error or ""
    assert reason in error
    assert place in error


@pytest.mark.parametrize(
    "count", [2**63, 10**100_000, -1, 1.5, "3", "x" * 10**6, True, None], ids=lambda value: type(value).__name__
)
def test_a_count_that_is_no_whole_number_fails_the_task(count):
    assert "items_processed" in (checked(TaskResult(True, items_processed=count)).result.error or "")


def test_metrics_that_are_no_dict_fail_the_task():
    assert "metrics must be a dict" in (checked(TaskResult(True, metrics=[1])).result.error or "")


def test_a_success_that_is_nearly_a_yes_is_a_yes():
    assert checked(TaskResult(1)).result.success is True


def test_a_long_error_is_cut_and_marked():
    error = checked(TaskResult(False, error="é" * 9000)).result.error or ""
    assert len(error.encode()) <= 8192
    assert error.endswith("(cut)")


@pytest.mark.parametrize(
    ("error", "told"), [(ValueError("no"), "ValueError: no"), ([1] * 10**6, "of type list")], ids=["fault", "list"]
)
def test_an_error_that_is_no_text_is_told_all_the_same(error, told):
    assert told in (checked(TaskResult(False, error=error)).result.error or "")


def test_a_failure_without_a_word_gets_one():
    assert checked(TaskResult(False)).result.error


async def test_an_exception_that_cannot_be_read_fails_the_task():
    class Unreadable(Exception):
        def __str__(self):
            raise ValueError

    class Raising(Told):
        does = staticmethod(lambda worker, task: (_ for _ in ()).throw(Unreadable()))

    assert "Unreadable" in ((await perform(Raising)).error or "")


ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(some.characters()),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(max_size=3) | some.integers(0, 3), inner),
)


@given(ANYTHING)
def test_whatever_is_taken_here_is_taken_by_a_task_manager(value):
    try:
        text = as_json(value)
    except NotJson:
        return
    assert parse_body(f'{{"result":{text}}}'.encode()) == {"result": json.loads(json.dumps(value))}


HEAVY = [
    lambda: {"rows": [{"id": n, "text": "ü" * 40} for n in range(5000)], "": []},
    lambda: {f"key {n}": [n, {}, ()] for n in range(20_000)},
    lambda: [[["x" * (2 * LIGHT)]], ["y"] * LIGHT],
    lambda: {"one": {"two": {3: "z" * (2 * LIGHT)}}},
    lambda: {'"\\\x00é\U0001f600' * LIGHT: '"\\\x00é\U0001f600' * LIGHT},
    lambda: {None: "y" * LIGHT},
    lambda: {True: "y" * LIGHT},
    lambda: {1.5: "y" * LIGHT},
]


@pytest.mark.parametrize("make", HEAVY, ids=range(len(HEAVY)))
def test_json_that_is_written_in_pieces_is_the_same(make):
    value = make()
    assert json.loads(as_json(value)) == json.loads(json.dumps(value))


@pytest.mark.parametrize("make", HEAVY, ids=range(len(HEAVY)))
def test_no_piece_holds_up_other_threads_for_long(make):
    assert max(map(len, pieces(make()))) <= 8 * LIGHT


class Spy(dict):
    """Tells which threads looked at its values."""

    seen: set[int] = set()

    def values(self):
        self.seen.add(threading.get_ident())
        return super().values()


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_large_result_is_not_written_on_the_event_loop(is_async):
    def found(worker, task):
        return TaskResult(True, Spy.fromkeys(map(str, range(LIGHT)), 0))

    class Async(BaseWorker):
        async def process_task(self, task):
            return found(self, task)

    Spy.seen = set()
    worker = Async if is_async else type("Blocking", (Told,), {"does": staticmethod(found)})
    assert (await perform(worker)).success
    assert Spy.seen
    assert threading.get_ident() not in Spy.seen
