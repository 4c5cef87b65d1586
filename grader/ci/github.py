"""GitHub Actions: a summary of the step, annotations of files, and outputs for later steps.

A summary of more than 1,024 KiB is dropped whole, and of a step's annotations ten of each level are
shown: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader import plugins
from grader.ci.commands import annotation
from grader.ci.contract import Finding, Graded, Level
from grader.errors import OutputError
from grader.messages import Translator, msg
from grader.report.ci_log import inert
from grader.report.reading import points
from grader.result import Result
from grader.system_error import reason_of

SUMMARY_BYTES = 1024 * 1024
PER_LEVEL = 10


class GitHub:
    """A step of a job, whose files are named by ``env``."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self.root = Path(env.get("GITHUB_WORKSPACE") or folder)
        self._summary = env.get("GITHUB_STEP_SUMMARY")
        self._output = env.get("GITHUB_OUTPUT")

    def log(self, table: str, graded: Graded) -> str:
        # Two locks on one door: the lines command nothing, and no command would be obeyed.
        token = secrets.token_hex(16)
        shown = [f"::stop-commands::{token}", *map(inert, table.splitlines()), f"::{token}::"]
        return "\n".join([*shown, *map(annotation, _most_valuable(graded.findings)), ""])

    def refused(self, finding: Finding) -> str:
        return f"{annotation(finding)}\n"

    def publish(self, graded: Graded) -> None:
        if self._summary:
            path = Path(self._summary)
            _append(path, _summary(graded.result, _size(path)))
        if self._output:
            told = (_assignment(name, value) for name, value in _outputs(graded).items())
            _append(Path(self._output), "".join(told))


def _most_valuable(findings: Sequence[Finding]) -> Iterator[Finding]:
    for level in Level:
        yield from [finding for finding in findings if finding.level is level][:PER_LEVEL]


def _summary(result: Result, taken: int) -> str:
    """The report, or where a step's summary has no room for it, the score."""
    report = plugins.report_format("markdown").render(result)
    if taken + len(report.encode()) < SUMMARY_BYTES:
        return report
    short = msg(
        "{score} of {max_score} points. The whole report is too long to be shown here: it is among "
        "the files of this run.",
        score=points(result.score),
        max_score=points(result.max_score),
    )
    return Translator(result.lang).text(short) + "\n"


def _outputs(graded: Graded) -> dict[str, str]:
    result = graded.result
    classroom = plugins.report_format("classroom").render(result)
    return {
        "score": points(result.score),
        "max_score": points(result.max_score),
        "passed": str(result.passed).lower(),
        "complete": str(result.complete).lower(),
        "report": str(graded.out.resolve()),
        "result": base64.b64encode(classroom.encode()).decode(),
    }


def _assignment(name: str, value: str) -> str:
    """A value for a file of GitHub's, whatever is in it: nobody can know where it ends."""
    end = f"end-{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{value}\n{end}\n"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _append(path: Path, text: str) -> None:
    """Add to what earlier commands of the step wrote, on a line of its own."""
    try:
        with path.open("a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(text.encode())
    except OSError as error:
        raise OutputError(
            msg("the file cannot be written: {reason}", reason=reason_of(error)),
            where=str(path),
        ) from error
