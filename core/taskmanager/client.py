"""The asynchronous client of any TaskManager: the real service, a documented one, or the embedded one."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from core.config import Config, Secret, http_url, key_warnings
from core.errors import BadSetting
from core.taskmanager.connect import Channel, embedded, remote
from core.taskmanager.extended import ExtendedCalls


class AsyncTaskManagerClient(ExtendedCalls):
    """Speaks to the TaskManager that ``config`` names (``url`` and ``api_key`` win over it); embedded without a URL.

    Nothing is opened before the first call. Use it in ``async with``, or call `aclose`. Every call raises errors of
    `core.errors` only; calls that may be repeated are, for about 30 s (see ``retrying`` and ``on_retry``).
    """

    def __init__(self, config: Config | None = None, *, url: str | None = None, api_key: str | None = None) -> None:
        """Raises `BadSetting` for an unusable URL."""
        self.config = addressed(config or Config(), url, api_key)
        """The settings in use; ``url`` and ``api_key`` are in it."""
        super().__init__(way(self.config))
        self._identity: str | None = None

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
        return self._told_timeout or self.config.claim_timeout

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe about the way to this server, in sentences."""
        return self.config.warnings

    async def identity(self) -> str:
        """What this server is known by, for everything that is kept about its tasks: its own UUID, else its URL."""
        if self._identity is None:
            told = (await self.health_check()).server_id
            self._identity = told or normalised(self.config.taskmanager_api_url or str(self.config.taskmanager_db))
        return self._identity


def addressed(config: Config, url: str | None, api_key: str | None) -> Config:
    """The settings with this address and key. A configured key is not sent to another server than its own."""
    chosen = config.taskmanager_api_url
    key: str = config.taskmanager_api_key
    if url is not None:
        try:
            chosen = http_url(url)
        except ValueError as fault:
            raise BadSetting(f"The TaskManager's URL {url!r} cannot be used: {fault}.") from None
        if config.taskmanager_api_url is not None and normalised(chosen) != normalised(config.taskmanager_api_url):
            key = ""
    key = key if api_key is None else api_key
    return config.replace(
        taskmanager_api_url=chosen, taskmanager_api_key=Secret(key), warnings=tuple(key_warnings(chosen, key))
    )


def way(config: Config) -> Channel:
    """How to reach the TaskManager of these settings."""
    if config.taskmanager_api_url is None:
        return embedded(config.taskmanager_db, claim_timeout=config.claim_timeout)
    return remote(config.taskmanager_api_url, str(config.taskmanager_api_key))


def normalised(url: str) -> str:
    """One spelling of a URL: scheme and host in lower case, no default port, no slash at the end."""
    parts = urlsplit(url)
    if not parts.hostname:
        return url
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return urlunsplit((parts.scheme.lower(), host + port, parts.path.rstrip("/"), "", ""))
