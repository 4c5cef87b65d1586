"""What an engine says when it builds and starts images: whose fault it tells of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Reason
from grader.rubric.sandbox import Sandbox
from grader.verify.engine import Engine
from grader.verify.images import Images
from grader.verify.ownership import Ownership
from grader.verify.sandbox import _created, _start

ID = "b887bf60aba19016ace615f298144c9bc389a375b15592c31f766e0234332b34"


class Says:
    """In the place of an engine: it tells this of a build, or refuses all else with words."""

    def __init__(self, *told: Mapping[str, Any], refusal: str = "") -> None:
        self._told, self._refusal = told, refusal
        self.removed: list[str] = []

    def build(self, *_: object) -> Iterator[Mapping[str, Any]]:
        yield from self._told

    def image(self, name: str) -> Mapping[str, Any]:
        return {"Id": name}

    def remove_image(self, image: str) -> None:
        self.removed.append(image)

    def create(self, *_: object) -> None:
        raise UnavailableError(Reason.ENGINE_ERROR, self._refusal, 500)

    start = create


class NotesAll:
    """In the place of what a run notes as its own: everything is new."""

    def note_new(self, _: str) -> bool:
        return True


def build(engine: Says, folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    images = Images(cast("Engine", engine), cast("Ownership", NotesAll()))
    with images.built(folder, Sandbox()):
        pass


@pytest.mark.parametrize("line", [" ---> {:.12}\n", "--> {:.11}\n"], ids=["docker", "podman"])
def test_all_images_of_a_build_are_removed(tmp_path: Path, line: str) -> None:
    engine = Says({"stream": line.format(ID)}, {"aux": {"ID": f"sha256:{ID}"}})
    build(engine, tmp_path)
    assert [ID.startswith(image) for image in engine.removed] == [True]


@pytest.mark.parametrize(
    "words",
    [
        "The command '/bin/sh -c exit 3' returned a non-zero code: 3",
        'building at STEP "RUN exit 3": while running runtime: exit status 3',
    ],
    ids=["docker", "podman"],
)
def test_a_step_that_fails_may_be_the_sandboxs_fault(tmp_path: Path, words: str) -> None:
    with pytest.raises(UnavailableError) as raised:
        build(Says({"error": words}), tmp_path)
    assert raised.value.reason is Reason.SANDBOX


@pytest.mark.parametrize(
    "words",
    [
        "container-init binary not found on the host: stat catatonit: no such file or directory",
        "crun: setrlimit `RLIMIT_NPROC`: Operation not permitted: OCI permission denied",
    ],
)
def test_what_the_engine_lacks_is_not_the_images_fault(words: str) -> None:
    for act in (lambda e: _created(e, "name", {}), lambda e: _start(e, ID)):
        with pytest.raises(UnavailableError):
            act(cast("Engine", Says(refusal=words)))


def test_a_command_that_is_not_there_is_the_images_fault() -> None:
    words = 'exec: "nosuch": executable file not found in $PATH'
    for act in (lambda e: _created(e, "name", {}), lambda e: _start(e, ID)):
        with pytest.raises(NoAnswerError) as raised:
            act(cast("Engine", Says(refusal=words)))
        assert isinstance(raised.value, AbsentError)
