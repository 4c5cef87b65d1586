"""`pushed`: the registry holds the image, and it is this one."""

from __future__ import annotations

from typing import Any

import pytest

from grader.check import Status, Verdict
from grader.facts import Login, Manifest, Reason
from grader.journal import Entry
from grader.needs import ImageNeed, LoginNeed, ManifestNeed
from grader.series import Strength
from tests.factories import an_image, event, hex_id, judged, saw

LOCAL, REMOTE = "wisheasy:1.0", "registry.example:5000/me/wisheasy:1.0"
REPOSITORY = "registry.example:5000/me/wisheasy"
DIGEST, OTHER = f"sha256:{hex_id('pushed')}", f"sha256:{hex_id('other')}"
ID = an_image(LOCAL).id
HELD = saw(ManifestNeed(image=REMOTE), Manifest(digest=DIGEST))
PUSH = event("image push", name=REMOTE)
THIS_ONE = "the image {} of this computer"


def local(reference: str, digest: str | None = DIGEST, id_: str = ID) -> Entry:
    digests = (f"{REPOSITORY}@{digest}",) if digest else ()
    return saw(ImageNeed(image=reference), an_image(reference, id=id_, digests=digests))


def judge(*entries: Entry, **fields: Any) -> Verdict:
    return judged("pushed", {"image": REMOTE, **fields}, *entries)


def registry_says(reason: Reason) -> Entry:
    return saw(ManifestNeed(image=REMOTE), reason, at=9)


@pytest.mark.parametrize("same_as", [None, LOCAL])
def test_the_image_that_was_seen_here_is_the_one_in_the_registry(same_as: str | None) -> None:
    verdict = judge(local(LOCAL), local(REMOTE), HELD, PUSH, same_as=same_as)
    assert verdict.status is Status.PASS
    strengths = [proof.strength for proof in verdict.proofs]
    assert strengths == [Strength.REGISTRY, Strength.RECORDED]


@pytest.mark.parametrize("same_as", [None, LOCAL])
def test_a_containerd_store_names_the_image_by_the_registrys_digest(same_as: str | None) -> None:
    for digest in (DIGEST, None):
        images = [local(name, digest, id_=DIGEST) for name in (LOCAL, REMOTE)]
        assert judge(*images, HELD, same_as=same_as).status is Status.PASS


def test_found_once_counts_whatever_the_registry_says_later() -> None:
    for reason in (Reason.NOT_THERE, Reason.REGISTRY_UNREACHABLE):
        assert judge(local(REMOTE), HELD, registry_says(reason)).status is Status.PASS


def test_another_image_under_the_name_fails() -> None:
    verdict = judge(local(REMOTE, OTHER), HELD, PUSH)
    assert verdict.status is Status.FAIL
    assert "another image" in str(verdict.message)
    assert (str(verdict.expected), verdict.actual) == (THIS_ONE.format(REMOTE), DIGEST[:19])
    assert not verdict.pending
    assert judge(local(REMOTE, OTHER), HELD).pending
    assert "docker tag" not in str(verdict.hint)
    assert f"`docker push {REMOTE}`" in str(verdict.hint)


def test_the_pushed_image_must_be_the_one_asked_for() -> None:
    verdict = judge(local(LOCAL, None), local(REMOTE, id_=OTHER), HELD, PUSH, same_as=LOCAL)
    assert verdict.status is Status.FAIL
    assert f"`docker tag {LOCAL} {REMOTE}`, then `docker push {REMOTE}`" in str(verdict.hint)


def test_a_recorded_push_is_enough_where_identity_cannot_be_told() -> None:
    assert judge(local(REMOTE, None), HELD, PUSH).status is Status.PASS
    assert judge(HELD, PUSH).status is Status.PASS
    assert judge(HELD, event("image tag", name=REMOTE)).status is Status.UNPROVEN
    assert judge(local(LOCAL, None), HELD, PUSH, same_as=LOCAL).status is Status.UNPROVEN
    assert judge(HELD, PUSH, same_as=LOCAL).status is Status.UNPROVEN
    verdict = judge(HELD)
    assert verdict.status is Status.UNPROVEN
    assert [proof.strength for proof in verdict.proofs] == [Strength.REGISTRY]


