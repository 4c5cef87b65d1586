"""The submission: a folder with the learner's project, and ``lab.yaml``, which says whose it is."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import Problem, SubmissionError
from grader.messages import Message, msg
from grader.problems import problems_of
from grader.result import Learner
from grader.rubric.variables import LEARNER_ID
from grader.system_error import reason_of
from grader.yaml_source import InvalidYamlError, Place, Source, as_mapping

LAB_FILE = "lab.yaml"
JOURNAL = Path(".grade-lab") / "journal.jsonl"
REPORT = Path(".grade-lab") / "report"
MAX_BYTES, MAX_VALUES = 8_000, 500
"""Far more than any lab.yaml has: to refuse the rest is cheap, to read it may cost seconds."""

MAX_LOOKED_AT, MAX_NAMED = 500, 3
"""Of what is in a folder without lab.yaml: a home folder may hold anything."""

_MEANT = {"lab.yaml", "lab.yml", "lab.yaml.txt", "lab.yml.txt", "lab.txt"}
"""What lab.yaml is called by mistake, letters aside: Notepad adds ``.txt``, and hides it."""

_OF_YAML = "!&*"
"""What may stand before a value and is none of it: a tag, an anchor, an alias."""

_QUOTED = re.compile("[“”„‘’‚](.*)[“”‘’]", re.DOTALL)
"""A text in quotation marks as word processors write them: YAML takes them for a part of it."""

_Scalar = str | int | float
_Short = Annotated[str, Field(max_length=200)]


class _LearnerFields(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    id: _Short = ""
    name: _Short = ""


class _Lab(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rubric: _Short | None = None
    learner: _LearnerFields = _LearnerFields()
    variables: dict[str, _Scalar] = {}


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission's folder and what its ``lab.yaml`` says.

    ``rubric`` is the learner's convenience, never the grader's choice: ``--rubric`` wins over it.
    """

    folder: Path
    rubric: str | None = None
    learner: Learner = field(default_factory=Learner)
    variables: dict[str, str] = field(default_factory=dict)
    source: Source | None = field(default=None, compare=False, repr=False)

    @property
    def journal(self) -> Path:
        """Where its journal is kept."""
        return self.folder / JOURNAL

    def where(self, *place: str) -> str:
        """A field of ``lab.yaml`` as ``file:line:column``; the file where it has no such field."""
        if self.source is not None and self.source.has(place):
            return self.source.where(place)
        return str(self.folder / LAB_FILE)

    def refused(self, problems: Iterable[Problem]) -> SubmissionError:
        """That a rubric, which is sound, cannot be used with what ``lab.yaml`` says."""
        return _broken(self.folder, problems=self.placed(problems))

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """What a sound rubric found wrong, each told of the field of ``lab.yaml`` it is about."""
        return list(problems) if self.source is None else [self._placed(one) for one in problems]

    def _placed(self, problem: Problem) -> Problem:
        if problem.snippet is None:
            name = problem.where
        else:  # it is the value that a variable had in the rubric's line
            line, words = problem.snippet.text, str(problem.message)
            used = (n for n, v in self.variables.items() if f"{{{n}}}" in line and v in words)
            name = next(used, "")
        if name and name != LEARNER_ID and name not in self.variables:
            return problem
        place = ("learner", "id") if name == LEARNER_ID else ("variables", name)
        told = problem.message
        if name:
            told = msg("'{name}': {reason}", name=name, reason=told)
        return Problem(self.where(*place), told, problem.code, problem.help)


