"""Lets those who ask a source call off what it has begun: it looks between its calls, and while it waits for a turn."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

from core.sources.errors import CalledOff

asked: ContextVar[Callable[[], bool] | None] = ContextVar("asked", default=None)


@contextmanager
def called_off_when(is_so: Callable[[], bool]) -> Generator[None]:
    """In this block, and in what it calls, a source stops asking as soon as ``is_so`` says yes."""
    before = asked.set(is_so)
    try:
        yield
    finally:
        asked.reset(before)


def is_called_off() -> bool:
    """Whether nobody wants the answer any more."""
    is_so = asked.get()
    return is_so is not None and is_so()


def refuse_when_called_off() -> None:
    """Raises `CalledOff` when nobody wants the answer any more."""
    if is_called_off():
        raise CalledOff
