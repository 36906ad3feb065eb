"""Which source is used: never invented rows by surprise."""

from pathlib import Path

import pytest

from core.config import Config
from core.errors import BadSetting
from core.sources.choose import choose_source
from core.sources.ytdlp_source import installed_version

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


@pytest.mark.parametrize("elsewhere", [{}, REMOTE])
def test_the_api_is_used_with_a_key(empty: Path, tmp_path: Path, elsewhere: dict[str, str]):
    said = {
        "PRISMQ_SOURCE": "youtube_api",
        "YOUTUBE_API_KEY": "SMPL",
        "PRISMQ_YOUTUBE_QUOTA_DB": str(tmp_path / "quota.db"),
    }
    source = choose_source(Config(empty, environ=elsewhere | said))
    assert source is not None
    assert source.name == "youtube_api"


def test_the_api_without_a_key_is_refused_with_what_to_set_and_where(empty: Path):
    with pytest.raises(BadSetting, match=r"set YOUTUBE_API_KEY in .*\.env or in the environment") as refused:
        choose_source(Config(empty, environ={"PRISMQ_SOURCE": "youtube_api"}))
    assert str(empty) in str(refused.value)


@pytest.mark.parametrize("elsewhere", [{}, REMOTE])
def test_yt_dlp_needs_no_key(empty: Path, elsewhere: dict[str, str]):
    source = choose_source(Config(empty, environ=elsewhere | {"PRISMQ_SOURCE": "YT_DLP"}))
    assert source is not None
    assert source.name == "yt_dlp"


def test_a_library_that_is_not_installed_is_refused_with_the_command_that_installs_it():
    with pytest.raises(BadSetting, match=r"a-library-of-nobody.*not installed here: run pip install '\.\[yt-dlp\]'"):
        installed_version("a-library-of-nobody")
