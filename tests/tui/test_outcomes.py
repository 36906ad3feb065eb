"""Pane 4: results are searched and opened; one failure is tried before its kind; activity and throughput."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.details import TaskDetail
from core.errors import CoreError
from core.models import TaskStatus
from core.snapshot import ResultsView
from tests.tui import scenes, scenes_results
from tests.tui.conftest import Opens, until
from tests.tui.scenes_results import OUTCOMES, SEARCHED
from tui.screens.failure_group import FailureGroupScreen
from tui.screens.idea import IdeaScreen
from tui.screens.task import TaskScreen
from tui.widgets.chart import axis, curve, fitted

# Results


async def test_a_search_asks_for_what_is_typed_and_says_where_it_looks(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "slash")
        assert "in title, description, source, url and task type" in desk.text()
        await desk.type("bread")
        await desk.press("enter")
        assert desk.verbs.calls == [("look_at_results", ResultsView("bread"))]
        assert "searching…" in desk.text()
        await desk.put(SEARCHED)
        assert "Results /bread" in desk.text()
        assert "Ten quiet places" not in desk.text()
        await desk.press("escape")
        assert desk.verbs.calls[-1] == ("look_at_results", ResultsView())


async def test_a_search_that_finds_nothing_says_so_and_what_to_press(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "slash")
        await desk.type("nothing")
        await desk.press("enter")
        await desk.put(replace(SEARCHED, results=(), results_total=0, results_view=ResultsView("nothing")))
        assert "No result has “nothing” in title" in desk.text()
        assert "esc clears the search" in desk.text()


async def test_more_results_are_asked_for_as_one_scrolls(open_board: Opens):
    row = OUTCOMES.results[0]
    many = tuple(replace(row, idea_id=str(n), title=f"Idea {n}") for n in range(200))
    async with open_board(replace(OUTCOMES, results=many, results_total=2411)) as desk:
        await desk.press("4", "G")
        await until(desk, lambda: bool(desk.verbs.called("look_at_results")))
        assert desk.verbs.calls == [("look_at_results", ResultsView("", 400))]


async def test_an_idea_opens_with_every_field_and_where_it_came_from(open_board: Opens):
    async with open_board(OUTCOMES, (120, 60)) as desk:
        opened = scenes_results.idea()
        more = {"contextual_category_scores": None, "subcategory_relevance": "0.5"}
        desk.verbs.ideas["898"] = replace(opened, fields={**opened.fields, **more})
        await desk.press("4", "down", "down", "enter")
        assert isinstance(desk.app.screen, IdeaScreen)
        text = desk.text()
        assert "Not told: category, contextual_category_scores" in text and "subcategory_relevance       0.5" in text
        for said in ("Yeast, time and warmth.", "https://example.org/watch?v=2", "#10424", "5a3b-1", "Ann bakes"):
            assert said in text
        assert "https://tasks.example.org/api" in text
        assert "Today we look at bread" not in text, "a long content begins folded"
        assert "s3cret" not in text
        await desk.press("y", "Y")
        assert "s3cret" not in desk.app.clipboard
        assert json.loads(desk.app.clipboard)["content"].startswith("Today we look")
        await desk.press("t")
        assert isinstance(desk.app.screen, TaskScreen)


async def test_an_idea_that_is_gone_is_told_and_one_can_go_back(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        desk.verbs.refusal = CoreError("There is no idea 900 any more.")
        await desk.press("4", "enter")
        assert "There is no idea 900 any more." in desk.text()
        await desk.press("escape")
        assert desk.app.screen is desk.board


async def test_when_an_idea_was_saved_is_told_as_all_times_are(open_board: Opens):
    async with open_board(OUTCOMES, (120, 60)) as desk:
        desk.verbs.ideas["898"] = scenes_results.idea()
        await desk.press("u", "u", "4", "down", "down", "enter")
        assert "Saved             3h00m ago" in desk.text()


# Failures


async def test_a_part_of_the_failures_is_told_as_a_part(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "4")
        assert "newest 300 of 1,204" in desk.text()


async def test_one_is_tried_first_watched_and_then_the_others_are_offered(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        tried = scenes.task(10427, attempts=0)
        desk.verbs.details[10427] = TaskDetail(tried)
        await desk.press("4", "4", "c")
        assert isinstance(desk.app.screen, FailureGroupScreen)
        assert desk.verbs.called("retry") == [("retry", (10427,))]
        await until(desk, lambda: "no worker has claimed it yet" in desk.text())
        held = replace(tried, status=TaskStatus.CLAIMED, claimed_by="w-ann-4242-5a3b-2", progress=40, attempts=1)
        desk.verbs.details[10427] = TaskDetail(held)
        await until(desk, lambda: "● claimed by 5a3b-2" in desk.text())
        desk.verbs.details[10427] = TaskDetail(replace(held, status=TaskStatus.COMPLETED))
        await until(desk, lambda: "#10427 completed: retry the other 41?" in desk.text())
        await desk.press("y")
        assert desk.verbs.called("retry")[-1] == ("retry", OUTCOMES.failures[0].task_ids[1:])
        assert "41 tasks of 41 retried" in desk.notes()


async def test_one_that_fails_again_is_told_and_nothing_is_offered(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        failed = scenes.task(10427, TaskStatus.FAILED, error="still broken", attempts=3)
        desk.verbs.details[10427] = TaskDetail(failed)
        await desk.press("4", "4", "enter", "c")
        await until(desk, lambda: "✗ failed again: still broken" in desk.text())
        assert isinstance(desk.app.screen, FailureGroupScreen)
        assert len(desk.verbs.called("retry")) == 1


async def test_a_group_that_was_retried_elsewhere_is_empty_and_says_so(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "4", "enter")
        await desk.put(replace(OUTCOMES, failures=()))
        assert "None of them is failed any more." in desk.text()


# Activity and throughput


async def test_v_shows_what_is_wrong_only_and_a_text_narrows_further(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "4", "4")
        assert "5a3b-2 claimed #10431" in desk.text()
        assert "w-ann-4242-5a3b-2 claimed" not in desk.text()
        await desk.press("v")
        assert "claimed #" not in desk.text().split("Activity")[1]
        await desk.press("v", "slash")
        await desk.type("quota")
        await desk.press("enter")
        rows = desk.board.outcome_pane.activity.row_list.rows
        assert {entry.level for entry in rows} == {"error"}
        await desk.press("escape")
        assert len(desk.board.outcome_pane.activity.row_list.rows) == len(OUTCOMES.activity)


async def test_any_key_lets_the_log_stay_and_g_follows_again(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "4", "4")
        assert "↥ following" in desk.text()
        await desk.press("down")
        assert "‖ 1 newer, g follows" in desk.text()
        await desk.press("g")
        assert "↥ following" in desk.text()


async def test_v_switches_the_range_of_the_chart(open_board: Opens):
    async with open_board(OUTCOMES) as desk:
        await desk.press("4", "4", "4", "4")
        for name, axis in (("[5 minutes]", "-5m00s"), ("[1 hour]", "-15m00s"), ("[all]", "-15m12s")):
            assert name in desk.text()
            assert axis in desk.text()
            await desk.press("v")
        for said in ("✗ ", " failed", "p50 1m01s, p95 2m32s", "oldest 2m10s", "pending"):
            assert said in desk.text()


def test_when_a_young_chart_began_does_not_touch_its_end():
    assert axis(40, 3, 20).endswith(" -40s now")
    assert axis(300, 20, 20) == "-5m00s           now"


def test_a_chart_that_is_too_narrow_merges_spans_and_loses_no_task():
    series = scenes_results.RANGES[0]
    spans, seconds = fitted(series, 80)
    assert (len(spans), seconds) == (75, 4)
    assert sum(span.completed for span in spans) == sum(span.completed for span in series.spans)


def test_what_is_not_known_is_left_blank_in_a_curve():
    assert curve([None, 0, 4, 8], "8", 20)[-4:] == " ▁▄█"


async def test_why_a_failure_of_a_group_failed_has_half_of_a_small_screen(open_board: Opens):
    async with open_board(OUTCOMES, size=(60, 20)) as desk:
        await desk.press("F", "enter", "w")
        group = desk.app.screen
        assert isinstance(group, FailureGroupScreen)
        assert group.why_panel.outer_size.height == 10
        assert group.row_list.outer_size.height >= 3


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_a_row_of_the_results_is_an_idea_with_the_task_that_found_it_last(
    open_board: Opens, size: tuple[int, int]
):
    async with open_board(OUTCOMES, size) as desk:
        await desk.press("4")
        assert "Last task Idea" in desk.text()
        await desk.press("question_mark")
        told = " ".join(desk.text().replace("│", " ").replace("┃", " ").split())
        assert "One that is found again stays one row" in told or size[0] > 100  # beside other panes there
