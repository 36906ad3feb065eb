"""What a worker's ``process_task`` gave, made into a result that can be kept and reported."""

from __future__ import annotations

import json
from dataclasses import replace

from core.errors import CoreError
from core.models import TaskResult

ERROR_LIMIT = 8 * 1024
"""Bytes (UTF-8) that an error text may have; longer ones are cut, and say so."""
CUT = " … (cut)"

say_in_json = json.JSONEncoder(allow_nan=False).encode


def cut(text: str, limit: int = ERROR_LIMIT) -> str:
    """The text, at most ``limit`` bytes long in UTF-8, marked when it was cut; lone surrogates become ``?``."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= limit:
        return raw.decode("utf-8")
    return raw[: limit - len(CUT.encode())].decode("utf-8", "ignore") + CUT


def failed(text: str) -> TaskResult:
    """A failed result with this error."""
    return TaskResult(False, error=cut(text))


def sentence(fault: BaseException) -> str:
    """An exception as a person can read it."""
    if isinstance(fault, CoreError):
        return str(fault)
    text = str(fault)
    return f"{type(fault).__name__}: {text}" if text else type(fault).__name__


def checked(result: object) -> TaskResult:
    """The result, if it is a `TaskResult` that can be said in JSON; else a failed one that tells what is wrong."""
    if not isinstance(result, TaskResult):
        return failed(f"process_task must return a TaskResult, not {type(result).__name__}.")
    if not isinstance(result.items_processed, int):  # pyright: ignore[reportUnnecessaryIsInstance]  # authors may run no type checker
        return failed(f"items_processed must be a whole number, not {result.items_processed!r}.")
    if result.data is not None or result.metrics is not None:
        try:
            say_in_json((result.data, result.metrics))
        except (TypeError, ValueError, RecursionError) as fault:
            return failed(f"The result's data and metrics must be JSON: {fault}.")
    if result.success:
        return result
    error = cut(str(result.error)) if result.error else "The worker reported a failure without saying why."
    return result if error == result.error else replace(result, error=error)
