"""Looks and keys can be chosen in a settings file; a mistake in it is told and stops nothing."""

from __future__ import annotations

import ast
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from core.board_settings import BoardSettings, example, read_settings, remember, with_setting, write_example
from core.errors import BadSetting
from core.models import WorkerState
from core.snapshot import Snapshot
from tests.tui import scenes
from tests.tui.conftest import Desk, desk_of
from tests.tui.scenes_workers import EVERY_STATE
from tui.app import BoardApp, settings_of
from tui.key_map import COMMANDS, SETS, board_keys, read_keys
from tui.screens.export import ExportScreen
from tui.screens.queue_looks import ColumnsScreen
from tui.screens.register_types import RegisterTypesScreen


def written(folder: Path, text: str, **environ: str) -> BoardSettings:
    """Settings read from a file with that text."""
    path = folder / "settings.toml"
    path.write_text(text)
    return read_settings({"PRISMQ_SETTINGS": str(path), **environ})


async def remembered(desk: Desk) -> None:
    """Wait until nothing is being written any more."""
    for _ in range(500):
        if not any(each.group == "remember" and not each.is_finished for each in desk.app.workers):
            return
        await desk.pilot.pause(0.01)
    raise AssertionError("still writing")


def desk_with(
    settings: BoardSettings, snapshot: Snapshot = scenes.BUSY, size: tuple[int, int] = (120, 36)
) -> AbstractAsyncContextManager[Desk]:
    """A board with these settings."""
    connection = scenes.board(snapshot)[1]
    return desk_of((BoardApp(connection, now=lambda: scenes.NOW, settings=settings), connection), size)


async def test_a_remapped_key_works_and_is_shown_in_key_bar_palette_and_help(tmp_path: Path):
    async with desk_with(written(tmp_path, '[keys]\npause = "P"\nstart = "f5"\n')) as desk:
        await desk.press("p")
        assert desk.verbs.calls == []
        await desk.press("P")
        assert [call[0] for call in desk.verbs.calls] == ["pause"]
        await desk.press("1")
        assert "P Pause" in desk.text().splitlines()[-1]
        await desk.press("2")
        assert "Pause all (P)" in {each.title for each in desk.app.get_system_commands(desk.board)}
        await desk.press("question_mark", "slash", *"pause")
        assert "P     Pause" in desk.text()


async def test_sentences_name_the_keys_that_the_user_has(tmp_path: Path):
    text = """[keys]
new_task = "N"
start = "f5"
filter = "B"
help = "f2"
quit = "f8"
keep = "f9"
"""
    async with desk_with(written(tmp_path, text), scenes.EMPTY) as desk:
        assert "Press N for a task, f5 to start workers." in desk.text()
        assert "Press f5 to start some." in desk.text()
        await desk.press("t")
        assert "No worker of this board runs; f5 starts some." in desk.notes()
        await desk.press("B")
        assert "f9 keeps the filter" in desk.text()
        await desk.press("escape", "f2")
        assert "N makes a task" not in desk.text()
        await desk.press("escape", "1", "f2")
        assert "⏎ opens it, N makes a task." in desk.text()
    async with desk_with(written(tmp_path, text), scenes.CONNECTING) as desk:
        assert "f8 quits." in desk.text()


def test_every_key_that_a_sentence_names_is_of_a_command_that_there_is():
    named: set[str] = set()
    for path in Path("tui").rglob("*.py"):
        literals = [each.value for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Constant)]
        for text in (each for each in literals if isinstance(each, str)):
            named |= {found[1] for found in re.finditer(r"\{([a-z]+(?:_[a-z]+)*)\}", text)}
    assert named - {"many", "verb", "n"} <= COMMANDS.keys()
    assert len(named) > 30


async def test_keys_may_be_exchanged(tmp_path: Path):
    async with desk_with(written(tmp_path, '[keys]\nretry = "l"\nrelease = "r"\n')) as desk:
        assert desk.notes() == []
        await desk.press("down", "down", "down", "down", "l")
        assert desk.verbs.calls == [("retry", (10427,))]


