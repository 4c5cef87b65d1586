"""One submission, from what came in to its row. Runs in a worker process, and keeps nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.batch import keys
from grader.batch.archives import unpack
from grader.batch.clones import clone, is_git_url
from grader.batch.given import Given
from grader.batch.identify import Identity, identify
from grader.batch.late import penalty
from grader.batch.model import Assignment, Candidate, ObjectiveRow, Prints, Row
from grader.batch.prints import prints_of
from grader.batch.roster import Roster
from grader.check import Status
from grader.errors import GradeLabError
from grader.handed_in import rubric_of, with_files, with_found
from grader.journal import Journal
from grader.journal_file import JournalFile
from grader.judge import judge
from grader.messages import Message, Translator, msg
from grader.needs import OF_SUBMISSION
from grader.plugins import report_format
from grader.report.contract import ReportFormat
from grader.result import ObjectiveResult, Result
from grader.rubric.model import Rubric
from grader.run import write
from grader.submission import JOURNAL, Submission
from grader.submission import load as load_submission
from grader.system_error import reason_of

LEARNERS = "learners"
VERIFIED = "verified"
SCRATCH = ".scratch"
"""The folder in the class's for what is unpacked; what a killed run left goes with it."""
MAX_REASONS = 4
_WITHOUT_JOURNAL = msg(
    "there is no journal in it ({journal}): what was done was not seen",
    journal=JOURNAL.as_posix(),
)


@dataclass(frozen=True, slots=True)
class Task:
    """A submission to judge, unless its row has this ``key`` already.

    ``basis`` is the hash of what is the same for all (`keys.basis`).
    """

    assignment: Assignment
    candidate: Candidate
    basis: str
    key: str = ""
    seal: str = ""
    """The hash of what was verified of it (`verified.seal`)."""

    @property
    def report(self) -> Path:
        """Where its reports lie."""
        return self.assignment.out / LEARNERS / self.candidate.label


def work(task: Task) -> Row | None:
    """The submission's row; None when it is as it was. Never raises."""
    roster = identity = None
    try:
        given = _given(task.assignment, task.basis)
        roster = given.roster
        with _folder_of(task) as (folder, left_out):
            handed_in = load_submission(folder, needs_lab_file=False)
            identity = identify(handed_in, task.candidate, roster)
            identity = replace(identity, notices=(*identity.notices, *left_out))
            return _judged(task, given, handed_in, identity)
    except GradeLabError as error:
        reasons = [error.message, *(problem.told for problem in error.problems)]
    except OSError as error:
        reasons = [msg("it cannot be read: {reason}", reason=reason_of(error))]
    except MemoryError:
        reasons = [msg("it needs too much memory to be judged")]
    except BaseException as error:  # also SystemExit of a third party's check
        reasons = [msg("it could not be judged ({kind})", kind=type(error).__name__)]
    return error_row(task, roster, *reasons, identity=identity)


def error_row(
    task: Task, roster: Roster | None, *reasons: Message, identity: Identity | None = None
) -> Row:
    """The row of a submission that could not be judged: why, and whose it is.

    Without an ``identity`` that is told as far as its name and the roster tell. A report of what
    it was before goes.
    """
    for name in task.assignment.formats:
        with suppress(OSError):
            (task.report / report_format(name).filename).unlink()
    lang = task.assignment.lang
    error = ": ".join(map(Translator(lang).text, reasons[:MAX_REASONS]))
    submission = Submission(Path(task.candidate.source))
    who = _who(task, identity or identify(submission, task.candidate, roster))
    return Row(label=task.candidate.label, key="", lang=lang, error=error, **who)


def is_reported(task: Task, chosen: Mapping[str, ReportFormat]) -> bool:
    """Whether its reports are all there."""
    return all((task.report / one.filename).is_file() for one in chosen.values())


def _judged(task: Task, given: Given, handed_in: Submission, identity: Identity) -> Row | None:
    assignment, folder = task.assignment, handed_in.folder
    text = Translator(assignment.lang).text
    mine = given.overrides.get(identity.learner.id, {})
    key = keys.key(assignment, given.rubric, identity, mine, folder) + task.seal
    if key == task.key and is_reported(task, given.formats):
        return None
    rubric, more = _rubric(assignment, given, handed_in, identity)
    own = JournalFile(handed_in.journal).read()
    journal = _with_verified(with_files(own, rubric, folder, lambda: keys.newest(folder)), task)
    if not handed_in.journal.is_file() and _asks_for_a_journal(rubric):
        more.append(_WITHOUT_JOURNAL)
    result = judge(rubric, journal, identity.learner, mine, assignment.lang)
    write(result, given.formats, task.report)
    row = _row(key, identity, rubric, result, prints_of(journal, rubric, folder))
    return row.model_copy(
        update={
            "label": task.candidate.label,
            "report": task.report.relative_to(assignment.out).as_posix(),
            "notices": tuple(map(text, (*identity.notices, *more))),
        }
    )


