"""When two JSON values are equal: one text for all that are."""

import json
from typing import Any, cast


def canonical(value: Any) -> str:
    """A text that equal values share; the order of keys and 1 or 1.0 make no difference."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    match value:
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case dict():
            return {name: _plain(item) for name, item in cast(dict[str, Any], value).items()}
        case list():
            return [_plain(item) for item in cast(list[Any], value)]
        case _:
            return value
