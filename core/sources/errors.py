"""What can go wrong with a source. Every one of them says in ``retryable`` whether trying again can help, and in
``retry_at`` before when it cannot, where that is known.

SourceError                 the source did not give what was asked
    BadReference            a text that names no video, or no channel
    ChannelNotFound         no such channel (any more)
    VideoNotFound           no such video (any more)
    VideoPrivate            the video is there, but not for us
    VideoUnavailable        the video is there, but not to be had: age, country, members; not begun yet (that passes)
    AccessForbidden         the source refuses to answer us; an address that it refuses it may take later
    QuotaUsedUp             no calls are left for today
    QuotaUnknown            what was used of the quota cannot be read or kept; trying again later is sensible
    BadAnswer               the source answered what nobody understands; trying again is sensible
    SourceUnreachable       the connection failed; trying again is sensible
    SourceFault             it failed on its side, or broke off amid an answer; trying again is sensible
    TooManyCalls            it was asked too often; trying again later is sensible
    CalledOff               whoever asked has called it off
    SourceBusy              no turn to ask it came in time; trying again is sensible
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from core.errors import CoreError
from core.models import utcnow


class SourceError(CoreError):
    """The source did not give what was asked."""

    retryable = False
    retry_at: datetime | None = None

    def put_off(self, until: datetime) -> Self:
        """The same error, of what passes by itself: trying again can help, from then on."""
        self.retryable, self.retry_at = True, until
        return self


class BadReference(SourceError):
    """A text that does not name what it should; ``text`` is what was given."""

    exit_code = 2

    def __init__(self, text: str, fault: str) -> None:
        super().__init__(f"{shown(text)} {fault}")
        self.text = text


class ChannelNotFound(SourceError):
    """There is no such channel, or it is gone. ``hint`` is a sentence on what to give instead."""

    def __init__(self, channel: str, hint: str = "") -> None:
        sentence = f"There is no channel {shown(channel)}: it was removed, or it never was."
        super().__init__(f"{sentence} {hint}" if hint else sentence)
        self.channel = channel


class VideoNotFound(SourceError):
    """There is no such video, or it is gone. ``or_private``: the source does not tell these from private ones."""

    def __init__(self, video_id: str, *, or_private: bool = False) -> None:
        causes = "it is private, was removed, or never was" if or_private else "it was removed, or it never was"
        super().__init__(f"There is no video {shown(video_id)}: {causes}.")
        self.video_id = video_id


class VideoPrivate(SourceError):
    """The video is there, but its owner shows it to nobody."""

    def __init__(self, video_id: str) -> None:
        super().__init__(f"The video {shown(video_id)} is private.")
        self.video_id = video_id


class VideoUnavailable(SourceError):
    """The video is there, but the source does not show it to us; ``reason`` completes "it …"."""

    def __init__(self, video_id: str, reason: str) -> None:
        super().__init__(f"The video {shown(video_id)} is not to be had: it {reason}.")
        self.video_id = video_id


class AccessForbidden(SourceError):
    """The source refuses to answer us, whatever we ask."""


SETTLED = timedelta(minutes=1)
"""After a reset, before it is relied on: a clock that is a little ahead would still wake into the old day."""


class QuotaUsedUp(SourceError):
    """The source answers no more calls today.

    ``resets_at``: when the quota begins anew, None where that does not help, since a whole day has too few units for
    what was asked, or where it should have begun anew already; ``left``: units that are left until then.
    """

    def __init__(self, sentence: str, *, resets_at: datetime | None = None, left: int = 0) -> None:
        super().__init__(sentence)
        self.resets_at, self.left = resets_at, left
        if resets_at is not None:
            self.put_off(resets_at + SETTLED)


class QuotaUnknown(SourceError):
    """What was used of a quota cannot be read or kept."""

    retryable = True


class BadAnswer(SourceError):
    """The source answered, but not in a way that is known. It may be a login page, which goes away again."""

    retryable = True


class SourceUnreachable(SourceError):
    """The connection failed, or no answer came in time."""

    retryable = True


class SourceFault(SourceError):
    """The source failed on its side, or what it answered broke off."""

    retryable = True


class TooManyCalls(SourceError):
    """The source was asked too often. ``retry_after`` is what it says of how long to wait, in seconds, None where it
    does not say; ``pause`` how long to wait then."""

    def __init__(self, sentence: str, *, retry_after: float | None = None, pause: float) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
        self.put_off(after(retry_after or pause))


class CalledOff(SourceError):
    """Whoever asked does not want the answer any more; nothing more was asked."""

    def __init__(self) -> None:
        super().__init__("Called off before the source was asked again.")


class SourceBusy(SourceError):
    """No turn to ask the host came in time, or the wait for one was called off."""

    retryable = True

    def __init__(self, host: str) -> None:
        super().__init__(f"{shown(host)} was not asked: other calls to it go first, and no turn came in time.")
        self.host = host


def after(seconds: float) -> datetime:
    """The time so many seconds from now."""
    return utcnow() + timedelta(seconds=seconds)


def shown(text: str) -> str:
    """What somebody typed, as a sentence can carry it: quoted, on one line, nothing invisible, marked when cut."""
    return repr(text if len(text) <= 80 else f"{text[:80]}…")
