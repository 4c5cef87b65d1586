"""The steps of a run, wired by the command line: prepare, collect, judge, write the reports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import plugins, submission
from grader.errors import ExitCode, GradeLabError, RubricError
from grader.evidence import Evidence
from grader.facts import Fact, Reason
from grader.journal import Journal, Observation
from grader.journal_file import JournalFile
from grader.judge import judge
from grader.messages import msg
from grader.needs import Need
from grader.problems import nearest
from grader.report.contract import ReportFormat
from grader.result import Override, Result
from grader.rubric.find import find
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.rubric.variables import LEARNER_ID
from grader.submission import Submission
from grader.whole import whole

ENGINE_TROUBLE = {Reason.ENGINE_UNREACHABLE, Reason.PERMISSION}


@dataclass(frozen=True, slots=True)
class Run:
    """A submission and the rubric it is graded with."""

    submission: Submission
    rubric: Rubric


def prepare(folder: Path, rubric: str | None, settings: Mapping[str, str]) -> Run:
    """Load the submission and its rubric. ``rubric`` and ``settings`` win over ``lab.yaml``.

    Raises:
        GradeLabError: either cannot be used.
    """
    handed_in = submission.load(folder, needs_lab_file=rubric is None)
    if rubric is not None:
        path = find(rubric, Path.cwd())
    elif handed_in.rubric:
        try:
            path = find(handed_in.rubric, folder)
        except RubricError as error:
            error.where = handed_in.where("rubric")
            raise
    else:
        raise GradeLabError(
            msg("lab.yaml names no rubric"),
            msg("add a line such as `rubric: container-and-docker` to it, or give --rubric"),
            where=handed_in.where("rubric"),
        )
    given = {**handed_in.variables, **settings}
    try:
        loaded = load(path, given, known={LEARNER_ID: handed_in.learner.id})
    except RubricError as error:
        if handed_in.source is None:
            raise
        load(path, settings, lenient=True)  # else what is wrong is not in lab.yaml
        raise handed_in.refused(error.problems) from None
    return Run(handed_in, loaded)


@dataclass(frozen=True, slots=True)
class Observed:
    """How many observations a run added, and why the engine could not be used, if so."""

    count: int
    trouble: Observation | None = None


def observe(
    run: Run, on_progress: Callable[[Need[Fact]], None] = lambda _: None, *, verified: bool = False
) -> Observed:
    """Ask what the rubric needs and append the answers to the journal.

    ``verified``: registries are also asked directly, and images are reproduced.

    Raises:
        JournalError: it cannot be read or written.
        GradeLabError: the engine's configuration is wrong (an unknown context).
    """
    from grader.collect.collect import collect

    journal = JournalFile(run.submission.journal)
    recorded = Evidence(journal.read())
    troubles: list[Observation] = []

    def noting_trouble() -> Iterator[Sequence[Observation]]:
        for answers in collect(
            run.rubric.needs(), run.submission.folder, recorded, on_progress=on_progress
        ):
            troubles.extend(
                one for one in answers if one.reason in ENGINE_TROUBLE and one.source == "engine"
            )
            yield answers
        if verified:
            from grader.verify.verify import verify

            yield from ([one] for one in verify(run.rubric, run.submission.folder))

    count = journal.append(noting_trouble(), run=os.urandom(8).hex())
    return Observed(count, troubles[0] if troubles else None)


def judged(
    run: Run, lang: str, overrides_file: Path | None = None, journal: Journal | None = None
) -> Result:
    """Judge what the journal holds; that of the submission, unless one is given.

    Raises:
        GradeLabError: the journal or the overrides file cannot be used.
    """
    mine: Mapping[str, Override] = {}
    if overrides_file is not None:
        from grader import overrides

        given = overrides.load(overrides_file, run.submission.folder)
        mine = given.get(run.submission.learner.id, {})
    unknown = mine.keys() - {objective.id for objective in run.rubric.objectives}
    if unknown:
        name = sorted(unknown)[0]
        close = nearest(name, [objective.id for objective in run.rubric.objectives])
        raise GradeLabError(
            msg("there is no objective '{name}'{nearest}", name=name, nearest=close),
            where=str(overrides_file),
        )
    held = JournalFile(run.submission.journal).read() if journal is None else journal
    return judge(run.rubric, held, run.submission.learner, mine, lang)


def formats(names: Sequence[str]) -> dict[str, ReportFormat]:
    """The report formats of these names.

    Raises:
        GradeLabError: one is unknown, or two would write the same file.
    """
    for name in names:
        if not plugins.is_report_format(name):
            known = plugins.report_formats()
            raise GradeLabError(
                msg(
                    "unknown report format '{name}'{nearest}",
                    name=name,
                    nearest=nearest(name, known),
                ),
                msg("the formats are: {names}", names=known),
            )
    chosen: dict[str, ReportFormat] = {}
    for name in dict.fromkeys(names):
        report = plugins.report_format(name)
        for other, another in chosen.items():
            if another.filename == report.filename:
                raise GradeLabError(
                    msg(
                        "the formats '{name}' and '{other}' both write {file}",
                        name=other,
                        other=name,
                        file=report.filename,
                    ),
                    msg("ask for one of them at a time, each with an --out of its own"),
                )
        chosen[name] = report
    return chosen


def write(result: Result, chosen: Mapping[str, ReportFormat], out: Path) -> dict[str, Path]:
    """Write a report in each format, whole or not at all; return their paths by format.

    Raises:
        OutputError: one of them cannot be written.
        GradeLabError: a third party's format is broken.
    """
    paths = {name: out / report.filename for name, report in chosen.items()}
    for name, path in paths.items():
        with whole(path) as draft, plugins.blamed(plugins.REPORTS, name):
            draft.write_text(chosen[name].render(result), encoding="utf-8", newline="\n")
    return paths


def exit_code(result: Result, *, reached: bool) -> ExitCode:
    """What the process's exit status says. ``reached``: the score is as high as it has to be."""
    if not result.complete:
        return ExitCode.INCOMPLETE
    return ExitCode.PASSED if reached else ExitCode.BELOW_PASS_MARK
