"""What an action on many tasks would do: a table of tasks and servers, and nothing asked of any."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.actions import FITTING, Action
from core.bulk import SINGLY, TOGETHER, BulkRow, Fate, Order, Owner, Plan, Way, carried_out
from core.bulk_planning import Known, plan
from core.errors import Unreachable
from core.models import Task, TaskStatus

EVERYTHING = frozenset({"retry", "release", "cancel", "delete", "workers"})
NOTHING: frozenset[str] = frozenset()


def one_of_each() -> list[Task]:
    """#1 pending, #2 claimed, #3 completed, #4 failed."""
    return [
        Task(number, "Echo", status=status, attempts=1, claimed_by="w" if status is TaskStatus.CLAIMED else None)
        for number, status in enumerate(TaskStatus, 1)
    ]


@pytest.mark.parametrize(
    ("action", "acted"),
    [("retry", (4,)), ("release", (2,)), ("cancel", (1, 2)), ("delete", (1, 3, 4)), ("clone", (1, 2, 3, 4))],
)
def test_only_what_fits_its_status_is_acted_on_and_the_rest_says_why_not(action: str, acted: tuple[int, ...]):
    made = plan(Order(Action(action)), one_of_each(), Known(EVERYTHING))
    assert made.act == acted
    left_out = [row for row in made.rows if row.fate is Fate.SKIPPED]
    assert {row.id for row in left_out} == {1, 2, 3, 4} - set(acted)
    assert all(f"{action} needs it" in row.said for row in left_out)


def test_the_statuses_that_fit_are_those_of_the_embedded_taskmanager():
    from core.server.operator import APPLIES_TO

    assert {action: tuple(fitting) for action, fitting in FITTING.items() if action in APPLIES_TO} == APPLIES_TO


@pytest.mark.parametrize(
    ("action", "way", "told"),
    [
        ("retry", Way.AS_NEW, "each can be created as a new task"),
        ("release", Way.AS_FAILED, "in the name of its owner, which uses up an attempt"),
        ("cancel", Way.NONE, "cannot cancel tasks. Let a worker claim it"),
        ("delete", Way.NONE, "cannot delete tasks. Finished tasks stay"),
    ],
)
def test_where_the_server_cannot_the_nearest_honest_way_is_taken_and_the_reason_told(action: str, way: Way, told: str):
    made = plan(Order(Action(action)), one_of_each(), Known(NOTHING, {"w": Owner.GONE}))
    assert (made.way, told in made.reason) == (way, True)
    assert bool(made.act) is (way is not Way.NONE)
    assert bool(made.calls) is (way is not Way.NONE)


@pytest.mark.parametrize(
    ("can", "owner", "force", "acted"),
    [
        (EVERYTHING, Owner.GONE, False, True),
        (EVERYTHING, Owner.ALIVE, False, False),
        (EVERYTHING, Owner.ALIVE, True, True),
        (EVERYTHING, Owner.OURS, False, False),
        (EVERYTHING, None, False, True),
        (EVERYTHING - {"workers"}, None, False, False),
        (EVERYTHING - {"workers"}, None, True, True),
        (NOTHING, Owner.GONE, False, True),
        (NOTHING, Owner.OURS, False, False),
        (NOTHING, Owner.OURS, True, True),
        (NOTHING, Owner.ALIVE, True, False),
        (NOTHING, None, True, False),
    ],
)
def test_a_task_is_released_when_its_owner_is_gone_or_by_force(
    can: frozenset[str], owner: Owner | None, force: bool, acted: bool
):
    owners = {"w": owner} if owner is not None else {}
    made = plan(Order(Action.RELEASE, force=force), one_of_each(), Known(can, owners))
    assert made.act == ((2,) if acted else ())


def test_the_last_attempt_is_not_failed_to_release_a_task():
    last = Task(1, "Echo", status=TaskStatus.CLAIMED, claimed_by="w", attempts=3)
    made = plan(Order(Action.RELEASE), [last], Known(NOTHING, {"w": Owner.GONE}))
    assert made.act == ()
    assert "last attempt (3 of 3)" in made.rows[0].said


