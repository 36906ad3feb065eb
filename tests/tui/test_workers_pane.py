"""Workers: the same short name everywhere, live ones first, and numbers that agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.models import WorkerState, WorkerStatus
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Opens, until
from tui.look import Tone, short_name
from tui.panes.workers import in_a_row

ONE, TWO, THREE, FOUR = scenes.workers()
GONE = tuple(replace(FOUR, id=f"w-ann-4242-5a3b-{n}", state=WorkerState.STOPPED) for n in (5, 6, 7))
DRAINING = replace(TWO, state=WorkerState.DRAINING)
MIXED = replace(scenes.BUSY, workers=(*GONE, ONE, DRAINING, THREE, replace(FOUR, in_hand=ONE.in_hand)))


def test_a_worker_goes_by_the_end_of_its_id():
    assert short_name("w-a-host-with-dashes-10144-5a3b-12") == "5a3b-12"
    assert short_name("worker-1") == "worker-1"


async def test_queue_and_workers_use_one_name_and_the_border_tells_the_whole(open_board: Opens):
    async with open_board() as desk:
        text = desk.text()
        assert text.count("w-ann-4242-5a3b-1") == 1
        await desk.press("3", "down")
        assert "w-ann-4242-5a3b-2  2 of 4" in desk.text()
        assert "claimed      0  1/3    12s  64% @lofi  5a3b-2" in text


async def test_stopped_workers_are_one_row_below_the_others_and_enter_shows_them(open_board: Opens):
    async with open_board(MIXED) as desk:
        assert "3 Workers  ● 3  ◔ 1  ■ 3" in desk.text()
        assert "workers 4 (3 busy, 1 stopping)" in desk.text()
        names = [row.id for row in desk.board.worker_pane.row_list.rows[:-1]]
        assert names == [ONE.id, TWO.id, THREE.id, FOUR.id]
        await desk.press("3", "G")
        assert "■ 3 stopped" in desk.text() and "5a3b-6" not in desk.text()
        await desk.press("enter")
        assert "5a3b-6" in desk.text()
        await desk.press("p")
        assert desk.verbs.calls == []


async def test_a_worker_with_a_task_in_hand_is_said_to_finish_it_first(open_board: Opens):
    async with open_board() as desk:
        await desk.press("3", "x")
        assert desk.notes() == ["Stopping 5a3b-1: finishes #10432 first."]


async def test_those_that_stop_already_are_neither_paused_nor_counted(open_board: Opens):
    async with open_board(MIXED) as desk:
        await desk.press("p")
        assert desk.verbs.calls == [("pause", (ONE.id, THREE.id))]
        assert desk.notes() == ["Paused 2 workers: they finish #10432."]
        await desk.press("3", "down", "x")
        assert desk.notes() == ["Stopping 5a3b-2: finishes #10431 first. X stops now."]


async def test_code_that_goes_on_after_its_end_is_counted(open_board: Opens):
    left = replace(scenes.BUSY, workers=(ONE, replace(TWO, abandoned=2), THREE, FOUR))
    async with open_board(left) as desk:
        await desk.press("3", "down", "z")
        assert "3 Workers  2 busy  1 backing off  1 paused  2 abandoned" in desk.text()
        assert "5a3b-2  2 abandoned  2 of 4" in desk.text()


async def test_a_task_that_is_past_the_time_of_its_claim_is_marked(open_board: Opens):
    hand = replace(ONE.in_hand[0], deadline=scenes.ago(72), late=True)
    async with open_board(replace(scenes.BUSY, workers=(replace(ONE, in_hand=(hand,)),))) as desk:
        assert "#10432 12%  ⚠ late 1m12s" in desk.text()


async def test_a_worker_of_another_machine_that_is_not_heard_of_is_marked_silent(open_board: Opens):
    far = replace(ONE, id="w-far-7-aaaa-1", local=False, host="far", pid=7, last_seen=scenes.ago(75))
    far = replace(far, state=WorkerState.SILENT, note="It has not been heard of for a while.")
    async with open_board(replace(scenes.BUSY, workers=(TWO, far))) as desk:
        assert "1 busy  1 silent" in desk.text()
        assert "workers 1 (1 busy)" in desk.text()
        await desk.press("3", "z")
        row = next(line for line in desk.text().splitlines() if "aaaa-1" in line)
        assert "? silent" in row and "#10432" in row and "1m15s" in row


async def test_the_first_line_says_until_when_a_rate_limit_lasts(open_board: Opens):
    async with open_board(replace(scenes.BUSY, limited_until=scenes.ago(-200))) as desk:
        assert "◔ rate limited until 12:03:20" in desk.text()


async def test_failed_attempts_are_named_as_such(open_board: Opens):
    async with open_board() as desk:
        await desk.press("3", "z")
        assert "Failed att." in desk.text()


async def test_the_large_list_tells_how_often_in_a_row_each_failed(open_board: Opens):
    failing = (replace(ONE, failed=7, failed_in_a_row=2), replace(TWO, failed=9, failed_in_a_row=3), THREE)
    async with open_board(replace(scenes.BUSY, workers=failing)) as desk:
        await desk.press("3", "z")
        head, *rows = (line for line in desk.text().splitlines() if "Failed att." in line or "5a3b-" in line[:12])
        end = head.index("In a row") + len("In a row")
        assert [row[end - 3 : end].strip() for row in rows[:3]] == ["2", "3", "–"]
        tones = [in_a_row(worker, scenes.NOW)[0][1] for worker in failing]
        assert tones == [Tone.PLAIN, Tone.WARN, Tone.MUTED]


async def test_the_large_list_tells_why_a_worker_waits_from_its_beginning_and_once(open_board: Opens):
    waiting = replace(THREE, note="The TaskManager does not answer: connection refused.")
    async with open_board(replace(scenes.BUSY, workers=(ONE, waiting))) as desk:
        await desk.press("3", "z")
        busy, row = (line for line in desk.text().splitlines() if "5a3b-1 " in line[:12] or "5a3b-3" in line[:12])
        assert row.count("The TaskMana") == 1 and "…Channel.Scrap" in busy


async def test_throughput_tells_for_how_long_it_has_counted(open_board: Opens):
    began = replace(scenes.BUSY.throughput, pending=(7,) * 12)
    async with open_board(replace(scenes.BUSY, throughput=began)) as desk:
        await desk.press("4", "4", "4", "4")
        assert "last 12s   " in desk.text()
        assert "1 failed   1,204 pending, oldest 2m10s" in desk.text()
        assert "-12s" in desk.text()


def with_tasks(*tasks: int) -> Snapshot:
    """Each worker with another task in hand."""

    def busy(worker: WorkerStatus, task: int) -> WorkerStatus:
        hand = replace(ONE.in_hand[0], task_id=task)
        return replace(worker, state=WorkerState.BUSY, in_hand=(hand,))

    workers = (ONE, TWO, THREE)
    return replace(scenes.BUSY, workers=tuple(busy(*each) for each in zip(workers, tasks, strict=True)))


async def test_the_question_before_stopping_names_what_is_in_hand_now_and_so_does_what_is_said_after_a_yes(
    open_board: Opens,
):
    async with open_board(with_tasks(228, 204, 211)) as desk:
        await desk.press("x")
        assert "finished first: #228, #204, #211." in desk.text()
        await desk.put(with_tasks(235, 234, 227))
        await until(desk, lambda: "finished first: #235, #234, #227." in desk.text())
        await desk.put(with_tasks(240, 241, 242))
        await desk.press("y")
        assert desk.notes() == ["Stopping 3 workers: they finish #240, #241, #242 first."]


async def test_a_worker_that_ends_while_the_question_stands_does_not_keep_the_others_from_stopping(open_board: Opens):
    before = with_tasks(228, 204, 211)
    ended = replace(before.workers[1], state=WorkerState.STOPPED, in_hand=())
    async with open_board(before) as desk:
        await desk.press("x")
        await desk.put(replace(before, workers=(before.workers[0], ended, before.workers[2])))
        await desk.press("y")
        assert desk.verbs.called("stop_workers") == [("stop_workers", (ONE.id, THREE.id), False)]


@pytest.mark.parametrize(
    ("worker", "said"),
    [
        (replace(ONE, state=WorkerState.CRASHED, in_hand=()), "5a3b-1 has crashed: r starts it again."),
        (replace(ONE, local=False, host="far"), "5a3b-1 belongs to another process, and is steered there."),
    ],
    ids=["crashed", "of another process"],
)
@pytest.mark.parametrize("key", ["x", "p", ".", "c", "t"])
async def test_what_cannot_be_told_to_a_worker_is_said_with_the_reason(
    open_board: Opens, worker: WorkerStatus, said: str, key: str
):
    async with open_board(replace(scenes.BUSY, workers=(worker,))) as desk:
        await desk.press("3", key)
        assert desk.notes() == [said]


@pytest.mark.parametrize("key", ["x", "p", ".", "c", "t", "r"])
async def test_the_row_of_the_stopped_ones_says_how_they_are_reached(open_board: Opens, key: str):
    async with open_board(MIXED) as desk:
        await desk.press("3", "G", key)
        assert desk.notes() == ["This row stands for 3 stopped workers: ⏎ shows them, then r starts one again."]
        await desk.press("enter", "G", "x")
        assert desk.notes()[-1] == "5a3b-7 has stopped: r starts it again."
        assert desk.verbs.calls == []


@pytest.mark.parametrize("key", ["x", "r"])
async def test_where_there_is_no_worker_at_all_it_is_said_how_one_is_started(open_board: Opens, key: str):
    async with open_board(replace(scenes.BUSY, workers=())) as desk:
        await desk.press("3", key)
        assert desk.notes() == ["No worker of this board runs; s starts some."]


async def test_of_several_that_cannot_be_told_anything_it_is_said_that_they_are_of_two_kinds(open_board: Opens):
    far = replace(TWO, local=False, host="far")
    gone = replace(ONE, state=WorkerState.CRASHED, in_hand=())
    async with open_board(replace(scenes.BUSY, workers=(gone, far))) as desk:
        await desk.press("3", "space", "space", "x")
        assert desk.notes() == [
            "Of 2 workers some have ended (r starts them again), the others belong to other processes."
        ]