async def test_a_key_that_one_command_gives_up_still_gives_the_others_that_have_it(tmp_path: Path):
    text = '[keys]\nclear = "f4"\nretry = "R"\nlevel = "f6"\n'
    async with desk_with(written(tmp_path, text), replace(scenes.BUSY, workers=EVERY_STATE)) as desk:
        await desk.press("slash", "escape")
        assert desk.board.place == "queue"
        await desk.press("v")
        assert isinstance(desk.app.screen, ColumnsScreen)
        await desk.press("escape", "enter", "escape")
        assert desk.app.screen is desk.board
        await desk.press("space", "f4")
        assert not desk.board.queue_pane.row_list.marks
        crashed = next(n for n, each in enumerate(EVERY_STATE) if each.state is WorkerState.CRASHED)
        await desk.press("3", *["down"] * crashed, "r")
        assert [call[0] for call in desk.verbs.calls if call[0] in ("restart", "retry")] == ["restart"]
        await desk.press("2", "home", "down", "down", "down", "down", "r", "R")
        assert desk.verbs.calls[-1] == ("retry", (10427,))


async def test_a_key_may_be_that_of_a_command_which_is_offered_elsewhere(tmp_path: Path):
    async with desk_with(written(tmp_path, '[keys]\nstep = "m"\ncolumns = "E"\n')) as desk:
        assert desk.notes() == []
        await desk.press("E")
        assert isinstance(desk.app.screen, ColumnsScreen)
        await desk.press("escape", "4", "E")
        assert isinstance(desk.app.screen, ExportScreen)
        await desk.press("escape", "3", "down", "down", "down", "m")
        assert [call[0] for call in desk.verbs.calls] == ["step"]


async def test_a_command_that_only_the_palette_gives_can_have_a_key(tmp_path: Path):
    async with desk_with(written(tmp_path, '[keys]\nregister_types = "f7"\ngo_failures = "f8"\n')) as desk:
        await desk.press("f8")
        assert desk.board.place == "failures"
        await desk.press("f7")
        assert isinstance(desk.app.screen, RegisterTypesScreen)


def test_a_command_has_the_same_keys_on_every_screen():
    for command in (each for group in SETS for each in group):
        assert command.keys == COMMANDS[command.id].keys, command.id


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[keys]\nfly = "f"', "There is no command 'fly'"),
        ('[keys]\nretry = "s"', "'s' cannot be the key of retry: start has it."),
        ('[keys]\nretry = "ctrl+c"', "the program has it"),
        ('[keys]\nretry = "no such key"', "is no key for retry"),
        ("[keys]\nretry = 7", "must be a text"),
        ("keys = 7", "must be a section"),
        ('theme = "puce"', "There is no theme 'puce'"),
        ('times = "mars"', "must be one of utc, local, relative"),
        ("colour = 1", "has no setting 'colour'"),
        ("not toml", "is no TOML"),
        ('[keys]\nretry = "s"\nfly = "f"', "and 1 more"),
    ],
)
async def test_a_mistake_in_the_settings_is_told_in_a_sentence_and_the_board_starts(
    tmp_path: Path, text: str, said: str
):
    async with desk_with(written(tmp_path, text)) as desk:
        (note,) = desk.notes()
        assert said in note
        await desk.press("p")
        assert [call[0] for call in desk.verbs.calls] == ["pause"]


def test_no_two_commands_of_one_place_have_the_same_key_from_the_beginning():
    usual = {name: command.keys for name, command in COMMANDS.items() if command.keys}
    assert read_keys(usual)[1] == []


def test_every_key_that_a_command_has_can_be_written_in_the_file():
    keys, faults = board_keys({"retry": "?,ctrl+r", "help": "f1"})
    assert (keys["retry"], keys["help"], faults) == ("question_mark,ctrl+r", "f1", [])


async def test_a_theme_is_remembered(tmp_path: Path):
    settings = written(tmp_path, "# mine\n[keys]\npause = 'P'\n")
    async with desk_with(settings) as desk:
        desk.app.theme = "prismq-safe"
        await desk.settle()
        await remembered(desk)
    again = read_settings({"PRISMQ_SETTINGS": str(settings.path)})
    assert (again.theme, dict(again.keys)) == ("prismq-safe", {"pause": "P"})
    async with desk_with(again) as desk:
        assert desk.app.theme == "prismq-safe"


