"""One submission, from what came in to its row. Runs in a worker process, and keeps nothing."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader import __version__, overrides
from grader.batch.archives import unpack
from grader.batch.clones import clone, is_git_url
from grader.batch.identify import Identity, identify
from grader.batch.late import penalty
from grader.batch.model import Assignment, Candidate, ObjectiveRow, Prints, Row
from grader.batch.prints import prints_of
from grader.batch.roster import Roster
from grader.check import Status
from grader.collect.collect import look
from grader.errors import GradeLabError
from grader.journal import VERSION, Entry, Journal
from grader.journal_file import JournalFile
from grader.judge import judge
from grader.messages import Message, Translator, msg
from grader.needs import EnvFileNeed, FileNeed, TreeNeed
from grader.plugins import report_format
from grader.result import ObjectiveResult, Override, Result
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.run import write
from grader.submission import JOURNAL, LAB_FILE, Submission
from grader.submission import load as load_submission

LEARNERS = "learners"
MAX_REASONS = 4
OF_SUBMISSION = (FileNeed, EnvFileNeed, TreeNeed)


@dataclass(frozen=True, slots=True)
class Task:
    """A submission to judge, unless its row has this ``key`` already."""

    assignment: Assignment
    candidate: Candidate
    key: str = ""


def work(task: Task) -> Row | None:
    """The submission's row; None when it is as it was. Never raises for what is handed in."""
    try:
        return _work(task)
    except GradeLabError as error:
        return error_row(task, error.message, *(problem.message for problem in error.problems))
    except Exception as error:
        kind = type(error).__name__
        return error_row(task, msg("it could not be judged ({kind})", kind=kind))


def error_row(task: Task, *reasons: Message) -> Row:
    """The row of a submission that could not be judged: why, and whose it is as far as is known."""
    text = Translator(task.assignment.lang).text
    error = ": ".join(map(text, reasons[:MAX_REASONS]))
    return Row(label=task.candidate.label, key="", error=error, **_who_at_least(task))


def _work(task: Task) -> Row | None:
    assignment, candidate = task.assignment, task.candidate
    text = Translator(assignment.lang).text
    with _folder_of(candidate) as (folder, left_out):
        handed_in = _handed_in(folder)
        identity = identify(handed_in, candidate, _roster(assignment.roster))
        mine = _overrides(assignment.overrides).get(identity.learner.id, {})
        key = _key(assignment, identity, mine, folder)
        if key == task.key:
            return None
        rubric = _rubric(assignment, handed_in, identity, left_out.append)
        journal = _with_files(JournalFile(handed_in.journal).read(), rubric, folder)
        result = judge(rubric, journal, identity.learner, mine, assignment.lang)
        report = f"{LEARNERS}/{candidate.label}"
        formats = {name: report_format(name) for name in assignment.formats}
        write(result, formats, assignment.out / report)
        prints = prints_of(journal, rubric, folder)
        row = _row(key, identity, rubric, result, prints)
        return row.model_copy(
            update={
                "label": candidate.label,
                "report": report,
                "notices": tuple(map(text, (*identity.notices, *left_out))),
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
def _folder_of(candidate: Candidate) -> Iterator[tuple[Path, list[Message]]]:
    """The submission's folder, and what of it was left out."""
    source = Path(candidate.source)
    left_out: list[Message] = []
    if is_git_url(candidate.source):
        with _scratch() as scratch:
            yield clone(candidate.source, scratch, left_out.append), left_out
    elif source.is_dir():
        yield source, left_out
    else:
        with _scratch() as scratch:
            yield unpack(source, scratch, left_out.append), left_out


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="grade-lab-", ignore_cleanup_errors=True) as place:
        yield Path(place) / "submission"


def _handed_in(folder: Path) -> Submission:
    """The submission in a folder. A link that leads out of it is not followed."""
    for path in (LAB_FILE, JOURNAL):
        if not (folder / path).resolve().is_relative_to(folder.resolve()):
            raise GradeLabError(msg("{path} is a link that leads out of it", path=str(path)))
    return load_submission(folder, needs_lab_file=False)


def _rubric(
    assignment: Assignment,
    handed_in: Submission,
    identity: Identity,
    tell: Callable[[Message], None],
) -> Rubric:
    """The rubric with this learner's variables; of lab.yaml's those that it has."""
    declared = _bare_rubric(assignment.rubric).variables
    given = {name: value for name, value in handed_in.variables.items() if name in declared}
    if unknown := handed_in.variables.keys() - given.keys():
        tell(msg("lab.yaml sets what the rubric does not know: {names}", names=sorted(unknown)))
    settings = dict(assignment.settings)
    return load(assignment.rubric, {**given, **settings}, known=identity.variables)


def _with_files(journal: Journal, rubric: Rubric, folder: Path) -> Journal:
    """The journal, and after it the files as they were handed in: they count, not earlier ones.

    They are dated as the journal's last entry, or as the newest of them: the same submission gives
    the same result, whenever it is judged.
    """
    at = journal.entries[-1].at if journal.entries else _newest(folder)
    needs = [need for need in rubric.needs() if isinstance(need, OF_SUBMISSION)]
    entries = [
        Entry(v=VERSION, seq=seq, run="handed-in", by="batch", **{**dict(observation), "at": at})
        for seq, observation in enumerate(look(needs, folder, None), journal.lines + 1)
    ]
    return replace(journal, entries=(*journal.entries, *entries))


def _key(
    assignment: Assignment, identity: Identity, mine: Mapping[str, Override], folder: Path
) -> str:
    """The hash of all that the row depends on."""
    digest = hashlib.sha256()
    for part in (
        __version__,
        _bare_rubric(assignment.rubric).sha256,
        assignment.settings,
        assignment.formats,
        assignment.lang,
        identity,
        sorted(mine.items()),
    ):
        digest.update(repr(part).encode("utf-8", "replace") + b"\0")
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        content = os.fsencode(path.readlink()) if path.is_symlink() else _sha256(path)
        digest.update(os.fsencode(name) + b"\0" + content)
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {".git"})
        yield from (Path(parent, name) for name in sorted(names))


def _newest(folder: Path) -> datetime:
    seconds = max((path.lstat().st_mtime for path in _files(folder)), default=0)
    return datetime.fromtimestamp(int(seconds), UTC)


def _sha256(path: Path) -> bytes:
    if not path.is_file():  # a pipe would never end
        return b""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _who_at_least(task: Task) -> dict[str, Any]:
    """Whose it is, of what could not be judged: as far as its name and the roster tell."""
    nothing = Submission(Path(task.candidate.source))
    try:
        identity = identify(nothing, task.candidate, _roster(task.assignment.roster))
    except GradeLabError:
        return {}
    enrolled = identity.enrolled
    return {
        "learner": identity.learner,
        "email": identity.email,
        "notices": tuple(map(Translator(task.assignment.lang).text, identity.notices)),
        "enrolled": enrolled.line if enrolled else None,
        "submitted_at": enrolled.submitted_at if enrolled else None,
    }


# What is the same for all submissions is read once by each worker.


@lru_cache(maxsize=1)
def _roster(path: Path | None) -> Roster | None:
    return Roster.load(path) if path else None


@lru_cache(maxsize=1)
def _overrides(path: Path | None) -> overrides.Overrides:
    return overrides.load(path) if path else {}


@lru_cache(maxsize=1)
def _bare_rubric(path: Path) -> Rubric:
    return load(path, lenient=True)
