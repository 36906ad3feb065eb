"""The asynchronous client of any TaskManager: the real service, a documented one, or the embedded one."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from core.config import Config, Secret, key_warnings
from core.errors import BadSetting
from core.setting_values import header_text, http_url
from core.taskmanager.addresses import masked, normalised
from core.taskmanager.channel import Channel
from core.taskmanager.connect import embedded, remote
from core.taskmanager.extended import ExtendedCalls


class AsyncTaskManagerClient(ExtendedCalls):
    """Speaks to the TaskManager that ``config`` names (``url`` and ``api_key`` win over it); embedded without a URL.

    Nothing is opened before the first call. Use it in ``async with``, or call `aclose`. Every call raises errors of
    `core.errors` only; calls that may be repeated are, for about 30 s (see ``retrying`` and ``on_retry``).
    """

    def __init__(self, config: Config | None = None, *, url: str | None = None, api_key: str | None = None) -> None:
        """Raises `BadSetting` for an unusable URL or key."""
        self.config = addressed(config or Config(), url, api_key)
        """The settings in use; ``url`` and ``api_key`` are in it."""
        super().__init__(way(self.config))
        self._settling.claim_timeout = self.config.claim_timeout
        self._line.zone = self.config.server_zone
        self._identity: str | None = None
        self._troubles_known = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._line.channel!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def claim_timeout(self) -> float:
        """Seconds after which a claim may be taken over: as the server told with its health, else as configured."""
        return self._settling.claim_timeout

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe about the way to this server, in sentences."""
        return self.config.warnings

    async def identity(self) -> str:
        """What this server is known by, for everything that is kept about its tasks: its own UUID, else its URL.

        Remembered until a connection fails: another server may answer after that. Raises `Unreachable`.
        """
        if self._identity is None or self._troubles_known != self._line.troubles:
            return await self._identify()
        return self._identity

    async def still(self, identity: str) -> bool:
        """Whether the server that answers at this address now is the one of that identity. Raises `Unreachable`."""
        return await self._identify() == identity

    def keep_to(self, identity: str) -> None:
        """Have nothing carried out by another server than the one of that identity, where servers have one of their
        own: a call that reaches another one in its place raises `AnotherServer`, and does nothing there."""
        self._line.meant = identity if identity != self._address else None

    @property
    def _address(self) -> str:
        return normalised(self.config.taskmanager_api_url or str(self.config.taskmanager_db))

    async def _identify(self) -> str:
        troubles = self._line.troubles
        told = (await self.health_check()).server_id
        found = told or self._address
        if self._identity not in (None, found):
            self._forget()
        self._identity, self._troubles_known = found, troubles
        return found


def addressed(config: Config, url: str | None, api_key: str | None) -> Config:
    """The settings with this address and key. A configured key is not sent to another server than its own."""
    chosen = config.taskmanager_api_url if url is None else url
    key: str = config.taskmanager_api_key
    if chosen is not None:
        try:
            chosen = http_url(chosen)
        except ValueError as fault:
            raise BadSetting(f"The TaskManager's URL {masked(chosen)!r} cannot be used: {fault}.") from None
    if url is not None and chosen is not None and config.taskmanager_api_url is not None:
        key = key if normalised(chosen) == normalised(config.taskmanager_api_url) else ""
    key = sendable(key if api_key is None else api_key)
    return config.replace(
        taskmanager_api_url=chosen, taskmanager_api_key=Secret(key), warnings=tuple(key_warnings(chosen, key))
    )


def sendable(key: str) -> str:
    """The key without outer spaces. Raises `BadSetting`, which does not show it, when no header can carry it."""
    try:
        return header_text(key.strip())
    except ValueError as fault:
        raise BadSetting(f"The TaskManager's API key cannot be used: {fault}.") from None


def way(config: Config) -> Channel:
    """How to reach the TaskManager of these settings."""
    if config.taskmanager_api_url is None:
        return embedded(config.taskmanager_db, claim_timeout=config.claim_timeout)
    return remote(config.taskmanager_api_url, str(config.taskmanager_api_key))
