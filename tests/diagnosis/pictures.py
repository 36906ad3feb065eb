"""Pictures of what may be known, to be judged: a healthy one, and what is otherwise in each."""

from __future__ import annotations

from dataclasses import replace

from core.attempts import NOT_RETRIED
from core.bulk import Owner
from core.details import AttemptRow
from core.diagnosis.picture import Known, Owed
from core.models import TaskStatus, WorkerState
from core.snapshot import Holdup
from tests.diagnosis.known import (
    BARE,
    CLAIM,
    FAR_NEARING,
    GONE,
    HANGING,
    LATE,
    LIFO,
    NEARING,
    OFFLINE,
    OURS,
    PLACES,
    REFUSED,
    STILL,
    UNWORKED,
    ago,
    claimed,
    failed,
    of,
    pending,
    row,
    stranger,
    system,
    tries,
    typed,
    worker,
)

# name: (what is known, code of the first cause, how sure, whether it is stuck, verbs of its cures)
PICTURES: dict[str, tuple[Known, str, str, bool, list[str]]] = {
    "no worker at all": (of(pending(), system(type_row=STILL)), "no-worker", "certain", True, ["start_workers"]),
    "no worker here, and a quiet one elsewhere": (
        of(pending(created_at=ago(90)), system(stranger(), type_row=STILL)),
        "no-worker", "likely", True, ["start_workers"],
    ),
    "no worker here, and one elsewhere, just now": (
        of(pending(created_at=ago(4)), system(stranger(), type_row=STILL)),
        "no-worker", "possible", False, ["start_workers"],
    ),
    "no worker is known, but tasks end": (of(pending(), system()), "no-worker", "possible", False, ["start_workers"]),
    "a server that does not tell of workers": (
        of(pending(created_at=ago(90)), system(type_row=STILL, server=BARE)),
        "no-worker", "likely", True, ["start_workers"],
    ),
    "a type without a worker class": (
        of(pending(), system(type_row=UNWORKED)), "type-unknown-here", "certain", True, ["", "cancel"],
    ),
    "a type whose worker lacks its source": (
        of(pending(), system(type_row=STILL, hindrances={"Echo": "Echo needs a source: set PRISMQ_SOURCE."})),
        "worker-lacks", "certain", True, ["", "cancel"],
    ),
    "all are paused": (
        of(pending(), system(worker(1, WorkerState.PAUSED), worker(2, WorkerState.PAUSED))),
        "workers-paused", "certain", True, ["resume"],
    ),
    "all that run elsewhere are paused": (
        of(pending(), system(stranger(state=WorkerState.PAUSED), type_row=STILL)),
        "workers-paused", "likely", True, ["", "start_workers"],
    ),
    "all are stopping": (
        of(pending(), system(worker(state=WorkerState.DRAINING, holds=3))),
        "workers-stopping", "certain", True, ["start_workers"],
    ),
    "all have stopped": (
        of(pending(), system(worker(1, WorkerState.STOPPED), worker(2, WorkerState.STOPPED))),
        "workers-ended", "certain", True, ["restart", "start_workers"],
    ),
    "the only one crashed": (
        of(pending(), system(worker(state=WorkerState.CRASHED, note="KeyError: 'n'"))),
        "workers-ended", "certain", True, ["restart", "start_workers"],
    ),
    "all are busy": (
        of(pending(), system(worker(state=WorkerState.BUSY, holds=3))), "workers-busy", "certain", False, ["scale"],
    ),
    "all rest": (
        of(pending(), system(worker(state=WorkerState.BACKING_OFF, until=ago(-12), note="5 failures in a row"))),
        "workers-resting", "certain", False, ["scale"],
    ),
    "it waits its turn": (of(pending(), system(worker(until=ago(-4)))), "waits-its-turn", "certain", False, ["scale"]),
    "a free worker does not claim it": (
        of(pending(created_at=ago(400)), system(worker(), type_row=STILL)),
        "free-yet-unclaimed", "likely", True, ["start_workers"],
    ),
    "one that was tried waits beside a free worker, nobody knows since when": (
        of(pending(created_at=ago(90_000), attempts=1), system(worker(), type_row=STILL)),
        "waits-its-turn", "certain", False, ["scale"],
    ),
    "one that was retried has just begun to wait": (
        of(pending(created_at=ago(90_000), error="HTTP 500"), system(worker(), type_row=STILL), waits_since=ago(2)),
        "waits-its-turn", "certain", False, ["scale"],
    ),
    "one that was tried waits for long since": (
        of(pending(created_at=ago(90_000), attempts=1), system(worker(), type_row=STILL), waits_since=ago(400)),
        "free-yet-unclaimed", "likely", True, ["start_workers"],
    ),
    "one busy, one stopping": (
        of(pending(), system(worker(1, WorkerState.DRAINING, holds=3), worker(2, WorkerState.BUSY, holds=4))),
        "workers-busy", "certain", False, ["scale"],
    ),
    "it has failed, and the server is away": (
        of(failed(), system(server=OFFLINE)), "attempts-used-up", "certain", False, ["retry", "plan_bulk"],
    ),
    "it starves": (
        of(pending(created_at=ago(900)), system(LIFO), overtakers=420, places=PLACES),
        "overtaken", "certain", True, ["set_strategy", "scale"],
    ),
    "newer ones go first, for now": (
        of(pending(), system(LIFO), overtakers=4, places=PLACES),
        "overtaken", "certain", False, ["set_strategy", "scale"],
    ),
    "too many abandoned runs": (
        of(pending(), system(worker(state=WorkerState.BACKING_OFF, abandoned=16))),
        "too-many-abandoned", "certain", True, ["start_workers", ""],
    ),
    "its worker fell silent": (of(claimed("w-gone"), system(GONE)), "owner-gone", "likely", True, ["release"]),
    "its worker's process is dead": (
        of(claimed("w-dead"), system(), owner=Owner.GONE, dead=True), "owner-gone", "certain", True, ["release"],
    ),
    "its worker is gone, and the server cannot release": (
        of(claimed("w-dead"), system(server=BARE), owner=Owner.GONE, dead=True, deadline=None),
        "owner-gone", "certain", True, ["plan_bulk"],
    ),
    "nobody knows its worker": (
        of(claimed("who", claimed_at=ago(20)), system()), "owner-unknown", "possible", False, ["release"],
    ),
    "the claim of a worker that nobody knows is over": (
        of(claimed("who"), system()), "claim-over", "likely", True, ["release", "start_workers", ""],
    ),
    "its worker hangs": (
        of(claimed(), system(worker(state=WorkerState.BUSY, holds=10429)), heard_at=ago(240)),
        "no-progress", "likely", True, ["stop_workers", "release"],
    ),
    "its worker hangs, and its claim nears its end": (
        of(claimed(), system(HANGING)), "no-progress", "likely", True, ["stop_workers", "extend_claims", "release"],
    ),
    "its claim is not renewed and nears its end": (
        of(claimed(), system(NEARING)), "claim-ends", "likely", True, ["extend_claims", "", "stop_workers"],
    ),
    "its claim nears its end, and nothing renews it": (
        of(claimed(), system(NEARING, server=BARE)), "claim-ends", "likely", False, ["", "", "stop_workers"],
    ),
    "the claim of a worker elsewhere nears its end": (
        of(claimed("x-08"), system(FAR_NEARING)), "claim-ends", "likely", False, ["", "", "release"],
    ),
    "nothing was heard of its work for a while": (
        of(claimed(claimed_at=ago(20)), system(worker(state=WorkerState.BUSY, holds=10429)), heard_at=ago(20)),
        "no-progress", "possible", False, ["stop_workers", "release"],
    ),
    "it ran past its claim": (
        of(claimed(), system(LATE)), "past-its-claim", "certain", True, ["extend_claims", "", "stop_workers"],
    ),
    "it ran past its claim, and nothing renews it": (
        of(claimed(), system(LATE, server=BARE)), "past-its-claim", "certain", True, ["", "", "stop_workers"],
    ),
    "a worker elsewhere runs past its claim": (
        of(claimed("x-08"), system(stranger()), heard_at=ago(2)), "past-its-claim", "likely", True, ["", "", "release"],
    ),
    "our worker does not have it in hand": (
        of(claimed(), system(worker()), orphaned=True), "not-in-hand", "likely", True, ["release"],
    ),
    "it is being done": (
        of(claimed(claimed_at=ago(3)), system(worker(state=WorkerState.BUSY, holds=10429))),
        "in-hand", "certain", False, [],
    ),
    "its attempts are used up": (
        of(failed(), system(), attempts=tries("HTTP 500", "no title", "HTTP 404: no such channel")),
        "attempts-used-up", "certain", False, ["retry", "plan_bulk"],
    ),
    "its error cannot change": (
        of(
            failed(attempts=1, error="The video is private."),
            system(),
            attempts=(AttemptRow(1, "w-01", ago(60), ago(59), NOT_RETRIED, "The video is private."),),
            last_word=NOT_RETRIED,
        ),
        "not-retried", "certain", False, ["plan_bulk", "retry"],
    ),
    "its error passes by itself, after long": (
        of(
            failed(attempts=1, error="The daily quota is used up."),
            system(),
            attempts=(AttemptRow(1, "w-01", ago(60), ago(59), NOT_RETRIED, "The daily quota is used up."),),
            last_word=NOT_RETRIED,
        ),
        "not-retried", "certain", False, ["retry", "plan_bulk"],
    ),
    "it is put off": (
        of(pending(attempts=1, error="The daily quota is used up.", retry_at=ago(-7200)), system(type_row=STILL)),
        "put-off", "certain", False, ["retry", "cancel"],
    ),
    "it was put off, and nobody is there": (
        of(pending(attempts=1, error="The daily quota is used up.", retry_at=ago(5)), system(type_row=STILL)),
        "no-worker", "certain", True, ["start_workers"],
    ),
    "it was cancelled": (
        of(failed(attempts=1, error="cancelled", cancelled=True), system()),
        "cancelled", "certain", False, ["retry", "plan_bulk"],
    ),
    "it was cancelled in its last attempt": (
        of(failed(attempts=3, error="cancelled", cancelled=True), system()),
        "cancelled", "certain", False, ["retry", "plan_bulk"],
    ),
    "it was cancelled, as its history alone tells": (
        replace(of(failed(attempts=1, error="cancelled"), system()), last_word="cancelled"),
        "cancelled", "certain", False, ["retry", "plan_bulk"],
    ),
    "its worker's own error is that word, as its history tells": (
        replace(of(failed(attempts=3, error="cancelled"), system()), last_word="failed"),
        "attempts-used-up", "certain", False, ["retry", "plan_bulk"],
    ),
    "its worker's own error is that word, as its server tells": (
        of(failed(attempts=3, error="cancelled", cancelled=False), system()),
        "attempts-used-up", "certain", False, ["retry", "plan_bulk"],
    ),
    "its error alone says that it was cancelled": (
        of(failed(attempts=1, error="cancelled"), system()), "ended-early", "certain", False, ["retry"],
    ),
    "its server ended it before its attempts were used up": (
        of(failed(attempts=1, error="no such video"), system()), "ended-early", "certain", False, ["retry"],
    ),
    "it fails with the same error": (
        of(pending(attempts=2), system(worker()), attempts=tries("no channel 7", "no channel 8"), alike=40),
        "same-error", "certain", False, ["plan_bulk", "cancel"],
    ),
    "it failed with the same error thrice": (
        of(failed(), system(), attempts=tries("no channel", "no channel", "no channel")),
        "same-error", "certain", False, ["plan_bulk", "retry"],
    ),
    "its parameters do not fit any more": (
        of(pending(attempts=1), system(worker()), violations=("max_videos: is missing",), attempts=tries("KeyError")),
        "parameters-do-not-fit", "certain", True, ["plan_bulk", "cancel"],
    ),
    "its type was removed": (
        of(pending(), system(worker()), unregistered=True, ours=OURS),
        "type-not-registered", "certain", True, ["register_type"],
    ),
    "its type is inactive": (
        of(pending(created_at=ago(90)), system(worker(), type_row=row(is_active=False, rates=())), ours=OURS),
        "type-inactive", "likely", True, ["register_type"],
    ),
    "it is completed": (
        of(pending(status=TaskStatus.COMPLETED), system(worker())), "done", "certain", False, [],
    ),
    "the server is away": (
        of(pending(), system(worker(), server=OFFLINE)), "server-unreachable", "certain", True, [""],
    ),
    "the key is refused": (of(pending(), system(worker(), server=REFUSED)), "key-refused", "certain", True, [""]),
    "the server limits the rate": (
        of(pending(), system(worker(state=WorkerState.BACKING_OFF), limited_until=ago(-42))),
        "rate-limited", "certain", False, [""],
    ),
    "the clocks disagree": (
        of(pending(), system(worker(), clock_offset=-90.0)), "clocks-disagree", "certain", False, [""],
    ),
    "its report waits": (
        of(claimed(), system(worker(), reports_waiting=3), owed=Owed(CLAIM, "waiting", True, "", ago(65))),
        "report-waits", "certain", True, [""],
    ),
    "its report was refused": (
        of(claimed(), system(worker()), owed=Owed(CLAIM, "refused", True, "claimed by another worker", ago(65))),
        "report-aside", "likely", True, ["resend_reports"],
    ),
    "the results database is locked": (
        of(pending(), system(worker(state=WorkerState.BACKING_OFF), held="the results database cannot be written")),
        "results-unwritable", "certain", True, [""],
    ),
    "too many reports wait": (
        of(pending(), system(worker(state=WorkerState.BACKING_OFF), held="1,001 reports wait to be delivered")),
        "too-many-reports", "certain", True, [""],
    ),
    "the results database cannot be read": (
        of(pending(), system(worker(), results_trouble="Another program is writing to ideas.s3db.")),
        "results-unreadable", "possible", True, [""],
    ),
    "the results database cannot be written": (
        of(pending(), system(worker(), writing_trouble="Another program is writing to ideas.s3db.")),
        "results-unwritable", "likely", True, [""],
    ),
    "a worker holds the loop": (
        of(pending(), system(worker(), holdup=Holdup("w-01", 7, "mine.py:12 (process_task)"))),
        "loop-held", "certain", True, [""],
    ),
    "reports wait while the server is away": (
        of(None, system(worker(), server=OFFLINE, reports_waiting=3)), "server-unreachable", "certain", True, [""],
    ),
    "a type that nobody works on": (typed(system(type_row=STILL)), "no-worker", "certain", True, ["start_workers"]),
}  # fmt: skip