def load(folder: Path, *, needs_lab_file: bool = True) -> Submission:
    """Read a submission's ``lab.yaml``.

    Raises:
        SubmissionError: no such folder, or a file; ``lab.yaml`` broken, or missing though
            needed; it or something of grade-lab's own is a link that leads out, or a pipe.
    """
    try:
        mode = _mode(folder)
        if stat.S_ISREG(mode):
            raise SubmissionError(
                msg("{path} is a file, and no folder", path=folder),
                msg("go to the folder that it is in (`cd`), and type `grade-lab` alone"),
            )
        if not stat.S_ISDIR(mode):
            raise SubmissionError(
                msg("there is no folder {folder}", folder=folder),
                msg("go to the folder of your project (`cd`), or give its path: grade-lab PATH"),
            )
        _guard(folder)
        source = Source.read(folder / LAB_FILE, max_bytes=MAX_BYTES, max_nodes=MAX_VALUES)
        lab = _Lab.model_validate(_as_written(source, as_mapping(source), ()))
    except FileNotFoundError:
        if not needs_lab_file:
            return Submission(folder)
        raise SubmissionError(
            msg("there is no lab.yaml in {folder}", folder=folder.absolute()),
            *_near(folder),
            msg(
                "go to the folder of your project (`cd`), or copy lab.yaml from the lesson into it"
            ),
        ) from None
    except OSError as error:
        reason = reason_of(error)
        raise _broken(folder, msg("cannot be read: {reason}", reason=reason)) from None
    except InvalidYamlError as error:
        raise _broken(folder, problems=[error.problem]) from None
    except ValidationError as error:
        raise _broken(folder, problems=list(problems_of(error, _Lab, source))) from None
    if LEARNER_ID in lab.variables:
        # Else one could hand in under one's own id what somebody else's id proves.
        place = source.where(("variables", LEARNER_ID))
        message = msg("'{name}' cannot be set: it is the `id` below `learner:`", name=LEARNER_ID)
        raise _broken(folder, problems=[Problem(place, message)])
    return Submission(
        folder,
        rubric=lab.rubric,
        # Full-width letters and digits, as a Korean keyboard may type them, are the same id.
        learner=Learner(id=normalize("NFKC", lab.learner.id), name=lab.learner.name),
        variables={name: str(value) for name, value in lab.variables.items()},
        source=source,
    )


def _mode(folder: Path) -> int:
    """What it is; 0 when it is not there. `Path.is_dir` hides that one may not look."""
    try:
        return folder.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # no path has a NUL
        return 0


def _guard(folder: Path) -> None:
    """Whoever handed it in could have us write elsewhere, or wait for ever."""
    root, own = Path(os.path.realpath(folder)), folder / JOURNAL.parent
    kept: list[Path] = []
    with suppress(OSError):  # whoever needs what is in there says why it cannot be read
        kept = sorted(own.iterdir())
    hint = msg("remove it, or put a plain file or folder in its place")
    for path in (folder / LAB_FILE, own, *kept):
        name = path.relative_to(folder).as_posix()
        if not Path(os.path.realpath(path)).is_relative_to(root):
            told = msg("{path} is a link that leads out of the submission", path=name)
            raise SubmissionError(told, hint)
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would never end
            raise SubmissionError(msg("{path} is not a file", path=name), hint)


def _near(folder: Path) -> Iterator[Message]:
    """What to do where lab.yaml has another name, or is in a folder below or above."""
    try:
        for name in misnamed(folder):
            yield msg("{name} is here: rename it, `mv {name} lab.yaml`", name=name)
        found = sorted(islice(folder.iterdir(), MAX_LOOKED_AT))
        below = [path.name for path in found if (path / LAB_FILE).is_file()]
    except OSError:
        return
    for name in below[:MAX_NAMED]:
        yield msg('there is one in the folder {name}: `cd "{name}"`', name=name)
    if (folder.absolute().parent / LAB_FILE).is_file():
        yield msg("there is one in the folder above: `cd ..`")


def misnamed(folder: Path) -> list[str]:
    """The names of files that are meant to be lab.yaml, and are called otherwise.

    Raises:
        OSError: the folder cannot be looked into.
    """
    found = sorted(islice(folder.iterdir(), MAX_LOOKED_AT))
    return [path.name for path in found if path.name.lower() in _MEANT and path.is_file()]


def _as_written(source: Source, value: Any, place: Place) -> Any:
    """A value with its numbers as they stand in the file: 1.10 is not 1.1, and 0012 not 12.

    Quotation marks and spaces around a text are none of it, whatever wrote them.
    """
    if isinstance(value, dict):
        return {name: _as_written(source, each, (*place, name)) for name, each in value.items()}
    if isinstance(value, str):
        quoted = _QUOTED.fullmatch(value.strip())
        return (quoted[1] if quoted else value).strip()
    written = source.text_of(place) if isinstance(value, int | float) else ""
    return written if written and written[0] not in _OF_YAML else value


def _broken(
    folder: Path, reason: Message | None = None, problems: list[Problem] | None = None
) -> SubmissionError:
    where = str(folder / LAB_FILE)
    found = problems or [Problem(where, reason or msg("cannot be read"))]
    return SubmissionError(
        msg("lab.yaml cannot be used"),
        msg("put right the lines named, then run grade-lab again"),
        problems=found,
    )
