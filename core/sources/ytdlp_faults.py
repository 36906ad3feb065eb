"""What yt-dlp's errors mean. Imports the library."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from yt_dlp.networking.exceptions import HTTPError, RequestError
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError, YoutubeDLError

from core.masking import masked_text
from core.sources.errors import (
    AccessForbidden,
    BadAnswer,
    BadReference,
    ChannelNotFound,
    SourceError,
    SourceFault,
    SourceUnreachable,
    TooManyCalls,
    VideoNotFound,
    VideoPrivate,
    VideoUnavailable,
    after,
    shown,
)
from core.sources.retry_after import seconds_of
from core.sources.ytdlp_info import ADVICE
from core.texts import harmless

LONGEST = 300
"""Characters of what yt-dlp says that a sentence of ours carries."""

PAUSE = 900.0
"""Seconds to leave YouTube alone where it refuses this address and does not say for how long: a block that is asked
again within minutes only grows."""

NOT_YET = 3600.0
"""Seconds after which to look again at what is not there yet, where YouTube does not say when it will be."""

TOLD_START = re.compile(r"\bin (\d{1,3}) (minute|hour|day|week|month)s?\b", re.IGNORECASE)
SIZES = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0, "week": 7 * 86_400.0, "month": 30 * 86_400.0}

CONNECTION = re.compile(r"<?\b\w*Connection(?:Pool)?\(host='[^']*', port='?\d+'?\)(?: at 0x[0-9a-f]+>)?: ")
"""How the library behind yt-dlp begins what it says of a connection."""

DEPTH = 12
"""Errors behind an error that are looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: a ``video`` by its id, a ``channel`` or a ``search``, as somebody named it, or a ``site``."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"the {self.kind} {shown(self.name)}"

    def gone(self, said: str) -> SourceError:
        """It is not there."""
        match self.kind:
            case "video":
                return VideoNotFound(self.name)
            case "channel":
                return ChannelNotFound(self.name)
            case _:
                return BadAnswer(f"yt-dlp found no page for {self}: {said}")

    def withheld(self, reason: str) -> SourceError:
        """It is there, but not for us."""
        if self.kind == "video":
            return VideoUnavailable(self.name, reason)
        return AccessForbidden(f"YouTube does not show {self}: it {reason}.")


Meaning = Callable[[Asked, str], SourceError]


def private(asked: Asked, said: str) -> SourceError:
    """Its owner shows it to nobody."""
    return VideoPrivate(asked.name) if asked.kind == "video" else asked.withheld("is private")


def limited(asked: Asked, said: str, retry_after: float | None = None) -> SourceError:
    """Too many questions from here."""
    return TooManyCalls(
        f"YouTube wants fewer questions from here, asked for {asked}: {said} "
        "Try again later; a longer PRISMQ_SOURCE_DELAY helps.",
        retry_after=retry_after,
        pause=PAUSE,
    )


def withheld(reason: str) -> Meaning:
    """Not for us, for this reason."""
    return lambda asked, said: asked.withheld(reason)


def not_yet(reason: str) -> Meaning:
    """Not for us now, for this reason, but later."""
    return lambda asked, said: asked.withheld(reason).put_off(after(until_start(said)))


def until_start(said: str) -> float:
    """Seconds until it begins, as far as YouTube says. It rounds: what has not begun by then is put off again."""
    told = TOLD_START.search(said)
    return max(SIZES["minute"], int(told[1]) * SIZES[told[2].lower()]) if told else NOT_YET


def gone(asked: Asked, said: str) -> SourceError:
    """Not there."""
    return asked.gone(said)


