"""What the README says works, works as written."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.program import ROOT, Answer, Program
from tests.terminal import Terminal

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks in that language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line]
BOARDS = [line for line in COMMANDS if line == "prismq-workers" or line.split()[1] in ("board", "demo")]
SERVERS = [line for line in COMMANDS if "serve" in line.split()]
MAKES = [line for line in COMMANDS if line.startswith("make ")]
ANSWERED = [line for line in COMMANDS if line not in BOARDS + SERVERS + MAKES]


@pytest.fixture
def reader(program: Program) -> Program:
    """A reader who keeps the example's module in a file, and a key in another."""
    module = next(block for block in blocks("python") if block.startswith("# my_workers.py"))
    (program.folder / "my_workers.py").write_text(module)
    (program.folder / "key.txt").write_text("a-key\n")
    return program


def answered(reader: Program, line: str) -> Answer:
    """That line, given: warm when it is the program and its arguments alone, else by the shell.

    That the program is installed under its name is seen by the lines with settings, and by those that open a board.
    """
    name, *arguments = shlex.split(line)
    alone = name == "prismq-workers" and not set(line) & set("|&;<>$*`")
    return reader(*arguments) if alone else reader.command(line)


def test_the_commands_that_answer_work_in_the_order_given(reader: Program):
    for line in ANSWERED:
        answer = answered(reader, line)
        assert answer.code == 0, f"{line}\n{answer.err}"
    done = reader("tasks", "list", "--status", "completed", "--json").json["tasks"]
    assert {task["task_type"].removeprefix("PrismQ.YouTube.") for task in done} == {
        "Echo",
        "Video.Search",
        "Channel.Scrape",
        "Shout",
    }


@pytest.mark.parametrize("line", BOARDS)
def test_the_commands_that_open_a_board_open_it(reader: Program, line: str):
    with Terminal(shlex.split(line), cwd=reader.folder, environ=reader.environ) as terminal:
        terminal.shows("2 Queue", "live")


@pytest.mark.parametrize("line", SERVERS)
def test_the_commands_that_serve_serve(reader: Program, line: str):
    free = re.sub(r"--port \d+", "--port 0", line)
    with reader.running(*shlex.split(free)[1:]) as process:
        assert process.stderr is not None
        assert "listens on" in process.stderr.readline()


def test_make_run_opens_the_demo_from_the_checkout(reader: Program):
    with Terminal(["make", "run"], cwd=ROOT, environ=reader.environ) as terminal:
        terminal.shows("2 Queue", "live", "completed", seconds=120)


@pytest.mark.parametrize("line", sorted({*MAKES, "make check", "make bench", "make soak", "make screenshots"}))
def test_the_make_commands_are_there(reader: Program, line: str):
    answer = reader.command(f"make -C {ROOT} --dry-run {line.split()[1]}")
    assert answer.code == 0, answer.err


@pytest.mark.parametrize("block", [block for block in blocks("python") if not block.startswith("# my_workers.py")])
def test_the_examples_in_python_run_as_written(reader: Program, block: str):
    script = reader.folder / "example.py"
    script.write_text(block)
    for _ in range(2):
        answer = reader.command([sys.executable, str(script)])
        assert answer.code == 0, answer.err
        assert "Traceback" not in answer.err


def test_the_first_worker_leaves_its_idea_in_the_results(reader: Program):
    script = reader.folder / "example.py"
    script.write_text(next(block for block in blocks("python") if "class Greeter" in block))
    assert reader.command([sys.executable, str(script)]).code == 0
    task = reader("tasks", "show", "1", "--json").json
    assert (task["status"], len(task["result"]["idea_ids"])) == ("completed", 1)


def test_every_picture_that_is_shown_is_there():
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert Path(ROOT / path).is_file(), path
