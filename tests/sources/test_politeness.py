"""A host is asked in turn: so many calls at a time, so long between two beginnings, and no wait is without an end."""

import threading
from collections.abc import Callable

import pytest

from core.sources.errors import SourceBusy
from core.sources.politeness import HostLimits

BOUND = 10.0


class Clock:
    """Time passes only while somebody waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        self.now += seconds


def in_threads(count: int, does: Callable[[], object]) -> None:
    """Run in this many threads at once, to the end."""
    threads = [threading.Thread(target=does, daemon=True) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(BOUND)
        assert not each.is_alive()


def test_calls_begin_the_delay_apart_however_short_they_are():
    clock = Clock()
    limits = HostLimits(2, 1.5, clock=clock, wait=clock.wait)
    begun: list[float] = []
    for _ in range(4):
        with limits.turn("youtube.com"):
            begun.append(clock.now - 1000)
    assert begun == [0, 1.5, 3, 4.5]


def test_the_delay_is_each_hosts_own_and_a_host_has_one_name():
    clock = Clock()
    limits = HostLimits(1, 5, clock=clock, wait=clock.wait)
    for host in ("one.example", "two.example", "ONE.example"):
        with limits.turn(host):
            pass
    assert clock.now == 1005


def test_threads_are_never_more_at_a_host_than_allowed():
    limits = HostLimits(2, 0)
    here = threading.Semaphore(2)
    together = threading.Barrier(2)
    met: list[bool] = []

    def call() -> None:
        with limits.turn("youtube.com"):
            assert here.acquire(blocking=False)
            together.wait(BOUND)  # only two that are there at the same time pass
            here.release()
            met.append(True)

    in_threads(6, call)
    assert len(met) == 6


def test_who_waits_too_long_is_refused_and_can_try_again():
    clock = Clock()
    limits = HostLimits(1, 0, clock=clock, wait=clock.wait)
    with limits.turn("youtube.com"):
        refused = pytest.raises(SourceBusy, match=r"'youtube\.com' was not asked")
        with refused as fault, limits.turn("youtube.com", patience=30):
            pass
    assert clock.now == 1030
    assert fault.value.retryable
    with limits.turn("youtube.com"):
        pass


def test_a_wait_is_called_off_at_once():
    clock = Clock()
    limits = HostLimits(1, 60, clock=clock, wait=clock.wait)
    with limits.turn("youtube.com"):
        pass
    with pytest.raises(SourceBusy), limits.turn("youtube.com", called_off=lambda: clock.now > 1000):
        pass
    assert clock.now < 1001


def test_closing_ends_what_waits_and_what_comes_later():
    limits = HostLimits(1, 0)
    waiting, ended = threading.Event(), threading.Event()

    def wait() -> None:
        with pytest.raises(SourceBusy), limits.turn("youtube.com", called_off=waiting.set):  # type: ignore[func-returns-value, arg-type]
            pass
        ended.set()

    with limits.turn("youtube.com"):
        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        assert waiting.wait(BOUND)
        limits.close()
        assert ended.wait(BOUND)
    with pytest.raises(SourceBusy), limits.turn("youtube.com"):
        pass


def test_a_call_that_fails_gives_its_turn_back():
    limits = HostLimits(1, 0)
    with pytest.raises(ZeroDivisionError), limits.turn("youtube.com"):
        raise ZeroDivisionError
    with limits.turn("youtube.com", patience=0.01):
        pass
