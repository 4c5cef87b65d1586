"""Practices about the commands of RUN."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import dropwhile, groupby

from grader.checking.dockerfile import Dockerfile, Instruction
from grader.checking.practices.contract import Finding
from grader.messages import msg

MAX_SCRIPT = 20_000
_SEPARATORS = frozenset(";&|()")
_BEFORE_A_COMMAND = re.compile(r"\w+=.*|then|else|do|[!{]", re.DOTALL)


def no_sudo(dockerfile: Dockerfile) -> Iterator[Finding]:
    """No RUN uses sudo: a build is root already, unless USER said otherwise."""
    for run in dockerfile.instructions:
        if any(command[0] == "sudo" for command in _commands(run)):
            yield Finding(
                run.line,
                msg("sudo is not needed: a build runs as root"),
                msg("leave `sudo` out, and move the line before `USER` if there is one"),
            )


def apt_update_with_install(dockerfile: Dockerfile) -> Iterator[Finding]:
    """``apt-get update`` and ``install`` stand in one RUN, so that no old list is reused."""
    for stage in dockerfile.stages:
        runs = [run for run in stage.instructions if run.name == "RUN"]
        last = max((i for i, run in enumerate(runs) if _apt(run, "install")), default=0)
        for run in runs[:last]:
            if _apt(run, "update") and not _mentions(run, "install"):
                yield Finding(
                    run.line,
                    msg("Docker keeps the result of this `apt-get update`, and it grows old"),
                    msg("write both in one: `RUN apt-get update && apt-get install -y …`"),
                )


def cleans_apt(dockerfile: Dockerfile) -> Iterator[Finding]:
    """A RUN that fetches package lists removes them, or keeps them in a cache mount."""
    for run in dockerfile.final:
        if _apt(run, "update") and not _mentions(run, "/var/lib/apt"):
            yield Finding(
                run.line,
                msg("the package lists of apt-get stay in the image"),
                msg("end this RUN with `&& rm -rf /var/lib/apt/lists/*`"),
            )


def no_recommends(dockerfile: Dockerfile) -> Iterator[Finding]:
    """An ``apt-get install`` for the final image leaves out packages that are only recommended."""
    for run in dockerfile.final:
        if _apt(run, "install") and not _mentions(run, "install-recommends"):
            yield Finding(
                run.line,
                msg("apt-get also installs packages here that are only recommended"),
                msg("write `apt-get install -y --no-install-recommends …`"),
            )


def _apt(run: Instruction, verb: str) -> bool:
    for command in _commands(run):
        words = command[1:] if command[0] == "sudo" else command
        if words[:1] in (["apt"], ["apt-get"]) and verb in words:
            return True
    return False


def _mentions(run: Instruction, text: str) -> bool:
    return any(text in part.lower() for part in (run.text, *run.heredocs))


def _commands(run: Instruction) -> Iterator[list[str]]:
    """The simple commands, each a list of words, that a RUN surely starts."""
    if run.name != "RUN" or not run.args:
        return
    if run.exec_form:
        yield list(run.args)
        return
    script = run.args[0]
    if script.startswith("<<"):
        script = "\n".join(content for content in run.heredocs if not content.startswith("#!"))
    for line in script[:MAX_SCRIPT].split("\n"):
        try:
            words = list(_words(line))
        except ValueError:  # a quotation over several lines: what follows is not sure
            return
        for separates, group in groupby(words, _SEPARATORS.issuperset):
            command = list(dropwhile(_BEFORE_A_COMMAND.fullmatch, group))
            if command and not separates:
                yield command


def _words(line: str) -> shlex.shlex:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="".join(_SEPARATORS))
    lexer.commenters = ""
    lexer.whitespace_split = True
    return lexer
