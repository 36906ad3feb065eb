"""Subtitles: which of a video's tracks tells what is said in it, and their text without times and repetitions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import cast
from urllib.parse import urlsplit

from core.sources.reading import listed

KINDS = ("srv1", "json3", "vtt", "srv3", "srv2", "srt", "ttml")
"""Formats that are read, the ones that say the same in fewer bytes first."""

LONGEST = 500_000
"""Characters of a text that are kept: a day of speech."""

ORIGINAL = "-orig"
"""Ends the name of automatic captions in the language that is spoken; the others are translations of them."""

TAG = re.compile(r"<[^<>]*>")
LINE_END = re.compile(r"<(?:/p|/text|br\s*/?)\s*>", re.IGNORECASE)
INLINE = re.compile(r"</?(?:c|i|b|u|v|lang|ruby|rt|font)(?:[ .][^<>]*)?>|<[\d:.]+>|\{\\[^{}]*\}", re.IGNORECASE)
TIMING = re.compile(r"[\d:.,]+\s+-->\s")
XML_BODY = re.compile(r"<(?:body|transcript|timedtext)\b")


@dataclass(frozen=True, slots=True)
class Track:
    """Where a text is: at ``url``, or already here as ``data``."""

    kind: str
    url: str = ""
    data: str = ""


def tracks(info: Mapping[str, object]) -> list[Track]:
    """The tracks worth reading, best first: those that people wrote, then automatic ones, in the video's language.

    ``info`` is what yt-dlp knows of a video. Where it does not say its language, that of the automatic captions
    counts; without those, the only language that there is, or English.
    """
    written = by_language(info.get("subtitles"))
    automatic = by_language(info.get("automatic_captions"))
    spoken = info.get("language")
    language = spoken if isinstance(spoken, str) and spoken else heard(automatic) or usual(written)
    found = (in_language(written, language), in_language(automatic, language))
    return [each for each in found if each is not None]


def by_language(said: object) -> dict[str, Track]:
    """The best track of each language; what is not of the documented shape is passed over."""
    found: dict[str, Track] = {}
    if isinstance(said, Mapping):
        for language, formats in cast("Mapping[object, object]", said).items():
            known = [track for track in map(track_of, listed(formats)) if track is not None]
            if isinstance(language, str) and known:
                found[language] = min(known, key=lambda track: KINDS.index(track.kind))
    return found


def track_of(said: object) -> Track | None:
    """One format of a track, if it is one that can be read and no translation."""
    if not isinstance(said, Mapping):
        return None
    fields = cast("Mapping[str, object]", said)
    url, data = fields.get("url"), fields.get("data")
    if isinstance(data, str) and data:
        kind = fields.get("ext")
        return Track(kind, data=data) if isinstance(kind, str) and kind in KINDS else None
    if not isinstance(url, str) or not url.startswith(("http://", "https://")) or "tlang=" in url:
        return None
    kind = fields.get("ext") or path_of(url).rpartition(".")[2].lower()
    is_list = str(fields.get("protocol") or "").startswith("m3u8")  # the text is in pieces elsewhere
    return Track(kind, url) if isinstance(kind, str) and kind in KINDS and not is_list else None


def path_of(url: str) -> str:
    """The path of an address, empty where it has none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def heard(automatic: Mapping[str, Track]) -> str:
    """The language that the automatic captions were made from."""
    original = [language.removesuffix(ORIGINAL) for language in automatic if language.endswith(ORIGINAL)]
    return (original or (list(automatic) if len(automatic) == 1 else [""]))[0]


def usual(written: Mapping[str, Track]) -> str:
    """The language to take where nobody knows which is spoken."""
    return next(iter(written)) if len(written) == 1 else "en"


def in_language(there: Mapping[str, Track], language: str) -> Track | None:
    """The track in a language, or in another variety of it."""
    names = [f"{language}{ORIGINAL}", language]
    base = language.partition("-")[0].lower()
    names += [each for each in there if each.partition("-")[0].lower() == base]
    return next((there[name] for name in names if name in there), None)


def plain_text(text: str, kind: str) -> str:
    """What is said, a line for each line shown. Raises `ValueError` when it is no text of that kind."""
    if kind == "json3":
        lines = json3_lines(text)
    elif kind in ("vtt", "srt"):
        lines = cue_lines(text, kind)
    else:
        lines = xml_lines(text)
    return "\n".join(once(lines))[:LONGEST].rstrip()


def once(lines: Iterator[str]) -> Iterator[str]:
    """Each line without needless blanks, but not what was shown just before: captions that roll show it again."""
    before = ""
    for line in lines:
        tidy = " ".join(line.split())
        if tidy and tidy != before:
            yield tidy
            before = tidy


def json3_lines(text: str) -> Iterator[str]:
    """The lines of YouTube's own JSON."""
    try:
        said: object = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(said, Mapping) or not isinstance(cast("Mapping[str, object]", said).get("events"), list):
        raise ValueError("it has no events")
    for event in cast("Mapping[str, list[object]]", said)["events"]:
        pieces = listed(cast("Mapping[str, object]", event).get("segs")) if isinstance(event, Mapping) else []
        texts = [cast("Mapping[str, object]", each).get("utf8") for each in pieces if isinstance(each, Mapping)]
        yield from "".join(each for each in texts if isinstance(each, str)).split("\n")


def cue_lines(text: str, kind: str) -> Iterator[str]:
    """The lines of WebVTT or SubRip: those behind a timing, up to the next empty one."""
    if kind == "vtt" and not text.lstrip("\ufeff").startswith("WEBVTT"):
        raise ValueError("it does not begin with WEBVTT")
    in_cue = False
    for line in text.splitlines():
        if TIMING.match(line.strip()):
            in_cue = True
        elif not line.strip():
            in_cue = False
        elif in_cue:
            yield unescape(INLINE.sub("", line))


def xml_lines(text: str) -> Iterator[str]:
    """The lines of YouTube's XML, and of TTML.

    Tags are taken away and not parsed: nothing in a text of somebody else can make that slow or large.
    """
    body = XML_BODY.search(text)
    if body is None:
        raise ValueError("it has no text that is timed")
    for line in LINE_END.sub("\n", text[body.start() :]).split("\n"):
        yield unescape(unescape(TAG.sub("", line)))  # it is written so that it survives being read twice
