"""The example to copy: it says back what it is told."""

from core.models import TaskResult
from core.workers.catalog.echo import Echo
from core.workers.testing import perform


async def test_it_says_back_what_it_is_told():
    result: TaskResult = await perform(Echo, message="hi")
    assert result.success
    assert result.data == {"message": "hi"}
