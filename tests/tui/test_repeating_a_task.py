"""A new task that is the same as another, and one that is made many times."""

from __future__ import annotations

import pytest

from core.errors import RateLimited
from core.snapshot import Snapshot
from tests.tui.conftest import Opens, until
from tests.tui.forms import begin, form_of, with_schema
from tests.tui.scenes_forms import RICH
from tui.screens.task import TaskScreen


@pytest.fixture
def rich() -> Snapshot:
    """A type with a field of every kind."""
    return with_schema(RICH)


async def test_a_task_in_sight_that_is_the_same_is_named_before_it_is_sent(open_board: Opens):
    async with open_board() as desk:
        await desk.press("e")
        assert "≡ The same as task #" in desk.text()
        form = form_of(desk)
        twin = form.twin.task_id
        await desk.press("ctrl+o")
        opened = desk.app.screen
        assert isinstance(opened, TaskScreen)
        assert opened.reading.task_id == twin
        await desk.press("escape")
        assert desk.app.screen is form


async def test_a_duplicate_stays_in_the_form_and_can_be_opened(open_board: Opens):
    async with open_board() as desk:
        desk.verbs.duplicate_of = 10429
        await desk.press("1", "n", "ctrl+s")
        assert "the same as task #10429" in desk.text()
        assert "opens it" in desk.text()
        await desk.press("ctrl+o")
        assert isinstance(desk.app.screen, TaskScreen)
        await desk.press("escape", "escape")
        assert desk.app.screen is desk.board


async def test_a_task_is_repeated_with_a_counter(open_board: Opens, rich: Snapshot):
    async with open_board(rich) as desk:
        form = await begin(desk)
        await desk.type("https://example.org/")
        form.times.value = "3"
        await desk.settle()
        assert "channel_url ends with the number, 1 to 3." in desk.text()
        await desk.press("ctrl+s")
        made = [new.parameters["channel_url"] for _, new in desk.verbs.called("create_task")]
        assert made == [f"https://example.org/{n}" for n in (1, 2, 3)]
        assert desk.notes() == ["3 tasks created (#77 to #77)."]


async def test_several_tasks_that_would_be_one_are_warned_about_when_someone_chose_no_counter(
    open_board: Opens, rich: Snapshot
):
    async with open_board(rich) as desk:
        form = await begin(desk)
        await desk.type("https://example.org/")
        form.times.value = "3"
        await desk.settle()
        form.counter.focus()
        await desk.settle()
        form.counter.clear()
        form.times.value = "4"
        await desk.settle()
        assert "⚠ All the same task: write {n} in a text, or choose a counter." in desk.text()


async def test_repeating_is_stopped_by_escape_and_says_how_far_it_came(open_board: Opens):
    async with open_board() as desk:
        form = await begin(desk)
        form.times.value = "5"
        desk.verbs.may_answer.clear()
        await desk.press("ctrl+s")
        await until(desk, lambda: bool(desk.verbs.calls))
        await desk.press("escape")
        desk.verbs.may_answer.set()
        await until(desk, lambda: bool(desk.notes()))
        assert desk.notes() == ["1 task created (#77); stopped at 1 of 5."]


async def test_a_repetition_that_is_refused_says_where_it_ended(open_board: Opens):
    async with open_board() as desk:
        (await begin(desk)).times.value = "5"
        desk.verbs.refusal = RateLimited("Too many calls.", retry_after=3)
        await desk.press("ctrl+s")
        assert "0 tasks created; then it ended at 1 of 5: Too many calls." in " ".join(desk.notes())


SECRET = "hunter2hunter2"