ONE_PLATFORM, FOREIGN = f"sha256:{hex_id('amd64')}", f"sha256:{hex_id('arm64')}"


@pytest.mark.parametrize(
    ("manifests", "status"),
    [([ONE_PLATFORM, FOREIGN], Status.PASS), ([FOREIGN], Status.FAIL)],
    ids=["the same in another index", "another"],
)
def test_built_again_only_the_index_is_another(manifests: list[str], status: Status) -> None:
    own = an_image(LOCAL, manifests=(ONE_PLATFORM,))
    pushed = an_image(REMOTE, id=DIGEST, manifests=manifests, digests=(f"{REPOSITORY}@{DIGEST}",))
    images = [saw(ImageNeed(image=ref), it) for ref, it in ((LOCAL, own), (REMOTE, pushed))]
    assert judge(*images, HELD, same_as=LOCAL).status is status
    both = judged("same_image", {"images": [LOCAL, REMOTE]}, *images)
    assert both.status is status


def test_of_an_index_one_platform_may_be_pushed() -> None:
    one = saw(ManifestNeed(image=REMOTE), Manifest(digest=ONE_PLATFORM))
    for manifests, status in (((ONE_PLATFORM,), Status.PASS), ((), Status.FAIL)):
        image = an_image(LOCAL, manifests=manifests, digests=(f"{REPOSITORY}@{DIGEST}",))
        assert judge(saw(ImageNeed(image=LOCAL), image), one, same_as=LOCAL).status is status


def test_after_cleaning_up_events_tell_that_the_image_asked_for_was_pushed() -> None:
    tagged = [event("image tag", name=name, id=ID) for name in (LOCAL, REMOTE)]
    assert judge(*tagged, HELD, PUSH, same_as=LOCAL).status is Status.PASS
    assert judge(*tagged, HELD, same_as=LOCAL).status is Status.UNPROVEN
    other = event("image tag", name=REMOTE, id=OTHER)
    verdict = judge(*tagged, other, HELD, PUSH, same_as=LOCAL)
    assert verdict.status is Status.UNPROVEN
    assert "docker build" in str(verdict.hint)  # it is there no more


def test_what_was_pushed_without_the_local_image_is_to_be_built_by_its_name() -> None:
    verdict = judge(local(REMOTE), HELD, PUSH, same_as=LOCAL)  # as by `buildx build --push`
    assert verdict.status is Status.UNPROVEN
    assert str(verdict.actual) == f"nothing was seen of image {LOCAL}"
    commands = f"`docker build -t {LOCAL} -t {REMOTE} .`, then `docker push {REMOTE}`"
    assert commands in str(verdict.hint)
    assert f"`docker build -t {REMOTE} .`, then `docker push" in str(judge(HELD).hint)
    known = judge(local(LOCAL, None), HELD, PUSH, same_as=LOCAL)
    assert known.actual is None
    assert "docker build" not in str(known.hint)


def test_a_registry_that_holds_nothing_fails_with_the_command() -> None:
    verdict = judge(local(REMOTE, None), PUSH, registry_says(Reason.NOT_THERE))
    assert verdict.status is Status.FAIL
    assert verdict.pending
    assert f"run `docker push {REMOTE}`" in str(verdict.hint)


def test_a_missing_login_is_advised_first() -> None:
    login = LoginNeed(registry="registry.example:5000")
    absent = registry_says(Reason.NOT_THERE)
    advice = str(judge(absent, saw(login, Reason.NOT_THERE)).hint)
    assert f"`docker login registry.example:5000`, then `docker push {REMOTE}`" in advice
    there = saw(login, Login(registry="registry.example:5000"))
    assert "login" not in str(judge(absent, there).hint)