@pytest.mark.parametrize("demo", [True, False])
async def test_what_is_chosen_in_a_demo_is_gone_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: bool):
    path = tmp_path / "settings.toml"
    path.write_text("[keys]\ntimes = 'f2'\n")
    monkeypatch.setenv("PRISMQ_SETTINGS", str(path))
    async with desk_with(settings_of(demo=demo)) as desk:
        await desk.press("f2")
        await remembered(desk)
        assert desk.notes() == ["Times are told in local time."]
    assert ("local" in path.read_text()) is not demo


async def test_what_cannot_be_remembered_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    async with desk_with(BoardSettings(path=tmp_path / "file" / "settings.toml")) as desk:
        await desk.press("u")
        await remembered(desk)
        await desk.settle()
        assert any("is not remembered" in note for note in desk.notes())


@pytest.mark.parametrize("keys", [("4", "4", "4"), ("down", "down", "enter"), ("f",)], ids="-".join)
async def test_one_switch_tells_every_time_in_another_way(monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    __import__("time").tzset()
    try:
        async with desk_with(BoardSettings()) as desk:
            await desk.press(*keys)
            shown = desk.text()
            assert "12:00" in shown or "11:5" in shown
            await desk.press("u")
            assert "12:00" not in desk.text() and "11:5" not in desk.text()
            assert "17:" in desk.text()
            assert "Times are told in local time." in desk.notes()
            await desk.press("u")
            assert "17:2" not in desk.text() and "UTC" not in desk.text()
    finally:
        monkeypatch.undo()
        __import__("time").tzset()


def test_a_setting_is_written_without_touching_the_rest():
    assert with_setting("", "theme", "x") == 'theme = "x"\n'
    assert with_setting('a = 1\ntheme = "y"  # mine\n[keys]\ntheme = "t"\n', "theme", "x") == (
        'a = 1\ntheme = "x"\n[keys]\ntheme = "t"\n'
    )
    assert with_setting("[keys]\n", "theme", "x") == 'theme = "x"\n[keys]\n'


def test_the_environment_wins_over_the_file_and_says_so(tmp_path: Path):
    settings = written(tmp_path, 'theme = "nord"\ntimes = "local"', PRISMQ_THEME="dracula")
    assert (settings.theme, settings.times) == ("dracula", "local")
    assert dict(settings.origins) == {"theme": "environment", "times": "file"}


def test_the_example_changes_nothing_and_each_of_its_lines_can_be_used(tmp_path: Path):
    text = example(board_keys({})[0])
    assert written(tmp_path, text).origins == {}
    used = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    settings = written(tmp_path, used)
    assert settings.faults == ()
    assert read_keys({name: key for name, key in settings.keys.items() if key})[1] == []


def test_the_example_is_written_below_what_the_board_remembered(tmp_path: Path):
    path = tmp_path / "settings.toml"
    remember(path, "times", "local")
    write_example(path, {"retry": "r"})
    read = read_settings({"PRISMQ_SETTINGS": str(path)})
    assert (read.times, read.faults, '# retry = "r"' in path.read_text()) == ("local", (), True)
    with pytest.raises(BadSetting, match="is there already"):
        write_example(path, {"retry": "r"})


def test_a_settings_file_that_is_a_link_stays_one_when_it_is_written(tmp_path: Path):
    kept = tmp_path / "kept" / "prismq.toml"
    path = tmp_path / "settings.toml"
    path.symlink_to(kept)
    remember(path, "times", "local")
    write_example(path, {"retry": "r"})
    assert path.readlink() == kept
    assert kept.read_text().startswith('times = "local"\n\n# Settings')


def test_remembering_makes_the_folder(tmp_path: Path):
    remember(tmp_path / "a" / "settings.toml", "times", "local")
    assert read_settings({"PRISMQ_SETTINGS": str(tmp_path / "a" / "settings.toml")}).times == "local"
