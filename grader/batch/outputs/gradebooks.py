"""Which LMS a sheet is from that an instructor downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal

from grader.batch.outputs import canvas, gradescope, moodle
from grader.batch.outputs.sheet import Sheet
from grader.errors import GradeLabError
from grader.messages import msg

Lms = Literal["canvas", "moodle", "gradescope"]
"""Also the name of the output that fills the sheet in."""

RECOGNISES: Final[Mapping[Lms, Callable[[Sheet], bool]]] = {
    "canvas": canvas.recognises,
    "gradescope": gradescope.recognises,
    "moodle": moodle.recognises,
}


def lms_of(gradebook: Path) -> Lms:
    """The LMS that exported this sheet.

    Raises:
        GradeLabError: it cannot be read, or is of none of them.
    """
    sheet = Sheet.read(gradebook)
    for lms, recognises in RECOGNISES.items():
        if recognises(sheet):
            return lms
    raise GradeLabError(
        msg("this is a gradebook of neither Canvas, nor Moodle, nor Gradescope"),
        msg("download it again and give it as it came, without opening it in a spreadsheet"),
        where=str(gradebook),
    )
