"""`pulled`: by the engine's events, or by the image's own record."""

from __future__ import annotations

from typing import Any

import pytest

from grader.check import Status, Verdict
from grader.facts import Engine, EventWindow, Image, Reason
from grader.journal import Entry
from grader.needs import EngineNeed, EventWindowNeed, ImageNeed
from grader.series import Strength
from tests.factories import START, an_image, event, judged, saw

REF = "me/wisheasy:1.0"
NEED = ImageNeed(image=REF)
PULL = event("image pull", name=REF)
DIGESTS = ("me/wisheasy@sha256:1",)


def engine(containerd_store: bool = False) -> Entry:
    fact = Engine(
        product="Docker Engine",
        version="28.5.2",
        api_version="1.51",
        os="linux",
        arch="amd64",
        containerd_store=containerd_store,
    )
    return saw(EngineNeed(), fact)


def window(evicted: bool) -> Entry:
    return saw(EventWindowNeed(), EventWindow(count=256, evicted=evicted))


def image(**fields: Any) -> Image:
    return an_image(REF, digests=DIGESTS, **fields)


def judge(*entries: Entry) -> Verdict:
    return judged("pulled", {"image": REF}, *entries)


def test_a_pull_event_passes_whatever_came_later() -> None:
    for later in (Reason.NOT_THERE, Reason.ENGINE_UNREACHABLE):
        verdict = judge(PULL, saw(NEED, later))
        assert verdict.status is Status.PASS
        assert verdict.proofs[0].strength is Strength.RECORDED


@pytest.mark.parametrize(
    ("fact", "containerd_store", "status"),
    [
        (image(), False, Status.PASS),
        (image(last_tagged=START), False, Status.UNPROVEN),
        (image(), True, Status.UNPROVEN),
        (image(identity=("pull",)), True, Status.PASS),
        (image(identity=("build", "pull")), True, Status.UNPROVEN),
        (an_image(REF), False, Status.UNPROVEN),
    ],
    ids=["classic", "tagged", "containerd", "identity", "built-and-pushed", "loaded"],
)
def test_the_images_own_record(fact: Image, containerd_store: bool, status: Status) -> None:
    assert judge(engine(containerd_store), saw(NEED, fact)).status is status


@pytest.mark.parametrize("identity", [(), ("pull",)], ids=["classic", "containerd"])
def test_an_image_that_was_loaded_and_pushed_is_not_taken_for_a_pulled_one(
    identity: tuple[str, ...],
) -> None:
    loaded = image(identity=identity)
    entries = (engine(bool(identity)), event("image load", id=loaded.id), saw(NEED, loaded))
    verdict = judge(*entries, window(evicted=False))
    assert verdict.status is Status.UNPROVEN
    assert f"`docker image rm {REF}`, then `docker pull {REF}`" in str(verdict.hint)
    assert judge(*entries, PULL).status is Status.PASS


def test_an_image_built_here_fails_unless_the_history_is_cut() -> None:
    built = saw(NEED, image(last_tagged=START))
    verdict = judge(engine(), built, window(evicted=False))
    assert verdict.status is Status.FAIL
    assert verdict.pending
    assert f"`docker image rm {REF}`, then `docker pull {REF}`" in str(verdict.hint)
    assert judge(engine(), built, window(evicted=True)).status is Status.UNPROVEN


def test_a_history_that_was_cut_once_has_lost_what_came_before() -> None:
    built = saw(NEED, image(last_tagged=START))
    assert judge(engine(), built, window(True), window(False)).status is Status.UNPROVEN


def test_an_image_that_nobody_saw_is_unproven_and_a_failed_look_an_error() -> None:
    assert judge().status is Status.UNPROVEN
    assert judge(saw(NEED, Reason.NOT_THERE)).status is Status.UNPROVEN
    gone = judge(event("image tag", id="sha256:1", name=REF), saw(NEED, Reason.NOT_THERE))
    assert gone.status is Status.UNPROVEN
    assert "`grade-lab watch`" in str(gone.message)
    assert judge(saw(NEED, Reason.ENGINE_UNREACHABLE)).status is Status.ERROR
    down = saw(EventWindowNeed(), Reason.TIMEOUT)
    assert judge(saw(NEED, an_image(REF)), down).status is Status.ERROR