def _row(key: str, identity: Identity, rubric: Rubric, result: Result, prints: Prints) -> Row:
    enrolled = identity.enrolled
    submitted_at = (enrolled.submitted_at if enrolled else None) or prints.last_at
    late = penalty(rubric.late, result.score, result.max_score, submitted_at)
    final = result.score - late
    return Row(
        label="",
        key=key,
        learner=identity.learner,
        email=identity.email,
        enrolled=enrolled.line if enrolled else None,
        lang=result.lang,
        score=result.score,
        max_score=result.max_score,
        penalty=late,
        final=final,
        passed=final >= rubric.pass_mark * result.max_score,
        complete=result.complete,
        submitted_at=submitted_at,
        objectives=tuple(map(_objective, result.objectives)),
        prints=prints,
    )


def _objective(objective: ObjectiveResult) -> ObjectiveRow:
    told = (check.message for check in objective.checks if check.status is not Status.PASS)
    return ObjectiveRow(
        id=objective.id,
        status=objective.status,
        score=objective.score,
        max_score=objective.max_score,
        message="" if objective.override else next(told, ""),
    )


@contextmanager
def _folder_of(task: Task) -> Iterator[tuple[Path, list[Message]]]:
    """The submission's folder, and what of it was left out."""
    source = Path(task.candidate.source)
    left_out: list[Message] = []
    if is_git_url(task.candidate.source):
        with _scratch(task) as scratch:
            yield clone(task.candidate.source, scratch, left_out.append), left_out
    elif source.is_dir():
        yield source, left_out
    else:
        with _scratch(task) as scratch:
            yield unpack(source, scratch, left_out.append), left_out


@contextmanager
def _scratch(task: Task) -> Iterator[Path]:
    parent = task.assignment.out / SCRATCH
    with tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True) as place:
        yield Path(place) / "submission"


def _rubric(
    assignment: Assignment, given: Given, handed_in: Submission, identity: Identity
) -> tuple[Rubric, list[Message]]:
    settings, declared = dict(assignment.settings), given.rubric.variables
    return rubric_of(handed_in, assignment.rubric, declared, settings, identity.variables)


def _asks_for_a_journal(rubric: Rubric) -> bool:
    return any(not isinstance(need, OF_SUBMISSION) for need in rubric.needs())


def _with_verified(journal: Journal, task: Task) -> Journal:
    """The journal, and after it what was verified, which the learner could not write."""
    if not task.seal:
        return journal
    found = JournalFile(verified_path(task.assignment.out, task.candidate.label)).read().entries
    return with_found(journal, found, VERIFIED)


@contextmanager
def opened(task: Task, given: Given) -> Iterator[tuple[Rubric, Path]]:
    """The rubric with a submission's variables, and its folder.

    Raises:
        GradeLabError: it cannot be opened, or is not usable.
    """
    with _folder_of(task) as (folder, _):
        handed_in = load_submission(folder, needs_lab_file=False)
        identity = identify(handed_in, task.candidate, given.roster)
        yield _rubric(task.assignment, given, handed_in, identity)[0], folder


def verified_path(out: Path, label: str) -> Path:
    """Where in the class's folder is kept what was verified of a submission."""
    return out / VERIFIED / f"{label}.jsonl"


def _who(task: Task, identity: Identity) -> dict[str, Any]:
    """Whose it is, of what could not be judged."""
    enrolled = identity.enrolled
    return {
        "learner": identity.learner,
        "email": identity.email,
        "notices": tuple(map(Translator(task.assignment.lang).text, identity.notices)),
        "enrolled": enrolled.line if enrolled else None,
        "submitted_at": enrolled.submitted_at if enrolled else None,
    }


@lru_cache(maxsize=1)
def _given(assignment: Assignment, basis: str) -> Given:  # noqa: ARG001 # it tells the cache
    """Read once by each worker, and again when ``basis`` tells that it has changed."""
    return Given.read(assignment)
