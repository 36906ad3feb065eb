"""Registers task types from a file: what would be done with each is shown first."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Input, Static

from core.errors import BadSetting
from core.type_files import Plan, PlannedType
from tui.deeds import Deeds
from tui.look import Piece, Tone, lines
from tui.screens.form import Form, labelled
from tui.widgets.scrolled import Scrolled

PLANS: dict[Plan, Piece] = {
    Plan.CREATE: ("+ create", Tone.GOOD),
    Plan.CHANGE: ("~ change", Tone.WARN),
    Plan.KEEP: ("= keep", Tone.MUTED),
    Plan.WRONG: ("✗ wrong", Tone.BAD),
    Plan.CREATED: ("✓ created", Tone.GOOD),
    Plan.CHANGED: ("✓ changed", Tone.GOOD),
}
LIKE = 'One {"name", "version", "param_schema"}, or a list of them.'


class RegisterTypesScreen(Form):
    """Enter reads the file and tells what it would do; ctrl+s does what was told."""

    heading = "Register task types from a file"
    doing = "register"
    AUTO_FOCUS = "#path"
    ways = (("⏎", Tone.ACCENT), (" look at the file   ", Tone.MUTED), *Form.ways)

    def __init__(self, deeds: Deeds) -> None:
        super().__init__()
        self.deeds = deeds
        self.path = Input(placeholder="types.json", id="path", compact=True)
        self.plans: list[PlannedType] = []
        self.looked_at = ""
        self.told = Static(lines([((LIKE, Tone.MUTED),)]))

    def fields(self) -> ComposeResult:
        """The file, and what it would do."""
        yield labelled("File (JSON)", self.path)
        with Scrolled(id="plans"):
            yield self.told

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was told is of another file."""
        self.plans, self.looked_at = [], ""
        self.refuse("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look at the file."""
        event.stop()
        self.send(self._look)

    def action_send(self) -> None:
        """Register, once it is told what that does."""
        self.send(self._register if self.plans and self.looked_at == self.path.value else self._look)

    async def _look(self) -> str:
        path = self.path.value.strip()
        if not path:
            raise BadSetting("Type the path of a file.")
        self.plans = await self.deeds.verbs.plan_types(path)
        self.looked_at = self.path.value
        return ""

    async def _register(self) -> str:
        if not self._to_do(self.plans):
            raise BadSetting("There is nothing to create or change in this file.")
        done = await self.deeds.verbs.register_types(self.plans)
        # Those that are wrong stay, with the reason; the file must be looked at anew.
        self.plans = [each for each in done if each.plan is Plan.WRONG]
        self.looked_at = ""
        self._tell(done)
        created = sum(each.plan is Plan.CREATED for each in done)
        changed = sum(each.plan is Plan.CHANGED for each in done)
        many = {"created": created, "changed": changed, "refused": len(self.plans)}
        told = [f"{number:,} {said}" for said, number in many.items() if number] or ["nothing changed"]
        return f"Types: {', '.join(told)}."

    def done(self, said: str) -> None:
        """Close when all of it was registered; else tell."""
        if said and not self.plans:
            super().done(said)
        elif said:
            self.refuse(said)
        else:
            self._tell(self.plans)
            to_do = len(self._to_do(self.plans))
            self.refuse("" if to_do else "There is nothing to create or change in this file.")

    @staticmethod
    def _to_do(plans: Sequence[PlannedType]) -> list[PlannedType]:
        return [each for each in plans if each.plan in (Plan.CREATE, Plan.CHANGE)]

    def _tell(self, plans: Sequence[PlannedType]) -> None:
        if not self.is_attached:
            return
        rows: list[tuple[Piece, ...]] = []
        for each in plans:
            mark, tone = PLANS[each.plan]
            rows.append(((mark.ljust(11), tone), (each.name, Tone.STRONG), (f"  {each.version}", Tone.MUTED)))
            rows += [((f"{'':11}{sentence}", Tone.MUTED),) for sentence in each.said]
        self.told.update(lines(rows))
