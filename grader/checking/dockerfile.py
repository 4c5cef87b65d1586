"""A Dockerfile as BuildKit reads it: stages, and the instructions that make the final image.

The parser is a port of BuildKit's, in the ``e2b-dockerfile-utils`` library. Nothing is run and no
base image is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2b_dockerfile_utils import DockerfileInstruction

INSTRUCTIONS = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
    *("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
MAX_CHARS = 500_000
MAX_COMMENT = 4_000
MAX_VALUE = 500
MAX_TARGETS = 20


class DockerfileError(ValueError):
    """It cannot be read: ``reason`` in the parser's words, ``line`` where known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: ``name`` in upper case, first ``line`` counted from 1.

    ``args`` as the parser splits them: one string for a shell form, the list for an exec form,
    ``(key, value, delimiter, …)`` for ENV and LABEL; none for ONBUILD. ``text`` is the whole
    instruction on one line. ``heredocs`` are the contents of ``<<EOF`` parts.
    """

    name: str
    args: tuple[str, ...]
    flags: tuple[str, ...]
    exec_form: bool
    line: int
    text: str
    heredocs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A build stage, from its FROM on.

    ``base`` is an image reference with ARG defaults put in, or an earlier stage's name; None where
    only ``--build-arg`` could tell. ``name`` is empty when the stage has none.
    """

    base: str | None
    name: str
    instructions: tuple[Instruction, ...]

    @property
    def line(self) -> int:
        """The line of its FROM."""
        return self.instructions[0].line


@dataclass(frozen=True)
class Dockerfile:
    """A parsed Dockerfile: the ARGs before the first FROM, then at least one stage."""

    args: tuple[Instruction, ...]
    stages: tuple[Stage, ...]

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        """All of it, in file order."""
        return self.args + tuple(i for stage in self.stages for i in stage.instructions)

    @cached_property
    def final_stages(self) -> tuple[Stage, ...]:
        """The last stage, preceded by the stages that it is built FROM."""
        return self._chain(len(self.stages))

    @cached_property
    def final(self) -> tuple[Instruction, ...]:
        """The instructions that make the final image, those of its base stages first."""
        return tuple(i for stage in self.final_stages for i in stage.instructions)

    @property
    def targets(self) -> Iterator[tuple[Instruction, ...]]:
        """The instructions of each other image that ``docker build --target`` can make.

        None where there are more stages than anybody writes: that would take long.
        """
        if len(self.stages) <= MAX_TARGETS:
            for count in range(1, len(self.stages)):
                yield tuple(i for stage in self._chain(count) for i in stage.instructions)

    def _chain(self, count: int) -> tuple[Stage, ...]:
        """The last of the first ``count`` stages, preceded by those that it is built FROM."""
        *earlier, last = self.stages[:count]
        chain = [last]
        for stage in reversed(earlier):
            if stage.name and (chain[0].base or "").lower() == stage.name.lower():
                chain.insert(0, stage)
        return tuple(chain)

    def effective(self, name: str) -> Instruction | None:
        """The instruction of this name that counts in the final image: the last one."""
        return next((i for i in reversed(self.final) if i.name == name), None)

    @cached_property
    def external(self) -> tuple[Stage, ...]:
        """The stages that start from an image, not from an earlier stage."""
        names: set[str] = set()
        found = []
        for stage in self.stages:
            if stage.base is None or stage.base.lower() not in names:
                found.append(stage)
            names.add(stage.name.lower())
        return tuple(found)


@lru_cache(maxsize=64)
def parse(text: str) -> Dockerfile:
    """Parse a Dockerfile.

    Raises:
        DockerfileError: ``docker build`` would refuse it, or it is longer than 500,000 characters.
    """
    if len(text) > MAX_CHARS:
        raise DockerfileError(f"it is longer than {MAX_CHARS} characters")
    from e2b_dockerfile_utils import DockerfileSyntaxError, parse_dockerfile_ast

    try:
        ast = parse_dockerfile_ast(_without_long_comments(text))
    except DockerfileSyntaxError as error:
        reason = str(error).partition(": ")[2]
        raise DockerfileError(reason, error.line) from None
    except RecursionError:
        raise DockerfileError("a JSON array is nested too deeply") from None
    args: list[Instruction] = []
    stages: list[list[Instruction]] = []
    for instruction in map(_instruction, ast.instructions):
        if instruction.name == "FROM":
            stages.append([instruction])
        elif stages:
            stages[-1].append(instruction)
        elif instruction.name == "ARG":
            args.append(instruction)
        else:
            raise DockerfileError("no build stage in current context", instruction.line)
    if not stages:
        raise DockerfileError("no FROM instruction")
    defaults = _defaults(args, ast.escape_token)
    return Dockerfile(tuple(args), tuple(_stage(s, defaults, ast.escape_token) for s in stages))


def _without_long_comments(text: str) -> str:
    # The library reads a long comment at the top in quadratic time. No directive is that long.
    if max(map(len, text.split("\n"))) <= MAX_COMMENT:
        return text
    return "\n".join(
        "#" if len(line) > MAX_COMMENT and line.lstrip("\ufeff \t\r").startswith("#") else line
        for line in text.split("\n")
    )


def _instruction(parsed: DockerfileInstruction) -> Instruction:
    return Instruction(
        name=parsed.name,
        args=tuple(parsed.args),
        flags=tuple(parsed.flags),
        exec_form=parsed.json,
        line=parsed.start_line,
        text=parsed.original.strip(),
        heredocs=tuple(heredoc.content for heredoc in parsed.heredocs),
    )


def _stage(instructions: list[Instruction], defaults: Mapping[str, str], escape: str) -> Stage:
    start = instructions[0]
    words = start.args
    if len(words) not in {1, 3} or (len(words) == 3 and words[1].upper() != "AS"):
        raise DockerfileError("FROM requires either one or three arguments", start.line)
    return Stage(
        base=_expand(words[0], defaults, escape),
        name=words[2] if len(words) == 3 else "",
        instructions=tuple(instructions),
    )


def _defaults(args: Iterable[Instruction], escape: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for word in (word for arg in args for word in arg.args):
        name, given, default = word.partition("=")
        value = _expand(default, known, escape) if given else None
        known.pop(name, None)
        if value is not None:
            known[name] = value
    return known


def _expand(word: str, values: Mapping[str, str], escape: str) -> str | None:
    """``word`` without quotes and variables; None where a variable has no known value."""
    from e2b_dockerfile_utils import ShellLex

    # A wildcard in `${name/pattern/…}` could take for ever to match; no reference holds one.
    if len(word) > MAX_VALUE or "*" in word:
        return None
    try:
        value = ShellLex(escape, env=values).process_word(word)
    except ValueError:
        return None
    return None if "$" in value or len(value) > MAX_VALUE else value
