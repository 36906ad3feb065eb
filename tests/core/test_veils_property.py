"""Whatever becomes of parameters while their secrets are masked: no secret gets into an item that had another one."""

from __future__ import annotations

import copy
from itertools import count
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from core.veils import lifted, veiled

Fresh = Any
"""An endless row of values that are nowhere else."""

Item = dict[str, Any]


def item(draw: st.DrawFn, fresh: Fresh, deep: int) -> Item:
    """One with a name of its own, and secrets that nobody else has."""
    made: Item = {"name": f"name-{next(fresh)}", "n": draw(st.integers(0, 2))}
    for name in draw(st.sets(st.sampled_from(["token", "api_key"]))):
        made[name] = f"secret-{next(fresh)}"
    if draw(st.booleans()):
        made["inner"] = {"password": f"secret-{next(fresh)}", "n": draw(st.integers(0, 2))}
    if deep:
        made["of"] = [item(draw, fresh, deep - 1) for _ in range(draw(st.integers(0, 3)))]
    return made


def document(draw: st.DrawFn, fresh: Fresh) -> dict[str, Any]:
    """Lists of items, also in lists and in items; and one of items that look alike, some of which are equal."""
    alike = [{"token": f"alike-{draw(st.integers(0, 2))}"} for _ in range(draw(st.integers(0, 4)))]
    return {
        "password": f"secret-{next(fresh)}",
        "items": [item(draw, fresh, 1) for _ in range(draw(st.integers(1, 4)))],
        "grid": [[item(draw, fresh, 0) for _ in range(draw(st.integers(0, 2)))] for _ in range(2)],
        "alike": alike + [{"n": 1}] * draw(st.integers(0, 1)),
    }


def lists_in(value: Any) -> list[list[Any]]:
    """All lists that are not empty."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, list) and value else []
    return own + [found for member in members for found in lists_in(member)]


def edit(draw: st.DrawFn, whole: dict[str, Any], fresh: Fresh) -> None:
    """Do one thing that an editor does, and to the secrets what it does to their masks."""
    rows = draw(st.sampled_from([*lists_in(whole), [{}]]))
    place, other = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows) - 1))
    match draw(st.sampled_from(["delete", "copy", "put over", "swap", "add", "change", "change", "drop", "forget"])):
        case "delete":
            del rows[place]
        case "copy":
            rows.insert(other, copy.deepcopy(rows[place]))
        case "put over":
            rows[other] = copy.deepcopy(rows[place])
        case "swap":
            rows[place], rows[other] = rows[other], rows[place]
        case "add":
            rows.insert(place, {"name": f"new-{next(fresh)}"})
        case deed:
            change(draw, rows[place], deed, fresh)


def change(draw: st.DrawFn, row: Any, deed: str, fresh: Fresh) -> None:
    """Change, drop or add what an item tells, or take a secret away."""
    if not isinstance(row, dict):
        return
    where = row["inner"] if "inner" in row and draw(st.booleans()) else row
    name = draw(st.sampled_from(["name", "n", "more"]))
    if deed == "change":
        where[name] = f"changed-{next(fresh)}"
    elif deed == "drop":
        where.pop(name, None)
    else:
        where.update({name: "" for name in ("token", "password") if name in where})


@given(st.data())
def test_what_is_meant_is_what_was_edited_or_it_is_told(data: st.DataObject):
    fresh = count()
    original = document(data.draw, fresh)
    whole = copy.deepcopy(original)
    for _ in range(data.draw(st.integers(1, 5))):
        edit(data.draw, whole, fresh)
    if veiled(whole)["alike"] == veiled(original)["alike"]:
        # Those that look alike have changed places, or nothing has: nobody can see which.
        whole["alike"] = original["alike"]
    meant, torn = lifted(veiled(whole), original)
    event("told" if torn else "the same" if meant == original else "another")
    assert torn or meant == whole
