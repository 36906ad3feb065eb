"""What a TaskManager's answer means as a whole: its data, or the error that it is.

Together with `core.taskmanager.wire` the only place that knows the servers' spellings. There are three envelopes
(success; error; gate errors without ``success``, sent as text/html), empty bodies, HTML, and warnings in front of
the JSON. HTTP 200 without ``success: true`` is not a success.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import ceil, isfinite
from time import time
from typing import Any, cast

from core.errors import (
    AnotherServer,
    ClaimLost,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotPossibleHere,
    RateLimited,
    ServerFault,
    TaskManagerError,
    TooLarge,
    Unreachable,
)
from core.models import Json
from core.taskmanager.addresses import masked
from core.taskmanager.channel import Answer

END_OF_TIME = 253_402_300_800
"""The year 10000 in unix seconds."""

LONGEST_TEXT = 300
"""Characters of a server's text that are kept."""

NO_SUCH_CALL = "Endpoint not found"
NOTHING_TO_CLAIM = ("No available tasks", "There is no active transaction")
NOT_CLAIMED = "Task is not in claimed state"

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
ABOUT_A_CLAIM = re.compile(r"claim|worker|cancel", re.IGNORECASE)
PASSING = re.compile(
    r"SQLSTATE\[40001\]|SQLSTATE\[40P01\]|\b1213\b|\b1205\b|deadlock|lock wait timeout|\b1062\b"
    r"|\bHY000\] \[20(02|06|13)\]|gone away|database is locked|^internal server error$",
    re.IGNORECASE,
)
NUMBERS_NEED_A_POINT = re.compile(r"expected number, got integer")

LONGEST_ASKED = 3600.0
"""Seconds that a server's wish to wait is followed, at most; then it is asked again."""


@dataclass(frozen=True, slots=True)
class Said:
    """A successful answer: its data, and the server's clock (unix seconds) where it told."""

    data: Json
    at: int | None = None


def read(answer: Answer, what: str) -> Said:
    """The data of a successful answer to ``what`` (as in "claim"); raises a `TaskManagerError` otherwise."""
    body = parsed(answer.body)
    if 200 <= answer.status < 300 and body is not None and body.get("success") is True:
        at = body.get("timestamp")
        return Said(body.get("data"), at if isinstance(at, int) and 0 <= at < END_OF_TIME else None)
    raise error(answer, body, what)


