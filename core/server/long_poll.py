"""Long polls: waiting for commits until time is up, the server stops, or the client hangs up."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic

from starlette.types import Receive

from core.server.body import ClientGone
from core.server.database import Listener
from core.server.service import Service


class LongPoll:
    """A wait under way. Look at the database, then wait with `heard`, and look again while it is true."""

    def __init__(self, service: Service, listener: Listener, gone: asyncio.Task[None], seconds: float) -> None:
        self._service = service
        self._listener = listener
        self._gone = gone
        self._until = monotonic() + seconds

    @property
    def is_gone(self) -> bool:
        """Whether the client hung up: nothing may be claimed for it any more."""
        return self._gone.done()

    async def heard(self, look_every: float) -> bool:
        """Wait for a commit, at most `look_every` seconds. False when the wait is over; raises `ClientGone`."""
        left = self._until - monotonic()
        if left <= 0 or self._service.waits_end:
            return False
        await self._listener.wait(min(left, look_every))
        self._listener.clear()
        if self._gone.done():
            self._gone.result()
            raise ClientGone
        return True


@asynccontextmanager
async def long_poll(
    service: Service, receive: Receive, seconds: float, types: frozenset[int] | None = None
) -> AsyncGenerator[LongPoll]:
    """A wait of up to `seconds` for the caller behind `receive`; with `types`, for claimable tasks of these."""
    with service.database.listening(types) as listener:
        gone = asyncio.create_task(_hung_up(receive))
        gone.add_done_callback(lambda _: listener.hear(None))
        try:
            yield LongPoll(service, listener, gone, seconds)
        finally:
            gone.cancel()
            await asyncio.wait([gone])


async def _hung_up(receive: Receive) -> None:
    """Return when the client is gone; never for a caller in this process, which does not tell."""
    message = await receive()
    while message.get("more_body", False):
        message = await receive()
    if message["type"] != "http.disconnect":
        # That was a body which nobody read; only what comes after it tells.
        message = await receive()
    if message["type"] != "http.disconnect":
        await asyncio.Event().wait()
