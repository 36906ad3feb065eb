"""Authors who log, and what of it is printed and kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tests.workers.workers_at_hand import Told

AUTHOR = logging.getLogger("author.thread")


def doing(does: object) -> type[Told]:
    """A worker class that does this with the task, in a thread."""

    class Doing(Told):
        pass

    Doing.does = staticmethod(does)  # type: ignore[assignment]
    return Doing


def texts(outcome) -> list[str]:
    """What the attempt of an outcome logged."""
    log = outcome.logged()
    return [] if log is None else [line.text for line in log.lines]


@contextmanager
def printing(logger: logging.Logger, handler: logging.Handler) -> Iterator[None]:
    """While this lasts, a logger prints by this handler."""
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def fresh_logging() -> Iterator[None]:
    """The root logger as Python makes it: for warnings, without the handlers of the test runner."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    root.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
