"""An image's history against the Dockerfile that it is said to be built from.

Both builders write what they did into an image's history, each in its own way: the classic one as
``/bin/sh -c #(nop) COPY file:… in /app``, BuildKit as ``COPY app.py /app # buildkit``. Compared is
what both can know. Forms measured on Docker 20.10 and 26.1.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.checking.dockerfile import Dockerfile, Instruction

_NAMES = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL"),
        *("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    }
)
_SHELL_OPTION = re.compile(r" (?:-\w+|/[cC])$")  # whatever the shell, what precedes the command
_MASKED = re.compile(r"\|\d+ .*=\*\*\*")
"""Build arguments whose values were masked and, as no shell follows, the command with them."""
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)', re.DOTALL)
"""One that is not closed ends with the text: to look on from each of its signs takes for ever."""
_ESCAPE = re.compile(
    r'\\(?:[abfnrtv\\"]|[0-3][0-7]{2}'
    r"|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U(?:000[\da-fA-F]|0010)[\da-fA-F]{4})",
    re.ASCII,
)
"""Those of Go's strconv.Unquote between double quotes; Python's literals have them all."""
_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(\w+))?")
MAX_PORTS = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a history: the instruction's name, and the rest without white space around."""

    name: str
    rest: str

    @classmethod
    def parse(cls, text: str) -> Step:
        """Read ``created_by`` of either builder."""
        text = text.strip().removesuffix("# buildkit").strip()
        _, classic, instruction = text.partition("#(nop) ")
        name, _, rest = (instruction.strip() if classic else text).partition(" ")
        if name in _NAMES:
            return cls(name, rest.strip())
        return cls("RUN", text)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where image and Dockerfile part: ``step`` is None when the image has no step left."""

    instruction: Instruction
    step: Step | None


def from_dockerfile(history: Sequence[str], dockerfile: Dockerfile) -> Difference | None:
    """The difference to the final image; None if there is none, or it is that of another target."""
    found = difference(history, dockerfile.final)
    # One that is made by nothing but its FROM is like every image.
    targets = (i for i in dockerfile.targets if any(made.name != "FROM" for made in i))
    if found and any(difference(history, target) is None for target in targets):
        return None
    return found


def difference(history: Sequence[str], instructions: Sequence[Instruction]) -> Difference | None:
    """The last instruction that the history, oldest step first, does not end with; None if it does.

    The steps of the base image come first and are not looked at, nor is ONBUILD, which is a step of
    the classic builder only.
    """
    steps = [step for step in map(Step.parse, history) if step.name != "ONBUILD"]
    built = [i for i in instructions if i.name not in {"FROM", "ONBUILD"}]
    if steps and steps[-1].name == "LABEL" and (not built or built[-1].name != "LABEL"):
        del steps[-1]  # the classic builder's step for `docker build --label`
    for back, instruction in enumerate(reversed(built), 1):
        step = steps[-back] if back <= len(steps) else None
        if step is None or step.name != instruction.name or not _agrees(instruction, step.rest):
            return Difference(instruction, step)
    return None


def _agrees(instruction: Instruction, rest: str) -> bool:
    compare = _COMPARED.get(instruction.name)
    return compare is None or compare(instruction, rest)


def _run(instruction: Instruction, rest: str) -> bool:
    wanted, actual = " ".join(" ".join(instruction.args).split()), " ".join(rest.split())
    if instruction.heredocs or _MASKED.fullmatch(actual):
        return True
    if not f" {actual}".endswith(f" {wanted}"):
        return False
    before = actual.removesuffix(wanted).strip()
    in_shell = bool(_SHELL_OPTION.search(before))
    if instruction.exec_form:
        return not before or (before.startswith("|") and not in_shell)  # build arguments
    return in_shell


def _command(instruction: Instruction, rest: str) -> bool:
    actual = [_unquoted(text) for text in _QUOTED.findall(rest)]
    if instruction.exec_form:
        return actual == list(instruction.args)
    return len(actual) > 1 and actual[-1].split() == " ".join(instruction.args).split()


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(lambda escape: str(ast.literal_eval(f'"{escape[0]}"')), text)


def _workdir(instruction: Instruction, rest: str) -> bool:
    wanted = instruction.args[0] if instruction.args else ""
    if "$" in wanted:
        return True
    path = posixpath.normpath(wanted)
    actual = posixpath.normpath(rest)
    return actual == path if path.startswith("/") else f"{actual}/".endswith(f"/{path}/")


def _same_text(instruction: Instruction, rest: str) -> bool:
    wanted = " ".join(instruction.args)
    return "$" in wanted or wanted.split() == rest.split()


def _ports(instruction: Instruction, rest: str) -> bool:
    wanted = " ".join(instruction.args)
    return "$" in wanted or _expanded(wanted) == _expanded(rest)


def _expanded(text: str) -> set[str]:
    ports: set[str] = set()
    for first, last, protocol in _PORT.findall(text):
        end = min(int(last or first), int(first) + MAX_PORTS)
        ports |= {f"{port}/{protocol or 'tcp'}" for port in range(int(first), end + 1)}
    return ports


def _names(instruction: Instruction, rest: str) -> bool:
    step = 1 if instruction.name == "ARG" else 3
    names = (word.partition("=")[0].strip("\"'") for word in instruction.args[::step])
    # Masking the value of one ARG loses another that has none.
    enough = any if instruction.name == "ARG" else all
    return enough(
        "$" in name or re.search(rf"(?:^|\s)[\"']?{re.escape(name)}[\"']?(?:=|\s|$)", rest)
        for name in names
    )


def _destination(instruction: Instruction, rest: str) -> bool:
    wanted = instruction.args[-1].strip("\"'") if instruction.args else ""
    return "$" in wanted or f" {rest}".endswith(f" {wanted}")


_COMPARED: dict[str, Callable[[Instruction, str], bool]] = {
    "ADD": _destination,
    "ARG": _names,
    "CMD": _command,
    "COPY": _destination,
    "ENTRYPOINT": _command,
    "ENV": _names,
    "EXPOSE": _ports,
    "LABEL": _names,
    "RUN": _run,
    "STOPSIGNAL": _same_text,
    "USER": _same_text,
    "WORKDIR": _workdir,
}
"""How each instruction is compared; of the others only that they are there."""
