"""When a board is at rest: nothing is left to be done on its event loop or in its threads, and all is laid out.

Textual's own pilot sleeps and compares clocks, for 20 ms at least and longer the busier the machine is. Between two
keys nobody looks: what is to be painted is painted when someone may, see `all_painted`.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from weakref import WeakKeyDictionary

from textual._context import active_app
from textual.app import App, ScreenStackError
from textual.screen import Screen

PATIENCE = 20.0
"""Seconds after which a board that never rests is taken as it is."""


class Threads(ThreadPoolExecutor):
    """Threads of which one knows whether they are at work."""

    def __init__(self) -> None:
        super().__init__(thread_name_prefix="at-hand")
        self.in_hand: set[Future[Any]] = set()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(fn, *args, **kwargs)
        self.in_hand.add(future)
        future.add_done_callback(self.in_hand.discard)
        return future


_threads: WeakKeyDictionary[asyncio.AbstractEventLoop, Threads] = WeakKeyDictionary()


def threads_of(loop: asyncio.AbstractEventLoop) -> Threads:
    """The threads in which that loop has things done."""
    threads = _threads.get(loop)
    if threads is None:
        threads = _threads[loop] = Threads()
        loop.set_default_executor(threads)
    return threads


async def at_rest(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait for it. A thread that ends nothing within ``max_sleep`` seconds is not waited for: a test may hold it.

    The arguments are those of Textual's own, which this stands in for.
    """
    loop = asyncio.get_running_loop()
    threads = threads_of(loop)
    held: set[Future[Any]] = set()
    end = loop.time() + PATIENCE
    while loop.time() < end:
        await asyncio.sleep(0)
        if loop._ready:  # type: ignore[attr-defined]  # the only way to know that nothing is to be run
            continue
        if running := threads.in_hand - held:
            waits = {asyncio.wrap_future(each) for each in running}
            done, _ = await asyncio.wait(waits, timeout=max_sleep, return_when=asyncio.FIRST_COMPLETED)
            held |= set() if done else running
        elif not lay_out(active_app.get()):
            return


async def all_painted() -> None:
    """Wait for rest, and paint what is not painted yet; that again until nothing is left to be."""
    await at_rest()
    while paint(active_app.get()):
        await at_rest()


_paint_at_once = Screen._compositor_refresh


def paint_later(screen: Screen[Any]) -> None:
    """Stands in for Textual's own, which paints many a state on the way that nobody sees, here where no terminal is.

    The compositor keeps what is to be painted.
    """
    if screen is screen.app.screen:
        screen._dirty_widgets.clear()
    else:
        _paint_at_once(screen)


def let_go(app: App[Any]) -> None:
    """Take the focus away without a trace: at the end Textual would style all around it, and nobody sees that."""
    for screen in app.screen_stack:
        screen.set_reactive(Screen.focused, None)


def lay_out(app: App[Any]) -> bool:
    """Lay out now what would be at the next tick; False when nothing is left to be."""
    try:
        screen = app.screen
    except ScreenStackError:
        return False
    if app._resize_event is not None and app._resize_timer is not None:
        app._check_resize()
        return True
    due = (
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
    if not due or app._batch_count or not screen.is_current:
        return False
    screen._on_timer_update()
    return True


def paint(app: App[Any]) -> bool:
    """Paint what is not painted yet; False when nothing is left to be."""
    try:
        screen = app.screen
    except ScreenStackError:
        return False
    if app._batch_count or not screen.is_current or not screen._compositor._dirty_regions:
        return False
    _paint_at_once(screen)
    return True
