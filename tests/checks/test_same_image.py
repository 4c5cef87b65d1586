"""`same_image`: references that name one image."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.check import Status, Verdict
from grader.facts import Reason
from grader.journal import Entry
from grader.needs import ImageNeed
from grader.series import Strength
from tests.factories import an_image, event, judged, saw

LOCAL, REMOTE = "wisheasy:1.0", "me/wisheasy:1.0"
ID = an_image(LOCAL).id


def named(reference: str, id_: str = ID, run: str = "run-1") -> Entry:
    return saw(ImageNeed(image=reference), an_image(reference, id=id_), run=run)


def gone(reference: str, reason: Reason = Reason.NOT_THERE) -> Entry:
    return saw(ImageNeed(image=reference), reason, run="z")


def judge(*entries: Entry) -> Verdict:
    return judged("same_image", {"images": [LOCAL, REMOTE]}, *entries)


def test_two_names_of_one_image_pass_live_and_after_cleanup() -> None:
    assert judge(named(LOCAL), named(REMOTE)).proofs[0].strength is Strength.LIVE
    verdict = judge(named(LOCAL), named(REMOTE), gone(LOCAL), gone(REMOTE))
    assert verdict.status is Status.PASS
    assert {proof.strength for proof in verdict.proofs} == {Strength.RECORDED}


def test_tag_events_prove_it_too() -> None:
    tags = [event("image tag", id=ID, name=name) for name in (LOCAL, REMOTE)]
    assert judge(*tags).status is Status.PASS
    assert judge(named(LOCAL), tags[1]).status is Status.PASS
    told = [str(proof.detail) for proof in judge(*tags, *tags).proofs]
    assert told == [f"docker tag … {name}" for name in (LOCAL, REMOTE)]
    mixed = judge(named(REMOTE, run="a"), named(REMOTE, run="b"), tags[0])
    assert len(mixed.proofs) == 2
    pushed = judge(tags[0], event("image push", id=ID, name=REMOTE))
    assert [str(proof.detail) for proof in pushed.proofs] == [f"docker tag … {LOCAL}"]


def test_different_images_fail_with_the_command() -> None:
    verdict = judge(named(LOCAL), named(REMOTE, "sha256:" + "0" * 64))
    assert verdict.status is Status.FAIL
    assert f"`docker tag {LOCAL} {REMOTE}`" in str(verdict.hint)
    assert str(verdict.actual) == f"{LOCAL}: {ID[7:19]}, {REMOTE}: {'0' * 12}"
    assert len(verdict.proofs) == 2


def test_a_tag_after_a_rebuild_passes() -> None:
    old = "sha256:" + "0" * 64
    verdict = judge(named(LOCAL, old, "a"), named(REMOTE, old, "a"), named(LOCAL, run="b"))
    assert verdict.status is Status.PASS


def test_a_name_that_nobody_saw_is_unproven_with_the_command() -> None:
    verdict = judge(named(LOCAL), gone(REMOTE))
    assert verdict.status is Status.UNPROVEN
    assert REMOTE in str(verdict.message)
    assert f"`docker tag {LOCAL} {REMOTE}`" in str(verdict.hint)
    assert f"`docker build -t {LOCAL} .`" in str(judge().hint)


def test_a_look_that_failed_is_an_error() -> None:
    assert judge(named(LOCAL), gone(REMOTE, Reason.TIMEOUT)).status is Status.ERROR


@pytest.mark.parametrize("images", [[], [LOCAL], ["app", "app:latest"], [LOCAL, "Me/App"]])
def test_fewer_than_two_references_are_refused(images: list[str]) -> None:
    with pytest.raises(ValidationError):
        judged("same_image", {"images": images})
