"""The types of the demo: one of them was another before, so that there are versions to look at."""

from pathlib import Path

from core.demo.play import open_demo
from core.demo.unworked import UNWORKED_TYPE


async def test_one_type_was_registered_in_an_older_version_first(tmp_path: Path):
    async with open_demo(tmp_path, seed=7) as engine:
        opened = await engine.open_type(UNWORKED_TYPE.name)
        assert opened.versions is not None
        newest, oldest = opened.versions
        assert (newest.version.version, oldest.version.version) == (UNWORKED_TYPE.version, "0.9.0")
        assert "+ max_posts (integer)" in [each.text for each in newest.changes]
        assert opened.notes == ()
