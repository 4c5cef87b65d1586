"""A rubric from a Dockerfile, and the .dockerignore file beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.checking.dockerfile import Dockerfile, DockerfileError, parse
from grader.collect.observe import answers as answered
from grader.collect.submission import file
from grader.drafting.answers import NOT_HTTP, Answers, from_answers
from grader.drafting.draft import Check, Draft, Ids
from grader.drafting.files import DOCKERIGNORE, about_files
from grader.drafting.proving import Prover
from grader.errors import GradeLabError
from grader.evidence import Evidence
from grader.journal import EMPTY, written
from grader.journal import parse as parse_journal
from grader.messages import msg
from grader.needs import FileNeed

MAX_PORT = 65535


def from_dockerfile(path: Path, id_: str, title: str, image: str) -> Draft:
    """The rubric of a lab that builds and runs ``image``, a reference with variables, from it.

    Raises:
        GradeLabError: it is not there, or Docker could not read it.
    """
    prover = _looked_at(path)
    seen = prover.evidence.of(FileNeed(path=path.name)).found
    if not seen or seen[0].fact.text is None:
        raise GradeLabError(
            msg("the Dockerfile cannot be read"),
            msg("give the path of a Dockerfile: `--from-dockerfile Dockerfile`"),
            where=str(path),
        )
    try:
        parsed = parse(seen[0].fact.text)
    except DockerfileError as error:
        place = f"{path}:{error.line}" if error.line else str(path)
        raise GradeLabError(
            msg("Docker cannot read this Dockerfile: {reason}", reason=error.reason),
            msg("put it right, and try it with `docker build .`"),
            where=place,
        ) from None
    ports = list(dict.fromkeys(_ports(parsed)))
    port = ports[0] if ports else None
    answers = Answers(
        id=id_,
        title=title,
        image=image,
        dockerfile=path.name,
        port=f"{port if port >= 1024 else 8000 + port}:{port}" if port else None,
        path="/" if port and port not in NOT_HTTP else None,
        about_image=_about_image(parsed, ports),
    )
    return from_answers(answers, about_files(prover, Ids(), path.name))


def _looked_at(path: Path) -> Prover:
    """The two files, as a grading would see them."""
    needs = [FileNeed(path=name) for name in (path.name, DOCKERIGNORE)]
    seen = [
        observation
        for need in needs
        for observation in answered(need, "submission", lambda n: [file(path.parent, n.path)])
    ]
    lines = b"".join(written(seen, EMPTY, "draft", "grade"))
    return Prover(Evidence(parse_journal(lines)))


def _about_image(parsed: Dockerfile, ports: list[int]) -> Check:
    about: Check = {"exposes": ports} if ports else {}
    user = parsed.effective("USER")
    if user and user.args and user.args[0].split(":")[0] not in {"", "0", "root"}:
        about["non_root"] = True
    check = parsed.effective("HEALTHCHECK")
    if check and check.args and check.args[0].upper() != "NONE":
        about["healthcheck"] = True
    return about


def _ports(parsed: Dockerfile) -> Iterator[int]:
    for instruction in parsed.final:
        for word in instruction.args if instruction.name == "EXPOSE" else ():
            port, _, protocol = word.partition("/")
            digits = port.isascii() and port.isdecimal() and len(port) <= 5
            if digits and protocol in {"", "tcp"} and 0 < int(port) <= MAX_PORT:
                yield int(port)
