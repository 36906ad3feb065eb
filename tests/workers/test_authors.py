"""What an author meets: the constructor, the factory, plug-ins, and trying a worker out."""

import sys
from importlib.metadata import EntryPoint

import pytest

from core.errors import BadSetting, UnknownTaskType
from core.models import TaskResult
from core.workers import BaseWorker, WorkerFactory
from core.workers.backoff import Backoff
from core.workers.claiming import STRATEGIES
from core.workers.plan import WorkerPlan
from core.workers.plugins import load_entry_point, load_plugins
from core.workers.testing import MemoryIdeas, perform, perform_now
from tests.workers.workers_at_hand import Async, Computing, Told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("worker_id", " "),
        ("worker_id", 7),
        ("config", None),
        ("results_db", None),
        ("task_type_ids", []),
        ("task_type_ids", None),
        ("task_type_ids", ["1"]),
        ("task_type_ids", [0]),
        ("strategy", "NEWEST"),
        ("poll_interval", 0),
        ("poll_interval", float("nan")),
        ("max_backoff", -1),
        ("max_backoff", float("inf")),
        ("backoff_multiplier", 0.5),
        ("concurrency", 0),
        ("concurrency", 1.5),
        ("task_timeout", 0),
        ("max_iterations", 0),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused_by_name(make, name, value):
    with pytest.raises(BadSetting) as refused:
        make(Async, **{name: value})
    assert name in str(refused.value)
    assert isinstance(refused.value, ValueError)


def test_arguments_are_attributes_with_the_documented_defaults():
    worker = Async(worker_id="w", config=object(), results_db=MemoryIdeas(), task_type_ids=[3])
    told = {name: getattr(worker, name) for name in ("strategy", "poll_interval", "max_backoff", "backoff_multiplier")}
    assert told == {"strategy": "FIFO", "poll_interval": 5.0, "max_backoff": 60.0, "backoff_multiplier": 1.5}
    assert (worker.concurrency, worker.task_timeout, worker.max_iterations) == (1, None, None)


def test_the_factory_makes_workers_by_type(make):
    factory = WorkerFactory()
    factory.register("A", Async)

    @factory.register("B", version="2.0.0", param_schema={"type": "object", "required": ["url"]})
    class Decorated(Async):
        pass

    given = {"worker_id": "w", "config": object(), "results_db": MemoryIdeas(), "task_type_ids": [1]}
    worker = factory.create("B", **given, concurrency=4)
    assert isinstance(worker, Decorated)
    assert worker.concurrency == 4
    assert factory.registration("B").version == "2.0.0"
    with pytest.raises(UnknownTaskType, match="Known: A, B"):
        factory.create("C", **given)


GIVEN = {"worker_id": "w", "config": object(), "results_db": MemoryIdeas(), "task_type_ids": [1]}


def test_a_constructor_of_four_arguments_gets_no_others():
    class Plain(Async):
        def __init__(self, worker_id, config, results_db, task_type_ids):
            super().__init__(worker_id, config, results_db, task_type_ids)

    class Taking(Async):
        def __init__(self, worker_id, config, results_db, task_type_ids, strategy="LIFO"):
            super().__init__(worker_id, config, results_db, task_type_ids, strategy)

    factory = WorkerFactory()
    factory.register("Plain", Plain)
    factory.register("Taking", Taking)
    chosen = {"strategy": "PRIORITY", "concurrency": 4, "source": object()}
    assert factory.create("Plain", **GIVEN, **chosen).strategy == "FIFO"
    assert factory.create("Taking", **GIVEN, **chosen).strategy == "PRIORITY"


def test_a_constructor_that_passes_everything_on_gets_everything():
    class Open(Async):
        def __init__(self, *args, **kwargs):
            self.extra = kwargs.pop("extra")
            super().__init__(*args, **kwargs)

    factory = WorkerFactory()
    factory.register("Open", Open)
    worker = factory.create("Open", **GIVEN, concurrency=4, extra="all")
    assert (worker.concurrency, worker.extra) == (4, "all")


def test_a_constructor_that_breaks_is_told_with_its_type():
    class Broken(Async):
        def __init__(self, **kwargs):
            raise KeyError("YOUTUBE_KEY")

    class Unfinished(Async):
        def __init__(self, **kwargs):
            self.worker_id = kwargs["worker_id"]

    class Narrow(Async):
        def __init__(self, worker_id):
            super().__init__(worker_id, None, None, [])

    factory = WorkerFactory()
    for worker_class in (Broken, Unfinished, Narrow):
        factory.register(worker_class.__name__, worker_class)
    with pytest.raises(BadSetting, match=r"Broken cannot be made: KeyError: .YOUTUBE_KEY"):
        factory.create("Broken", **GIVEN)
    with pytest.raises(BadSetting, match=r"Unfinished must call super"):
        factory.create("Unfinished", **GIVEN)
    with pytest.raises(BadSetting, match=r"Narrow cannot be made: TypeError"):
        factory.create("Narrow", **GIVEN)


