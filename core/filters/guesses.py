"""Names of terms that people try because they know them from elsewhere."""

from __future__ import annotations

ALONE = frozenset({"url", "link", "address", "channel", "video", "handle", "text"})
"""Names under which people look for what is found without any."""
OTHERWISE = {
    "state": "status",
    **dict.fromkeys(("task", "number"), "id"),
    **dict.fromkeys(("tries", "try", "retries"), "attempts"),
    **dict.fromkeys(("since", "after", "before", "date"), "created"),
    **dict.fromkeys(("older", "newer"), "age"),
    **dict.fromkeys(("name", "kind"), "type"),
    **dict.fromkeys(("owner", "by", "assignee"), "worker"),
    **dict.fromkeys(("reason", "message"), "error"),
}
"""Names of terms elsewhere, and what they are called here."""
COMPARED = {"since": ">=", "after": ">", "before": "<", "older": ">", "newer": "<"}
"""How those of them compare that say so by themselves."""
