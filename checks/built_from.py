"""``built_from``: an image was built from the Dockerfile and the source of the submission."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from grader.check import (
    Check,
    Failed,
    ImageReference,
    Location,
    NonBlank,
    Part,
    Unproven,
    Verdict,
    absence,
    judge_series,
    nothing_seen,
    then_grade,
)
from grader.checking.dockerfile import DockerfileError, parse
from grader.checking.history import Difference, from_dockerfile
from grader.checking.subject import image_detail, image_subject, image_traces
from grader.checking.submitted import shorten, text_of
from grader.checking.trees import Content, below, compare, named_alike, place_in
from grader.evidence import Evidence
from grader.facts import Fact
from grader.facts import Image as ImageFact
from grader.messages import Message, msg
from grader.needs import ContentNeed, EventsNeed, FileNeed, ImageNeed, Need, TreeNeed

MAX_TOLD = 5


def _too_many_files() -> Unproven:
    return Unproven(
        message=msg("there are more files than grade-lab reads"),
        hint=msg(
            "make it smaller, for instance by leaving data out of it, then run grade-lab again"
        ),
    )


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError(msg("'{path}' is not a path in the image, which begins with /", path=path))
    return posixpath.normpath(path)


ImagePath = Annotated[str, AfterValidator(_absolute)]
"""An absolute path in an image."""


class BuiltFrom(Check):
    """``image`` was built from the submission.

    Its history ends with the instructions of ``dockerfile``, for its last stage or another
    ``--target``, which weighs as much as all the rest.
    For each pair of ``source``, a path in the image and a path in the submission, the files that
    both have are the same, and there is one at least. None of the paths ``without`` is in the
    image, such as secrets: absolute, or relative to the paths of ``source`` in the image. Of an
    image that agrees in nothing else, that counts for nothing.
    """

    type: Literal["built_from"]
    image: ImageReference
    dockerfile: NonBlank = "Dockerfile"
    source: dict[ImagePath, NonBlank] = {}
    without: tuple[NonBlank, ...] = ()

    @model_validator(mode="after")
    def _relative_to_something(self) -> Self:
        if not self.source and not all(path.startswith("/") for path in self.without):
            raise ValueError(
                msg("a relative path in without needs a source that it is relative to")
            )
        return self

    def needs(self) -> Iterable[Need[Fact]]:
        yield ImageNeed(image=self.image)
        yield EventsNeed(image=self.image)
        yield FileNeed(path=self.dockerfile)
        for path in self.source.values():
            yield TreeNeed(path=path)
        for path in self._roots:
            yield ContentNeed(image=self.image, path=path)

    @cached_property
    def _forbidden(self) -> list[str]:
        """The paths ``without``, absolute."""
        return [
            posixpath.normpath(posixpath.join(place, path))
            for path in self.without
            for place in (["/"] if path.startswith("/") else self.source)
        ]

    @cached_property
    def _roots(self) -> tuple[str, ...]:
        """The paths in the image below which all lies that is asked about."""
        roots: tuple[str, ...] = ()
        for path in [*self.source, *self._forbidden]:
            if not place_in(roots, path):
                roots += (path,)
        return roots

    def judge(self, evidence: Evidence) -> Verdict:
        series = evidence.of(ImageNeed(image=self.image), reproduced=True)
        subject = image_subject(self.image)
        return judge_series(
            series,
            lambda image: list(self._parts(image, evidence)),
            subject=msg("image {image} against the submission", image=self.image),
            detail=lambda image: image_detail(self.image, image.id),
            missing=lambda: absence(
                series,
                subject,
                self._build,
                existed=image_traces(evidence, self.image),
            ),
        )

    @cached_property
    def _build(self) -> Message:
        file = "" if self.dockerfile == "Dockerfile" else f"-f {self.dockerfile} "
        return then_grade(f"docker build {file}-t {self.image} .")

    def _parts(self, image: ImageFact, evidence: Evidence) -> Iterator[Part]:
        sources = [self._source(image, *pair, evidence) for pair in self.source.items()]
        history = self._history(image, evidence)
        yield history._replace(weight=Fraction(len(sources) + bool(self.without) or 1))
        yield from sources
        foreign = not any(part.holds or part.unknown for part in (history, *sources))
        if self.without and not foreign:
            yield self._without(image, evidence)

    def _history(self, image: ImageFact, evidence: Evidence) -> Part:
        expected = msg("built from {path}", path=self.dockerfile)
        found = evidence.of(FileNeed(path=self.dockerfile)).found
        texts = dict.fromkeys(s.fact.text for s in found if s.fact.text is not None)
        now = text_of(evidence, self.dockerfile, self._build)
        if not texts and isinstance(now, Verdict):
            return _unread(now, expected)
        # Any version that was handed in counts: the file may have changed since the build.
        parts = [self._compared(image, text, expected) for text in texts]
        return next((part for part in parts if part.holds), parts[0])

    def _compared(self, image: ImageFact, text: str, expected: Message) -> Part:
        try:
            found = _difference(image.history, text)
        except DockerfileError as error:
            where = f"{self.dockerfile}:{error.line}" if error.line else self.dockerfile
            return Part(
                False,
                expected,
                f"{where}: {error.reason}",
                self._build,
                problem=msg("`docker build` cannot read {path}", path=self.dockerfile),
                place=Location(self.dockerfile, error.line),
            )
        if found is None:
            return Part(True, expected)
        where = f"{self.dockerfile}:{found.instruction.line}"
        return Part(
            False,
            f"{where}: {shorten(found.instruction.text)}",
            shorten(f"{found.step.name} {found.step.rest}") if found.step else msg("no such step"),
            self._build,
            problem=msg(
                "image {image} was not built from this {path}: they differ at {where}",
                image=self.image,
                path=self.dockerfile,
                where=where,
            ),
            place=Location(self.dockerfile, found.instruction.line),
        )

    def _source(self, image: ImageFact, place: str, path: str, evidence: Evidence) -> Part:
        expected = msg("{place} in the image is {path} of the submission", place=place, path=path)
        series = evidence.of(TreeNeed(path=path))
        if not series.found:
            hint = msg("put {path} into the folder of your project", path=path)
            problem = msg("there is no {path} in the submission", path=path)
            unknown = None if series.absent else nothing_seen(series, problem, hint)
            return Part(
                False,
                expected,
                msg("nothing"),
                hint,
                problem=problem,
                unknown=unknown,
                place=Location(path),
            )
        content = self._content(image, place, evidence)
        if isinstance(content, Verdict):
            return Part(False, expected, unknown=content)
        compared = [
            (tree, compare(tree.files, named_alike(content.files, place, tree.files, path)))
            for tree in (seen.fact for seen in series.found)
        ]
        if any(comparison.same for _, comparison in compared):
            return Part(True, expected)
        tree, comparison = compared[0]
        if comparison.different:
            return Part(
                False,
                expected,
                msg("different: {files}", files=comparison.different[:MAX_TOLD]),
                self._build,
                problem=msg(
                    "your files have changed since image {image} was built", image=self.image
                ),
                place=Location(path),
            )
        return Part(
            False,
            expected,
            msg("none of these files is in the image"),
            self._build,
            problem=msg("{place} in the image holds none of your files", place=place),
            unknown=None if tree.complete and content.complete else _too_many_files(),
        )

    def _without(self, image: ImageFact, evidence: Evidence) -> Part:
        expected = msg("not in the image: {paths}", paths=self.without)
        unknown: Verdict | None = None
        for path in self._forbidden:
            content = self._content(image, path, evidence)
            if isinstance(content, Verdict):
                unknown = unknown or content
            elif content.files:
                return Part(
                    False,
                    expected,
                    msg("in the image: {path}", path=path),
                    msg(
                        "write `{name}` into .dockerignore, and build again: "
                        "`docker build -t {image} .`",
                        name=self._in_context(path),
                        image=self.image,
                    ),
                    problem=msg("{path} was copied into the image, but must not be", path=path),
                    place=Location(".dockerignore"),
                )
            elif not content.complete:
                unknown = unknown or _too_many_files()
        return Part(unknown is None, expected, unknown=unknown)

    def _in_context(self, path: str) -> str:
        """The path as .dockerignore would name it."""
        for place, source in self.source.items():
            if PurePosixPath(path).is_relative_to(place):
                return str(PurePosixPath(source) / PurePosixPath(path).relative_to(place))
        return PurePosixPath(path).name

    def _content(self, image: ImageFact, path: str, evidence: Evidence) -> Content | Verdict:
        """The files of this very image at and below ``path``, or the verdict why not."""
        root, relative = place_in(self._roots, path) or (path, ".")
        need = ContentNeed(image=self.image, path=root)
        series = evidence.of(need, reproduced=True)
        oldest_first = reversed(series.found)
        trees = evidence.once(
            ("trees", need), lambda: {seen.fact.image_id: seen.fact for seen in oldest_first}
        )
        if tree := trees.get(image.id):
            return Content(below(tree.files, relative), tree.complete)
        images = evidence.of(ImageNeed(image=self.image)).now
        looked_into = evidence.once(
            ("looked into", need), lambda: {s.fact.id for s in images if s.seq < series.seq}
        )
        if series.absent and image.id in looked_into:
            return Content({}, complete=True)
        return nothing_seen(
            series,
            msg("the files of image {image} were not looked at", image=self.image),
            msg("build it again with `grade-lab watch` open in a second terminal"),
        )


@lru_cache(maxsize=64)
def _difference(history: tuple[str, ...], dockerfile: str) -> Difference | None:
    """Where a history and a Dockerfile part. A class hands in the same few Dockerfiles."""
    return from_dockerfile(history, parse(dockerfile))


def _unread(why: Verdict, expected: Message) -> Part:
    unknown = None if isinstance(why, Failed) else why
    place = next(iter(why.places), None)
    actual, hint, problem = why.actual or "", why.hint, why.message
    return Part(False, expected, actual, hint, problem=problem, unknown=unknown, place=place)
