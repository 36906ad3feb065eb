"""One conversation with a TaskManager: opens the channel at the first call, sends, tries again, reads the answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Any, TypeVar

from core.errors import RateLimited, TaskManagerError
from core.models import Json
from core.taskmanager.channel import Channel, Query
from core.taskmanager.envelope import Said, is_cut_off, limited, nobody_serves, not_understood, parsed, read
from core.taskmanager.retry import Retrying, Say
from core.taskmanager.throttle import AFTER_REPORTS, CLAIMS, Throttle, used_up
from core.taskmanager.wire import packed, zoned

ANSWER_SECONDS = 30.0
"""How long an answer may take, beyond what the server was asked to wait."""

JSON_HEADERS = {"accept": "application/json", "content-type": "application/json"}
READ_HEADERS = {"accept": "application/json"}

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``what`` names it in sentences ("complete of #12"); ``repeatable`` calls may be made twice."""

    what: str
    method: str
    path: str
    query: Query = field(default_factory=dict[str, "str | int"])
    body: bytes | None = None
    repeatable: bool = True
    wait: float = 0.0


def get(what: str, path: str, query: Mapping[str, str | int | None] | None = None, *, wait: float = 0.0) -> Call:
    """A reading call; parameters that are None are left out."""
    said = {name: value for name, value in query.items() if value is not None} if query else {}
    return Call(what, "GET", path, said, wait=wait)


def post(what: str, path: str, body: Mapping[str, Json], *, repeatable: bool = True, wait: float = 0.0) -> Call:
    """A call with a JSON body. Raises `Invalid` for what JSON cannot say."""
    return Call(what, "POST", path, body=packed(body, what), repeatable=repeatable, wait=wait)


class Line:
    """Sends calls over a channel. ``retrying`` and ``say`` (which takes a sentence about each retry) may be set, and so
    may ``zone`` (of times that come without one) and ``meant`` (the only server that shall carry out what is sent, by
    the id that it told); ``troubles`` counts the calls that no TaskManager answered. What the server's rate limit
    would refuse is not sent, and ``on_limit`` is told for how many seconds claims wait because of it."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.retrying = Retrying()
        self.say: Say | None = None
        self.zone: tzinfo = UTC
        self.meant: str | None = None
        self.on_limit: Callable[[float], None] | None = None
        self.throttle = Throttle()
        self.troubles = 0

    async def ask(self, call: Call) -> Said:
        """The data of a successful answer; tried again where that is safe. Raises a `TaskManagerError`."""
        return await self.retrying.call(
            call.what, lambda: self.ask_once(call), repeatable=call.repeatable, say=self.say
        )

    async def ask_once(self, call: Call) -> Said:
        """The same, tried once."""
        headers = JSON_HEADERS if call.body is not None else READ_HEADERS
        if self.meant is not None:
            headers = {**headers, "x-taskmanager-id": self.meant}
        with self._noting_troubles(call.path):
            answer = await self.channel.send(
                call.method, call.path, call.query, call.body, headers, ANSWER_SECONDS + call.wait
            )
            said = read(answer, call.what)
            if (seconds := used_up(answer)) is not None:
                self._limited(lambda: self.throttle.used_up(call.path, seconds))
        return said if self.zone is UTC else replace(said, data=zoned(said.data, self.zone))

    async def document(self, path: str) -> Mapping[str, Any]:
        """A JSON document that comes without an envelope; empty where there is none."""

        async def once() -> Mapping[str, Any]:
            with self._noting_troubles(path):
                answer = await self.channel.send("GET", path, {}, None, READ_HEADERS, ANSWER_SECONDS)
                if answer.status in (429, 502, 503, 504) or is_cut_off(answer):
                    read(answer, path)
                return (parsed(answer.body) or {}) if answer.status == 200 else {}

        return await self.retrying.call(path, once, say=self.say)

    @contextmanager
    def _noting_troubles(self, path: str) -> Generator[None]:
        """Does not let a call begin that would be refused; takes note of how it failed."""
        if (left := self.throttle.left(path)) > 0:
            raise limited(left)
        try:
            yield
        except RateLimited as fault:
            seconds = fault.retry_after
            self._limited(lambda: self.throttle.refused(path, seconds))
            raise
        except TaskManagerError as fault:
            self.troubles += nobody_serves(fault)
            raise

    def _limited(self, hold: Callable[[], None]) -> None:
        """Hold calls back; tell when that holds claims back longer than before."""
        before = max(self.throttle.left(each) for each in CLAIMS)
        hold()
        seconds = max(self.throttle.left(each) for each in CLAIMS)
        if seconds <= before + AFTER_REPORTS:
            return
        if self.on_limit is not None:
            self.on_limit(seconds)
        elif self.say is not None and before == 0:
            self.say(f"rate limit: no task is claimed for {seconds:.3g} s")


def understood(what: str, reader: Callable[[], Read]) -> Read:
    """What a reader makes of an answer; a `ServerFault` when it has a shape that nobody knows."""
    try:
        return reader()
    except (KeyError, TypeError, ValueError, OverflowError, OSError, RecursionError) as fault:
        raise not_understood(what, repr(fault)) from fault
