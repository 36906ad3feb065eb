"""Lines of the filter language, for properties that hold of any of them."""

from __future__ import annotations

from hypothesis import strategies as st

TERMS = (
    *("lofi", "5", "timed", '"timed out"', "echo", "w-02", "status:failed", "status:pending,claimed", "type:Echo"),
    *("type:*Video*", "type:video_*", "type:Echo*", "type:Nope", "worker:w-02", "worker:02", 'worker:"W%_1"'),
    *("worker:w*", "id:100..120", "id:>70", "id:..30", "id:7", "age:>5m", "age:<=2h", "age:30m..1h", "attempts:>1"),
    *("attempts:0", "priority:>=2", "params.x:5", "params.x:5.0", "params.deep.y:~lofi", "params.deep.y:lofi"),
    *("params.tags:~a", "params.deep:~beats", "params.no.thing:1", "error:~timed", 'error:~"503 \\"gone"'),
    *("created:>2023-11-13", "created:2023-11-13", "created:<2023-11-13T12:00Z", "status:completed", "is:cancelled"),
)
"""Terms that fit some tasks of the tests and not others."""

NEGATED = st.tuples(st.sampled_from(("", "", "-")), st.sampled_from(TERMS)).map("".join)
BRANCHES = st.lists(NEGATED, min_size=1, max_size=3).map(" ".join)
LINES = st.lists(BRANCHES, min_size=1, max_size=3).map(" OR ".join)
"""Up to three alternatives of up to three terms each."""