def test_the_risk_counts_work_that_is_lost_and_owners_that_are_alive():
    tasks = one_of_each()
    said = plan(Order(Action.CANCEL), tasks, Known(EVERYTHING)).risk
    assert said == (
        "No worker does them any more, unless somebody retries them. 1 is in hand: what was done of it so far is lost."
    )
    alive = Known(EVERYTHING, {"w": Owner.ALIVE})
    assert "1 owner is alive" in plan(Order(Action.RELEASE, force=True), tasks, alive).risk
    assert "duplicate" in plan(Order(Action.CLONE, same=True), tasks, alive).risk


def test_calls_are_told_with_their_number():
    many = [Task(n, "Echo", status=TaskStatus.FAILED) for n in range(1, 2 * TOGETHER + 2)]
    (call,) = plan(Order(Action.RETRY), many, Known(EVERYTHING)).calls
    assert call == '3 × POST /tasks/bulk {"action": "retry", "ids": […]}'
    _, creations = plan(Order(Action.CLONE, copies=3), many[:2], Known(EVERYTHING)).calls
    assert creations.startswith("6 × POST /tasks ")


def test_reasons_are_grouped_with_most_first_and_unknown_ids_are_told():
    tasks = [Task(n, "Echo", status=TaskStatus.COMPLETED) for n in (1, 2)]
    made = plan(Order(Action.RETRY), tasks, Known(EVERYTHING), missing=[9])
    assert made.skipped == (("it is completed; retry needs it failed", 2), ("there is no such task", 1))


def test_copies_are_told_apart_by_a_parameter_of_their_own_or_by_what_is_changed():
    task = Task(7, "Echo", {"message": "a"})
    assert Order(Action.CLONE, token="t").parameters(task, 2) == {"message": "a", "copy_of": "7-t-2"}
    assert Order(Action.CLONE, same=True).parameters(task, 2) == {"message": "a"}
    assert Order(Action.CLONE, changes={"message": "b {n}"}).parameters(task, 2) == {"message": "b 2"}


def test_a_type_that_allows_no_other_parameter_is_left_out_unless_a_parameter_is_changed():
    closed = Known(NOTHING, closed=frozenset({"Echo"}))
    assert plan(Order(Action.CLONE), one_of_each(), closed).act == ()
    assert plan(Order(Action.CLONE, changes={"a": 1}), one_of_each(), closed).act == (1, 2, 3, 4)


class Hand:
    """Does chunks, and loses the connection at one."""

    def __init__(self, breaks_at: int | None = None) -> None:
        self.breaks_at = breaks_at
        self.chunks: list[tuple[int, ...]] = []

    async def bulk(self, plan: Plan, task_ids: Sequence[int]) -> list[BulkRow]:
        self.chunks.append(tuple(task_ids))
        if len(self.chunks) == self.breaks_at:
            raise Unreachable("no answer")
        return [BulkRow(each, Fate.DONE, "done") for each in task_ids]


def failed(number: int) -> Plan:
    """A plan to retry that many tasks by new ones."""
    tasks = [Task(n, "Echo", status=TaskStatus.FAILED) for n in range(1, number + 1)]
    return plan(Order(Action.RETRY), tasks, Known(NOTHING))


async def test_it_is_done_in_chunks_and_stops_between_two_of_them_when_nobody_asks_for_more():
    hand = Hand()
    async for rows in carried_out(hand, failed(3 * SINGLY)):
        assert len(rows) == SINGLY
        break
    assert hand.chunks == [tuple(range(1, SINGLY + 1))]


async def test_what_breaks_off_is_failed_and_the_rest_is_told_as_not_tried():
    rows = [row async for chunk in carried_out(Hand(breaks_at=2), failed(3 * SINGLY)) for row in chunk]
    assert [row.id for row in rows] == list(range(1, 3 * SINGLY + 1))
    fates = [row.fate for row in rows]
    assert fates == [Fate.DONE] * SINGLY + [Fate.FAILED] * SINGLY + [Fate.UNTRIED] * SINGLY
