"""Objectives about the Dockerfile and the .dockerignore file of a project."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import get_args

from grader.checking.copied import copied
from grader.checking.dockerfile import Dockerfile, DockerfileError, parse
from grader.checking.practices.known import PRACTICES, PracticeName
from grader.drafting.draft import Check, Ids, Objective
from grader.drafting.proving import Prover
from grader.messages import msg
from grader.needs import FileNeed

DOCKERFILE, DOCKERIGNORE = "Dockerfile", ".dockerignore"
KEPT_OUT = (
    *(".env", ".git/", ".venv/", "venv/", "node_modules/", "__pycache__/", "target/", "dist/"),
    *("build/", ".idea/", ".vscode/", "id_rsa", "secrets/"),
)
"""What people keep out of a build context."""


def text_of(prover: Prover, path: str) -> str | None:
    """A file's text as it was seen last; None where it was not."""
    series = prover.evidence.of(FileNeed(path=path))
    return next((seen.fact.text for seen in series.found), None)


def dockerfile_of(prover: Prover, path: str = DOCKERFILE) -> Dockerfile | None:
    """The Dockerfile as it was seen last; None where it was not, or cannot be read."""
    try:
        return parse(text_of(prover, path) or "")
    except DockerfileError:
        return None


def about_files(prover: Prover, ids: Ids, path: str = DOCKERFILE) -> Iterator[Objective]:
    """An objective for each of the two files that is there and holds something."""
    parsed = dockerfile_of(prover, path)
    if parsed is None:
        return
    check = _about_dockerfile(prover, parsed, path)
    if prover.holds(check):
        yield Objective(
            id=ids.new("dockerfile"),
            title=msg("The Dockerfile is there and sound"),
            checks=[check],
            notes=(
                msg(
                    "`instructions` and `rules` are those of the Dockerfile that this was drafted "
                    "from. Leave out what you do not ask for."
                ),
            ),
        )
    ignoring = _about_dockerignore(prover, parsed)
    if ignoring:
        yield Objective(
            id=ids.new("dockerignore"),
            title=msg(".dockerignore keeps what is not needed out of the image"),
            checks=[ignoring],
        )


def _about_dockerfile(prover: Prover, parsed: Dockerfile, path: str) -> Check:
    names = dict.fromkeys(instruction.name for instruction in parsed.instructions)
    uses_apt = any("apt-get" in instruction.text for instruction in parsed.instructions)
    rules = [rule for rule in get_args(PracticeName) if rule in PRACTICES]
    rules = [rule for rule in rules if uses_apt or "apt" not in rule]
    where = {} if path == DOCKERFILE else {"path": path}
    check: Check = {"type": "dockerfile", **where, "instructions": list(names)}
    return prover.grown(check, [("rules", [rule]) for rule in rules])


def _about_dockerignore(prover: Prover, parsed: Dockerfile) -> Check | None:
    bare: Check = {"type": "dockerignore"}
    excludes = [path for path in KEPT_OUT if prover.holds({**bare, "excludes": [path]})]
    if not excludes:
        return None
    needed = [path for _, path in copied(parsed) if path != posixpath.curdir]
    check: Check = {**bare, "excludes": excludes}
    return prover.grown(check, [("keeps", [path]) for path in needed])
