"""A command that is forked from a process that has read the program answers as one that is started."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest

from tests.program import Program


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("settings", "--json"),
        ("why",),  # reads the workers of the folder, and says what is wrong with them
        ("nonsense",),
    ],
    ids=" ".join,
)
def test_a_warm_start_answers_as_a_cold_one(program: Program, arguments: tuple[str, ...]):
    (program.folder / "own_workers.py").write_text("raise RuntimeError('own module was read')\n")
    warm = program.with_settings(PRISMQ_WORKERS="own_workers", TZ="Pacific/Auckland")
    assert warm(*arguments) == replace(warm, warm=None)(*arguments)


def test_each_warm_start_is_a_process_of_its_own(program: Program):
    (program.folder / "own_workers.py").write_text("import os, sys\nprint(os.getpid(), sys.argv, file=sys.stderr)\n")
    own = program.with_settings(PRISMQ_WORKERS="own_workers")
    first, second = (own("why").err for _ in range(2))
    assert "'why']" in first
    assert first != second


def test_a_warm_start_that_takes_too_long_is_ended(program: Program):
    with pytest.raises(subprocess.TimeoutExpired):
        program("serve", "--port", "0", timeout=0.5)
    assert program("--version").code == 0
