"""Exporting saved ideas: from the database to a file, idea by idea, in a thread."""

from __future__ import annotations

from core.errors import CoreError
from core.exports import Export, ExportCancelled, Progress, write
from core.results.finding import Finder
from core.saved import IdeaQuery


def export_ideas(finder: Finder, query: IdeaQuery, export: Export, progress: Progress) -> int:
    """Write the ideas that fit; answers how many there were. Memory holds a chunk of them.

    Raises what `core.exports.write` raises, and `core.errors.DatabaseUnusable`.
    """

    def stop() -> bool:
        return progress.cancelled

    try:
        progress.total = finder.count(query, stop)
        return write(export, finder.columns(), finder.rows(query, stop), progress)
    except ExportCancelled:
        raise
    except CoreError as error:
        if progress.cancelled:
            raise ExportCancelled(f"Stopped after {progress.written:,} rows; nothing was kept.") from error
        raise
