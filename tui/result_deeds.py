"""What the screens do with what was saved: look at it, open it, write it to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.errors import CoreError
from core.exports import Export, ExportCancelled, FileThere, Format, Progress
from core.saved import IdeaQuery, day
from core.snapshot import ActivityEntry, ResultsView
from tui.deeds import Deeds
from tui.key_map import keyed
from tui.look import TIMES, count
from tui.wording import told


@dataclass(frozen=True)
class Scope:
    """What can be exported: a key to choose it by, words for people, the name of the file, and what it is. ``none``
    says that there is nothing of it. ``counts``: how many there are is worth telling, as the title does not."""

    key: str
    title: str
    slug: str
    what: IdeaQuery | tuple[ActivityEntry, ...]
    none: str
    counts: bool = True


class NothingThere(CoreError):
    """There is nothing to be exported, and no file was written."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"{scope.none}: nothing was written.")


def result_scopes(marked: Sequence[str], text: str, now: datetime) -> list[Scope]:
    """What can be exported of the results; what is likeliest meant is first."""
    chosen = IdeaQuery(ids=tuple(marked))
    gone, many = "What was marked is there no more", count(len(marked), "marked result")
    some = [Scope("m", many, "results-marked", chosen, gone, counts=False)] if marked else []
    if text:
        found, none = f"all results with “{text}”", f"There are no results with “{text}”"
        some.append(Scope("s", found, "results-search", IdeaQuery(text), none))
    days = [day_scope(word, now) for word in ("today", "yesterday")]
    return [*some, Scope("a", "all results", "results-all", IdeaQuery(), "There are no results"), *days]


def day_scope(word: str, now: datetime) -> Scope:
    """The results of a day, in the zone in which the board tells times."""
    since, until = day(word, now, local=TIMES.is_local)
    date = f"({since:%Y-%m-%d} {TIMES.zone(since)})"
    named, none = f"{word}'s results {date}", f"There are no results of {word} {date}"
    return Scope(word[0], named, f"results-{since:%Y-%m-%d}", IdeaQuery("", since, until), none)


def whose_days() -> str:
    """In which zone days are counted, and what counts them in the other."""
    here, there = ("local time", "UTC") if TIMES.is_local else ("UTC", "local time")
    often = " twice" if TIMES.as_ages else ""  # the key goes from ages to UTC, and only then to local time
    return keyed(f"Days are counted in {here} ({{times}}{often} on the board: in {there}).")


def activity_scope(entries: Sequence[ActivityEntry], now: datetime) -> Scope:
    """The lines of the event log that are shown."""
    many, none = count(len(entries), "line") + " of activity", "There are no lines of activity"
    return Scope("l", many, f"activity-{now:%Y-%m-%d-%H%M%S}", tuple(entries), none, counts=False)


class ResultDeeds(Deeds):
    """What can be done with results."""

    wanted: ResultsView | None = None

    def look(self, view: ResultsView) -> None:
        """Ask for that part; while an answer is awaited, only the newest wish is kept."""
        busy, self.wanted = self.wanted is not None, view
        if not busy:
            self.app.run_worker(self._look(), group="deeds")

    async def _look(self) -> None:
        asked: ResultsView | None = None
        try:
            while self.wanted is not None and self.wanted != asked:
                asked = self.wanted
                await self.verbs.look_at_results(asked)
        except CoreError as error:
            self.say(told(error), wrong=True)
        finally:
            self.wanted = None

    async def export(self, scope: Scope, path: Path, format: Format, progress: Progress) -> str:
        """Write a file; asks before another one is replaced. Answers what was done, empty when it was given up.

        Raises `NothingThere`; no file is written then.
        """
        if not await self.many(scope):
            raise NothingThere(scope)
        wanted = Export(path, format)
        try:
            written = await self._write(scope, wanted, progress)
        except FileThere:
            question = f"Replace the file {wanted.path.name}?"
            risk = f"{wanted.path} is there already. What is in it is lost, which cannot be undone."
            call = f"write {format.value.upper()} to {wanted.path}"
            if not await self.confirmed(question, risk, call, yes="replace it", no="leave that file as it is"):
                return ""
            written = await self._write(scope, replace(wanted, overwrite=True), progress)
        except ExportCancelled as stopped:
            return str(stopped)
        return f"Exported {scope.title} ({count(written, 'row')}) to {wanted.path}"

    async def many(self, scope: Scope) -> int:
        """How many rows it has."""
        return await self.verbs.count_results(scope.what) if isinstance(scope.what, IdeaQuery) else len(scope.what)

    async def _write(self, scope: Scope, export: Export, progress: Progress) -> int:
        if isinstance(scope.what, IdeaQuery):
            return await self.verbs.export_results(scope.what, export, progress)
        return await self.verbs.export_activity(scope.what, export, progress)
