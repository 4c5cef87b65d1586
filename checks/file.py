"""``file``: a file of the submission, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, Self

from pydantic import model_validator

from grader.check import (
    Check,
    Failed,
    Location,
    NonBlank,
    Part,
    Passed,
    Proof,
    Verdict,
    conclude,
)
from grader.checking.sought import SoughtText
from grader.checking.submitted import file_of, leaves, not_looked_at, text_of
from grader.evidence import Evidence
from grader.facts import Fact
from grader.file_facts import File as FileFact
from grader.messages import msg
from grader.needs import FileNeed, Need
from grader.series import Seen, Strength


class File(SoughtText, Check):
    """The submission has a file at ``path``, relative to its folder.

    ``contains`` is text, or a list of texts, that all stand in it (letter case counts);
    ``matches`` is a regular expression that is found in it. With neither, it only has to be there.
    ``absent: true`` turns the check round: there must be no such file. A path that leads out of
    the submission, say through a symbolic link, fails.
    """

    type: Literal["file"]
    path: NonBlank
    absent: Literal[True] | None = None

    @model_validator(mode="after")
    def _asserts_one_thing(self) -> Self:
        if self.absent and self.seeks:
            raise ValueError(
                msg("a file that must be absent can have neither contains nor matches")
            )
        return self

    def needs(self) -> Iterable[Need[Fact]]:
        return [FileNeed(path=self.path)]

    def judge(self, evidence: Evidence) -> Verdict:
        if self.absent:
            return self._judge_absence(evidence)
        missing = msg("create the file {path} in the folder of your project", path=self.path)
        seen = file_of(evidence, self.path, missing)
        if isinstance(seen, Verdict):
            return seen
        parts = [Part(True, msg("{path} is there", path=self.path))]
        if self.seeks:
            read = text_of(evidence, self.path, missing)
            if isinstance(read, Verdict):
                return read
            parts = list(self._parts(read[0]))
        return conclude(
            parts,
            (self._proof(seen),),
            passed=msg("{path}: as expected", path=self.path),
            failed=msg("{path} does not hold what it should", path=self.path),
        )

    def _parts(self, text: str) -> Iterator[Part]:
        for wanted, count in self.counts(text):
            yield Part(
                count > 0,
                wanted,
                hint=msg(
                    "add it to {path}, save the file and run `grade-lab` again", path=self.path
                ),
                problem=msg("{path} lacks {what}", path=self.path, what=wanted),
                place=Location(self.path),
            )

    def _judge_absence(self, evidence: Evidence) -> Verdict:
        series = evidence.of(FileNeed(path=self.path))
        if series.now or leaves(series):
            return Failed(
                message=msg("{path} is in the submission, but must not be", path=self.path),
                proofs=tuple(map(self._proof, series.now)),
                hint=msg(
                    "take {path} out of the folder, and run `grade-lab` again", path=self.path
                ),
                places=(Location(self.path),),
            )
        if not series.absent or series.looked_at is None:
            return not_looked_at(series, self.path)
        no_file = msg("there is no {path}", path=self.path)
        proof = Proof(Strength.SUBMITTED, "submission", series.looked_at, no_file)
        return Passed(message=no_file, proofs=(proof,))

    def _proof(self, seen: Seen[FileFact]) -> Proof:
        return Proof.of(seen, msg("{path}, {size} bytes", path=self.path, size=seen.fact.size))
