"""What can go wrong, as one family. Every error is one sentence for a person and carries its facts.

CoreError
    BadSetting (also a ValueError)      a setting or an argument is not usable
        BadFilter                       a line of the filter language cannot be read; says where
    UnknownTaskType (also a KeyError)   no worker, or no server, knows that type
    BadParameters                       parameters do not fit the schema of their type
    DatabaseUnusable                    a database file cannot be opened, read or written
    NotPossibleHere                     this server cannot do that
    PermanentError                      a worker's word that no attempt can do its task: it is not retried
    RetryLater                          a worker's word that no attempt can do its task before a time
    TaskManagerError                    the TaskManager did not do what was asked
        Unreachable                     no connection, or no answer in time
        NotAuthenticated                the key is missing or wrong
        NotAllowed                      the key or address may not do that
        RateLimited                     too many calls; says when to try again
        AnotherServer                   not the TaskManager that was spoken to before
        NotFound                        no such task or type
        Invalid                         the server refuses what was sent, with details
        ClaimLost                       the task is no longer claimed by this worker
        TooLarge                        the body exceeds the server's limit
        ServerFault                     the server failed; the call may be tried again when ``temporary``
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class CoreError(Exception):
    """Something went wrong that a person can read about."""

    exit_code = 1


class BadSetting(CoreError, ValueError):
    """A setting or an argument cannot be used."""

    exit_code = 2


class BadFilter(BadSetting):
    """A filter cannot be read: characters ``start`` to ``end`` of the line are at fault."""

    def __init__(self, sentence: str, start: int, end: int) -> None:
        super().__init__(sentence)
        self.start = start
        self.end = end


class UnknownTaskType(CoreError, KeyError):
    """Nobody knows a task type of this name."""

    exit_code = 2

    def __init__(self, task_type: str, known: Sequence[str] = ()) -> None:
        listed = f" Known: {', '.join(sorted(known))}." if known else ""
        super().__init__(f"No worker knows the task type {task_type!r}.{listed}")
        self.task_type = task_type
        self.known = tuple(sorted(known))

    def __str__(self) -> str:
        return str(self.args[0])


class BadParameters(CoreError):
    """Parameters do not fit the schema of their type; ``details`` has one sentence a fault."""

    exit_code = 2

    def __init__(self, task_type: str, details: Sequence[str]) -> None:
        super().__init__(f"The parameters do not fit {task_type}: {'; '.join(details)}")
        self.task_type = task_type
        self.details = tuple(details)


class DatabaseUnusable(CoreError):
    """A database file cannot be opened, read or written."""

    exit_code = 2


class NotPossibleHere(CoreError):
    """This server has no call for that; the sentence names the nearest honest alternative."""


class PermanentError(CoreError):
    """A task fails, and no other attempt can do better: raised in ``process_task``, it is not retried by itself.

    Only where the TaskManager can be told so; others make all the attempts that their own rules give it.
    """


class RetryLater(CoreError):
    """A task cannot be done before a time, through no fault of its own: raised in ``process_task``, it waits until
    then, and the attempt does not count; with ``datetime.max`` in a zone, until somebody retries it. Where the
    TaskManager cannot do that, it is a failure like any other.

    Raises ValueError for an ``at`` without a zone.
    """

    def __init__(self, sentence: str, *, at: datetime) -> None:
        if at.utcoffset() is None:
            raise ValueError("at must be a time with a zone")
        super().__init__(sentence)
        self.at = at


class TaskManagerError(CoreError):
    """The TaskManager did not do what was asked.

    ``status`` is the HTTP status (None without an answer), ``server_text`` what the server said, cleaned and cut.
    """

    def __init__(self, sentence: str, *, status: int | None = None, server_text: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.server_text = server_text


class Unreachable(TaskManagerError):
    """No connection, or no answer in time. ``unclear``: the request may have been carried out."""

    exit_code = 4

    def __init__(self, sentence: str, *, unclear: bool = False) -> None:
        super().__init__(sentence)
        self.unclear = unclear


class NotAuthenticated(TaskManagerError):
    """The key is missing or wrong."""

    exit_code = 5


class NotAllowed(TaskManagerError):
    """The key or the address may not do that."""

    exit_code = 5


class RateLimited(TaskManagerError):
    """Too many calls. ``retry_after`` is in seconds."""

    def __init__(self, sentence: str, *, retry_after: float, status: int | None = 429, server_text: str = "") -> None:
        super().__init__(sentence, status=status, server_text=server_text)
        self.retry_after = retry_after


class AnotherServer(TaskManagerError):
    """Another TaskManager answers where the one was that the caller keeps to. It did nothing."""

    exit_code = 4


class NotFound(TaskManagerError):
    """No such task or type."""


class Invalid(TaskManagerError):
    """The server refuses what was sent; ``details`` has its reasons."""

    exit_code = 2

    def __init__(
        self, sentence: str, *, details: Sequence[str] = (), status: int | None = 400, server_text: str = ""
    ) -> None:
        super().__init__(sentence, status=status, server_text=server_text)
        self.details = tuple(details)


class ClaimLost(TaskManagerError):
    """The task is no longer claimed by this worker: it timed out and was taken over, was cancelled, or has ended."""


class TooLarge(TaskManagerError):
    """The body exceeds the server's limit."""


class ServerFault(TaskManagerError):
    """The server failed. ``temporary``: trying again is sensible. ``unclear``: it may have acted all the same."""

    def __init__(
        self,
        sentence: str,
        *,
        temporary: bool,
        unclear: bool = False,
        status: int | None = 500,
        server_text: str = "",
    ) -> None:
        super().__init__(sentence, status=status, server_text=server_text)
        self.temporary = temporary
        self.unclear = unclear


def may_pass(error: CoreError) -> bool:
    """Whether the same call may succeed later: not where what was asked for is not there, is wrong or is impossible."""
    return not isinstance(error, BadSetting | UnknownTaskType | BadParameters | NotPossibleHere | NotFound | Invalid)
