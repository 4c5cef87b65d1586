"""Journals of very many sound entries: judging takes as long as they are, and no longer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from grader.facts import Call, Manifest, Reason
from grader.journal import Entry
from grader.judge import judge
from grader.needs import CallsNeed, ContainerNeed, ImageNeed, ManifestNeed
from grader.reference import familiar
from tests.factories import a_container, an_image, event, hex_id, journal_of, minutes, saw
from tests.lab_actions import LEARNER, SHIPPED
from tests.lab_files import HUB, LOCAL, NAME

COUNT = 500
PUSHED = familiar(HUB)
WEB = ContainerNeed(name=NAME, image=HUB)
CALLS = {"list": "/containers/json", "log": "/containers/{id}/logs"}


def of(number: int, action: str, **fields: Any) -> Entry:
    """An event of the container of this number."""
    about = {"id": hex_id(str(number)), "name": NAME, "image": HUB, **fields}
    return event(f"container {action}", number / 100, **about)


def seen(number: int, id_: int, **fields: Any) -> Entry:
    container = a_container(NAME, HUB, id=hex_id(str(id_)), **fields)
    return saw(WEB, container, number / 100)


def call(number: int, path: str, id_: str = "") -> Entry:
    fact = Call(method="GET", path=path.replace("{id}", id_), status=200)
    return saw(CallsNeed(path=path), fact, number / 100)


def tagged(number: int, name: str) -> Entry:
    return event("image tag", number / 100, id=f"sha256:{hex_id(str(number))}", name=name)


def image(number: int) -> Entry:
    one = an_image(LOCAL, id=f"sha256:{hex_id(str(number))}", digests=(f"{HUB[:-4]}@{number}",))
    return saw(ImageNeed(image=LOCAL), one, number / 100)


CRASHED = {"status": "exited", "exit_code": 1, "started": minutes(0)}
CREATED = {"status": "created"}
GONE = saw(WEB, Reason.NOT_THERE, 99, "later")
SHAPES: dict[str, Callable[[int], list[Entry]]] = {
    "lists-before-any-container": lambda n: [
        *(call(i, CALLS["list"]) for i in range(n)),
        *(of(n + i, "create") for i in range(n)),
    ],
    "logs-of-others": lambda n: [
        *(call(i, CALLS["log"], hex_id(f"other {i}")) for i in range(n)),
        *(of(i, "create") for i in range(n)),
    ],
    "one-container-that-runs-on-and-on": lambda n: [
        *(seen(i, 0, **CRASHED) for i in range(n)),
        *(of(0, ("start", "die")[i % 2], exit_code=1) for i in range(n)),
    ],
    "many-that-crashed": lambda n: [seen(i, i, **CRASHED) for i in range(n)],
    "many-that-were-created": lambda n: [
        *(seen(i, i, **CREATED) for i in range(n)),
        *(of(i, "destroy") for i in range(n)),
        GONE,
    ],
    "many-that-went": lambda n: [
        entry
        for i in range(n)
        for entry in (seen(i, i), saw(WEB, Reason.NOT_THERE, i / 100, f"run {i}"))
    ],
    "images-built-with-two-names": lambda n: [
        tagged(i, name) for i in range(n) for name in (PUSHED, LOCAL)
    ],
    "containers-of-short-ids": lambda n: [
        *(tagged(i, PUSHED) for i in range(n)),
        *(of(i, "create") for i in range(n)),
        *(of(i, "start", image=hex_id(f"no {i}")) for i in range(n)),
    ],
    "pushes-of-other-tags": lambda n: [
        entry
        for i in range(n)
        for entry in (
            event("image push", i / 100, name=f"me/app:{i}"),
            saw(ManifestNeed(image=f"me/app:{n + i}"), Manifest(digest=f"x{i}"), i / 100),
        )
    ],
    "pulls-of-what-was-tagged": lambda n: [
        entry
        for i in range(n)
        for entry in (
            tagged(i, f"me/app:{i}"),
            event("image pull", i / 100, name=f"me/app:{i}"),
            saw(ManifestNeed(image=f"me/app:{i}"), Manifest(digest=f"x{i}"), i / 100),
        )
    ],
    "images-and-manifests": lambda n: [
        *map(image, range(n)),
        *(saw(ManifestNeed(image=HUB), Manifest(digest=f"x{i}"), i / 100) for i in range(n)),
    ],
}


def effort(entries: list[Entry]) -> int:
    """How many lines of Python judging them runs."""
    journal, lines = journal_of(*entries), 0

    def count(_: FrameType, what: str, __: object) -> Any:
        nonlocal lines
        lines += what in {"line", "call"}  # a step of a generator is a call
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        judge(SHIPPED, journal, LEARNER)
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_as_many_entries_take_about_twice_as_long(shape: str) -> None:
    none, some, more = (effort(SHAPES[shape](n)) for n in (2, COUNT, 2 * COUNT))
    assert more - some < 1.4 * (some - none)