@pytest.mark.parametrize(
    "reason", [Reason.CREDENTIALS, Reason.RATE_LIMITED, Reason.REGISTRY_UNREACHABLE]
)
def test_a_registry_that_cannot_be_asked_is_an_error(reason: Reason) -> None:
    assert judge(local(REMOTE, None), PUSH, registry_says(reason)).status is Status.ERROR


def test_an_image_that_could_not_be_looked_at_here_is_an_error() -> None:
    verdict = judge(HELD, saw(ImageNeed(image=REMOTE), Reason.ENGINE_UNREACHABLE))
    assert verdict.status is Status.ERROR
    assert "Docker Engine could not be reached" in str(verdict.message)


def test_an_engine_that_cannot_ask_registries_is_believed_on_its_push_event() -> None:
    unsupported = registry_says(Reason.UNSUPPORTED)
    same = [local(LOCAL, None), local(REMOTE, None)]
    verdict = judge(*same, PUSH, unsupported, same_as=LOCAL)
    assert verdict.status is Status.PASS
    assert {proof.strength for proof in verdict.proofs} == {Strength.RECORDED}
    for same_as in (LOCAL, None):  # nothing was pushed yet
        verdict = judge(*same, unsupported, same_as=same_as)
        assert verdict.status is Status.UNPROVEN
        assert f"docker push {REMOTE}" in str(verdict.hint)
    other = [local(LOCAL, None), local(REMOTE, None, id_=OTHER)]
    assert judge(*other, PUSH, unsupported, same_as=LOCAL).status is Status.ERROR


def test_a_registry_that_refuses_to_show_it_may_hold_nothing() -> None:
    """As Docker Hub does of every repository to which nothing was pushed yet."""
    denied = registry_says(Reason.DENIED)
    verdict = judge(local(REMOTE, None), denied)
    assert verdict.status is Status.UNPROVEN
    login = f"`docker login registry.example:5000`, then `docker push {REMOTE}`"
    assert login in str(verdict.hint)
    there = saw(LoginNeed(registry="registry.example:5000"), Login(registry="registry.example"))
    assert str(judge(denied, there).hint).startswith(f"run `docker push {REMOTE}`")


def test_a_recorded_push_counts_where_the_registry_shows_nothing_any_more() -> None:
    denied = registry_says(Reason.DENIED)
    both = [local(LOCAL, None), local(REMOTE, None)]
    assert judge(*both, PUSH, denied, same_as=LOCAL).status is Status.PASS
    other = [local(LOCAL, None), local(REMOTE, None, id_=OTHER)]
    assert judge(*other, PUSH, denied, same_as=LOCAL).status is Status.UNPROVEN
    assert judge(local(REMOTE, OTHER), HELD, denied).status is Status.FAIL


def test_a_registry_never_asked_leaves_it_unproven() -> None:
    assert judge(PUSH).status is Status.UNPROVEN


@pytest.mark.parametrize(
    ("pushed", "status"),
    [(ID, Status.PASS), (OTHER, Status.FAIL), ("", Status.ERROR)],
    ids=["this-one", "another", "untold"],
)
def test_where_no_registry_is_asked_the_push_tells_which_image_it_was(
    pushed: str, status: Status
) -> None:
    push = event("image push", name=REMOTE, id=pushed)
    verdict = judge(local(LOCAL), push, registry_says(Reason.UNSUPPORTED), same_as=LOCAL)
    assert verdict.status is status
    if status is Status.FAIL:
        assert "another image was pushed" in str(verdict.message)
        assert (str(verdict.expected), verdict.actual) == (THIS_ONE.format(LOCAL), OTHER[:19])
        assert f"`docker tag {LOCAL} {REMOTE}`" in str(verdict.hint)
    if status is Status.ERROR:
        assert "this engine cannot tell" in str(verdict.message)


def test_an_image_of_this_name_in_another_registry_says_nothing_of_what_this_one_holds() -> None:
    digests = (f"other.example/me/wisheasy@{OTHER}",)
    there = saw(ImageNeed(image=REMOTE), an_image(REMOTE, id=ID, digests=digests))
    assert judge(there, HELD).status is Status.UNPROVEN
