"""What a practice is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.checking.dockerfile import Dockerfile, Instruction
from grader.messages import Message


@dataclass(frozen=True, slots=True)
class Finding:
    """What breaks a practice: the line, the problem and what to write instead."""

    line: int
    problem: Message
    hint: Message


@dataclass(frozen=True, slots=True)
class Practice:
    """A good practice: what it asks for, and what of a Dockerfile breaks it."""

    asks: Message
    broken_by: Callable[[Dockerfile], Iterator[Finding]]


def unquoted(text: str) -> str:
    """An argument without the quotes around it."""
    return text.strip().strip("\"'")


def sources(instruction: Instruction) -> list[str]:
    """What COPY or ADD takes from the build context or from a URL."""
    if any(flag.startswith("--from") for flag in instruction.flags):
        return []
    return [unquoted(source) for source in instruction.args[:-1] if not source.startswith("<<")]
