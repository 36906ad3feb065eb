"""The call of a cure is told where one asks for it: at the one under the cursor, on one line where there is no room."""

from __future__ import annotations

import pytest

from core.diagnosis import Cause, Cure, Diagnosis
from core.models import TaskStatus
from tests.tui import scenes
from tests.tui.conftest import Desk
from tests.tui.why_desk import TO_NO_WORKER, opened

WHO = 10428
RETRY = Cure("Retry", "Gives it all its attempts anew.", "retry", ((WHO,),), command="retry")
CANCEL = Cure(
    "Cancel", "Ends it.", "cancel", (tuple(range(WHO, WHO + 12)),), {}, "Its work will not be done.", "cancel"
)


def calls(desk: Desk) -> list[str]:
    """The lines of the panel that belong to a call; what follows its first line has nothing but blanks before it."""
    told = ["".join(text for text, _ in line) for line in desk.board.why_panel.shown.lines]
    begun = [place for place, line in enumerate(told) if line.startswith("    call ")]
    ends = [next((end for end in range(at + 1, len(told)) if told[end][:9].strip()), len(told)) for at in begun]
    return [line for at, end in zip(begun, ends, strict=True) for line in told[at:end]]


@pytest.mark.parametrize(("size", "most"), [((60, 20), 1), ((80, 24), 1), ((120, 36), 3)])
async def test_only_the_cure_under_the_cursor_tells_its_call(size: tuple[int, int], most: int):
    async with opened(size=size) as desk:
        causes = (Cause("some", "So it is.", cures=(RETRY, CANCEL)),)
        desk.verbs.diagnoses[WHO] = Diagnosis(WHO, scenes.NOW, causes, status=TaskStatus.FAILED)
        await desk.press(*TO_NO_WORKER, "w")
        (only,) = calls(desk)
        assert '{"action": "retry", "ids": [10428]}'[:30] in only
        await desk.press("down")
        first, *others = calls(desk)
        assert '"action": "cancel"' in first and len(others) < most
        assert others or first.endswith("…")
        assert all(len(line) < desk.board.why_panel.size.width for line in (first, *others))


async def test_a_copy_has_the_whole_call_of_each():
    async with opened(size=(80, 24)) as desk:
        causes = (Cause("some", "So it is.", cures=(RETRY, CANCEL)),)
        desk.verbs.diagnoses[WHO] = Diagnosis(WHO, scenes.NOW, causes, status=TaskStatus.FAILED)
        await desk.press(*TO_NO_WORKER, "w", "y")
        copied = " ".join(desk.app.clipboard.split())
        assert '{"action": "retry", "ids": [10428]}' in copied and "10438, 10439]}" in copied
