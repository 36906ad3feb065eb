"""Whom something is for: the workers that were chosen, or all of this board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.models import WorkerStatus
from tui.look import Piece, Tone, count, pieces
from tui.wording import the_workers


@dataclass(frozen=True, slots=True)
class Scope:
    """The workers that were ``chosen`` among ``everyone`` of this board who can be told something; ``widened``: all of
    these are meant instead."""

    chosen: Sequence[WorkerStatus]
    everyone: Sequence[WorkerStatus]
    widened: bool = False

    @property
    def is_part(self) -> bool:
        """Whether the chosen ones are not all, so that there is something to switch."""
        return len(self.chosen) < len(self.everyone)

    @property
    def is_widened(self) -> bool:
        """Whether all are meant though only some were chosen."""
        return self.widened and self.is_part

    @property
    def for_all(self) -> bool:
        """Whether all are meant."""
        return self.widened or not self.is_part

    @property
    def meant(self) -> Sequence[WorkerStatus]:
        """Those whom it is for."""
        return self.everyone if self.is_widened else self.chosen

    @property
    def counted(self) -> str:
        """How many of how many these are."""
        if len(self.everyone) == 1:
            return "the only worker"
        whole = count(len(self.everyone), "worker")
        return f"all {whole}" if self.for_all else f"{len(self.meant)} of {whole}"

    def switched(self) -> Scope:
        """All instead of the chosen ones, or these again."""
        return replace(self, widened=not self.widened)

    @property
    def who(self) -> str:
        """Those whom it is for, as a sentence names them."""
        if self.for_all and len(self.everyone) > 1:
            return f"all {len(self.everyone)} workers"
        return the_workers([each.id for each in self.meant])

    def asked(self, question: str, key: str, width: int) -> Iterator[tuple[Piece, ...]]:
        """A question about them, and beside or below it the key that asks it about all, or about fewer again."""
        if not self.is_part:
            yield pieces(question)
            return
        many = len(self.chosen if self.for_all else self.everyone)
        only = f"{self.switched().who} only", f"{many} only"
        others = only if self.for_all else (self.switched().who, f"all {many}")
        room = width - len(question) - len(f"   {key} for ")
        other = next((each for each in others if len(each) <= room), "")
        switch: tuple[Piece, ...] = ((key, Tone.ACCENT), (f" for {other or others[0]}", Tone.STRONG))
        yield from [pieces(f"{question}   ", *switch)] if other else [pieces(question), pieces(*switch)]
