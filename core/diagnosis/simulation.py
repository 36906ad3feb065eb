"""What the waiting tasks would experience under each strategy, at the present rates. Pure, bounded and without chance.

Tasks of a type come evenly and take equally long, so that strategies differ in nothing but the order. Where there are
very many, one stands for several: work and waits stay as they are, and only their grain gets coarser.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from core.diagnosis.outlook import ClaimOrder, Load, Outlook, Simulation, Waiter
from core.diagnosis.words import amount, span

MOST_COMING = 2_000
"""Tasks that come, at most, in a simulation; where more would, each stands for several."""
SHORTEST_HORIZON, LONGEST_HORIZON = 60.0, 7 * 86_400.0
"""Seconds that are looked ahead, at least and at most."""
PATIENCE = 4
"""How many times as long as the waiting work takes it is looked ahead: who has not begun by then starves."""


def simulated(load: Load, orders: Sequence[ClaimOrder]) -> Simulation:
    """What would come of each of these strategies. A worker that keeps a strategy needs it to be among them."""
    if not any(each.count for each in load.hands):
        return Simulation(why_not="No worker claims these types now: nothing begins, under any strategy.")
    unknown = sorted({each.task_type for each in load.waiting} - set(load.run_seconds))
    if unknown:
        return Simulation(why_not=f"It is not known how long a run of {unknown[0]} takes: none has ended here yet.")
    horizon = horizon_of(load)
    coming = tuple(sorted(arriving(load, horizon), key=lambda each: each[0]))
    known = {order.name: order for order in orders}
    outlooks = tuple(Run(load, order, known, horizon).outlook(coming) for order in orders)
    return Simulation(outlooks, tuple(assumptions(load, horizon)))


def horizon_of(load: Load) -> float:
    """How far to look ahead, seconds: `PATIENCE` times as long as the waiting work takes if nothing comes."""
    work: dict[str, float] = {}
    for each in load.waiting:
        work[each.task_type] = work.get(each.task_type, 0.0) + each.stands_for * load.run_seconds[each.task_type]
    hands = {name: sum(each.count for each in load.hands if name in each.types) for name in work}
    alone = (work[name] / hands[name] for name in work if hands[name])
    takes = max(chain(alone, [sum(work.values()) / sum(each.count for each in load.hands)]))
    return min(LONGEST_HORIZON, max(SHORTEST_HORIZON, PATIENCE * takes))


def arriving(load: Load, horizon: float) -> Iterable[tuple[float, Waiter]]:
    """The tasks that come, each with its second; newer ones have larger ids."""
    rates = {name: rate for name, rate in load.arrivals.items() if rate > 0 and name in load.run_seconds}
    newest = max((each.id for each in load.waiting), default=0) + 1
    most = max(1, MOST_COMING // max(1, len(rates)))
    for place, (name, rate) in enumerate(sorted(rates.items())):
        alike = max(1, round(rate * horizon / most))
        like = load.priorities.get(name) or (0,)
        for number in range(int(rate * horizon / alike)):
            at = (number + 1) * alike / rate
            # By their seconds, so that those of several types are in the order in which they come.
            task_id = newest + round(at * 1000) * len(rates) + place
            yield at, Waiter(task_id, name, like[number % len(like)], stands_for=alike)


@dataclass(slots=True)
class Slot:
    """One place of a worker: the strategy by which it claims, and which of its types had their turn when."""

    types: tuple[str, ...]
    order: str
    turns: dict[str, int]


class Queue:
    """The waiting tasks of one type, from which each strategy takes its own next."""

    def __init__(self, orders: Iterable[ClaimOrder]) -> None:
        self._orders = tuple(orders)
        self._heaps: dict[str, list[tuple[int, int, int]]] = {order.name: [] for order in self._orders}
        self._waiting: dict[int, tuple[float, Waiter]] = {}
        self._number = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, at: float, task: Waiter) -> None:
        """A task that waits from that second on; seconds before now are below zero."""
        self._number += 1
        self._waiting[self._number] = (at, task)
        for order in self._orders:
            step = -1 if order.sort_order == "DESC" else 1
            rank = step * (task.priority if order.sort_by == "priority" else task.id)
            heapq.heappush(self._heaps[order.name], (rank, task.id, self._number))

    def take(self, order: str) -> tuple[float, Waiter]:
        """The next one of a strategy, with the second from which it waited."""
        heap = self._heaps[order]
        while True:
            number = heapq.heappop(heap)[2]
            if number in self._waiting:  # else another strategy took it
                return self._waiting.pop(number)

    def left(self) -> Iterable[tuple[float, Waiter]]:
        """Those that still wait."""
        return self._waiting.values()


class Run:
    """One simulation: all that happens until the horizon, under one strategy."""

    def __init__(self, load: Load, order: ClaimOrder, orders: Mapping[str, ClaimOrder], horizon: float) -> None:
        self._load, self._order, self._horizon = load, order, horizon
        used = {orders[each.strategy or order.name].name: orders[each.strategy or order.name] for each in load.hands}
        names = {name for each in load.hands for name in each.types} | {each.task_type for each in load.waiting}
        self._queues = {name: Queue(used.values()) for name in sorted(names)}
        self._free: list[tuple[float, int]] = []
        self._slots: list[Slot] = []
        self._idle: list[int] = []
        self._waits: list[tuple[float, int]] = []
        self._begun = 0
        self._turn = 0

    def outlook(self, coming: Sequence[tuple[float, Waiter]]) -> Outlook:
        """What comes of it."""
        for each in self._load.waiting:
            self._queues[each.task_type].put(-each.waited, each)
        self._man()
        for at, task in coming:
            self._work_until(at)
            if task.task_type in self._queues:
                self._queues[task.task_type].put(at, task)
                self._hand_out(at, task.task_type)
        self._work_until(self._horizon)
        left = [
            (self._horizon - at, task.stands_for)
            for queue in self._queues.values()
            for at, task in queue.left()
            if at <= 0
        ]
        return self._told(left)

    def _man(self) -> None:
        """Put everybody in place: those that are busy get free one after the other within the time of a run."""
        busy, total = 0, max(1, sum(min(each.busy, each.count) for each in self._load.hands))
        for each in self._load.hands:
            turns: dict[str, int] = dict.fromkeys(each.types, 0)
            runs = [self._load.run_seconds[name] for name in each.types if name in self._load.run_seconds]
            for place in range(each.count):
                self._slots.append(Slot(each.types, each.strategy or self._order.name, turns))
                at = 0.0
                if place < each.busy and runs:
                    busy += 1
                    at = sum(runs) / len(runs) * busy / total
                heapq.heappush(self._free, (at, len(self._slots) - 1))

    def _work_until(self, end: float) -> None:
        while self._free and self._free[0][0] <= end:
            at, slot = heapq.heappop(self._free)
            if not self._begin(at, slot):
                heapq.heappush(self._idle, slot)

    def _hand_out(self, at: float, name: str) -> None:
        """Let somebody who is idle begin with what has just come."""
        fitting = next((slot for slot in self._idle if name in self._slots[slot].types), None)
        if fitting is not None:
            self._idle.remove(fitting)
            self._begin(at, fitting)

    def _begin(self, at: float, number: int) -> bool:
        """Begin with the next task of the type that had no turn for longest; False where there is none."""
        slot = self._slots[number]
        ready = [name for name in slot.types if self._queues[name]]
        if not ready:
            return False
        name = min(ready, key=lambda each: slot.turns[each])
        self._turn += 1
        slot.turns[name] = self._turn
        since, task = self._queues[name].take(slot.order)
        self._begun += task.stands_for
        if since <= 0:
            self._waits.append((at - since, task.stands_for))
        heapq.heappush(self._free, (at + max(1e-6, self._load.run_seconds[name] * task.stands_for), number))
        return True

    def _told(self, left: Sequence[tuple[float, int]]) -> Outlook:
        waits = sorted((*self._waits, *left))
        total = sum(count for _, count in waits)
        if not total:
            return Outlook(self._order.name, 0, begun=self._begun, horizon=self._horizon)
        mean = sum(seconds * count for seconds, count in waits) / total
        starved = sum(count for _, count in left)
        p95 = below(waits, 0.95 * total)
        return Outlook(self._order.name, total, mean, p95, waits[-1][0], starved, self._begun, self._horizon)


def below(waits: Sequence[tuple[float, int]], rank: float) -> float:
    """How long that many of them wait at most; ``waits`` are sorted, each with how many have it."""
    seen = 0
    for seconds, count in waits:
        seen += count
        if seen >= rank:
            return seconds
    return waits[-1][0]


def assumptions(load: Load, horizon: float) -> Iterable[str]:
    """What a simulation rests on, in sentences."""
    names = sorted({each.task_type for each in load.waiting})
    runs = ", ".join(f"{name} {span(load.run_seconds[name])}" for name in names[:3]) or "not measured"
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    yield f"Estimated from what tasks took lately: {runs}{more}; failures are not tried again."
    rate = sum(load.arrivals.values()) * 60
    yield f"{rate:,.3g} tasks a minute come, as lately, evenly." if rate else "No more tasks come, as none came lately."
    places = sum(each.count for each in load.hands)
    yield f"{amount(len(load.hands), 'worker')} with {amount(places, 'place')} for tasks claim, and stay as they are."
    yield f"What has not begun within {span(horizon)} counts as starving."