def test_a_plan_of_many_types_names_who_does_which_and_may_have_another_strategy(make):
    first, second = make(Async, concurrency=3), make(Async)
    plan = WorkerPlan.of(first, {1: first, 2: second}, ("A", "B"), STRATEGIES["LIFO"])
    assert (plan.handlers, plan.types, plan.strategy.name, plan.concurrency) == (
        {1: first, 2: second},
        ("A", "B"),
        "LIFO",
        3,
    )


def test_the_factory_refuses_what_is_no_worker():
    with pytest.raises(BadSetting, match="BaseWorker"):
        WorkerFactory().register("A", dict)


def test_plug_ins_are_loaded_and_faults_are_told_one_by_one(tmp_path, monkeypatch):
    (tmp_path / "my_plugin.py").write_text(
        "from core.workers import BaseWorker, TaskResult\n"
        "class Mine(BaseWorker):\n    def process_task(self, task): return TaskResult(True)\n"
    )
    (tmp_path / "my_broken_plugin.py").write_text("raise SystemExit(2)\n")
    (tmp_path / "my_skipping_plugin.py").write_text("import pytest\npytest.skip('not an Exception')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    factory = WorkerFactory()
    faults = load_plugins(
        [
            "my_broken_plugin",
            "my_skipping_plugin",
            "no_such_module",
            "My.Type=my_plugin:Mine",
            "X=my_plugin",
            "Y=my_plugin:Other",
        ],
        factory,
    )
    assert factory.known_types() == ("My.Type",)
    assert len(faults) == 5
    assert all(len(sentence) > 20 for sentence in faults)


def test_a_plugin_whose_fault_cannot_be_read_stops_no_other(tmp_path, monkeypatch):
    unreadable = "class Odd(Exception):\n    def __str__(self):\n        raise KeyError('text')\nraise Odd\n"
    (tmp_path / "my_unreadable_plugin.py").write_text(unreadable)
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("odd", "my_unreadable_plugin", "prismq.workers")
    [told] = load_plugins(["my_unreadable_plugin"], WorkerFactory())
    assert "cannot be loaded: Odd: its text cannot be read (KeyError)" in told
    assert "cannot be loaded: Odd: its text cannot be read (KeyError)" in load_entry_point(point, WorkerFactory())


async def test_a_worker_is_tried_in_one_line():
    assert (await perform(Async, n=3)).data == {"n": 3}


def test_a_worker_is_tried_where_no_loop_runs():
    assert perform_now(Async, n=3).data == {"n": 3}


async def test_what_a_worker_saves_while_tried_is_at_hand():
    class Saving(BaseWorker):
        async def process_task(self, task):
            self.save({"title": "one"}, key="k1")
            return TaskResult(True, {"items": [{"title": "two"}, {"title": "three"}]})

    ideas = MemoryIdeas()
    assert (await perform(Saving, ideas)).success
    assert [idea["title"] for idea in ideas.ideas.values()] == ["one", "two", "three"]


async def test_ideas_without_a_title_among_others_fail_the_task():
    class Careless(Told):
        does = staticmethod(lambda worker, task: TaskResult(True, {"items": [{"title": "one"}, {"url": "x"}]}))

    assert "item 2 of 2 is no idea" in ((await perform(Careless)).error or "")


async def test_a_retry_goes_on_where_the_earlier_attempt_stopped():
    class GoingOn(BaseWorker):
        async def process_task(self, task):
            done = self.saved()
            if not done:
                self.save({"title": "first"}, key="first")
                raise ConnectionError("lost")
            return TaskResult(True, {"before": done})

    ideas = MemoryIdeas()
    assert not (await perform(GoingOn, ideas)).success
    assert (await perform(GoingOn, ideas, 2)).data == {"before": ["first"]}


async def test_a_cpu_bound_worker_is_tried_in_a_process():
    assert (await perform(Computing)).data["sum"] == 499500


def test_saving_outside_a_task_is_refused_and_progress_is_not(make):
    worker = make(Async)
    worker.report_progress(10)
    assert not worker.is_cancelled
    with pytest.raises(BadSetting, match="inside process_task"):
        worker.save({"title": "x"})


def test_delays_grow_to_their_ceiling_and_chance_only_shortens_them():
    class Chance:
        def __init__(self, value):
            self.value = value

        def random(self):
            return self.value

    backoff = Backoff(5, 1.5, 60)
    assert [round(backoff.delay(n, Chance(0)), 2) for n in (1, 2, 3, 1000)] == [5, 7.5, 11.25, 60]
    assert backoff.delay(1, Chance(1)) == pytest.approx(4)
