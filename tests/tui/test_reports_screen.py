"""The reports that were not taken: shown, sent again, discarded."""

from __future__ import annotations

from dataclasses import replace

from tests.tui import scenes
from tests.tui.conftest import Opens, press_every_key
from tui.commands import REPORTS
from tui.screens.reports import ReportsScreen
from tui.screens.task import TaskScreen
from tui.widgets.confirm import Confirm

DEAD, LOST = (report.claim for report in scenes.kept_reports())


async def test_every_key_that_is_offered_on_the_screen_can_be_pressed(open_board: Opens):
    async with open_board() as desk:
        await press_every_key(desk, REPORTS, ReportsScreen, lambda: desk.press("o"))


async def test_the_report_under_the_cursor_is_sent_again_at_once_and_several_after_a_question(open_board: Opens):
    async with open_board() as desk:
        await desk.press("o", "s")
        assert desk.verbs.called("resend_reports") == [("resend_reports", (DEAD,))]
        await desk.press("a", "s")
        assert isinstance(desk.app.screen, Confirm)
        await desk.press("y")
        assert desk.verbs.called("resend_reports")[1:] == [("resend_reports", (DEAD, LOST))]


async def test_a_report_is_discarded_only_after_a_yes_and_is_not_shown_any_more(open_board: Opens):
    async with open_board() as desk:
        await desk.press("o", "down", "D", "n")
        assert desk.verbs.called("discard_reports") == []
        await desk.press("D", "y")
        assert desk.verbs.called("discard_reports") == [("discard_reports", (LOST,))]
        assert "#10311" not in desk.text()
        assert "1 report kept aside" in desk.text()


async def test_what_a_report_says_is_told_without_its_secrets_and_its_task_can_be_opened(open_board: Opens):
    async with open_board() as desk:
        await desk.press("o")
        assert "AIzaSyNOTREAL" not in desk.text()
        assert "The error is too long for this TaskManager." in desk.text()
        await desk.press("enter")
        assert isinstance(desk.app.screen, TaskScreen)


async def test_the_list_follows_what_is_kept_aside(open_board: Opens):
    async with open_board() as desk:
        await desk.press("o")
        desk.verbs.kept = []
        await desk.put(replace(scenes.BUSY, reports_aside=9))
        assert "No report is kept aside" in desk.text()
        await desk.press("s", "enter", "D")
        assert desk.verbs.called("discard_reports") == []


async def test_text_from_outside_does_not_reach_the_terminal_raw(open_board: Opens):
    async with open_board() as desk:
        evil = scenes.HOSTILE
        desk.verbs.kept = [
            replace(each, reason=evil, said=evil, worker_id=evil, task_type=evil) for each in scenes.kept_reports()
        ]
        await desk.press("o")
        assert not any(c in desk.text() for c in "\x1b\x07\u202e\x9b")
