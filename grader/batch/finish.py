"""What is made of a class once all of it is judged: flags, grades, the class report."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import plugins
from grader.batch.compare import compare
from grader.batch.flags import flags
from grader.batch.given import Given
from grader.batch.model import Assignment, Rows
from grader.batch.names import shown
from grader.batch.outputs import gradebooks, matching, results_jsonl
from grader.batch.outputs.contract import ClassOutput, Graded
from grader.batch.review import unknown
from grader.batch.roster import Roster
from grader.batch.store import Store
from grader.batch.verified import hindered
from grader.batch.worker import VERIFIED
from grader.errors import GradeLabError, OutputError
from grader.facts import Reason
from grader.messages import Message, msg
from grader.problems import nearest
from grader.whole import whole

RESULTS = "results.jsonl"
"""What the next run compares with."""


@dataclass(frozen=True, slots=True)
class Finish:
    """What is to be made of a class: ``outputs`` by name.

    ``gradebook`` and ``column`` are those of `Graded`. ``before`` is the ``results.jsonl`` to
    compare with; without it, that of the last run.
    """

    assignment: Assignment
    given: Given
    outputs: Mapping[str, ClassOutput]
    gradebook: Path | None = None
    column: str = ""
    before: Path | None = None

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        assignment: Assignment,
        given: Given,
        *,
        gradebook: Path | None = None,
        column: str = "",
        before: Path | None = None,
    ) -> Finish:
        """The outputs of these names, and that which fills in the LMS's own ``gradebook``.

        Raises:
            GradeLabError: one of them, or a file that it needs, cannot be used. It is told before
                the long run.
        """
        chosen = [*names, *([gradebooks.lms_of(gradebook)] if gradebook else [])]
        finish = cls(assignment, given, _outputs(chosen), gradebook, column, before)
        for name, output in finish.outputs.items():
            with plugins.blamed(plugins.CLASS_OUTPUTS, name):
                output.ready(finish._graded(lambda: iter(()), before))
        if before is not None:
            _read(before)
        return finish

    def write(self, store: Store, scratch: Path) -> tuple[dict[str, Path], list[Message]]:
        """Write the outputs; their paths by name, and what the instructor should know.

        All are made in ``scratch``, a folder in the class's, before the first takes its place:
        none is there beside those of another run, unless it cannot be replaced.

        Raises:
            GradeLabError: a file cannot be read or written.
        """
        out, given = self.assignment.out, self.given
        notices = list(_idle(given.roster, store)) if given.roster else []
        if (out / VERIFIED).is_dir():
            notices += _unverified(out, store)
        before = self.before
        if before is None and (out / RESULTS).exists():
            try:
                before = _read(out / RESULTS)
            except GradeLabError as error:
                notices.append(msg("nothing is compared: {reason}", reason=error.message))
        graded = self._graded(store.rows, before)
        made, paths = scratch / "outputs", {}
        made.mkdir()
        for name, output in self.outputs.items():
            with plugins.blamed(plugins.CLASS_OUTPUTS, name):
                notices += output.write(graded, made / output.filename) or ()
            paths[name] = out / output.filename
        notices += unknown(given.overrides, store.rows(), given.rubric)
        _publish(made, paths.values())
        return paths, notices

    def _graded(self, rows: Rows, before: Path | None) -> Graded:
        rubric = self.given.rubric
        deadline = rubric.late.deadline if rubric.late else None
        found = tuple(flags(rows, deadline, self.assignment.lang))
        return Graded(
            rows=rows,
            rubric=rubric,
            assignment=self.assignment,
            gradebook=self.gradebook,
            column=self.column,
            flags=lambda: iter(found),
            changes=(lambda: compare(results_jsonl.read(before), rows())) if before else None,
        )


def _publish(made: Path, paths: Iterable[Path]) -> None:
    """Put each file into its place, also where another one cannot be replaced."""
    failed: list[OutputError] = []
    for path in paths:
        try:
            with whole(path) as place:
                (made / path.name).replace(place)
        except OutputError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def _read(results: Path) -> Path:
    """The same file, which can be read to its end."""
    deque(results_jsonl.read(results), maxlen=0)
    return results


def _outputs(names: Sequence[str]) -> dict[str, ClassOutput]:
    known = plugins.class_outputs()
    for name in names:
        if name not in known:
            raise GradeLabError(
                msg("unknown output '{name}'{nearest}", name=name, nearest=nearest(name, known)),
                msg("the outputs are: {names}", names=known),
            )
    chosen = {name: plugins.class_output(name) for name in dict.fromkeys(names)}
    writers: dict[str, str] = {}
    for name, output in chosen.items():
        other = writers.setdefault(output.filename, name)
        if other != name:
            raise GradeLabError(
                msg(
                    "the outputs '{name}' and '{other}' both write {file}",
                    name=other,
                    other=name,
                    file=output.filename,
                ),
                msg("ask for one of them at a time, each with an --out of its own"),
            )
    return chosen


def _idle(roster: Roster, store: Store) -> Iterator[Message]:
    """Who is enrolled, and handed in nothing."""
    lines = {row.enrolled for row in store.rows()}
    idle = matching.idle_among(roster, lines)
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
