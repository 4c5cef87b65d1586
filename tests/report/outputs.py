"""Every way in which grade-lab shows what a learner wrote, and what must be true of each.

An output is a function that puts a text wherever a learner could, and gives back what people and
programs would read. A medium is a function that asserts that it is harmless there.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rich.console import Console

from grader.authoring.looked_over import lines as rubric_lines
from grader.authoring.looked_over import look_over
from grader.batch.model import Flag, Row
from grader.ci.contract import Graded as CiGraded
from grader.ci.contract import Platform
from grader.ci.findings import findings, refusal
from grader.ci.github import GitHub
from grader.ci.gitlab import GitLab
from grader.ci.plain import Plain
from grader.doctor import show as doctor
from grader.doctor.finding import problem
from grader.errors import GradeLabError
from grader.messages import msg
from grader.plugins import class_output, class_outputs, report_format, report_formats
from grader.report import live_page, terminal
from grader.report.checklist import checklist
from grader.report.live import PlainLines
from grader.report.live_picture import picture
from grader.result import Result
from grader.submission import load
from tests.batch.graded import broken, graded, row
from tests.batch.workbook import xlsx
from tests.report import hostile_lab
from tests.report.hostile import hostile
from tests.report.media import (
    in_json,
    in_log,
    in_markdown,
    in_page,
    in_plain_log,
    in_sheet,
    in_terminal,
    in_workbook,
    in_xml,
)

Shows = Callable[[str, Path], Iterator[str]]


@lru_cache(maxsize=2)
def judged(text: str) -> list[Result]:
    """What is judged of labs that are full of this text."""
    return hostile_lab.results(text)


def reports(name: str) -> Shows:
    def show(text: str, folder: Path) -> Iterator[str]:
        yield from map(report_format(name).render, judged(text))

    return show


def of_class(name: str) -> Shows:
    output = class_output(name)

    def show(text: str, folder: Path) -> Iterator[str]:
        path = folder / output.filename
        told = [Flag(kind="twins", labels=(text, text), evidence=text)]
        output.write(graded(folder, rows_of(text), flags=lambda: iter(told)), path)
        yield str(xlsx(path)) if name == "xlsx" else path.read_bytes().decode("utf-8-sig")

    return show


def rows_of(text: str, start: str = "") -> list[Row]:
    """A learner who was judged, and one who could not be."""
    mine = row(f"{start}1{text}", name=text, notices=(text,), email=text, report=f"learners/{text}")
    told = [one.model_copy(update={"message": text}) for one in mine.objectives]
    return [mine.model_copy(update={"objectives": tuple(told)}), broken(f"{start}{text}", text)]


@lru_cache(maxsize=2)
def _tables(text: str) -> list[str]:
    files = [(result, io.StringIO()) for result in judged(text)]
    for result, file in files:
        terminal.show(result, Console(file=file, width=80), paths={})
    return [file.getvalue() for _, file in files]


def table(text: str, folder: Path) -> Iterator[str]:
    yield from _tables(text)


def live(text: str, folder: Path) -> Iterator[str]:
    for result in judged(text):
        seen, file = checklist(result, notice=text), io.StringIO()
        PlainLines(file, "en").update(seen)
        yield file.getvalue()
        yield "\n".join(line.plain for line in picture(seen, Console(file=io.StringIO())))


def page_state(text: str, folder: Path) -> Iterator[str]:
    for result in judged(text):
        yield live_page.state(checklist(result, notice=text))


def on_runner(platform: Callable[[dict[str, str], Path], Platform]) -> Shows:
    def show(text: str, folder: Path) -> Iterator[str]:
        runner = platform({}, folder)
        for result, printed in zip(judged(text), _tables(text), strict=True):
            told = findings(result, folder, folder)
            yield runner.log(printed, CiGraded(result, {}, folder, told))
        yield runner.refused(refusal(_lab_error(text, folder), "en", folder))

    return show


def code_quality(text: str, folder: Path) -> Iterator[str]:
    for result in [*judged(text), hostile(text)]:
        told = findings(result, folder, folder)
        GitLab({}, folder).publish(CiGraded(result, {}, folder, told))
        yield (folder / "gl-code-quality-report.json").read_text(encoding="utf-8")


def _lab_error(text: str, folder: Path) -> GradeLabError:
    (folder / "lab.yaml").write_text(f"{json.dumps(text)}: {json.dumps(text)}\n", encoding="utf-8")
    try:
        load(folder)
    except GradeLabError as error:
        return error
    raise AssertionError(f"{text!r} is a field of lab.yaml")


def doctor_list(text: str, folder: Path) -> Iterator[str]:
    file, told = io.StringIO(), msg("`{text}` {text}", text=text)
    doctor.show([problem("x", told, told, detail=told)], Console(file=file), "en")
    yield file.getvalue()


def rubric_check(text: str, folder: Path) -> Iterator[str]:
    typed, file = json.dumps(text), folder / "exam.yaml"
    for line in (
        f"{typed}: 1",
        f"id: {typed}",
        f"objectives: [{typed}]",
        f"id: x # {text}\n{text}",
    ):
        file.write_text(line, encoding="utf-8")
        out = io.StringIO()
        Console(file=out, width=80).print(*rubric_lines(look_over(str(file), {}), "en", "utf-8"))
        yield out.getvalue()


@dataclass(frozen=True)
class Output:
    """A way to show, and the medium that it is shown in."""

    show: Shows
    harmless: Callable[[str], None]


_MEDIA = {"junit": in_xml, "html": in_page, "csv": in_sheet, "markdown": in_markdown}
_CLASS_MEDIA = {"html": in_page, "xlsx": in_workbook}
_CLASS_MEDIA |= dict.fromkeys(("canvas", "csv", "gradescope", "moodle"), in_sheet)
OUTPUTS = {
    **{n: Output(reports(n), _MEDIA.get(n, in_json)) for n in report_formats()},
    **{f"class {n}": Output(of_class(n), _CLASS_MEDIA.get(n, in_json)) for n in class_outputs()},
    "terminal": Output(table, in_terminal),
    "watch": Output(live, in_terminal),
    "watch --web": Output(page_state, in_json),
    "ci on GitHub": Output(on_runner(GitHub), in_log),
    "ci on GitLab": Output(on_runner(GitLab), in_plain_log),
    "ci elsewhere": Output(on_runner(lambda _, folder: Plain(folder)), in_plain_log),
    "code quality": Output(code_quality, in_json),
    "doctor": Output(doctor_list, in_terminal),
    "rubric check": Output(rubric_check, in_terminal),
}