MEANINGS: tuple[tuple[str, Meaning], ...] = (
    (r"being processed|processing this video", not_yet("is being processed")),
    (r"not a bot|captcha|try again later|rate.?limited|too many requests|unusual traffic", limited),
    (r"private (?:video|playlist)|(?:video|playlist|channel) is private", private),
    (r"confirm your age|age.restricted|inappropriate for some users|verify your age", withheld("is for adults only")),
    (r"members?.only|available to this channel's members|join this channel", withheld("is for members of the channel")),
    (r"requires payment|\b(?:purchase|rent|rental|rented|music premium)\b", withheld("has to be paid for")),
    (r"in your (?:country|location|region)|geo.?restrict", withheld("is not shown in this country")),
    (r"premieres? in|will begin|upcoming|offline|not.+started", not_yet("has not begun yet")),
    (r"recording is not available", withheld("has no recording")),
    (r"drm protected", withheld("is protected against copies")),
    (
        r"removed|terminated|deleted|no longer available|does not exist|doesn't exist|isn't available|unavailable"
        r"|not available|no such (?:channel|user|video)|not found|incomplete youtube id|invalid url",
        gone,
    ),
)
"""Words in what YouTube says, the telling ones first."""

KNOWN = [(re.compile(words, re.IGNORECASE), meaning) for words, meaning in MEANINGS]


def meaning_of(fault: BaseException, asked: Asked) -> SourceError:
    """The error of ours that says what happened."""
    behind = sorted(causes(fault), key=how_telling)
    match behind[0]:
        case HTTPError() as refusal:
            return refused(refusal, asked)
        case RequestError() as failure:
            return SourceUnreachable(f"YouTube was not reached, asked for {asked}: {sentence(failure)}")
        case GeoRestrictedError():
            return asked.withheld("is not shown in this country")
        case UnsupportedError():
            return BadReference(asked.name, "is nothing that yt-dlp can read.")
        case other:
            return by_words(other, asked)


TELLING = (HTTPError, RequestError, GeoRestrictedError, UnsupportedError, ExtractorError)


def how_telling(fault: BaseException) -> int:
    """The place of an error among those that are behind each other: the first tells most."""
    return next((place for place, kind in enumerate(TELLING) if isinstance(fault, kind)), len(TELLING))


def causes(fault: BaseException) -> Iterator[BaseException]:
    """An error and those behind it, each once."""
    waiting: list[object] = [fault]
    seen: list[BaseException] = []
    while waiting and len(seen) < DEPTH:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or any(each is known for known in seen):
            continue
        seen.append(each)
        yield each
        info: object = getattr(each, "exc_info", None)
        told = info[1] if isinstance(info, tuple) and len(info) > 1 else None  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        around = each.__context__ if isinstance(each, DownloadError) else None  # it is raised while one is handled
        waiting += [told, each.__cause__, getattr(each, "cause", None), around]


def refused(refusal: HTTPError, asked: Asked) -> SourceError:
    """What an HTTP status means."""
    status = refusal.status
    said = f"HTTP {status}."
    if status in (402, 429):
        return limited(asked, said, seconds_of(str(refusal.response.headers.get("Retry-After", ""))))
    if status in (404, 410):
        return asked.gone(said)
    if status >= 500:
        return SourceFault(f"YouTube failed on its side, asked for {asked}: {said}")
    forbidden = AccessForbidden(f"YouTube refuses to answer, asked for {asked}: {said}")
    return forbidden.put_off(after(PAUSE)) if status == 403 else forbidden  # so it turns away an address for a while


def by_words(fault: BaseException, asked: Asked) -> SourceError:
    """What an error means by what it says; one that nobody expected is not what YouTube says, but yt-dlp."""
    said = sentence(fault)
    if isinstance(fault, YoutubeDLError) and getattr(fault, "expected", True):
        for words, meaning in KNOWN:
            if words.search(said):
                return meaning(asked, said)
    return BadAnswer(f"yt-dlp cannot read {asked}: {said} Perhaps {ADVICE}.")


def sentence(fault: BaseException) -> str:
    """What an error says, on one line, without codes for colours and what yt-dlp adds for those who report bugs."""
    text = str(getattr(fault, "orig_msg", "") or fault or type(fault).__name__)
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).removeprefix("ERROR: ").replace("’", "'").partition("; please report")[0]
    text = CONNECTION.sub("", text)
    if not isinstance(fault, YoutubeDLError):
        text = f"{type(fault).__name__}: {text}"
    tidy = harmless(masked_text(" ".join(text.split())))
    return (tidy if len(tidy) <= LONGEST else f"{tidy[:LONGEST]}…").rstrip(".") + "."
