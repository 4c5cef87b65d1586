"""Images to run: pulled by digest where a registry holds them, built from the submission else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO

from grader import facts
from grader.collect import registry, shapes
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.distribution import Credentials
from grader.collect.engine_answer import Payload
from grader.facts import Reason
from grader.reference import registry_of, repository_of
from grader.rubric.sandbox import Sandbox
from grader.verify.context import build_context
from grader.verify.engine import Engine
from grader.verify.ownership import Ownership

PULL_SECONDS = 600.0
MAX_PULL_BYTES = 4 * 1024**3
"""Of compressed layers."""
MAX_MADE = 500
"""Images of a build: a step may print what looks like one, without end."""

_ID = re.compile(r"^(?: -)?--> ([0-9a-f]{11,64})\s*$")  # with less of both on Podman
_PULLED = re.compile(r"Status: Downloaded newer image for (\S+)")
"""In what the engine itself tells of a build, not in what its steps print."""
_NEEDS_BUILDKIT = re.compile(
    r"requires? BuildKit|unknown flag: (?:mount|link|chmod)", re.IGNORECASE
)
_OWN_MISTAKE = re.compile(
    r"dockerfile parse error|unknown instruction|(?:COPY|ADD) failed|no build stage|forbidden path"
    r"|file with no instructions|requires (?:at least|exactly)|no source files|invalid reference",
    re.IGNORECASE,
)

_FOR_ANOTHER_PROCESSOR = "no matching manifest"
"""In what either store tells of an index that has no image for this engine."""
_STEP_FAILED = re.compile(r"returned a non-zero code|while running runtime: exit status")
"""In Docker's words and in Podman's."""


@dataclass(frozen=True, slots=True)
class Obtained:
    """An image in the engine, by its inspect. ``reference`` is its name there.

    ``pushed``: it is the one that the registry holds, not a build of ours.
    """

    inspected: Payload
    reference: str
    pushed: bool

    @property
    def id(self) -> str:
        return shapes.image_id(self.inspected)


class Images:
    """The images of a run. What was not there before is removed when nobody uses it any more."""

    def __init__(self, engine: Engine, ownership: Ownership) -> None:
        self._engine = engine
        self._ownership = ownership
        self._users: Counter[str] = Counter()
        self._ours: set[str] = set()
        self._using = Lock()
        self._pulling: dict[str, Lock] = {}

    @contextmanager
    def pulled(
        self, reference: str, manifest: facts.Manifest, credentials: Credentials | None
    ) -> Iterator[Obtained]:
        """The image that a registry holds, by its digest. Raises NoAnswerError."""
        name = repository_of(reference)
        pinned = f"{name}@{manifest.digest}"
        with self._using:
            self._users[pinned] += 1
            pulling = self._pulling.setdefault(pinned, Lock())
        try:
            with pulling:
                inspected = self._present(pinned)
                if inspected is None:
                    self._ownership.note(pinned)
                    self._ours.add(pinned)
                    try:
                        self._pull(name, manifest.digest, credentials, registry_of(reference))
                    except NoAnswerError as error:
                        if _FOR_ANOTHER_PROCESSOR not in error.detail:
                            raise
                        raise UnavailableError(Reason.SANDBOX, error.detail) from error
                    inspected = self._engine.image(pinned)
            yield Obtained(inspected, pinned, pushed=True)
        finally:
            with self._using:
                self._users[pinned] -= 1
                if not self._users[pinned] and pinned in self._ours:
                    self._ours.discard(pinned)
                    with suppress(NoAnswerError):
                        self._engine.remove_image(pinned)

    @contextmanager
    def built(self, folder: Path, sandbox: Sandbox) -> Iterator[Obtained]:
        """The image that the submission's Dockerfile makes. Raises NoAnswerError.

        Steps run in the builder's own containers: memory, processors and time are limited.
        """
        made: list[str] = []
        try:
            inspected = self._engine.image(self._build(folder, sandbox, made))
            yield Obtained(inspected, shapes.image_id(inspected), pushed=False)
        finally:
            for image in reversed(made):
                with suppress(NoAnswerError):
                    self._engine.remove_image(image)

    def _present(self, name: str) -> Payload | None:
        try:
            return self._engine.image(name)
        except AbsentError:
            return None

    def _pull(self, name: str, digest: str, credentials: Credentials | None, host: str) -> None:
        sizes: dict[str, int] = {}
        for told in self._engine.pull(name, digest, credentials, host, PULL_SECONDS):
            if error := told.get("error"):
                words = UnavailableError(Reason.ENGINE_ERROR, str(error), 500)
                raise registry.trouble_of(words, podman=False)
            progress = told.get("progressDetail") or {}
            sizes[str(told.get("id"))] = int(progress.get("total") or 0)
            if sum(sizes.values()) > MAX_PULL_BYTES:
                raise UnavailableError(Reason.TOO_LARGE, "an image larger than is pulled")

    def _build(self, folder: Path, sandbox: Sandbox, made: list[str]) -> str:
        """Build, and return the image's id; ``made`` takes the ids of all that it made.

        What it pulled stays for the next build, till the run ends.
        """
        id_, seen = "", set[str]()
        parameters: dict[str, str | int] = {
            "dockerfile": sandbox.dockerfile,
            "nocache": 1,  # another build could remove what this one takes from the cache
            "rm": 1,
            "forcerm": 1,
            "memory": sandbox.build_memory,
            "memswap": sandbox.build_memory,
            "cpuperiod": 100_000,
            "cpuquota": int(100_000 * sandbox.cpus),
            "networkmode": "default" if sandbox.network else "none",
        }
        with build_context(folder, sandbox.dockerfile) as context:
            for told in self._output(context, parameters, sandbox):
                if error := told.get("error"):
                    raise _failure(str(error), network=sandbox.network)
                if pulled := _PULLED.match(str(told.get("status") or "")):
                    self._ownership.note(pulled[1])
                line = _ID.match(str(told.get("stream") or ""))
                if line and line[1] not in seen:
                    seen.add(line[1])
                    if len(seen) > MAX_MADE:
                        words = f"its build tells of more than {MAX_MADE} images"
                        raise UnavailableError(Reason.SANDBOX, words)
                    # What bears a name is a base, which somebody else may have pulled meanwhile.
                    if not self._is_named(line[1]) and self._ownership.note_new(line[1]):
                        made.append(line[1])
                id_ = str((told.get("aux") or {}).get("ID") or id_)
        if not id_:
            raise UnavailableError(Reason.ENGINE_ERROR, "the builder made no image")
        return id_

    def _is_named(self, image: str) -> bool:
        return bool((self._present(image) or {}).get("RepoTags"))

    def _output(
        self, context: IO[bytes], parameters: Mapping[str, str | int], sandbox: Sandbox
    ) -> Iterator[Payload]:
        try:
            yield from self._engine.build(context, parameters, sandbox.build_seconds)
        except NoAnswerError as error:
            if error.status:
                raise _failure(error.detail, network=sandbox.network) from error
            raise


def _failure(words: str, *, network: bool) -> NoAnswerError:
    """What it means that a build failed: a step may fail for reasons that are not the learner's."""
    if _NEEDS_BUILDKIT.search(words):
        return UnavailableError(Reason.UNSUPPORTED, f"it needs BuildKit: {words}")
    if _OWN_MISTAKE.search(words):
        return AbsentError(Reason.NO_ANSWER, f"it cannot be built: {words}")
    if _STEP_FAILED.search(words):
        why = "" if network else ", without a network"
        return UnavailableError(Reason.SANDBOX, f"it could not be built{why}: {words}")
    return registry.trouble_of(UnavailableError(Reason.ENGINE_ERROR, words, 500), podman=False)
