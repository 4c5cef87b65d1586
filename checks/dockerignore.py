"""``dockerignore``: what the build context leaves out, by Docker's own matching."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from grader.check import (
    Check,
    Failed,
    Location,
    NonBlank,
    Part,
    Proof,
    Review,
    Verdict,
    conclude,
)
from grader.checking.ignore_patterns import matcher
from grader.checking.submitted import shorten, text_of
from grader.evidence import Evidence
from grader.facts import Fact
from grader.messages import msg
from grader.needs import FileNeed, Need

if TYPE_CHECKING:
    from e2b_dockerfile_utils import PatternMatcher

MAX_PATTERNS = 500
MAX_WILDCARDS = 5
MAX_LENGTH = 500


class Dockerignore(Check):
    """The ``.dockerignore`` file leaves ``excludes`` out of the build context, and ``keeps`` in it.

    Both are lists of paths relative to the build context, each an equal share of the points. A path
    with a slash at its end is a folder: it is excluded when everything in it is, also by a pattern
    such as ``.git/**`` that spares the folder itself. ``path`` is the ignore file, relative to the
    submission. Patterns are matched as Docker does: the last one that matches wins, ``!`` takes
    back, a line that begins with ``#`` is a comment. A pattern that Docker refuses fails. More than
    500 patterns, or one with more than 500 characters or 5 stars, go to review.
    """

    type: Literal["dockerignore"]
    path: NonBlank = ".dockerignore"
    excludes: tuple[NonBlank, ...] = ()
    keeps: tuple[NonBlank, ...] = ()

    @model_validator(mode="after")
    def _asserts_something(self) -> Self:
        if not self.excludes and not self.keeps:
            raise ValueError(msg("give excludes, keeps or both; else it would assert nothing"))
        return self

    def needs(self) -> Iterable[Need[Fact]]:
        return [FileNeed(path=self.path)]

    def judge(self, evidence: Evidence) -> Verdict:
        lines = [f"`{path}`" for path in self.excludes]
        missing = msg("create the file {path} in the folder of your project", path=self.path)
        if lines:
            missing = msg("create {path} with these lines: {lines}", path=self.path, lines=lines)
        read = text_of(evidence, self.path, missing, for_docker=True)
        if isinstance(read, Verdict):
            return read
        text, seen = read
        patterns = _patterns(text)
        proofs = (
            Proof.of(
                seen, msg("{path}, {count} patterns", path=self.path, count=len(patterns.lines))
            ),
        )
        if patterns.too_complicated:
            return Review(
                message=msg("{path} is too complicated to be judged", path=self.path),
                proofs=proofs,
                places=(Location(self.path),),
            )
        for line in patterns.lines:
            if line.problem:
                return Failed(
                    message=msg("Docker refuses {place}", place=f"{self.path}:{line.number}"),
                    proofs=proofs,
                    actual=shorten(line.text),
                    hint=msg("put this line right: a `[` needs its `]`, a `!` needs a path"),
                    places=(Location(self.path, line.number),),
                )
        return conclude(
            _parts(self.path, self.excludes, self.keeps, text),
            proofs,
            passed=msg("{path}: as expected", path=self.path),
            failed=msg("{path} does not hold what it should", path=self.path),
        )


@lru_cache(maxsize=64)
def _parts(
    path: str, excludes: tuple[str, ...], keeps: tuple[str, ...], text: str
) -> tuple[Part, ...]:
    """What the file holds, and ought to. A class hands in the same few files."""
    patterns = _patterns(text)
    return (*_excluded(path, excludes, patterns), *_kept(path, keeps, patterns))


def _excluded(file: str, excludes: Iterable[str], patterns: _Patterns) -> Iterator[Part]:
    for path in excludes:
        yield Part(
            patterns.exclude(path),
            msg("{path} is excluded", path=path),
            hint=msg("add the line `{line}` at the end of {path}", line=path, path=file),
            problem=msg("{file} does not exclude {path}", file=file, path=path),
            place=Location(file),
        )


def _kept(file: str, keeps: Iterable[str], patterns: _Patterns) -> Iterator[Part]:
    for path in keeps:
        expected = msg("{path} is kept", path=path)
        if not patterns.exclude(path):
            yield Part(True, expected)
            continue
        line = patterns.last_that_excludes(path)
        place = f"{file}:{line.number}"
        yield Part(
            False,
            expected,
            shorten(line.text),
            msg("add the line `!{line}` at the end of {path}", line=path, path=file),
            problem=msg("{place} excludes {path}, which the build needs", place=place, path=path),
            place=Location(file, line.number),
        )


@dataclass(frozen=True)
class _Line:
    number: int
    text: str

    @cached_property
    def matcher(self) -> PatternMatcher | None:
        """Of this line alone; None when Docker refuses it."""
        return _matcher([self.text])

    @property
    def problem(self) -> bool:
        return self.matcher is None


@dataclass(frozen=True)
class _Patterns:
    lines: tuple[_Line, ...]

    @cached_property
    def too_complicated(self) -> bool:
        # The library matches by backtracking, which long or wild patterns could keep busy.
        return len(self.lines) > MAX_PATTERNS or any(
            len(line.text) > MAX_LENGTH or len(re.findall(r"\*\*?", line.text)) > MAX_WILDCARDS
            for line in self.lines
        )

    @cached_property
    def matcher(self) -> PatternMatcher:
        matcher = _matcher([line.text for line in self.lines])
        assert matcher is not None  # noqa: S101 # each of its lines has one
        return matcher

    def exclude(self, path: str) -> bool:
        return all(map(self.matcher.matches, self._probes(path)))

    def last_that_excludes(self, path: str) -> _Line:
        """The last line that alone excludes the path, which all of them together do."""
        probe = next(self._probes(path))
        return next(
            line for line in reversed(self.lines) if line.matcher and line.matcher.matches(probe)
        )

    def _probes(self, path: str) -> Iterator[str]:
        """The path; for a folder, paths in it, also such as a ``!`` pattern could take back."""
        clean = posixpath.normpath(path.strip("/"))
        if not path.endswith("/"):
            yield clean
            return
        yield f"{clean}/file"
        yield f"{clean}/folder/file"
        for pattern in self.matcher.patterns:
            if pattern.startswith("!"):
                anywhere = pattern.startswith("!**/")
                sample = re.sub(r"[*?]+", "x", pattern.removeprefix("!").removeprefix("**/"))
                if anywhere or sample.startswith(f"{clean}/"):
                    yield f"{clean}/{sample.removeprefix(f'{clean}/')}"


@lru_cache(maxsize=64)
def _patterns(text: str) -> _Patterns:
    numbered = enumerate(text.removeprefix("\ufeff").split("\n"), 1)
    return _Patterns(tuple(_Line(n, s) for n, s in numbered if s.strip() and not s.startswith("#")))


def _matcher(lines: Sequence[str]) -> PatternMatcher | None:
    try:
        return matcher(lines)
    except ValueError:
        return None