def parsed(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object in a body, whatever was printed in front of it; None where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = after_warnings(body.decode("utf-8", "replace"))
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else None


def is_cut_off(answer: Answer) -> bool:
    """Whether the end of an answer is missing: JSON that breaks off, or no word, which only a crash (500) has."""
    start = answer.body.lstrip()
    return (start.startswith(b"{") or (answer.status < 500 and not start)) and parsed(answer.body) is None


def after_warnings(text: str) -> Json:
    """The JSON value that begins with the first brace of a text; None where there is none."""
    start = text.find("{")
    try:
        return json.JSONDecoder().raw_decode(text, start)[0] if start >= 0 else None
    except (ValueError, RecursionError):
        return None


def cleaned(text: object) -> str:
    """A server's text without control characters, on one line, at most `LONGEST_TEXT` long."""
    line = CONTROL.sub(" ", str(text)).strip()
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def server_text(body: Mapping[str, Any] | None, *, at_the_gate: bool) -> str:
    """What the server gives as its reason; gate errors put the sentence into ``message``."""
    if body is None:
        return ""
    names = ("message", "error") if at_the_gate or "success" not in body else ("error", "message")
    return next((cleaned(body[name]) for name in names if isinstance(body.get(name), str) and body[name]), "")


def nothing_to_claim(fault: TaskManagerError) -> bool:
    """Whether a failed claim only says that no task waits."""
    return fault.status in (404, 500) and fault.server_text in NOTHING_TO_CLAIM


def error(answer: Answer, body: Mapping[str, Any] | None, what: str) -> TaskManagerError:
    """The error that an unsuccessful answer to ``what`` is."""
    text = server_text(body, at_the_gate=answer.status in (413, 429))
    match answer.status:
        case 404:
            found = missing(body, text, what)
        case 429:
            found = rate_limit(answer, body, text)
        case 400 | 403 | 409 if is_cut_off(answer):
            found = fault(answer, body, text, what)
        case 421:
            found = AnotherServer(
                "Another TaskManager answers at this address now, and was told nothing. What is owed to the former one "
                "is kept for it; start anew to work for this one.",
                status=421,
                server_text=text,
            )
        case 401 | 403:
            found = forbidden(answer.status, body, text, what)
        case status if 400 <= status < 500 and (body is not None or status == 413):
            found = refused(status, body, text, what)
        case _:
            found = fault(answer, body, text, what)
    return found


def forbidden(status: int, body: Mapping[str, Any] | None, text: str, what: str) -> TaskManagerError:
    """401: the key. 403: the claim is somebody else's, or (the gate's) the caller may not do that."""
    if status == 401:
        return NotAuthenticated(
            "The TaskManager does not accept the API key. Set TASKMANAGER_API_KEY to one of its keys.",
            status=status,
            server_text=text,
        )
    if body is not None and "success" in body and ABOUT_A_CLAIM.search(text):
        return ClaimLost(
            f"{what}: the claim is lost, so stop working on it. {sentence(text)}", status=403, server_text=text
        )
    reason = sentence(text or "Its key or address list excludes this caller")
    return NotAllowed(
        f"The TaskManager does not allow {what}: ask whoever runs it. {reason}", status=403, server_text=text
    )


def missing(body: Mapping[str, Any] | None, text: str, what: str) -> TaskManagerError:
    """404: no such thing, or no such call; without the server's own envelope, somebody else has answered for it."""
    if body is None or body.get("success") is not False or not text:
        return ServerFault(
            f"Nobody answers {what} like a TaskManager at this address: check TASKMANAGER_API_URL, which should end "
            "with the API's path, often /api.",
            temporary=True,
            status=404,
            server_text=text,
        )
    if text == NO_SUCH_CALL:
        hint = "it may be older than this program, or have that call switched off."
        return NotFound(f"This server has no call for {what}: {hint}", status=404, server_text=text)
    hint = "Register the type first." if "type" in text.lower() else "List the tasks to see which there are."
    return NotFound(f"{what}: {sentence(text)} {hint}", status=404, server_text=text)


def refused(status: int, body: Mapping[str, Any] | None, text: str, what: str) -> TaskManagerError:
    """400 and its like: what was sent is not acceptable, or the task is not claimed (any more)."""
    if status == 413:
        limit = sentence(text or "It has a limit on the size of a call")
        return TooLarge(f"The TaskManager refuses {what}: send less. {limit}", status=413, server_text=text)
    if text == NOT_CLAIMED or status == 409:
        lost = f"{what}: the task is not claimed by this worker any more, so stop working on it."
        return ClaimLost(lost, status=status, server_text=text)
    listed = body.get("details") if body is not None else None
    details = [cleaned(detail) for detail in cast("list[object]", listed)] if isinstance(listed, list) else []
    reasons = "; ".join(dict.fromkeys(details)) or text or f"it answers {status} without a reason"
    hint = " Write it with a fraction there: 5.0, not 5." if NUMBERS_NEED_A_POINT.search(reasons) else ""
    return Invalid(
        f"The TaskManager refuses {what}; correct this: {sentence(cleaned(reasons))}{hint}",
        details=details or ([text] if text else []),
        status=status,
        server_text=text,
    )


def rate_limit(answer: Answer, body: Mapping[str, Any] | None, text: str) -> RateLimited:
    """429, with the seconds to wait: told as a number, as a date, or by when the limit ends; else one second."""
    told_waits = (
        number(answer.headers.get("retry-after")),
        until(date(answer.headers.get("retry-after"))),
        number((body or {}).get("retry_after")),
        until(number(answer.headers.get("x-ratelimit-reset"))),
    )
    seconds = next((each for each in told_waits if each is not None), 1.0)
    return limited(min(seconds, LONGEST_ASKED), text)


def limited(seconds: float, server_text: str = "") -> RateLimited:
    """That a call is not taken for so many seconds."""
    told = f"The TaskManager takes no more calls for {seconds:.4g} s: try again after that."
    return RateLimited(told, retry_after=seconds, server_text=server_text)


def number(said: object) -> float | None:
    """A number from 0 on, or None."""
    try:
        found = float(str(said))
    except ValueError:
        return None
    return found if isfinite(found) and found >= 0 else None


def date(said: str | None) -> float | None:
    """The unix seconds of a date as HTTP writes it, or None."""
    try:
        found = parsedate_to_datetime(said or "")
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def until(moment: float | None) -> float | None:
    """Whole seconds from now to a moment in unix seconds; None when it has passed, which tells nothing."""
    left = ceil(moment - time()) if moment is not None else 0
    return float(left) if left > 0 else None


def fault(answer: Answer, body: Mapping[str, Any] | None, text: str, what: str) -> TaskManagerError:
    """The server failed, or does not speak our language."""
    status = answer.status
    if "1406" in text and "SQLSTATE" in text:
        return TooLarge(
            f"The TaskManager cannot keep {what}: send less. It keeps 64 KiB of parameters, results and error texts, "
            "and 255 characters of names.",
            status=status,
            server_text=text,
        )
    if 300 <= status < 400:
        elsewhere = masked(cleaned(answer.headers.get("location", "?")))
        return ServerFault(
            f"The TaskManager sends {what} to another address ({elsewhere}): set TASKMANAGER_API_URL to that.",
            temporary=False,
            status=status,
            server_text=text,
        )
    # 503 in an envelope is the application's own word: it passes only if the server says when to come again.
    own_word = status == 503 and body is not None and "success" in body and "retry-after" not in answer.headers
    gateway = status in (502, 503, 504) and not own_word
    temporary = gateway or is_cut_off(answer) or bool(PASSING.search(text))
    if status < 300 and not text and not temporary:
        return ServerFault(
            f"The answer to {what} ({status}) is none of a TaskManager: is TASKMANAGER_API_URL right?",
            temporary=False,
            unclear=True,
            status=status,
        )
    said = f": {sentence(text)}" if text else "; it said nothing that can be read."
    hint = (
        "Try again later."
        if temporary
        else "Its log should tell why: until that is mended, it is likely to fail again."
    )
    return ServerFault(
        f"The TaskManager failed at {what} ({status}){said} {hint}",
        temporary=temporary,
        unclear=status in (502, 504) or not text,
        status=status,
        server_text=text,
    )


def nobody_serves(fault: TaskManagerError) -> bool:
    """Whether no TaskManager answered at all, but a network, a proxy, or nobody."""
    match fault:
        case Unreachable():
            return True
        case ServerFault(status=status):
            return status in (404, 502, 503, 504)
        case _:
            return False


def not_understood(what: str, detail: object) -> ServerFault:
    """An answer that says success, but not in a shape that we know."""
    return ServerFault(
        f"The TaskManager's answer to {what} has an unknown shape ({cleaned(detail)}): is it one that we support?",
        temporary=False,
        unclear=True,
        status=200,
    )


def not_here(thing: str, instead: str) -> NotPossibleHere:
    """This server lacks a call; ``instead`` is the nearest honest alternative."""
    return NotPossibleHere(f"This TaskManager cannot {thing}. {instead}")


def sentence(text: str) -> str:
    """The text, ended with a full stop."""
    return text if not text or text[-1] in ".!?…" else text + "."
