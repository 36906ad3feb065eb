"""Settings are read once, from where PrismQ keeps them, and say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.board_settings import read_settings
from core.config import Config, Secret
from core.errors import BadSetting


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_setting_the_task_manager_is_the_embedded_one(here: Path):
    config = Config(environ={})
    assert config.embedded
    assert config.taskmanager_db.is_absolute()
    assert config.database.name == "ideas.s3db"


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(here: Path):
    (here / ".env").write_text("PRISMQ_CLAIM_TIMEOUT=20\nPRISMQ_WORKER_PREFIX=file\n")
    config = Config(environ={"PRISMQ_WORKER_PREFIX": "env"})
    assert (config.claim_timeout, config.worker_prefix, config.env_file) == (20.0, "env", here / ".env")


def test_the_file_is_found_in_a_parent_of_the_working_directory(here: Path, monkeypatch: pytest.MonkeyPatch):
    (here / ".env").write_text("PRISMQ_SOURCE=sample\n")
    below = here / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert Config(environ={}).source == "sample"


def test_the_file_is_found_beside_the_topmost_prismq_folder(here: Path, monkeypatch: pytest.MonkeyPatch):
    (here / "PrismQ_WD").mkdir()
    (here / "PrismQ_WD" / ".env").write_text("PRISMQ_SOURCE=sample\n")
    inner = here / "PrismQ" / "modules" / "PrismQ"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert Config(environ={}).source == "sample"


def test_a_settings_file_that_was_named_must_exist(here: Path):
    with pytest.raises(BadSetting, match=r"no settings file .*nowhere"):
        Config(here / "nowhere")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TASKMANAGER_API_URL", "ftp://host/api", "it must look like https://host/api"),
        ("TASKMANAGER_API_URL", "http://host:99999/api", "it is no URL"),
        ("TASKMANAGER_API_URL", "https://me:pw@host/api", "the key belongs into TASKMANAGER_API_KEY"),
        ("DATABASE_URL", "postgres://x", "it must look like sqlite:///"),
        ("PRISMQ_YOUTUBE_API_URL", "http://api.example/v3", "or the key would travel unencrypted"),
        ("PRISMQ_YOUTUBE_API_URL", "https://me:pw@api.example/v3", "the key belongs into YOUTUBE_API_KEY"),
        ("PRISMQ_YOUTUBE_QUOTA", "1e4", "it must be a whole number"),
        ("PRISMQ_YOUTUBE_QUOTA", "0", "it must be a whole number from 1"),
        ("PRISMQ_SOURCE_DELAY", "-1", "it must be 0 seconds or more"),
        ("PRISMQ_SOURCE_DELAY", "nan", "it must be 0 seconds or more"),
        ("PRISMQ_SOURCE_CONCURRENCY", "2.5", "it must be a whole number"),
        ("PRISMQ_SOURCE_TIMEOUT", "0", "it must be more than 0 seconds"),
        ("PRISMQ_SOURCE", "tiktok", "it must be one of sample"),
        ("PRISMQ_CLAIM_TIMEOUT", "soon", "it must be a number of seconds"),
        ("PRISMQ_CLAIM_TIMEOUT", "-1", "it must be more than 0 seconds"),
        ("PRISMQ_WORKER_PREFIX", "a b", "letters, digits"),
    ],
)
def test_a_wrong_value_is_named_with_its_key_its_place_and_what_is_allowed(
    here: Path, name: str, value: str, told: str
):
    (here / ".env").write_text(f"# settings\n{name}={value}\n")
    with pytest.raises(BadSetting) as caught:
        Config(environ={})
    assert name in str(caught.value)
    assert f"{here / '.env'}, line 2" in str(caught.value)
    assert told in str(caught.value)


def test_a_file_that_is_no_text_is_refused_in_words(here: Path):
    (here / ".env").write_bytes(b"\x8d\x00\xff")
    with pytest.raises(BadSetting, match=r"\.env cannot be read: it is no text in UTF-8\.$"):
        Config(environ={})
    (here / "settings.toml").write_bytes(b"\x8d\x00\xff")
    (fault,) = read_settings({"PRISMQ_SETTINGS": str(here / "settings.toml")}).faults
    assert fault.endswith("settings.toml cannot be read: it is no text in UTF-8.")


def test_how_a_source_is_asked_can_be_said(here: Path):
    (here / ".env").write_text("PRISMQ_SOURCE_DELAY=0\nPRISMQ_SOURCE_CONCURRENCY=4\nPRISMQ_SOURCE_TIMEOUT=7.5\n")
    said = {"PRISMQ_YOUTUBE_API_URL": "http://127.0.0.1:8000/v3/", "PRISMQ_YOUTUBE_QUOTA": "500"}
    config = Config(environ=said | {"PRISMQ_YOUTUBE_QUOTA_DB": "quota.db"})
    assert (config.source_delay, config.source_concurrency, config.source_timeout) == (0.0, 4, 7.5)
    assert (config.youtube_api_url, config.youtube_quota) == ("http://127.0.0.1:8000/v3", 500)
    assert config.youtube_quota_db == here / "quota.db"


def test_a_wrong_secret_is_not_shown(here: Path):
    with pytest.raises(BadSetting) as caught:
        Config(environ={"TASKMANAGER_API_KEY": "süß-secret"})
    assert "süß" not in str(caught.value)


def test_secrets_are_masked_wherever_settings_are_shown(here: Path):
    config = Config(environ={"TASKMANAGER_API_KEY": "abc123", "YOUTUBE_API_KEY": "def456"})
    assert "abc123" not in repr(config)
    assert "def456" not in repr(config)
    assert config.taskmanager_api_key == "abc123"
    assert repr([Secret("abc123")]) == "['***']"


def test_a_key_that_would_travel_unencrypted_is_warned_about(here: Path):
    config = Config(environ={"TASKMANAGER_API_URL": "http://tasks.example/api", "TASKMANAGER_API_KEY": "k"})
    assert "unencrypted" in config.warnings[0]
    assert Config(environ={"TASKMANAGER_API_URL": "http://127.0.0.1:8750/api"}).warnings == ()


def test_settings_that_are_handed_over_win_and_unknown_ones_are_refused(here: Path):
    assert Config(environ={"PRISMQ_SOURCE": "sample"}, source="yt_dlp").source == "yt_dlp"
    with pytest.raises(BadSetting, match="no setting colour"):
        Config(environ={}, colour="blue")


def test_bare_settings_read_neither_file_nor_environment(here: Path, monkeypatch: pytest.MonkeyPatch):
    (here / ".env").write_text("TASKMANAGER_API_URL=https://tasks.example/api\n")
    monkeypatch.setenv("PRISMQ_SOURCE", "yt_dlp")
    config = Config.bare(database=here / "x.s3db")
    assert (config.embedded, config.source, config.database) == (True, None, here / "x.s3db")


def test_settings_cannot_be_changed(here: Path):
    with pytest.raises(AttributeError):
        Config(environ={}).source = "sample"  # pyright: ignore[reportAttributeAccessIssue]
