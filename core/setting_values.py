"""Reads the value of a setting from its text. Each reader raises `ValueError` with what is wrong, for a sentence."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

SOURCES = ("sample", "youtube_api", "yt_dlp")
"""Where YouTube content can come from."""


def http_url(text: str, key: str = "TASKMANAGER_API_KEY") -> str:
    """An http(s) URL without a trailing slash; ``key`` is the setting for what must not stand in it."""
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("it is no URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise ValueError("it must look like https://host/api")
    if parts.username or parts.password:
        raise ValueError(f"the key belongs into {key}, not into the URL")
    if parts.query or parts.fragment:
        raise ValueError("it must end with the path, without ? or #")
    return text.rstrip("/")


def youtube_url(text: str) -> str:
    """Where the YouTube Data API is asked."""
    url = http_url(text, "YOUTUBE_API_KEY")
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("it must be https, or the key would travel unencrypted")
    return url


def header_text(text: str) -> str:
    """A text that can be sent in a header."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("it has characters that a header cannot carry")
    return text


def file_path(text: str) -> Path:
    """The path of a file, absolute."""
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        raise ValueError("it is a folder, not a file")
    return path


def sqlite_path(text: str) -> Path:
    """The path in ``sqlite:///path``; a relative one is meant from the working directory."""
    if not text.startswith("sqlite:///") or len(text) == len("sqlite:///"):
        raise ValueError("it must look like sqlite:///folder/db.s3db")
    return file_path(text.removeprefix("sqlite:///"))


def source_name(text: str) -> str:
    """One of `SOURCES`."""
    if text.lower() not in SOURCES:
        raise ValueError(f"it must be one of {', '.join(SOURCES)}")
    return text.lower()


def listed(text: str) -> tuple[str, ...]:
    """Comma-separated words."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def worker_prefix(text: str) -> str:
    """The first part of generated worker ids."""
    if len(text) > 64 or not all(c.isalnum() or c in "-_." for c in text):
        raise ValueError("it must be at most 64 letters, digits, dots, dashes or underscores")
    return text


def positive_seconds(text: str) -> float:
    """Seconds, more than none."""
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError("it must be a number of seconds") from None
    if not 0 < seconds < 10**9:
        raise ValueError("it must be more than 0 seconds")
    return seconds


def pause(text: str) -> float:
    """Seconds, none or more."""
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError("it must be a number of seconds") from None
    if not 0 <= seconds < 10**9:
        raise ValueError("it must be 0 seconds or more")
    return seconds


def positive_whole(text: str) -> int:
    """A whole number, more than none."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise ValueError("it must be a whole number from 1 to 999999999")
    return int(text)


def time_zone(text: str) -> tzinfo:
    """UTC, a fixed offset such as ``+02:00``, or a zone by its name."""
    offset = re.fullmatch(r"([+-])(\d{1,2})(?::?([0-5]\d))?", text)
    if offset is not None:
        sign, hours, minutes = offset[1], int(offset[2]), int(offset[3] or 0)
        if hours > 14:
            raise ValueError("no place on earth is more than 14 hours from UTC")
        ahead = timedelta(hours=hours, minutes=minutes)
        return timezone(ahead if sign == "+" else -ahead)
    if text.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones
        raise ValueError("it must be UTC, an offset like +02:00, or a zone like Europe/Prague") from None


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
