"""An output for an LMS: its own sheet filled in, where the instructor gave it, or a new file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader.batch.outputs.contract import ClassOutput, Graded
from grader.batch.outputs.sheet import Sheet
from grader.messages import Message

Notices = tuple[Message, ...]


def of_lms(
    filename: str,
    recognises: Callable[[Sheet], bool],
    fill: Callable[[Sheet, Graded], Notices],
    write_new: Callable[[Graded, Path], Notices],
) -> ClassOutput:
    """The output that fills in a sheet which the LMS made, and else writes a file of its own."""

    def filled(graded: Graded) -> tuple[Sheet, Notices] | None:
        if graded.gradebook is not None:
            sheet = Sheet.read(graded.gradebook)
            if recognises(sheet):
                return sheet, fill(sheet, graded)
        return None

    def write(graded: Graded, path: Path) -> Notices:
        found = filled(graded)
        if found is None:
            return write_new(graded, path)
        sheet, notices = found
        sheet.write(path)
        return notices

    return ClassOutput(filename, write, ready=filled)
