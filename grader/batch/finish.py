"""What is made of a class once all of it is judged: flags, grades, the class report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from grader import plugins
from grader.batch.columns import called
from grader.batch.compare import Change, compare
from grader.batch.flags import flags
from grader.batch.given import Given
from grader.batch.model import Assignment
from grader.batch.names import shown
from grader.batch.outputs import gradebooks, matching, results_jsonl
from grader.batch.outputs.contract import ClassOutput, Graded
from grader.batch.review import unknown
from grader.batch.roster import Roster
from grader.batch.store import Store
from grader.batch.verified import hindered
from grader.batch.worker import VERIFIED
from grader.errors import GradeLabError
from grader.facts import Reason
from grader.messages import Message, msg
from grader.problems import nearest

RESULTS, BEFORE = "results.jsonl", ".results-before.jsonl"


def outputs(names: Sequence[str], gradebook: Path | None) -> dict[str, ClassOutput]:
    """The outputs of these names, and that which fills in the LMS's own ``gradebook``.

    Raises:
        GradeLabError: there is no such output, or the gradebook is of no LMS that is known.
    """
    known = plugins.class_outputs()
    chosen = list(names)
    if gradebook is not None:
        chosen.append(gradebooks.lms_of(gradebook))
    for name in chosen:
        if name not in known:
            raise GradeLabError(
                msg("unknown output '{name}'{nearest}", name=name, nearest=nearest(name, known)),
                msg("the outputs are: {names}", names=known),
            )
    return {name: plugins.class_output(name) for name in dict.fromkeys(chosen)}


def finish(
    store: Store,
    assignment: Assignment,
    given: Given,
    chosen: dict[str, ClassOutput],
    *,
    gradebook: Path | None = None,
    column: str = "",
    before: Path | None = None,
) -> tuple[dict[str, Path], list[Message]]:
    """Write the outputs; their paths by name, and what the instructor should know.

    ``before`` is the ``results.jsonl`` to compare with; without it, that of the last run.

    Raises:
        GradeLabError: a file cannot be read or written.
    """
    rubric = given.rubric
    deadline = rubric.late.deadline if rubric.late else None
    found = tuple(flags(store.rows, deadline, assignment.lang))
    old = before or _kept(assignment.out)

    def changes() -> Iterator[Change]:
        return compare(results_jsonl.read(old), store.rows()) if old else iter(())

    graded = Graded(
        rows=store.rows,
        rubric=rubric,
        assignment=assignment,
        gradebook=gradebook,
        column=column,
        flags=lambda: iter(found),
        changes=changes if old else None,
    )
    notices = list(_idle(given.roster, store)) if given.roster else []
    if (assignment.out / VERIFIED).is_dir():
        notices += _unverified(assignment.out, store)
    paths = {name: assignment.out / output.filename for name, output in chosen.items()}
    for name, output in chosen.items():
        notices += output.write(graded, paths[name])
    notices += unknown(given.overrides, store.rows(), rubric)
    return paths, notices


def _idle(roster: Roster, store: Store) -> Iterator[Message]:
    """Who is enrolled, and handed in nothing."""
    lines = {row.enrolled for row in store.rows()}
    idle = [shown(called(one.name) or one.id) for one in roster if one.line not in lines]
    if idle:
        yield msg("on the roster, and without a submission: {names}", names=matching.names(idle))


def _unverified(out: Path, store: Store) -> Iterator[Message]:
    """Of whom something could not be verified, by what was in the way."""
    found: dict[Reason, tuple[Message, list[str]]] = {}
    for row in store.rows():
        for kind, told in hindered(out, row.label).items():
            found.setdefault(kind, (told, []))[1].append(shown(row.label))
    for told, labels in found.values():
        yield msg(
            "could not be verified, so the journals have the word ({reason}): {names}",
            reason=told,
            names=matching.names(labels),
        )


def _kept(out: Path) -> Path | None:
    """The last run's results, put aside before this run writes its own."""
    before = out / BEFORE
    with suppress(FileNotFoundError):
        (out / RESULTS).replace(before)
    return before if before.exists() else None
