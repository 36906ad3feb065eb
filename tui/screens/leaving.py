"""The way out: asks when tasks are in hand, then says what it waits for."""

from __future__ import annotations

from contextlib import suppress
from typing import Final, Literal

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from core.errors import CoreError
from core.snapshot import Snapshot
from core.verbs import Connection
from tui.closing import ClosesOnce
from tui.farewell import Parting
from tui.look import Line, Tone, count, lines, pieces, short_name
from tui.screens.live import LiveScreen
from tui.widgets.confirm import ASK_EVERY
from tui.widgets.masking import masked_text
from tui.widgets.safe_text import head, safe

Choice = Literal["finish", "now", "stay"]

MOST_TOLD: Final = 6
"""Tasks that are named while they are waited for: so many have room on the smallest terminal."""


def in_hand(snapshot: Snapshot) -> int:
    """Tasks that workers of this process are busy with."""
    return sum(len(worker.in_hand) for worker in snapshot.workers if worker.local)


class LeaveScreen(ModalScreen[Choice], ClosesOnce[Choice]):
    """How to leave while tasks are in hand; staying is the default."""

    BINDINGS = [
        Binding("f", "choose('finish')", "Finish, then quit"),
        Binding("X", "choose('now')", "Stop now"),
        Binding("escape,enter,n,q", "choose('stay')", "Stay"),
    ]
    DEFAULT_CSS = """
    LeaveScreen { align: center middle; }
    LeaveScreen > Vertical {
        width: 66; max-width: 95%; height: auto; border: round $warning; padding: 1 2; background: $surface;
    }
    """

    def __init__(self, live: LiveScreen) -> None:
        super().__init__()
        self.live = live
        self.told = Static()

    def compose(self) -> ComposeResult:
        """The choices."""
        with Vertical():
            yield self.told

    def on_mount(self) -> None:
        """Write them, and how many tasks are in hand by now."""
        self.write()
        self.set_interval(ASK_EVERY, self.write)

    def write(self) -> None:
        """What is in hand, and the choices."""
        hands = in_hand(self.live.newest)
        said = f"{count(hands, 'task')} in hand." if hands else "No task is in hand any more."
        given = f"{'it is' if hands == 1 else 'they are'} given back unfinished, to be begun anew"
        self.told.update(
            lines(
                [
                    ((f"{said} Quit?", Tone.STRONG),),
                    pieces(""),
                    pieces(("f", Tone.ACCENT), "    finish what is in hand, then quit"),
                    pieces(("X", Tone.ACCENT), f"    quit now{f': {given}' if hands else ''}"),
                    pieces(("esc", Tone.ACCENT), "  stay on the board (also ", ("n ⏎", Tone.ACCENT), ")"),
                ]
            )
        )

    def action_choose(self, choice: Choice) -> None:
        """Close with the choice."""
        self.dismiss(choice)


class ClosingScreen(ModalScreen[None], ClosesOnce[None]):
    """Waits for the engine to close, and says for what."""

    BINDINGS = [Binding("X", "stop_now", "Stop now")]
    DEFAULT_CSS = """
    ClosingScreen { align: center middle; }
    ClosingScreen > Vertical {
        width: 66; max-width: 95%; height: auto; border: round $warning; padding: 1 2; background: $surface;
    }
    """

    def __init__(self, live: LiveScreen, parting: Parting) -> None:
        super().__init__()
        self.live, self.parting = live, parting
        self.told = Static()

    def compose(self) -> ComposeResult:
        """One sentence."""
        with Vertical():
            yield self.told

    def on_mount(self) -> None:
        """Follow what is still in hand."""
        self.watch(self.live, "snapshot", self.tell)

    def tell(self, snapshot: Snapshot) -> None:
        """Say what is waited for."""
        self.parting.see(snapshot)
        hands, reports = in_hand(snapshot), snapshot.reports_waiting
        if snapshot.holdup is not None:
            who = head(snapshot.holdup.worker_id)
            said = pieces(f"waiting for {who}, which blocks…   ", ("X", Tone.ACCENT), " stop now, or leave it")
        elif hands:
            said = pieces(f"finishing {count(hands, 'task')}…   ", ("X", Tone.ACCENT), " stop now and give back")
        else:
            said = pieces(f"delivering {count(reports, 'report')}…" if reports else "closing…")
        self.told.update(lines([said, *waited_for(snapshot)]))

    def action_stop_now(self) -> None:
        """Give back what is in hand."""
        self.run_worker(self.hurry(), group="close")

    async def hurry(self) -> None:
        """Let the closing that is under way give back what is in hand."""
        self.parting.stop(self.live.newest)
        await hurry(self.live.connection)


def waited_for(snapshot: Snapshot) -> list[Line]:
    """The tasks in hand, each with how far it is and who does it, as many as there is room for."""
    hands = [(hand, worker) for worker in snapshot.workers if worker.local for hand in worker.in_hand]
    told = [
        pieces(f"#{hand.task_id}", (f"  {hand.progress}%", Tone.BUSY), (f"  {short_name(worker.id)}", Tone.MUTED))
        for hand, worker in hands[:MOST_TOLD]
    ]
    more = len(hands) - len(told)
    return [*told, pieces((f"and {more:,} more", Tone.MUTED))] if more else told


async def hurry(connection: Connection) -> None:
    """Let a closing that is under way give back what is in hand."""
    with suppress(CoreError):  # whoever began to close is told the same, and tells it
        await connection.close(now=True)


async def leave(app: App[int], live: LiveScreen, choice: Choice | None = None) -> None:
    """Ask where needed (not with a ``choice``), close the connection, and end the app with the reports that wait."""
    on_top = app.screen_stack
    if closing := [screen for screen in on_top if isinstance(screen, ClosingScreen)]:
        if choice is not None:
            await closing[0].hurry()
        return
    if choice is None:
        if any(isinstance(screen, LeaveScreen) for screen in on_top):
            return
        choice = await app.push_screen_wait(LeaveScreen(live)) if in_hand(live.newest) else "finish"
    if choice == "stay":
        return
    live.frozen_at = None
    parting = Parting()
    parting.see(live.newest)
    if choice == "now":
        parting.stop(live.newest)
    await app.push_screen(ClosingScreen(live, parting))
    live.ended = True
    try:
        waiting = await live.connection.close(now=choice == "now")
        live.farewell = parting.told(waiting)
        app.exit(waiting)
    except CoreError as error:
        app.exit(0, return_code=error.exit_code, message=Text(safe(masked_text(f"Error: {error}"))))
