"""URLs of TaskManagers: one spelling to know them by, and one that may be shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

CREDENTIALS = re.compile(r"^((?:[a-z][a-z0-9+.-]*:)?//)?[^\n]*@", re.IGNORECASE)
"""All up to the last @, after the scheme: a password may hold any sign, so rather too much is masked."""

MASK = "***"


def masked(url: str) -> str:
    """The URL without what may be secret in it: user and password, the values of its query, its fragment."""
    whole, _, fragment = CREDENTIALS.sub(rf"\g<1>{MASK}@", url).partition("#")
    address, _, query = whole.partition("?")
    shown = "&".join(hidden(each) for each in query.split("&"))
    return address + (f"?{shown}" if query else "") + (f"#{MASK}" if fragment else "")


def hidden(parameter: str) -> str:
    """One query parameter without its value."""
    name, sign, _ = parameter.partition("=")
    return f"{name}={MASK}" if sign else MASK


def normalised(url: str) -> str:
    """One spelling of a URL: scheme and host in lower case, no default port, no credentials, no slash at the end."""
    parts = urlsplit(url)
    if not parts.hostname:
        return masked(url)
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return urlunsplit((parts.scheme.lower(), host + port, parts.path.rstrip("/"), "", ""))
