"""Which number does which cure. What was done keeps its number, so that a second press is never another cure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.key_map import keyed
from tui.look import Piece, Tone
from tui.widgets.safe_text import cut, head

if TYPE_CHECKING:
    from core.diagnosis import Cure

HINTS = {
    True: ("{copy_why} copies  {leave_why} list  ", "{close_why} closes"),
    False: ("{why} goes there, ", "{clear} closes"),
}
"""What to press, with the focus and without it; what is said first makes room first."""


def name_of(cure: Cure) -> str:
    """What tells a cure from others, also where its figures are others by now: whom it is for, and the names in it."""
    named = [each for each in (*cure.args, *cure.options.values()) if isinstance(each, str | list | tuple)]
    return " ".join([cure.label, *(each if isinstance(each, str) else str([*each]) for each in named)])


class WhyKeys:
    """The numbers of the cures, from 1 on, for as long as the panel tells of one task."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[str, str]] = {}
        self.done = ""
        self.under_way: dict[int | None, str] = {}
        """What is being done, by the task that it was chosen for (None: the whole system)."""

    def forget(self) -> None:
        """It tells of another task."""
        self._kept, self.done = {}, ""

    def keep(self, number: int, cure: Cure) -> None:
        """That one was done by this number: nothing else gets it."""
        self._kept[number] = (name_of(cure), cure.label)
        self.done = name_of(cure)

    def moved(self) -> None:
        """The cursor was moved: who presses enter means what is under it."""
        self.done = ""

    def numbers(self, cures: Sequence[Cure]) -> list[int]:
        """The number of each, in their order: the lowest that is free, but for those that were done."""
        kept = {name: number for number, (name, _) in self._kept.items()}
        free = (number for number in range(1, len(cures) + len(kept) + 1) if number not in self._kept)
        return [kept.pop(name_of(cure), 0) or next(free) for cure in cures]

    def meant(self, number: int, chosen: int, cures: Sequence[Cure], about: int | None) -> int | str:
        """The place of the cure with that number (0: of the one under the cursor); else why none is meant, to say.
        ``about``: the task that it is for."""
        numbers = self.numbers(cures)
        if about in self.under_way:
            return f"{self.under_way[about]}{f' of #{about}' if about is not None else ''} is under way."
        if number in self._kept and number not in numbers:
            return f"{self._kept[number][1]} was {number}, and is done: look at what else there is."
        place = numbers.index(number) if number in numbers else -1 if number else chosen
        if not 0 <= place < len(cures):
            return "Nothing here has that number." if cures else "There is nothing that this program can do about it."
        if not number and self.done and name_of(cures[place]) != self.done:
            return f"That is another now: press {numbers[place]} for it, or move the cursor first."
        return place


def told(cures: Sequence[tuple[int, Cure]], room: int, them: str, *, has_focus: bool) -> tuple[Piece, ...]:
    """What the lower border says: each number with its cure, ``them`` (the way to what it is about), and how to go on,
    as far as there is room."""
    named = "  ".join(f"{number} {head(cure.label)}" for number, cure in cures) if has_focus else ""
    most, least = (keyed(each) for each in HINTS[has_focus])
    gap = "   " if named else ""
    wanted = (them + most + least, them + least, least)
    hints = next((each for each in wanted if cell_len(named + gap + each) <= room), "")
    if not hints:
        return ((cut(named, max(8, room)), Tone.PLAIN),)
    return ((f"{named}{gap}", Tone.PLAIN), (hints, Tone.MUTED))
