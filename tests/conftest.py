"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.program import Program

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program, for a fresh user."""
    return Program(tmp_path)
