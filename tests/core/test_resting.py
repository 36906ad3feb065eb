"""How soon a TaskManager is read again."""

from __future__ import annotations

from core.monitor import LONGEST_REST, rest_after


def test_a_slow_server_is_read_more_seldom_but_one_that_stood_still_is_soon_read_again() -> None:
    assert 0.1 <= rest_after(0.0) < rest_after(0.5) < rest_after(1.0)
    assert rest_after(30.0) == rest_after(300.0) == LONGEST_REST
