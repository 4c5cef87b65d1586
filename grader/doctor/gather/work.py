"""The submission and its rubric, and whether the folder can be written."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from grader import run
from grader.checking.dockerfile import DockerfileError, parse
from grader.checking.ports import Published
from grader.collect.answer import NoAnswerError
from grader.collect.submission import TEXT_BYTES, file, wrong_name
from grader.doctor.machine import Port, Work
from grader.errors import GradeLabError
from grader.journal_file import JournalFile
from grader.needs import FileNeed, ImageNeed
from grader.reference import is_reference
from grader.run import Run
from grader.submission import JOURNAL, LAB_FILE
from grader.system_error import reason_of

PROBE_BYTES = 64 * 1024
MAX_PORTS = 20
MAX_BASES = 10


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done on this machine: the work, and the run that would grade it, if any."""

    work: Work
    run: Run | None = None


def task(folder: Path, rubric: str | None, settings: Mapping[str, str], *, asked: bool) -> Task:
    """The submission in ``folder``, as ``grade-lab`` would take it."""
    work = Work(folder=str(folder.absolute()), asked=asked)
    try:
        work = replace(work, lab_file=(folder / LAB_FILE).is_file())
        prepared = run.prepare(folder, rubric, settings)
    except OSError as error:  # a folder above it is closed to this user
        return Task(replace(work, cannot_write=reason_of(error)))
    except GradeLabError as error:
        return Task(replace(_looked_at(work, folder), error=error))
    work = replace(
        _looked_at(work, folder),
        rubric=prepared.rubric.id,
        learner_named=bool(prepared.submission.learner.id),
        platforms=tuple(_platforms(prepared)),
        misnamed=tuple(_misnamed(prepared)),
        not_utf8=tuple(_not_utf8(prepared)),
        bases=tuple(_bases(prepared)),
    )
    return Task(work, prepared)


def _looked_at(work: Work, folder: Path) -> Work:
    if not folder.is_dir():
        return work
    work = _tried(work, folder)
    try:
        journal = JournalFile(folder / JOURNAL).read()
    except GradeLabError as error:
        return replace(work, journal_error=error)
    return replace(work, journal_defects=tuple(defect.line for defect in journal.defects))


def _tried(work: Work, folder: Path) -> Work:
    """Tried with a file that is gone at once, and where possible never had a name."""
    place = folder / JOURNAL.parent
    try:
        with tempfile.TemporaryFile(dir=place if place.is_dir() else folder) as file:
            file.write(b"\0" * PROBE_BYTES)
            file.flush()
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        return replace(work, cannot_write=reason_of(error), disk_full=full)
    return work


def ports(prepared: Run) -> Iterator[Port]:
    """The ports of this computer that the rubric wants published, each once."""
    seen: set[int] = set()
    for objective in prepared.rubric.objectives:
        for check in objective.checks:
            for option in getattr(check, "ports", ()):
                number = _port(option)
                if number and number not in seen and len(seen) < MAX_PORTS:
                    seen.add(number)
                    yield Port(number=number, container=str(getattr(check, "name", None) or ""))


def _port(option: object) -> int:
    """The port of this computer; 0 where any will do. A third party's check may mean another."""
    try:
        return int(Published.parse(str(option)).host or 0)
    except ValueError:
        return 0


def _platforms(prepared: Run) -> Iterator[tuple[str, str]]:
    for objective in prepared.rubric.objectives:
        for check in objective.checks:
            image, platform = getattr(check, "image", None), getattr(check, "platform", None)
            if image and platform:
                yield str(image), str(platform)


def _files(prepared: Run) -> Iterator[str]:
    return (need.path for need in prepared.rubric.needs() if isinstance(need, FileNeed))


def _misnamed(prepared: Run) -> Iterator[tuple[str, str]]:
    for path in _files(prepared):
        if other := wrong_name(prepared.submission.folder, path):
            yield path, other


def _not_utf8(prepared: Run) -> Iterator[str]:
    for path in _files(prepared):
        with suppress(NoAnswerError):
            found = file(prepared.submission.folder, path)
            is_text = found.text is not None or found.size > TEXT_BYTES
            if not is_text or found.encoding != "utf-8":
                yield path


def _bases(prepared: Run) -> Iterator[str]:
    """None of a Dockerfile that is not there, or that docker would refuse."""
    with suppress(NoAnswerError, DockerfileError):
        text = file(prepared.submission.folder, prepared.rubric.sandbox.dockerfile).text
        for stage in parse(text or "").external[:MAX_BASES]:
            if stage.base and stage.base != "scratch" and is_reference(stage.base):
                yield stage.base


def images(prepared: Run) -> list[str]:
    """The images that the rubric names."""
    return [need.image for need in prepared.rubric.needs() if isinstance(need, ImageNeed)]
