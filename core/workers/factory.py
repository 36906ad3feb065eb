"""WorkerFactory: which worker class does which type of task."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from core.config import Config
from core.errors import BadSetting, CoreError, UnknownTaskType
from core.models import Json
from core.workers.base import BaseWorker
from core.workers.outcomes import sentence
from core.workers.ports import IdeaStore

WorkerClass = TypeVar("WorkerClass", bound=type[BaseWorker])


@dataclass(frozen=True, slots=True)
class Registration:
    """A worker class with the type that it does: what a TaskManager must be told to know the type."""

    task_type: str
    worker_class: type[BaseWorker]
    version: str
    param_schema: Mapping[str, Json]


class WorkerFactory:
    """Makes workers by the name of a task type. The last registration of a name counts."""

    def __init__(self) -> None:
        self._known: dict[str, Registration] = {}

    @overload
    def register(
        self,
        task_type: str,
        worker_class: WorkerClass,
        *,
        version: str = ...,
        param_schema: Mapping[str, Json] | None = ...,
    ) -> WorkerClass: ...
    @overload
    def register(
        self, task_type: str, *, version: str = ..., param_schema: Mapping[str, Json] | None = ...
    ) -> Callable[[WorkerClass], WorkerClass]: ...
    def register(
        self,
        task_type: str,
        worker_class: Any = None,
        *,
        version: str = "1.0.0",
        param_schema: Mapping[str, Json] | None = None,
    ) -> Any:
        """Say that ``worker_class`` does tasks of ``task_type``; without a class it is a decorator.

        ``param_schema`` is a JSON Schema of the parameters (none: any object). Raises `BadSetting` for a type name
        that is empty or a class that is no `BaseWorker`.
        """
        schema = {"type": "object"} if param_schema is None else param_schema

        def keep(chosen: WorkerClass) -> WorkerClass:
            self._keep(Registration(task_type, chosen, version, schema))
            return chosen

        return keep if worker_class is None else keep(worker_class)

    def create(
        self,
        task_type: str,
        *,
        worker_id: str,
        config: Config,
        results_db: IdeaStore,
        task_type_ids: Sequence[int],
        **kwargs: Any,
    ) -> BaseWorker:
        """A worker for this type with what it depends on; those of ``kwargs`` that its class takes go to it.

        Raises `UnknownTaskType`, which lists the known ones, and `BadSetting`, also for whatever its class raises.
        """
        worker_class = self.registration(task_type).worker_class
        needed = {
            "worker_id": worker_id,
            "config": config,
            "results_db": results_db,
            "task_type_ids": task_type_ids,
        }
        try:
            worker: Any = worker_class(**needed, **taken_by(worker_class, kwargs))
            if not hasattr(worker, "max_iterations"):
                raise BadSetting(f"The worker of {task_type} must call super().__init__ in its constructor.")
        except CoreError:
            raise
        except Exception as fault:  # an author's constructor may raise anything
            raise BadSetting(f"The worker of {task_type} cannot be made: {sentence(fault)}.") from fault
        return worker

    def registration(self, task_type: str) -> Registration:
        """What was registered for this type. Raises `UnknownTaskType`."""
        if task_type not in self._known:
            raise UnknownTaskType(task_type, tuple(self._known))
        return self._known[task_type]

    def registrations(self) -> tuple[Registration, ...]:
        """Everything registered, by name."""
        return tuple(self._known[name] for name in sorted(self._known))

    def known_types(self) -> tuple[str, ...]:
        """Names of the types that there is a worker for, sorted."""
        return tuple(sorted(self._known))

    def __contains__(self, task_type: object) -> bool:
        return task_type in self._known

    def _keep(self, registration: Registration) -> None:
        task_type, worker_class = registration.task_type, registration.worker_class
        if not task_type.strip():
            raise BadSetting("A task type needs a name.")
        if not isinstance(worker_class, type) or not issubclass(worker_class, BaseWorker):  # pyright: ignore[reportUnnecessaryIsInstance]  # authors may run no type checker
            raise BadSetting(f"The worker of {task_type} must be a class made from BaseWorker, not {worker_class!r}.")
        self._known[task_type] = registration


def taken_by(worker_class: type[BaseWorker], optional: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the optional arguments that the class's constructor takes: an author's own need not take them all."""
    parameters = inspect.signature(worker_class).parameters
    takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    return {name: value for name, value in optional.items() if takes_all or name in parameters}


worker_factory = WorkerFactory()
"""The factory of this program: what the command line and the board start workers from."""
