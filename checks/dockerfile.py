"""``dockerfile``: a Dockerfile with certain instructions, that follows good practices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from grader.check import Check, Failed, Location, NonBlank, Part, Proof, Verdict, conclude
from grader.checking.dockerfile import INSTRUCTIONS, DockerfileError, parse
from grader.checking.dockerfile import Dockerfile as Parsed
from grader.checking.practices.known import PRACTICES, PracticeName
from grader.checking.submitted import text_of
from grader.evidence import Evidence
from grader.facts import Fact
from grader.messages import Message, msg
from grader.needs import FileNeed, Need


def _known_instruction(name: str) -> str:
    if name.upper() not in INSTRUCTIONS:
        raise ValueError(
            msg("'{name}' is not an instruction; they are {known}", name=name, known=INSTRUCTIONS)
        )
    return name.upper()


InstructionName = Annotated[str, AfterValidator(_known_instruction)]
"""An instruction of Dockerfiles, in any case."""


class Dockerfile(Check):
    """A Dockerfile that Docker can read has the ``instructions`` and follows the ``rules``.

    ``path`` is relative to the submission. Each instruction and each rule is an equal share of the
    points. Instructions count in any stage; ONBUILD ones do not. The rules:

    - ``no-latest-base``: every base image has a tag other than ``latest``, or a digest.
    - ``pinned-base``: every base image has a digest.
    - ``non-root``: the final stage, or a stage that it is built from, sets a USER that is not root.
    - ``no-secrets``: no ENV or ARG named like a password, token or key; no ``.env`` or private key
      copied.
    - ``exec-form``: CMD and ENTRYPOINT of the final stage, where given, are JSON lists.
    - ``one-cmd``: no stage has more than one CMD or ENTRYPOINT.
    - ``workdir-absolute``: every WORKDIR is an absolute path.
    - ``copy-not-add``: ADD only for URLs, repositories and archives.
    - ``no-sudo``: no RUN uses sudo.
    - ``apt-update-with-install``: no RUN of ``apt-get update`` alone before an install.
    - ``cleans-apt``: a RUN of ``apt-get update`` in the final stage removes ``/var/lib/apt/lists``.
    - ``no-recommends``: ``apt-get install`` in the final stage has ``--no-install-recommends``.
    - ``multi-stage``: the final stage copies something from an earlier stage.
    - ``healthcheck``: the final stage, or a stage that it is built from, has a HEALTHCHECK.
    - ``no-deprecated``: no MAINTAINER, no ENV without an equals sign.

    A rule speaks only where it is certain: a base image named by a build argument without a default
    breaks none.
    """

    type: Literal["dockerfile"]
    path: NonBlank = "Dockerfile"
    instructions: tuple[InstructionName, ...] = ()
    rules: tuple[PracticeName, ...] = ()

    @model_validator(mode="after")
    def _asserts_something(self) -> Self:
        if not self.instructions and not self.rules:
            raise ValueError(msg("give instructions, rules or both; else it would assert nothing"))
        return self

    def needs(self) -> Iterable[Need[Fact]]:
        return [FileNeed(path=self.path)]

    def judge(self, evidence: Evidence) -> Verdict:
        read = text_of(evidence, self.path, self._how_to_start(), for_docker=True)
        if isinstance(read, Verdict):
            return read
        text, seen = read
        try:
            dockerfile = parse(text)
        except DockerfileError as error:
            return Failed(
                message=msg(
                    "{place} cannot be read as a Dockerfile", place=_place(self.path, error.line)
                ),
                proofs=(Proof.of(seen, self.path),),
                actual=error.reason,
                hint=msg("put it right, and try it with `docker build .`"),
                places=(Location(self.path, error.line),),
            )
        count = len(dockerfile.instructions)
        detail = msg("{path}, {count} instructions", path=self.path, count=count)
        return conclude(
            _parts(self.path, self.instructions, self.rules, text),
            (Proof.of(seen, detail),),
            passed=msg("{path}: as expected", path=self.path),
            failed=msg("{path} does not hold what it should", path=self.path),
        )

    def _how_to_start(self) -> Message:
        return msg("create {path}; its first line names a base image: `FROM …`", path=self.path)


@lru_cache(maxsize=64)
def _parts(
    path: str, names: tuple[str, ...], rules: tuple[PracticeName, ...], text: str
) -> tuple[Part, ...]:
    """What the file holds, and ought to. A class hands in the same few files."""
    dockerfile = parse(text)
    return (*_instructions(path, names, dockerfile), *_rules(path, rules, dockerfile))


def _instructions(path: str, names: Iterable[str], dockerfile: Parsed) -> Iterator[Part]:
    present = {instruction.name for instruction in dockerfile.instructions}
    for name in names:
        yield Part(
            name in present,
            msg("has {instruction}", instruction=name),
            hint=msg("add a line with `{instruction}` to {path}", instruction=name, path=path),
            problem=msg("{path} has no {instruction}", instruction=name, path=path),
            place=Location(path),
        )


def _rules(path: str, rules: Iterable[PracticeName], dockerfile: Parsed) -> Iterator[Part]:
    for name in rules:
        practice = PRACTICES[name]
        finding = next(practice.broken_by(dockerfile), None)
        if finding is None:
            yield Part(True, practice.asks)
            continue
        problem = msg(
            "{place}: {problem}", place=_place(path, finding.line), problem=finding.problem
        )
        place = Location(path, finding.line, finding.problem)
        yield Part(False, practice.asks, problem, finding.hint, problem=problem, place=place)


def _place(path: str, line: int | None) -> str:
    return f"{path}:{line}" if line else path
