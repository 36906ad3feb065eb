"""Where warnings go: std logging, under the name ``prismq``."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

from platformdirs import user_log_path

LOG_BYTES = 1 << 20


def to_file() -> None:
    """Into a file of this user, so that they are not printed over what is drawn; two files of 1 MiB at most."""
    folder = user_log_path("prismq-workers", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(folder / "board.log", "a", LOG_BYTES, 1, delay=True)
    except OSError:  # a home that cannot be written to must not keep the board from opening; the activity log has them
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    use(handler)


def nowhere() -> None:
    """Not kept: the activity log on the board has them."""
    use(logging.NullHandler())


def use(handler: logging.Handler) -> None:
    """Send what is logged there, and nowhere else."""
    logger = logging.getLogger("prismq")
    logger.handlers, logger.propagate = [handler], False
