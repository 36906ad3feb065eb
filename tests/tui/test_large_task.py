"""A task with 5 MB of parameters is opened by its head, and searched while keys are heard."""

from __future__ import annotations

from pathlib import Path

from textual import events

from tests.tui.large_task import ROWS, Sight, large_task
from tui.widgets.outline import FIRST_ROWS


def told(sight: Sight) -> str:
    return str(sight.task.search.told.render())


def at(sight: Sight) -> tuple[object, ...]:
    return sight.task.reader.outline.path_at(sight.task.reader.cursor)


async def begin(sight: Sight, text: str) -> None:
    """Search, without waiting for what comes of it as the pilot does."""
    await sight.pilot.press("slash")
    sight.task.search.input.value = text


def press(sight: Sight, key: str) -> None:
    sight.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_a_task_of_5_mb_opens_by_its_head_and_every_place_in_it_is_found(tmp_path: Path):
    async with large_task(tmp_path) as sight:
        await sight.open()
        assert len(sight.task.reader.outline) < 3 * FIRST_ROWS, "the rest is read when it is asked for"
        await sight.until(lambda: "(5" in sight.task.reader.outline.sections[1].title)
        await begin(sight, "needle")
        await sight.until(lambda: told(sight) == "1 of 3")
        await sight.until(lambda: at(sight) == ("parameters", "rows", 100, "text"))
        await sight.pilot.press("enter", "n")
        await sight.until(lambda: at(sight) == ("parameters", "rows", ROWS - 1, "text"))
        await sight.pilot.press("n")
        await sight.until(lambda: at(sight)[:2] == ("result", "text"))
        await sight.until(lambda: "the-needle" in sight.text() and told(sight) == "3 of 3")


async def test_while_it_is_searched_keys_are_heard_and_the_first_places_can_be_gone_to(tmp_path: Path):
    async with large_task(tmp_path) as sight:
        await sight.open()
        await begin(sight, "row 0")  # it is in nearly every row, and so each is looked at
        await sight.until(lambda: "searched" in told(sight) and "MB" in told(sight))
        await sight.until(lambda: at(sight)[:4] == ("parameters", "rows", 0, "text"))
        press(sight, "enter")
        await sight.until(lambda: sight.app.focused is sight.task.reader)
        press(sight, "down")
        await sight.until(lambda: at(sight) != ("parameters", "rows", 0, "text", 0))
        assert not sight.task.search.is_over
        press(sight, "n")
        await sight.until(lambda: at(sight)[:4] == ("parameters", "rows", 1, "text"))

        press(sight, "escape")
        await sight.until(lambda: not sight.task.search.is_open)
        assert (sight.task.search.hits, sight.task.search.looked) == ([], 0)
        await sight.pilot.press("minus")
        outline = sight.task.reader.outline
        assert len(outline) == len(outline.sections), "what was under way unfolds nothing any more"
