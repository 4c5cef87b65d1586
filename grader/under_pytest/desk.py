"""Where a run of pytest judges: one submission, each rubric and the journal read once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from grader.errors import GradeLabError, SubmissionError
from grader.messages import Translator, msg
from grader.under_pytest.words import complaint

if TYPE_CHECKING:
    from grader.evidence import Evidence
    from grader.result import Learner, Result
    from grader.rubric.model import Rubric
    from grader.submission import Submission


@dataclass(frozen=True)
class Lab:
    """A judged submission.

    ``variables`` are those of the rubric with the values that were judged; ``evidence`` is what
    the journal holds, ``result`` what the rubric makes of it.
    """

    submission: Submission
    rubric: Rubric
    variables: Mapping[str, str]
    evidence: Evidence
    result: Result

    @property
    def folder(self) -> Path:
        """The submission's folder."""
        return self.submission.folder

    @property
    def learner(self) -> Learner:
        """Whose it is, as its ``lab.yaml`` says."""
        return self.submission.learner


@dataclass
class Desk:
    """Judges the submission in ``folder``; files are searched from ``base``.

    ``rubric`` and ``settings`` (``NAME=VALUE``) win over ``lab.yaml``. ``path_at_start`` is
    Python's search path before any test was collected.
    """

    folder: Path
    rubric: str | None
    settings: Sequence[str]
    lang: str | None
    base: Path
    path_at_start: tuple[str, ...]
    _labs: dict[str | None, Lab] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language chosen, or else the environment's."""
        from grader.language import preferred

        return self.lang or preferred()

    def find(self, name: str) -> Path:
        """The file of a rubric. Raises pytest.UsageError where there is none."""
        with self._usage(), self._own_imports():
            from grader.rubric.find import find

            return find(name, self.base).absolute()

    def observe(self, rubric: str | None) -> None:
        """Collect what a rubric needs into the journal; without one, what that of lab.yaml needs.

        Raises:
            pytest.UsageError: the rubric, the submission or the journal cannot be used.
        """
        with self._usage(), self._own_imports():
            from grader import run as steps

            steps.observe(steps.prepare(self.folder, rubric, self._given()))

    def outline(self, path: Path) -> Rubric:
        """A rubric to look at, also where variables lack values. Raises GradeLabError."""
        with self._own_imports():
            from grader.rubric.load import load

            return load(path, lenient=True)

    def lab(self, rubric: str | None) -> Lab:
        """The submission judged by a rubric. Raises GradeLabError, also for an empty journal."""
        if rubric not in self._labs:
            with self._own_imports():
                self._labs[rubric] = self._judge(rubric)
        return self._labs[rubric]

    def lab_or_fail(self) -> Lab:
        """The submission judged by the rubric that is named; else the test fails, in words."""
        try:
            return self.lab(self.rubric)
        except GradeLabError as error:
            self._fail(error)

    def evidence_or_fail(self) -> Evidence:
        """The journal's evidence; else the test fails, in words."""
        with self._own_imports():
            from grader import submission

            try:
                return self._evidence(submission.load(self.folder, needs_lab_file=False))
            except GradeLabError as error:
                self._fail(error)

    def _judge(self, name: str | None) -> Lab:
        from grader import run as steps
        from grader.rubric.variables import LEARNER_ID

        given = self._given()
        run = steps.prepare(self.folder, name, given)
        evidence = self._evidence(run.submission)
        known = {LEARNER_ID: run.submission.learner.id, **run.submission.variables, **given}
        variables = {
            name: known.get(name, "" if variable.default is None else str(variable.default))
            for name, variable in run.rubric.variables.items()
        }
        result = steps.judged(run, self.language)
        return Lab(run.submission, run.rubric, variables, evidence, result)

    def _evidence(self, submission: Submission) -> Evidence:
        from grader.checking.clocks import by_the_engine
        from grader.evidence import Evidence
        from grader.journal_file import JournalFile
        from grader.report.plain import as_typed

        journal = JournalFile(submission.journal).read()
        if not journal.entries:
            raise SubmissionError(
                msg("nothing is recorded yet in {journal}", journal=submission.journal),
                msg(
                    "run `grade-lab {folder}` first, or add --grade-lab-collect",
                    folder=as_typed(submission.folder),
                ),
                msg("another submission is named with --submission=DIR"),
            )
        return Evidence(by_the_engine(journal))

    def _given(self) -> dict[str, str]:
        given = {}
        for item in self.settings:
            name, equals, value = item.partition("=")
            if not name or not equals:
                raise GradeLabError(msg("write it as NAME=VALUE"), where=f"--set {item}")
            given[name] = value
        return given

    @contextmanager
    def _own_imports(self) -> Iterator[None]:
        """Search modules elsewhere than in the submission while it is judged.

        `python -m pytest` and a conftest.py put its folder first: a `click.py` in it would be
        taken for the one that grade-lab needs.
        """
        before = sys.path[:]
        folder = self.folder.resolve()
        for entry in before:
            place = Path(entry or ".").resolve()
            inserted = entry not in self.path_at_start and place.is_relative_to(folder)
            if place == folder or inserted:
                sys.path.remove(entry)
        try:
            yield
        finally:
            sys.path[:] = before

    @contextmanager
    def _usage(self) -> Iterator[None]:
        try:
            yield
        except GradeLabError as error:
            raise pytest.UsageError(complaint(error, Translator(self.language))) from None

    def _fail(self, error: GradeLabError) -> NoReturn:
        pytest.fail(complaint(error, Translator(self.language)), pytrace=False)
