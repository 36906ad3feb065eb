"""What a worker's ``process_task`` gave, made into a result that can be kept and reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from core.errors import CoreError
from core.models import TaskResult
from core.outcome import failure, tellable
from core.strict_json import GREATEST, NotJson, as_json, is_heavy
from core.texts import cut


@dataclass(frozen=True, slots=True)
class Checked:
    """A result that can be kept and reported, with its data and metrics as JSON (None where it has none)."""

    result: TaskResult
    data: str | None = None
    metrics: str | None = None


def failed(text: str) -> Checked:
    """A failed result with this error."""
    return Checked(TaskResult(False, error=cut(text)))


def broken_off(fault: BaseException) -> Checked:
    """The failed result of a task that this error has ended."""
    return Checked(failure(fault, sentence(fault)))


def sentence(fault: BaseException) -> str:
    """An exception as a person can read it, with the notes that were added to it."""
    notes: object = getattr(fault, "__notes__", None)
    told = " ".join(str(each) for each in cast("list[object]", notes)) if isinstance(notes, list) else ""
    text = bare_sentence(fault)
    return f"{text.rstrip().removesuffix('.')}. {told}" if told else text


def bare_sentence(fault: BaseException) -> str:
    """An exception as a person can read it."""
    kind = type(fault).__name__
    try:
        text = str(fault)
    except BaseException as second:  # noqa: BLE001  # an author's exception may raise anything when it is read
        text = f"its text cannot be read ({type(second).__name__})"
    if isinstance(fault, CoreError):
        return text
    return f"{kind}: {text}" if text else kind


def checked(result: object) -> Checked:
    """The result, if it is a `TaskResult` that can be kept and sent; else a failed one that tells what is wrong.

    Takes its time when the result is large (see `takes_long`).
    """
    if not isinstance(result, TaskResult):
        return failed(f"process_task must return a TaskResult, not {type(result).__name__}.")
    count, metrics = cast("tuple[object, object]", (result.items_processed, result.metrics))
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= GREATEST:
        return failed(f"items_processed must be a whole number from 0, of 64 bits at most, not {shown(count)}.")
    if metrics is not None and not isinstance(metrics, Mapping):
        return failed(f"The result's metrics must be a dict, not {type(metrics).__name__}.")
    told = "data"
    try:
        data = None if result.data is None else as_json(result.data)
        told = "metrics"
        numbers = as_json(dict(cast("Mapping[str, object]", metrics))) if metrics else None
    except NotJson as fault:
        return failed(f"The result's {told} must be JSON that can be sent: {fault}.")
    return Checked(readable(result), data, numbers)


def readable(result: TaskResult) -> TaskResult:
    """The same result with a yes or no, and, when it failed, with an error that is a text."""
    success = bool(result.success)
    if success:
        return result if result.success is True else replace(result, success=True)
    said: object = result.error
    text = said if isinstance(said, str) else shown(said)
    at = result.retry_at
    if at is not None and not has_zone(at):
        text, at = f"{text} (The result's retry_at must be a datetime with a zone, not {shown(at)}.)", None
    return replace(
        result,
        success=False,
        error=cut(text) if said else "The worker reported a failure without saying why.",
        retryable=bool(result.retryable),
        retry_at=None if at is None else tellable(at),
    )


def has_zone(value: object) -> bool:
    """Whether this is a time with a zone."""
    return isinstance(value, datetime) and value.utcoffset() is not None


def shown(value: object) -> str:
    """A value that should be another, as a person can read it: what would be long is named by its kind alone."""
    if isinstance(value, BaseException):
        return sentence(value)
    is_small = value is None or isinstance(value, (bool, float)) or (isinstance(value, int) and abs(value) <= 2**128)
    if is_small or (isinstance(value, str) and len(value) <= 100):
        return repr(value)
    return f"a value of type {type(value).__name__}"


def takes_long(result: object) -> bool:
    """Whether checking it would hold up an event loop."""
    if not isinstance(result, TaskResult) or (result.data is None and not result.metrics and result.error is None):
        return False
    return is_heavy([result.data, result.metrics, result.error])
