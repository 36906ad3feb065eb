"""Echo: says back what it is told. The example to copy for a worker of your own."""

from __future__ import annotations

from core.workers import BaseWorker, Task, TaskResult, worker_factory

PARAMETERS = {
    "type": "object",
    "properties": {
        "message": {"type": "string", "title": "Message", "description": "What to say back.", "examples": ["Hello"]},
    },
    "required": ["message"],
    "additionalProperties": False,
}


@worker_factory.register("Echo", version="1.0.0", param_schema=PARAMETERS)
class Echo(BaseWorker):
    """Answers with the message it was given."""

    async def process_task(self, task: Task) -> TaskResult:
        """The message, as the task's result."""
        return TaskResult(success=True, data={"message": task.parameters["message"]}, items_processed=1)
