"""What was found: the IdeaInspiration database, with our own tables beside it that say where each idea came from.

Everything we keep about a task is known by (server, task id), since task ids start at 1 on every server.
"""

from core.results.database import Database

__all__ = ["Database"]
