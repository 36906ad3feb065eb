"""The watchdog: names the author's code that does not let the event loop go on, while it does not.

A coroutine that never awaits stops everything on its loop: claims, reports, heartbeats, and the telling of it too. So
this looks from a thread of its own, and costs nothing per task.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from types import FrameType

from core.events import Level, Said
from core.models import utcnow
from core.snapshot import Holdup
from core.workers.hand import Tools, in_this_context
from core.workers.ports import Publish

LOOK_EVERY = 0.2
"""Seconds between two looks, and between two turns of the loop that it counts."""
LOOKS = 3
"""Looks in a row at a loop that has not turned since the one before, until it counts as held: 0.8 s at most."""

ENTRANCES = ("process_task", "save_results")
"""What is called of an author's class; the way to code of theirs that is installed like a library."""
LIBRARIES = tuple(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib", "purelib", "platlib"))
CORE = Path(__file__).resolve().parent.parent
WORKERS_OF_OURS = (f"{CORE / 'workers' / 'catalog'}/", f"{CORE / 'demo'}/", f"{CORE / 'sources'}/")
LOOP_CODE = (asyncio.Handle._run.__code__, asyncio.Runner.run.__code__)  # pyright: ignore[reportPrivateUsage]  # where a stack stops being the task's


class Watchdog:
    """Watches one event loop. ``on_held`` is called from the watching thread with what holds the loop, and on the loop
    with None when it turns again; then a line of activity tells for how long it was held."""

    def __init__(self, publish: Publish, on_held: Callable[[Holdup | None], None]) -> None:
        self._publish = publish
        self._on_held = on_held
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._turns = 0
        self._turned_at = 0.0
        self._holdup: Holdup | None = None
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch the running loop until `close`; the second time changes nothing."""
        if self._next is not None or self._closed.is_set():
            return
        loop, thread = asyncio.get_running_loop(), threading.get_ident()
        self._turn(loop)
        threading.Thread(target=self._watch, args=(loop, thread), name="watchdog", daemon=True).start()

    def close(self) -> None:
        """Watch no longer."""
        self._closed.set()
        if self._next is not None:
            self._next.cancel()

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.monotonic()
        with self._lock:
            holdup, since = self._holdup, self._turned_at
            self._holdup, self._turned_at = None, now
            self._turns += 1
            if holdup is not None:
                self._on_held(None)
        if holdup is not None:
            text = f"{whose(holdup)} held up everything for {now - since:.1f} s at {holdup.place}: {ADVICE}"
            self._publish(Said(Level.WARNING, text, utcnow()))
        self._next = loop.call_later(LOOK_EVERY, self._turn, loop)

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        """Counts looks, not seconds: a process that was stopped for an hour was not held up."""
        seen, still = -1, 0
        while not self._closed.wait(LOOK_EVERY):
            still = still + 1 if self._turns == seen else 0
            seen = self._turns
            if still >= LOOKS and self._holdup is None:
                holdup = held_by(loop, thread)
                with self._lock:
                    if holdup is not None and self._turns == seen and not self._closed.is_set():
                        self._holdup = holdup
                        self._on_held(holdup)


ADVICE = "what waits or computes without `await` belongs in a `def process_task`, or a class with cpu_bound = True."


def whose(holdup: Holdup) -> str:
    """The worker and its task, as a sentence begins with them."""
    return f"{holdup.worker_id}, with task {holdup.task_id},"


def warning(holdup: Holdup) -> str:
    """One sentence for those who read a log while the loop is held."""
    return f"{whose(holdup)} holds up everything at {holdup.place}: nothing else goes on until that is done."


def held_by(loop: asyncio.AbstractEventLoop, thread: int) -> Holdup | None:
    """What an author's code does at this moment in that loop's thread; None when it is not at work there."""
    current = asyncio.current_task(loop)
    tools = None if current is None else tools_of(current)
    frame = sys._current_frames().get(thread)  # pyright: ignore[reportPrivateUsage]  # documented, despite its name
    authors = None if frame is None else authors_frame(frame)
    if tools is None or authors is None:
        return None
    return Holdup(tools.worker_id, tools.task.id, place(authors))


def tools_of(task: asyncio.Task[object]) -> Tools | None:
    """The task in hand that an asyncio.Task works for, also when the author's code started it."""
    # Before Python 3.12, which has `get_context`, this is the only way to it; the task's own context comes first.
    contexts = (each for each in gc.get_referents(task) if isinstance(each, Context))
    context: Context | None = task.get_context() if sys.version_info >= (3, 12) else next(contexts, None)
    return None if context is None else context.get(in_this_context)


def authors_frame(innermost: FrameType) -> FrameType | None:
    """The innermost frame of an author's own code: where it called what does not come back."""
    frame: FrameType | None = innermost
    while frame is not None and frame.f_code not in LOOP_CODE:
        name = frame.f_code.co_filename
        ours = name.startswith(f"{CORE}/") and not name.startswith(WORKERS_OF_OURS)
        if not ours and (not name.startswith(LIBRARIES) or frame.f_code.co_name in ENTRANCES):
            return frame
        frame = frame.f_back
    return None


def place(frame: FrameType) -> str:
    """File, line and function; the file as seen from the working directory, when it is below that."""
    path = Path(frame.f_code.co_filename)
    path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f"{path}:{frame.f_lineno} ({frame.f_code.co_name})"
