"""Asks the YouTube Data API v3 over httpx: counted, in turn, and again where that can help.

The key goes in a header, so that no address, log or message can show it; redirects are not followed, so that it goes
nowhere else.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httpx
import stamina

from core.config import Secret
from core.setting_values import is_loopback
from core.sources.calling_off import is_called_off, refuse_when_called_off
from core.sources.errors import BadAnswer, SourceBusy, SourceFault, SourceUnreachable
from core.sources.politeness import HostLimits
from core.sources.quota import Quota, Spent
from core.sources.reading import Fields, fields
from core.sources.retry_after import seconds_of
from core.sources.youtube_api_faults import Retrying, day_is_over, fault_of

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Failures in which the request has not reached the service, which then bills nothing."""

CLOSED = "YouTube is not asked any more: the program ends."

MOST_BYTES = 16 * 1024 * 1024
"""Of one answer: 50 videos with all of their texts are far less."""

# stamina logs each retry; without a handler Python would print that on the terminal that the board draws on.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and what was ``spent`` for it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    spent: Spent


class DataApiCalls:
    """The way to the service. Safe from any thread; `close` ends it.

    ``timeout`` (seconds) is how long an answer may take, once it is our turn.
    """

    def __init__(
        self, key: Secret, *, url: str, quota: Quota, limits: HostLimits, timeout: float, retrying: Retrying
    ) -> None:
        self._key, self._url, self._quota, self._limits = key, url.rstrip("/"), quota, limits
        self._timeout, self._retrying = timeout, retrying
        parts = urlsplit(url)
        self._host = parts.hostname or url
        self._client = httpx.Client(
            headers={"X-Goog-Api-Key": key, "Accept": "application/json"},
            timeout=timeout,
            trust_env=not is_loopback(self._host),  # the proxies of the environment are not for this machine itself
        )

    def __repr__(self) -> str:
        return f"DataApiCalls({self._url!r})"

    def ask(self, call: str, query: Mapping[str, str]) -> Fields:
        """The answer to a call, as ``videos`` or ``search``.

        Raises `QuotaUsedUp`, `AccessForbidden`, `NothingThere`, `TooManyCalls`, `SourceFault`, `SourceUnreachable`,
        `BadAnswer`, `CalledOff` or another `SourceError`.
        """
        patience = self._retrying
        for attempt in stamina.retry_context(
            on=lambda fault: not self._client.is_closed and patience.delay(fault),
            attempts=patience.tries,
            timeout=patience.seconds,
            wait_initial=patience.first_wait,
            wait_max=patience.longest_wait,
            wait_jitter=patience.first_wait,
        ):
            with attempt:
                return self._told(call, self._in_turn(call, query))
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _in_turn(self, call: str, query: Mapping[str, str]) -> Answer:
        try:
            with self._limits.turn(self._host, called_off=is_called_off):
                return self._counted(call, query)
        except SourceBusy:
            refuse_when_called_off()
            raise

    def _counted(self, call: str, query: Mapping[str, str]) -> Answer:
        refuse_when_called_off()
        if self._client.is_closed:
            raise SourceUnreachable(CLOSED)
        spent = self._quota.spend(call)
        try:
            return self._exchange(call, query, spent)
        except NOT_SENT as fault:
            self._quota.give_back(spent)
            raise SourceUnreachable(f"{self._host} cannot be reached: is there a way to the internet?") from fault
        except httpx.TimeoutException as fault:
            raise SourceUnreachable(f"{self._host} did not answer within {self._timeout:g} s.") from fault
        except RuntimeError as fault:  # so httpx says that it was closed a moment ago
            if not self._client.is_closed:
                raise
            raise SourceUnreachable(CLOSED) from fault
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise SourceUnreachable(f"The connection to {self._host} broke off before it had answered.") from fault

    def _exchange(self, call: str, query: Mapping[str, str], spent: Spent) -> Answer:
        """Send a call. Raises what httpx raises, and `BadAnswer` for one without an end."""
        until = time.monotonic() + self._timeout
        parts: list[bytes] = []
        size = 0
        sent = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
        with self._client.stream("GET", f"{self._url}/{call}", params=sent) as answer:
            for part in answer.iter_bytes():
                size += len(part)
                parts.append(part)
                if size > MOST_BYTES:
                    raise BadAnswer(f"The answer of {self._host} is longer than {MOST_BYTES // 2**20} MiB.")
                if time.monotonic() > until:  # httpx bounds each piece only
                    raise httpx.ReadTimeout("the answer does not end")
        return Answer(answer.status_code, answer.headers, b"".join(parts), spent)

    def _told(self, call: str, answer: Answer) -> Fields:
        """What an answer tells. Raises `SourceError` for a refusal, and for what is not of the service."""
        told = self._parsed(answer)
        if answer.status == 200 and "error" not in told:
            return told
        if day_is_over(told):
            raise self._quota.refused(call, answer.spent)
        raise fault_of(answer.status, told, key=self._key, retry_after=seconds_of(answer.headers.get("Retry-After")))

    def _parsed(self, answer: Answer) -> Fields:
        """The object that an answer is; empty for a failure that is told by its status alone."""
        whole = True
        try:
            told = cast("object", json.loads(answer.body))
        except (ValueError, RecursionError):
            whole, told = False, None
        if isinstance(told, dict):
            return fields(cast("object", told))
        if answer.status == 429 or answer.status >= 500:
            return {}
        if not whole and answer.body.lstrip().startswith(b"{"):
            raise SourceFault(f"The answer of {self._host} is broken: it is no whole JSON.")
        raise BadAnswer(
            f"{self._host} answers with something else than data ({answer.status}): is PRISMQ_YOUTUBE_API_URL right, "
            "and does no proxy or login page stand between?"
        )
