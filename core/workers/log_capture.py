"""Catches what authors' code logs while it does a task, and changes nothing of what is printed elsewhere.

It listens where log records are made (the record factory of `logging`) and not as a handler of the root logger. With
such a handler `logging.basicConfig` in an author's code would do nothing, warnings would not go to stderr any more
where nobody set up logging, and a `dictConfig` would take it away.

The root logger lets only warnings through unless told otherwise, which would hide the INFO lines that a log is for.
So its level is lowered while somebody listens. A record that exists for this reason alone (its logger goes by the
root's level, and it is below what that was) is told to no handler: it gets a level that none of them takes. A level
that an author gives the root logger meanwhile, or any other logger at any time, holds as it always does.
"""

from __future__ import annotations

import logging
import threading
from typing import Any, cast

from core.workers.hand import Tools, in_this_context
from core.workers.log_lines import line_of

LOWERED = logging.INFO - 1
"""The root logger's level while somebody listens: no one else's, so that a level that an author sets is told apart."""
FOR_NO_HANDLER = -1
"""The level of a record that no handler takes: the lowest that a handler can have is 0."""
OURS = "prismq"
"""Our own logger, which tells about the program and not about a task."""


class Tap:
    """Makes log records, as the factory before it did, and shows them to the task of the present context."""

    def __init__(self) -> None:
        root = logging.getLogger()
        self._make: Any = logging.getLogRecordFactory()
        self._level = root.level
        self._is_open = True
        self._mine = threading.local()
        logging.setLogRecordFactory(self)
        if root.level > logging.INFO:
            root.setLevel(LOWERED)

    def close(self) -> None:
        """Listen no longer; what others have set meanwhile stays theirs."""
        self._is_open = False
        if logging.getLogRecordFactory() is self:
            logging.setLogRecordFactory(self._make)
        if logging.getLogger().level == LOWERED:
            logging.getLogger().setLevel(self._level)

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        """Make a record. Raises only what the factory before it raises."""
        record: logging.LogRecord = self._make(*args, **kwargs)
        name = cast("str | None", record.name)
        if not self._is_open or name is None:  # without a name it is a copy of a record of elsewhere
            return record
        tools = in_this_context.get()
        if tools is not None and name.partition(".")[0] != OURS:
            self._show(tools, record)
        if record.levelno < self._level and logging.getLogger().level == LOWERED and goes_by_root(name):
            record.levelno = FOR_NO_HANDLER
        return record

    def _show(self, tools: Tools, record: logging.LogRecord) -> None:
        if getattr(self._mine, "busy", False):
            return  # logged while a record was being written as a text: it could go on so for ever
        self._mine.busy = True
        try:
            tools.log(line_of(record))
        except Exception:  # noqa: BLE001  # a line that cannot be kept must not fail the task that it tells of
            return
        finally:
            self._mine.busy = False


def goes_by_root(name: str) -> bool:
    """Whether the logger of that name has no level of its own or of a parent's, so that the root's holds for it."""
    root = logging.getLogger()
    logger: object = root if name == root.name else root.manager.loggerDict.get(name)
    while isinstance(logger, logging.Logger) and logger is not root:
        if logger.level:
            return False
        logger = logger.parent
    return logger is root


class LogCapture:
    """One who wants to listen. However many do, there is one `Tap`, from the first start to the last stop."""

    _lock = threading.Lock()
    _listening: set[LogCapture] = set()
    _tap: Tap | None = None

    def start(self) -> None:
        """Listen from now on. Starting twice is starting once."""
        with LogCapture._lock:
            LogCapture._listening.add(self)
            LogCapture._tap = LogCapture._tap or Tap()

    def stop(self) -> None:
        """Listen no longer. Stopping twice is stopping once."""
        with LogCapture._lock:
            LogCapture._listening.discard(self)
            if LogCapture._tap is not None and not LogCapture._listening:
                LogCapture._tap.close()
                LogCapture._tap = None
