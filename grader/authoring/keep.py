"""Keeping what is judged now as what a case should be judged; and submissions as cases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from grader.authoring import expected
from grader.authoring.cases import cases, folder_of, judge_case
from grader.authoring.expected import EXPECTED
from grader.collect.redact import is_env_file
from grader.errors import GradeLabError, OutputError
from grader.messages import msg
from grader.needs import FileNeed, TreeNeed
from grader.report.plain import as_typed
from grader.result import ObjectiveResult, Result
from grader.rubric.find import shipped
from grader.rubric.model import Rubric
from grader.submission import JOURNAL, LAB_FILE
from grader.system_error import reason_of
from grader.whole import whole


def keep(case: Path, result: Result, rubric: Rubric) -> bool:
    """Write what was judged to the case's ``expected.yaml``; tell whether that changed it.

    Of a file that exists, what it mentions is brought up to date; comments stay.

    Raises:
        GradeLabError: the file has mistakes, or cannot be written.
    """
    path = case / EXPECTED
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    try:
        expected.load(path, rubric, known_only=False)
        data = yaml.load(path)
        if not _refresh(data, result):
            return False
    except FileNotFoundError:
        data = _all_of(result)
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        yaml.dump(data, file)
    return True


def _all_of(result: Result) -> CommentedMap:
    objectives = CommentedMap()
    for objective in result.objectives:
        objectives[objective.id] = fields = CommentedMap()
        fields.update(_fields(objective))
        fields.fa.set_flow_style()
    return CommentedMap(
        score=_number(result.score),
        passed=result.passed,
        complete=result.complete,
        objectives=objectives,
    )


def _refresh(data: CommentedMap, result: Result) -> bool:
    now = {"score": _number(result.score), "passed": result.passed, "complete": result.complete}
    changed = _bring_up_to_date(data, now)
    objectives = data.get("objectives") or {}
    by_id = {objective.id: objective for objective in result.objectives}
    for name in list(objectives):
        if name not in by_id:
            del objectives[name]
            changed = True
        elif isinstance(objectives[name], str):
            changed |= _bring_up_to_date(objectives, {name: str(by_id[name].status)})
        else:
            changed |= _bring_up_to_date(objectives[name], _fields(by_id[name]))
    return changed


def _fields(objective: ObjectiveResult) -> dict[str, Any]:
    return {"status": str(objective.status), "score": _number(objective.score)}


def _bring_up_to_date(data: dict[str, Any], now: dict[str, Any]) -> bool:
    old = {name: value for name, value in now.items() if data.get(name) not in {None, value}}
    data.update(old)
    return bool(old)


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def refuse_installed(rubric_file: Path) -> None:
    """Keep nothing beside a rubric of the installed package: the next version would take it away.

    Raises:
        GradeLabError: it is one; its tests are not installed with it.
    """
    if rubric_file in shipped().values() and not folder_of(rubric_file).is_dir():
        raise GradeLabError(
            msg("this rubric comes with grade-lab, and its tests are not installed with it"),
            msg(
                "copy {file} to a folder of your own, and test the copy: "
                "`grade-lab rubric test {name}`",
                file=rubric_file,
                name=rubric_file.name,
            ),
        )


def no_cases(rubric_file: Path, typed: str) -> GradeLabError:
    """What to do about a rubric that has no tests; ``typed`` is how it was called."""
    return GradeLabError(
        msg(
            "this rubric has no tests: there is no case in {folder}", folder=folder_of(rubric_file)
        ),
        msg(
            "do the lab once in a folder, run `grade-lab` there, and then "
            "`grade-lab rubric test {rubric} --add FOLDER --name good`",
            rubric=as_typed(typed),
        ),
    )


def update(rubric_file: Path, rubric: Rubric, settings: Mapping[str, str]) -> Iterator[Path]:
    """Keep what each case is judged; yield the cases where that changed something.

    One that cannot be judged is left as it is: to run it tells why.
    """
    for case in cases(rubric_file):
        with suppress(GradeLabError):
            if keep(case, judge_case(case, rubric_file, settings), rubric):
                yield case


def add(
    submission: Path,
    rubric_file: Path,
    rubric: Rubric,
    name: str | None,
    settings: Mapping[str, str],
) -> Path:
    """Make a case of a submission, with what it is judged: see `_copy` for what is copied.

    Raises:
        GradeLabError: it is no submission, the name cannot be used, or it cannot be written.
    """
    name = submission.resolve().name if name is None else name
    case = _copy(submission, rubric_file, rubric, name)
    try:
        keep(case, judge_case(case, rubric_file, settings), rubric)
    except GradeLabError:
        shutil.rmtree(case, ignore_errors=True)
        raise
    return case


def _copy(submission: Path, rubric_file: Path, rubric: Rubric, name: str) -> Path:
    """Copy lab.yaml, the journal, and the files that the rubric names.

    Nothing else is copied, and never an env file: a case is published with the rubric.

    Raises:
        GradeLabError: it is no submission, the name cannot be used, or it cannot be written.
    """
    if not (submission / JOURNAL).is_file():
        raise GradeLabError(
            msg("there is no journal in {folder}", folder=submission),
            msg("run `grade-lab` in it first, so that there is something to judge"),
        )
    case = folder_of(rubric_file) / name
    if not name or Path(name).name != name or "\\" in name or name.startswith("."):
        raise GradeLabError(
            msg("'{name}' cannot be the name of a case", name=name),
            msg("give a name without `/` and without a dot at its beginning: `--name good`"),
        )
    if case.exists():
        raise GradeLabError(
            msg("there is a case '{name}' already", name=name),
            msg("give the new one a name of its own: `--name another`"),
            where=str(case),
        )
    try:
        for path in _kept(submission, rubric):
            target = case / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(submission / path, target)
    except OSError as error:
        shutil.rmtree(case, ignore_errors=True)
        raise OutputError(
            msg("the file cannot be written: {reason}", reason=reason_of(error)),
            where=str(case),
        ) from error
    return case


def _kept(submission: Path, rubric: Rubric) -> Iterator[Path]:
    """The paths, relative to the submission, of what makes a case of it."""
    root = submission.resolve()
    named = [Path(need.path) for need in rubric.needs() if isinstance(need, FileNeed | TreeNeed)]
    for path in dict.fromkeys((Path(LAB_FILE), JOURNAL, *named)):
        place = (root / path).resolve()
        inside = place.is_relative_to(root) and not path.is_absolute() and ".." not in path.parts
        secret = is_env_file(path.name) or is_env_file(place.name)
        if inside and place.is_file() and not secret:
            yield path
