"""What somebody handed in, seen on a computer that is not theirs.

Its engine tells nothing of the learner's work. So what is looked at here are files alone, and what
was verified; neither is written into the learner's journal.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from grader.collect.collect import look
from grader.errors import RubricError, SubmissionError
from grader.journal import VERSION, Entry, Journal, Observation
from grader.messages import Message, msg
from grader.needs import OF_SUBMISSION, FileNeed
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.submission import LAB_FILE, Submission, misnamed

MAX_NAMED = 3


def rubric_of(
    handed_in: Submission,
    exam: Path,
    declared: Container[str],
    settings: Mapping[str, str],
    known: Mapping[str, str],
) -> tuple[Rubric, list[Message]]:
    """The rubric with the learner's variables, and what to say of them.

    Of lab.yaml's variables those that are ``declared`` count; ``settings`` win over them, and they
    over what is ``known``.

    Raises:
        SubmissionError: a variable has no value, or one that it cannot have; or the lab is in a
            folder of the submission.
    """
    _refuse_other_folder(handed_in)
    mine = {name: value for name, value in handed_in.variables.items() if name in declared}
    unknown = sorted(handed_in.variables.keys() - mine.keys())
    told = [msg("lab.yaml sets what the rubric does not know: {names}", names=unknown)]
    try:
        rubric = load(exam, {**mine, **settings}, known=known)
    except RubricError as error:  # it could be read without them, so it is about these variables
        problems = handed_in.placed(error.problems)
        raise SubmissionError(_amiss(handed_in.folder), problems=problems) from None
    return rubric, told if unknown else []


def _refuse_other_folder(handed_in: Submission) -> None:
    """Else who did the lab in a folder below would get no points at all."""
    folder = handed_in.folder
    if (folder / LAB_FILE).is_file() or handed_in.journal.is_file():
        return
    labs: list[str] = []
    with suppress(OSError):  # whoever has to read the folder says why it cannot be read
        if not misnamed(folder):
            labs = sorted(path.parent.name for path in folder.glob(f"*/{LAB_FILE}"))
    if not labs:
        return
    below = msg("there are several labs in the submission: {names}", names=labs[:MAX_NAMED])
    if len(labs) == 1:
        below = msg("lab.yaml is not in the submission, but in its folder {name}", name=labs[0])
    meant = folder / labs[0]
    raise SubmissionError(
        below,
        msg("give the path of the folder with the lab that is meant, as {path}", path=meant),
    )


def _amiss(folder: Path) -> Message:
    """What is wrong with the lab file of a submission whose variables cannot be used."""
    if (folder / LAB_FILE).is_file():
        return msg("lab.yaml cannot be used")
    if others := misnamed(folder):
        return msg("lab.yaml is called {name} in the submission", name=others[0])
    return msg("there is no lab.yaml in the submission")


def with_files(
    journal: Journal, rubric: Rubric, folder: Path, undated: Callable[[], datetime]
) -> Journal:
    """The journal, and after it the files as they were handed in: they count, not earlier ones.

    They are dated as the journal's last entry, or as ``undated`` says where there is none: the same
    submission gives the same result, whenever it is judged.
    """
    at = journal.entries[-1].at if journal.entries else undated()
    # lab.yaml is looked at always: so there is an entry of ours, and a journal that claims to hold
    # what only a grader can find out is not believed.
    asked = dict.fromkeys([FileNeed(path=LAB_FILE), *rubric.needs()])
    needs = [need for need in asked if isinstance(need, OF_SUBMISSION)]
    seen = (found.model_copy(update={"at": at}) for found in look(needs, folder, None))
    return with_found(journal, seen, "handed-in")


def with_found(journal: Journal, found: Iterable[Observation], run: str) -> Journal:
    """The journal, and after it what was found out here, which the learner could not write."""
    last = max(journal.lines, journal.entries[-1].seq if journal.entries else 0)
    ours = tuple(
        Entry.model_validate({**dict(one), "v": VERSION, "seq": seq, "run": run, "by": "batch"})
        for seq, one in enumerate(found, last + 1)
    )
    return replace(journal, entries=(*journal.entries, *ours))
