"""What is told when the board itself breaks: one sentence, and a file for those who can mend it."""

from __future__ import annotations

import tempfile
import traceback

from textual.worker import WorkerFailed

from core.masking import masked_text
from core.texts import harmless


def told_and_kept(fault: BaseException) -> str:
    """The sentence. What led to the fault is written to a new file, without secrets and with no values but those that
    its own text tells."""
    if isinstance(fault, WorkerFailed):
        fault = fault.error  # which was raised somewhere, while what tells of it was not
    what = harmless(masked_text(f"{type(fault).__name__}: {fault}".strip(": ")))
    said = f"The board broke: {what}\nWhat its workers had in hand is given back; start it again to go on."
    whole = harmless_lines("".join(traceback.format_exception(fault)))
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="prismq-workers-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(whole)
    except OSError:
        return f"{whole}{said}"
    return f"{said}\nThis is a fault of this program; {file.name} tells where it happened."


def harmless_lines(text: str) -> str:
    """Lines that cannot act on a terminal."""
    return "".join(f"{harmless(line)}\n" for line in masked_text(text).splitlines())
