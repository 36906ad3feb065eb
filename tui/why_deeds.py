"""Mends what keeps a task, as a diagnosis offers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from core.models import Claim, RowOutcome
from tui.look import short_name
from tui.task_deeds import TaskDeeds
from tui.wording import outcome

if TYPE_CHECKING:
    from core.diagnosis import Cure

ASKS: Final = {
    "start_workers": False,
    "restart": False,
    "resume": False,
    "scale": False,
    "set_strategy": False,
    "set_concurrency": False,
    "retry": False,
    "resend_reports": False,
    "extend_claims": False,
    "release": True,
    "cancel": True,
    "stop_workers": True,
    "register_type": True,
}
"""The verbs that a cure may name, and whether they always ask first, as they do elsewhere on the board."""

DONE: Final = {
    "release": "released",
    "cancel": "cancelled",
    "retry": "retried",
    "resend_reports": "sent again",
    "extend_claims": "extended",
}
"""What became of the rows of those verbs that answer one for each."""

ASKED: Final = {
    "cancel": ("Cancel the task {}?", "cancel the task", "leave it as it is"),
    "release": ("Release {}?", "make it pending again", "leave it with its worker"),
    "stop_workers": ("Stop {} now?", "stop it now", "let it work on"),
    "register_type": ("Register the type {}?", "register it", "leave the types as they are"),
    "extend_claims": ("Extend the claim of {}?", "let it last anew", "let it run out as it is"),
    "resend_reports": ("Send the report of {} again?", "send it again", "keep it aside"),
}
"""What is asked before those verbs, with a place for whom it is about; what a yes does, and what a no."""

NO_RISK: Final = "Nothing is known that it would harm."


class WhyDeeds(TaskDeeds):
    """Carries out cures."""

    def mend(
        self, cure: Cure, open_task: Callable[[int], None], begun: Callable[[], None], over: Callable[[], None]
    ) -> None:
        """Do it, after a yes where something could be harmed; ``begun`` is called once it is done, and ``over`` when
        nothing of it is under way, whatever became of it."""
        match cure.verb:
            case "":
                self.say(f"Only a person can do that: {cure.sentence}")
            case "open_task":
                open_task(cast("int", cure.args[0]))
            case "plan_bulk":
                order, meant = cast("tuple[Any, Any]", cure.args)
                self.bulk(order, tuple(meant), lambda rows: begun() if any(row.ok for row in rows) else None)
            case verb if verb in ASKS:
                self._call(cure, begun, over)
                return
            case _:
                self.say(f"{cure.label} cannot be done from here.")
        over()

    def _call(self, cure: Cure, begun: Callable[[], None], over: Callable[[], None]) -> None:
        async def deed() -> str:
            try:
                return await done()
            finally:
                over()

        async def done() -> str:
            from core.diagnosis.calls import told_call

            risk = f"{cure.sentence} {cure.risk or NO_RISK}"
            question, yes, no = asked_of(cure)
            asks, call = cure.risk or ASKS[cure.verb], told_call(cure)
            if asks and not await self.confirmed(question, risk, call, yes=yes, no=no):
                return ""
            answer = await self.working(getattr(self.verbs, cure.verb)(*cure.args, **cure.options))
            rows = cast("Sequence[RowOutcome]", answer) if cure.verb in DONE else ()
            if not rows or any(row.ok for row in rows):
                begun()
            return outcome(DONE[cure.verb], rows) if rows else f"{cure.label}: done."

        self.carry_out(deed)


def asked_of(cure: Cure) -> tuple[str, str, str]:
    """The question before a cure, which names whom it is about; what a yes does, and what a no."""
    whom = named(cure.args[0]) if cure.args else ""
    question, yes, no = ASKED.get(cure.verb, (f"{cure.label} ({{}})?", "do that", "change nothing"))
    return question.replace("{}", whom), yes, no


def named(whom: object) -> str:
    """The task, worker or type that the first argument of a cure is about; several by their number."""
    each: Sequence[object] = cast("Sequence[object]", whom) if isinstance(whom, list | tuple) else (whom,)
    if len(each) != 1:
        return f"{len(each):,}"
    match each[0]:
        case Claim(task_id=task_id) | int(task_id):
            return f"#{task_id}"
        case one:
            return short_name(str(one))
