"""A source that lacks its key: only the types that need one do not start, and it is said why."""

from __future__ import annotations

from tests.program import Program


def test_all_other_types_are_worked_on_and_the_missing_key_is_told(program: Program):
    lacking = program.with_settings(PRISMQ_SOURCE="youtube_api")
    assert lacking("tasks", "add", "Echo", "--params", '{"message": "hello"}').code == 0
    ran = lacking("run", "--drain")
    assert (ran.code, "YOUTUBE_API_KEY" in ran.err) == (0, True)
    assert "Not started: PrismQ.YouTube.Video.Single needs a source." in ran.err
    assert lacking("tasks", "show", "1", "--json").json["status"] == "completed"


def test_a_type_that_needs_the_source_is_refused_with_what_it_lacks(program: Program):
    lacking = program.with_settings(PRISMQ_SOURCE="youtube_api")
    refused = lacking("run", "--types", "PrismQ.YouTube.Video.Single", "--drain")
    assert (refused.code, "set YOUTUBE_API_KEY" in refused.err) == (2, True)
