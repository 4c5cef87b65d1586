"""`image`: there, gone, forgotten tag, and what its configuration says."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.check import Status
from grader.facts import Reason
from grader.needs import ImageNeed
from grader.plugins import check_type
from grader.series import Strength
from tests.factories import an_image, event, judged, minutes, saw

REF = "wisheasy:1.0"
NEED = ImageNeed(image=REF)
IMAGE = an_image(
    REF,
    labels={"maintainer": "kim"},
    exposes=("8000/tcp",),
    command=("python", "app.py"),
    user="wisheasy",
    workdir="/app",
    env=("PATH", "LANG"),
    platform="linux/amd64",
    size=120_000_000,
)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.PASS),
        ({"labels": {"maintainer": "kim"}}, Status.PASS),
        ({"labels": {"maintainer": {"matches": "^k"}}}, Status.PASS),
        ({"labels": {"maintainer": "lee"}}, Status.PARTIAL),
        ({"labels": {"version": {"matches": "^1"}}}, Status.PARTIAL),
        ({"exposes": [8000]}, Status.PASS),
        ({"exposes": ["8000/udp"]}, Status.PARTIAL),
        ({"command": ["python", "app.py"]}, Status.PASS),
        ({"command": ["python app.py"]}, Status.PARTIAL),
        ({"user": "wisheasy", "workdir": "/app", "env": ["LANG"]}, Status.PASS),
        ({"env": ["SECRET"]}, Status.PARTIAL),
        ({"non_root": True}, Status.PASS),
        ({"platform": "linux/arm64"}, Status.PARTIAL),
        ({"max_size": "120MB"}, Status.PASS),
        ({"max_size": "100MB"}, Status.PARTIAL),
    ],
)
def test_an_image_is_judged_by_its_configuration(fields: dict[str, Any], status: Status) -> None:
    verdict = judged("image", {"image": REF, **fields}, saw(NEED, IMAGE))
    assert verdict.status is status
    assert status is Status.PASS or verdict.hint


@pytest.mark.parametrize("user", ["", "0", "root", "0:1000"])
def test_root_by_any_name_is_root(user: str) -> None:
    root = saw(NEED, an_image(REF, user=user))
    verdict = judged("image", {"image": REF, "non_root": True}, root)
    assert str(verdict.message) == "image wisheasy:1.0 runs its process as root"


def test_what_was_seen_before_cleanup_counts_after_it() -> None:
    entries = [saw(NEED, IMAGE, run="a"), saw(NEED, Reason.NOT_THERE, run="b")]
    verdict = judged("image", {"image": REF}, *entries)
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.RECORDED
    assert judged("image", {"image": REF, "when": "now"}, *entries).status is Status.FAIL


def test_a_rebuild_after_a_mistake_passes() -> None:
    wrong, right = an_image(REF), an_image(REF, user="wisheasy")
    for first, second in [(wrong, right), (right, wrong)]:
        entries = [saw(NEED, first, run="a"), saw(NEED, second, run="b")]
        assert judged("image", {"image": REF, "non_root": True}, *entries).status is Status.PASS


def test_a_forgotten_tag_is_named_with_the_command_that_mends_it() -> None:
    latest = "wisheasy:latest"
    verdict = judged(
        "image",
        {"image": REF},
        saw(NEED, Reason.NOT_THERE),
        saw(ImageNeed(image=latest), an_image(latest)),
    )
    assert verdict.status is Status.FAIL
    assert "is there as wisheasy:latest: the tag is missing" in str(verdict.message)
    assert "`docker tag wisheasy:latest wisheasy:1.0`" in str(verdict.hint)
    assert (verdict.expected, verdict.actual) == (REF, latest)
    check = check_type("image").model_validate({"type": "image", "image": REF})
    assert ImageNeed(image=latest) in check.needs()


@pytest.mark.parametrize(
    ("made", "id_", "status"),
    [
        (5, "sha256:2", Status.FAIL),
        (5, "sha256:1", Status.UNPROVEN),  # the engine tells when it was given whatever name last
        (2, "sha256:2", Status.UNPROVEN),
        (1, "sha256:2", Status.UNPROVEN),
    ],
)
def test_a_tag_forgotten_the_second_time_is_told_from_another_image(
    made: float, id_: str, status: Status
) -> None:
    latest = "wisheasy:latest"
    untagged = an_image(latest, id=id_, last_tagged=minutes(made))
    verdict = judged(
        "image",
        {"image": REF},
        event("image tag", 2, id="sha256:1", name=REF),
        saw(NEED, Reason.NOT_THERE, at=9),
        saw(ImageNeed(image=latest), untagged, at=9),
    )
    assert verdict.status is status


def test_an_image_that_nobody_saw_is_unproven_with_the_next_command() -> None:
    for entries in ([], [saw(NEED, Reason.NOT_THERE)]):
        verdict = judged("image", {"image": REF}, *entries)
        assert verdict.status is Status.UNPROVEN
        assert "`docker build -t wisheasy:1.0 .`" in str(verdict.hint)
        assert "before you clean up" in str(verdict.hint)


@pytest.mark.parametrize(
    "trace",
    [
        event("image tag", id="sha256:1", name=REF),
        event("container start", id="1", name="web", image=REF),
    ],
    ids=["tagged", "run"],
)
def test_an_image_gone_before_it_was_looked_at_is_unproven_and_says_so(trace: Any) -> None:
    verdict = judged("image", {"image": REF}, trace, saw(NEED, Reason.NOT_THERE))
    assert verdict.status is Status.UNPROVEN
    assert "grade-lab watch" in str(verdict.message)


def test_a_look_that_failed_is_an_error_unless_earlier_evidence_passes() -> None:
    down = saw(NEED, Reason.ENGINE_UNREACHABLE, run="b")
    assert judged("image", {"image": REF}, down).status is Status.ERROR
    assert judged("image", {"image": REF}, saw(NEED, IMAGE, run="a"), down).status is Status.PASS


def test_a_look_that_failed_takes_nothing_that_was_earned_before() -> None:
    down = saw(NEED, Reason.ENGINE_UNREACHABLE, run="b")
    verdict = judged("image", {"image": REF, "exposes": [1]}, saw(NEED, IMAGE, run="a"), down)
    assert (verdict.status, verdict.ratio * 2) == (Status.ERROR, 1)
    assert [proof.strength for proof in verdict.proofs] == [Strength.RECORDED]


def test_what_grade_lab_itself_saw_of_an_image_counts_and_is_the_proof_but_is_not_there_now() -> (
    None
):
    own = saw(NEED, IMAGE)
    ours = own.model_copy(update={"source": "reproduction"})
    for entries, fields, status in [
        ([ours], {"user": "wisheasy"}, Status.PASS),
        ([ours, own], {"user": "wisheasy"}, Status.PASS),
        ([ours, own], {"user": "kim"}, Status.PARTIAL),
    ]:
        verdict = judged("image", {"image": REF, **fields}, *entries)
        assert verdict.status is status
        assert [proof.strength for proof in verdict.proofs] == [Strength.REPRODUCED]
    assert judged("image", {"image": REF, "when": "now"}, ours).status is Status.UNPROVEN


@pytest.mark.parametrize(
    "fields",
    [
        {"image": "Wisheasy:1.0"},
        {"image": " "},
        {"image": REF, "user": "a", "non_root": True},
        {"image": REF, "max_size": "big"},
        {"image": REF, "expose": [1]},
    ],
)
def test_a_check_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        judged("image", fields)


def test_what_an_image_says_is_told_as_it_is_written() -> None:
    greets = saw(NEED, an_image(REF, command=("echo", "안녕")))
    verdict = judged("image", {"image": REF, "command": ["echo", "hi"]}, greets)
    assert str(verdict.actual) == 'CMD ["echo", "안녕"]'
    assert str(verdict.expected) == 'CMD ["echo", "hi"]'


@pytest.mark.parametrize(
    ("fields", "expected", "actual"),
    [
        ({"platform": "linux/arm64"}, "linux/arm64", "linux/amd64"),
        ({"entrypoint": ["python"]}, 'ENTRYPOINT ["python"]', "ENTRYPOINT []"),
        ({"workdir": "/srv"}, "WORKDIR /srv", "WORKDIR /"),
        ({"user": "app"}, "USER app", "USER root"),
        ({"non_root": True}, "the process does not run as root", "USER root"),
        ({"exposes": [80]}, "EXPOSE 80/tcp", "EXPOSE 8000/tcp"),
    ],
)
def test_what_differs_is_told_in_the_words_of_a_dockerfile(
    fields: dict[str, Any], expected: str, actual: str
) -> None:
    plain = an_image(REF, platform="linux/amd64", exposes=("8000/tcp",))
    verdict = judged("image", {"image": REF, **fields}, saw(NEED, plain))
    assert (str(verdict.expected), str(verdict.actual)) == (expected, actual)
    assert REF in str(verdict.proofs[0].detail)


@pytest.mark.parametrize("platform", ["linux/amd64", "linux/arm64", "linux/arm64/v8"])
def test_a_variant_of_a_platform_is_of_the_platform(platform: str) -> None:
    image = an_image(REF, platform="linux/arm64/v8")
    verdict = judged("image", {"image": REF, "platform": platform}, saw(NEED, image))
    assert (verdict.status is Status.PASS) is ("arm64" in platform)


def test_of_an_image_that_is_gone_the_last_trace_is_told_and_none_of_another_image() -> None:
    traces = [
        event("image tag", 2, id="sha256:1", name=REF),
        event("container start", 1, id="1", name="web", image=REF),
        event("container start", 9, id="2", name="other", image="other:1"),
    ]
    verdict = judged("image", {"image": REF}, *traces, saw(NEED, Reason.NOT_THERE))
    assert [(proof.at, str(proof.detail)) for proof in verdict.proofs] == [(minutes(2), "tag")]
    unseen = judged("image", {"image": REF}, traces[-1], saw(NEED, Reason.NOT_THERE))
    assert "nothing was seen" in str(unseen.message)


@pytest.mark.parametrize("action", ["tag", "pull", "push"])
def test_an_image_that_was_pushed_or_pulled_was_there(action: str) -> None:
    trace = event(f"image {action}", 2, name=REF)
    verdict = judged("image", {"image": REF}, trace, saw(NEED, Reason.NOT_THERE))
    assert "was gone before grade-lab looked" in str(verdict.message)
