"""Images to run: pulled once for all who need them, gone with the last of them, and never theirs
who had them before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.facts import Manifest, Reason
from grader.verify import images as module
from grader.verify.images import Images
from tests.verify.machine import Machine, Owned

REFERENCE = "registry.example/me/app:1"
HELD = Manifest(digest="sha256:" + "a" * 64)
PINNED = f"registry.example/me/app@{HELD.digest}"


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def owned() -> Owned:
    return Owned()


@pytest.fixture
def images(machine: Machine, owned: Owned) -> Images:
    return Images(machine.as_engine(), owned.as_ownership())


def refusal(images: Images) -> NoAnswerError:
    with pytest.raises(NoAnswerError) as caught, images.pulled(REFERENCE, HELD, None):
        pass
    return caught.value


def test_an_image_is_pulled_once_for_all_and_removed_with_the_last(
    machine: Machine, owned: Owned, images: Images
) -> None:
    with images.pulled(REFERENCE, HELD, None) as first:
        with images.pulled(REFERENCE, HELD, None) as second:
            assert (first.reference, second.reference) == (PINNED, PINNED)
        assert PINNED in machine.images_here
    assert PINNED not in machine.images_here
    assert machine.did == ["pull registry.example/me/app", f"remove_image {PINNED}"]
    assert owned.noted == [PINNED]


def test_an_image_that_was_there_before_is_neither_pulled_nor_removed(
    machine: Machine, owned: Owned, images: Images
) -> None:
    machine.images_here[PINNED] = {"Id": "sha256:1"}
    with images.pulled(REFERENCE, HELD, None) as image:
        assert image.pushed
    assert (machine.did, owned.noted) == ([], [])


@pytest.mark.parametrize(
    ("words", "kind", "reason"),
    [
        ("pull access denied for me/app", UnavailableError, Reason.DENIED),
        ("toomanyrequests: too many failed login attempts", UnavailableError, Reason.RATE_LIMITED),
        ("manifest unknown: manifest unknown", AbsentError, Reason.NOT_THERE),
        ("no matching manifest for linux/amd64", UnavailableError, Reason.SANDBOX),
        ("dial tcp: lookup registry.example: i/o timeout", UnavailableError, None),
    ],
)
def test_why_an_image_cannot_be_pulled_is_told(
    machine: Machine, images: Images, words: str, kind: type, reason: Reason | None
) -> None:
    machine.layers = [{"status": "Pulling from me/app"}, {"error": words}]
    error = refusal(images)
    assert (type(error), error.reason) == (kind, reason or Reason.REGISTRY_UNREACHABLE)
    assert words in error.detail


def test_an_image_for_another_processor_is_not_taken_for_one_that_nobody_pushed(
    machine: Machine, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "no matching manifest for linux/amd64: no match for platform in manifest: not found"

    def refused(*_: object) -> Iterator[Mapping[str, Any]]:
        raise AbsentError(Reason.NOT_THERE, words, 404)  # as a containerd store answers

    monkeypatch.setattr(machine, "pull", refused)
    error = refusal(images)
    assert (type(error), error.reason) == (UnavailableError, Reason.SANDBOX)


def layer(id_: str, size: int) -> Mapping[str, Any]:
    return {"id": id_, "progressDetail": {"current": 1, "total": size}}


def test_an_image_that_is_too_large_is_not_pulled_to_its_end(
    machine: Machine, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_PULL_BYTES", 100)
    machine.layers = [layer("a", 60), layer("a", 60), layer("b", 40), layer("c", 1)]
    assert refusal(images).reason is Reason.TOO_LARGE
    assert machine.did[-1] == f"remove_image {PINNED}"
    machine.layers.pop()
    with images.pulled(REFERENCE, HELD, None):
        pass
