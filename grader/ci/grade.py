"""Grading what was pushed: the journal as committed, the files as they are, and what is verified.

The runner's engine is not the learner's, so it is not looked at; it is only used to verify. The
journal in the repository stays as it is: what is found out here is judged with it, in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader import handed_in, submission
from grader import run as steps
from grader.ci.contract import Finding, Level
from grader.errors import SubmissionError
from grader.facts import Fact
from grader.journal import Observation
from grader.journal_file import JournalFile
from grader.messages import Message, Translator, msg
from grader.needs import Need
from grader.result import Result
from grader.rubric.find import find, shipped
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.rubric.variables import LEARNER_ID
from grader.run import ENGINE_TROUBLE, Run
from grader.series import Strength
from grader.submission import JOURNAL

OF_LEARNERS = {Strength.LIVE, Strength.RECORDED, Strength.SUBMITTED}


@dataclass(frozen=True, slots=True)
class Judged:
    """A result, and what to say of the run besides."""

    result: Result
    notes: tuple[Finding, ...]


def judged(
    folder: Path,
    rubric: str,
    *,
    settings: Mapping[str, str],
    lang: str,
    verify: bool,
    overrides: Path | None,
) -> Judged:
    """Judge a submission by the rubric of this name or path, and verify it unless told not to.

    ``settings`` win over the variables of ``lab.yaml``.

    Raises:
        GradeLabError: submission, rubric, overrides or the docker configuration cannot be used.
    """
    run, notes = _prepared(folder, rubric, settings)
    result, more = _judged(run, lang, verify=verify, overrides=overrides)
    text = Translator(lang).text
    told = (Finding(Level.WARNING, "grade-lab", text(note)) for note in (*notes, *more))
    return Judged(result, tuple(told))


def _prepared(folder: Path, named: str, settings: Mapping[str, str]) -> tuple[Run, list[Message]]:
    learners = submission.load(folder, needs_lab_file=False)
    if not any(folder.iterdir()):
        raise SubmissionError(
            msg("the folder of the submission is empty"),
            msg("check it out first; a submodule needs `submodules: true` of actions/checkout"),
            where=str(folder),
        )
    exam = find(named, Path.cwd())
    declared = load(exam, settings, lenient=True).variables
    known = {LEARNER_ID: learners.learner.id}
    rubric, notes = handed_in.rubric_of(learners, exam, declared, settings, known)
    if named not in shipped() and exam.resolve().is_relative_to(folder.resolve()):
        notes.append(
            msg(
                "the rubric {path} lies inside the submission: whoever can change the one can "
                "change the other",
                path=named,
            )
        )
    return Run(learners, rubric), notes


def _judged(
    run: Run, lang: str, *, verify: bool, overrides: Path | None
) -> tuple[Result, list[Message]]:
    folder, rubric = run.submission.folder, run.rubric
    journal = JournalFile(run.submission.journal).read()
    notes = []
    if not journal.entries:
        amiss = msg("nothing is recorded in {journal}", journal=JOURNAL.as_posix())
        if journal.defects:
            amiss = msg("no line of {journal} can be read", journal=JOURNAL.as_posix())
        notes.append(
            msg(
                "{amiss}: run `grade-lab` while you work, then `git add -f {journal}`, commit and "
                "push",
                amiss=amiss,
                journal=JOURNAL.as_posix(),
            )
        )
    journal = handed_in.with_files(journal, rubric, folder, lambda: datetime.now(UTC))
    if verify:
        verified = _verified(rubric, folder)
        journal = handed_in.with_found(journal, verified.found, "verified")
        notes += verified.notes
    return steps.judged(run, lang, overrides, journal), notes


@dataclass(frozen=True, slots=True)
class _Verified:
    found: Sequence[Observation]
    notes: tuple[Message, ...] = ()


def _verified(rubric: Rubric, folder: Path) -> _Verified:
    """What could be verified. Without an engine, the journal has the word on what ran."""
    from grader.verify.verify import verify

    found = list(verify(rubric, folder))
    failed = [one for one in found if _without_engine(one)]
    if not failed:
        return _Verified(found)
    note = msg(
        "this runner has no Docker Engine that can be used ({reason}): no image was run here, and "
        "the journal alone was judged",
        reason=failed[0].detail or str(failed[0].reason),
    )
    needed = _only_verified(rubric)
    return _Verified(
        [one for one in found if not _without_engine(one) or one.need in needed], (note,)
    )


def _without_engine(one: Observation) -> bool:
    from grader.verify.sandbox import ELSEWHERE, WITHOUT_LIMITS

    unusable = one.reason in ENGINE_TROUBLE or one.detail in {ELSEWHERE, WITHOUT_LIMITS}
    return one.source == "reproduction" and unusable


def _only_verified(rubric: Rubric) -> set[Need[Fact]]:
    """The needs of checks that accept nothing of a journal: they cannot be judged without it."""
    return {
        need
        for objective in rubric.objectives
        for check in objective.checks
        if check.accept and not OF_LEARNERS.intersection(check.accept)
        for need in check.needs()
    }
