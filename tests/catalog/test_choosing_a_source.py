"""Which source is used: never invented rows by surprise."""

from pathlib import Path

import pytest

from core.config import Config
from core.errors import BadSetting
from core.sources.choose import choose_source

REMOTE = {"TASKMANAGER_API_URL": "https://tasks.example/api", "TASKMANAGER_API_KEY": "key"}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A settings file that says nothing."""
    file = tmp_path / ".env"
    file.touch()
    return file


def test_the_embedded_taskmanager_has_the_sample_unless_told_otherwise(empty: Path):
    source = choose_source(Config(empty, environ={}))
    assert source is not None
    assert source.name == "sample"


def test_a_remote_taskmanager_has_no_source_unless_one_is_named(empty: Path):
    assert choose_source(Config(empty, environ=REMOTE)) is None


def test_the_sample_can_be_asked_for_by_name_anywhere(empty: Path):
    source = choose_source(Config(empty, environ=REMOTE | {"PRISMQ_SOURCE": "sample"}))
    assert source is not None
    assert source.name == "sample"


@pytest.mark.parametrize("name", ["youtube_api", "yt_dlp"])
def test_a_source_that_is_not_here_is_refused_with_what_there_is(empty: Path, name: str):
    with pytest.raises(BadSetting, match=rf"PRISMQ_SOURCE={name}.*only the source 'sample'"):
        choose_source(Config(empty, environ={"PRISMQ_SOURCE": name}))
