"""`challenge`: only the registry's copy counts, and only one's own token."""

from __future__ import annotations

from typing import Any

import pytest

from grader.challenge import token, verifier
from grader.check import Status, Verdict
from grader.facts import Logs, Manifest, Reason, RegistryImage
from grader.journal import Entry
from grader.needs import EventsNeed, ImageNeed, LogsNeed, ManifestNeed, RegistryImageNeed
from grader.plugins import check_type
from grader.series import Strength
from grader.verdict import Errored
from tests.factories import an_image, hex_id, judged, saw

IMAGE = "registry.example:5000/me/wisheasy:1.0"
COURSE, SECRET = "docker-2026", b"s" * 32
MINE, THEIRS = token(SECRET, COURSE, "s-001"), token(SECRET, COURSE, "s-002")
VERIFIERS = "\n".join(
    [verifier(COURSE, "s-002", THEIRS), verifier(COURSE, "s-001", MINE)],
)
DIGEST = f"sha256:{hex_id('pushed')}"
HELD = saw(ManifestNeed(image=IMAGE), Manifest(digest=DIGEST))
PRIVATE = saw(RegistryImageNeed(image=IMAGE), Reason.DENIED)


def judge(*entries: Entry, **fields: Any) -> Verdict:
    rubric = {"image": IMAGE, "course": COURSE, "learner": "s-001", "verifiers": VERIFIERS}
    return judged("challenge", {**rubric, **fields}, *entries)


def labels(value: str | None) -> dict[str, str]:
    return {} if value is None else {"grade-lab.challenge": value}


def in_registry(value: str | None, at: float = 0, digest: str = DIGEST) -> Entry:
    fact = RegistryImage(digest=digest, labels=labels(value))
    return saw(RegistryImageNeed(image=IMAGE), fact, at, run=f"run-{at}")


def here(value: str | None, digest: str | None = DIGEST, **fields: Any) -> Entry:
    digests = (f"registry.example:5000/me/wisheasy@{digest}",) if digest else ()
    image = an_image(IMAGE, labels=labels(value), digests=digests, **fields)
    return saw(ImageNeed(image=IMAGE), image)


def said(verdict: Verdict) -> str:
    return "\n".join(map(str, [verdict.message, verdict.expected, verdict.actual, verdict.hint]))


@pytest.mark.parametrize("value", [MINE, f" {MINE.upper()}\n"])
def test_ones_own_token_in_the_registrys_label_passes(value: str) -> None:
    verdict = judge(in_registry(value))
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.REGISTRY
    assert MINE not in said(verdict)


def test_another_label_may_be_asked_for() -> None:
    assert judge(in_registry(MINE), label="proof").status is Status.FAIL


@pytest.mark.parametrize(
    "value",
    [THEIRS, token(b"x" * 32, COURSE, "s-001"), token(SECRET, "docker-2025", "s-001")],
    ids=["another learner's", "made up", "of another course"],
)
def test_a_token_that_is_not_ones_own_fails(value: str) -> None:
    verdict = judge(in_registry(value), here(value))
    assert verdict.status is Status.FAIL
    assert "not that of s-001" in str(verdict.message)
    assert "lab.yaml" in str(verdict.hint)
    assert value not in said(verdict)


@pytest.mark.parametrize("value", [None, "", "gl-", "x" * 5000, f"{MINE}2", "김하늘"])
def test_no_token_in_the_label_fails_with_the_commands(value: str | None) -> None:
    verdict = judge(in_registry(value))
    assert verdict.status is Status.FAIL
    assert f"docker build --label grade-lab.challenge=gl-… -t {IMAGE} ." in str(verdict.hint)
    assert f"docker push {IMAGE}" in str(verdict.hint)
    assert "lab.yaml" not in str(verdict.hint)
    assert ("has no label" in str(verdict.message)) is not bool(value)
    assert DIGEST[:19] in str(verdict.proofs[0].detail)
    assert len(said(verdict)) < 1000


def test_a_right_image_that_was_not_pushed_needs_a_push_alone() -> None:
    for registry in (
        [],
        [saw(RegistryImageNeed(image=IMAGE), Reason.NOT_THERE)],
        [PRIVATE, saw(ManifestNeed(image=IMAGE), Reason.NOT_THERE)],
        [PRIVATE, HELD],
    ):
        verdict = judge(here(MINE, None), *registry)
        assert verdict.status is Status.UNPROVEN
        assert str(verdict.hint).startswith(f"run `docker push {IMAGE}`")
    older = here(None).model_copy(update={"run": "run-0"})
    for registry in ([in_registry(None)], [older, PRIVATE, HELD]):
        verdict = judge(*registry, here(MINE, None))
        assert verdict.status is Status.FAIL
        assert str(verdict.hint).startswith(f"run `docker push {IMAGE}`")


def test_nothing_in_the_registry_is_only_not_done_yet() -> None:
    verdict = judge(saw(RegistryImageNeed(image=IMAGE), Reason.NOT_THERE), here(None, None))
    assert verdict.status is Status.FAIL
    assert verdict.pending
    build = "docker build --label grade-lab.challenge=gl-…"
    assert build in str(verdict.hint)
    assert judge().status is Status.UNPROVEN
    assert build in str(judge().hint)


def test_a_private_image_is_known_by_its_digest() -> None:
    for image in (here(MINE), here(MINE, None, id=DIGEST)):
        verdict = judge(PRIVATE, HELD, image)
        assert verdict.status is Status.PASS
        assert [p.strength for p in verdict.proofs] == [Strength.REGISTRY, Strength.LIVE]
    assert judge(PRIVATE, HELD, here(THEIRS)).status is Status.FAIL


def test_the_digest_of_another_repository_does_not_count() -> None:
    other = an_image(IMAGE, labels=labels(MINE), digests=(f"elsewhere/app@{DIGEST}",))
    verdict = judge(PRIVATE, HELD, saw(ImageNeed(image=IMAGE), other))
    assert verdict.status is Status.UNPROVEN


def test_a_private_image_that_is_gone_from_the_computer_has_to_be_pulled() -> None:
    gone = saw(ImageNeed(image=IMAGE), Reason.NOT_THERE, 1, "run-2")
    for seen in ([], [here(MINE, None), gone]):  # the second was pushed and removed at once
        verdict = judge(*seen, PRIVATE, HELD)
        assert verdict.status is Status.UNPROVEN
        assert f"`docker pull {IMAGE}`" in str(verdict.hint)
        assert [p.strength for p in verdict.proofs] == [Strength.REGISTRY]
    assert judge(here(MINE), gone, PRIVATE, HELD).status is Status.PASS


@pytest.mark.parametrize("reason", [Reason.REGISTRY_UNREACHABLE, Reason.RATE_LIMITED])
def test_a_registry_that_cannot_be_asked_is_an_error(reason: Reason) -> None:
    could_not = saw(RegistryImageNeed(image=IMAGE), reason, 1, "run-1")
    manifest = saw(ManifestNeed(image=IMAGE), reason, 1)
    assert judge(could_not, manifest).status is Status.ERROR
    assert judge(could_not, HELD).status is Status.ERROR
    assert judge(in_registry(THEIRS), could_not, manifest).status is Status.ERROR
    assert judge(in_registry(MINE), could_not, manifest).status is Status.PASS


def test_a_login_that_is_missing_is_advised() -> None:
    denied = saw(ManifestNeed(image=IMAGE), Reason.DENIED)
    assert "bears your challenge" in str(judge(PRIVATE, denied, here(MINE, None)).message)
    verdict = judge(PRIVATE, denied)
    assert verdict.status is Status.UNPROVEN
    assert f"`docker login registry.example:5000`, then `docker push {IMAGE}`" in str(verdict.hint)


def test_an_engine_that_cannot_ask_registries_is_not_needed() -> None:
    unsupported = saw(ManifestNeed(image=IMAGE), Reason.UNSUPPORTED)
    assert judge(unsupported, in_registry(MINE)).status is Status.PASS
    absent = saw(RegistryImageNeed(image=IMAGE), Reason.NOT_THERE)
    assert judge(unsupported, absent).status is Status.FAIL
    down = saw(RegistryImageNeed(image=IMAGE), Reason.REGISTRY_UNREACHABLE)
    error = judge(unsupported, down)
    assert (error.status, str(error.message)) == (
        Status.ERROR,
        "the registry could not be reached",
    )


def test_what_was_proven_stays_proven() -> None:
    gone = saw(RegistryImageNeed(image=IMAGE), Reason.NOT_THERE, 2, "run-2")
    assert judge(in_registry(MINE), gone).status is Status.PASS
    assert judge(in_registry(MINE), in_registry(THEIRS, 2)).status is Status.PASS


def printed(text: str | Reason) -> Entry:
    answer = text if isinstance(text, Reason) else Logs(container_id=hex_id("web"), stdout=text)
    return saw(LogsNeed(name="web"), answer)


def test_the_log_counts_a_third_and_only_with_the_label() -> None:
    good = in_registry(MINE)
    verdict = judge(good, printed(f"[app] proof={MINE}\n"), name="web")
    assert verdict.status is Status.PASS
    assert "label grade-lab.challenge=" in str(verdict.expected)
    assert [p.strength for p in verdict.proofs] == [Strength.REGISTRY, Strength.LIVE]
    for log in ([], [printed("hello")], [printed(f"x{MINE}")], [printed(THEIRS)]):
        verdict = judge(good, *log, name="web")
        assert (verdict.status, float(verdict.ratio)) == (Status.PARTIAL, pytest.approx(2 / 3))
    assert judge(in_registry(THEIRS), printed(MINE), name="web").status is Status.FAIL


def test_a_log_that_could_not_be_read_costs_nothing_but_itself() -> None:
    verdict = judge(in_registry(MINE), printed(Reason.ENGINE_UNREACHABLE), name="web")
    assert isinstance(verdict, Errored)
    assert float(verdict.ratio) == pytest.approx(2 / 3)
    assert [p.strength for p in verdict.proofs] == [Strength.REGISTRY]


def test_a_log_that_was_not_seen_may_yet_be_and_one_without_the_challenge_is_wrong() -> None:
    unseen = judge(in_registry(MINE), name="web")
    assert unseen.pending
    assert str(unseen.actual) == "its log was not seen"
    assert f"`docker run -d --name web {IMAGE}`" in str(unseen.hint)
    wrong = judge(in_registry(MINE), printed("hello"), name="web")
    assert not wrong.pending
    assert str(wrong.expected) == "the log of container web prints the challenge"
    assert "let the app print your challenge" in str(wrong.hint)


@pytest.mark.parametrize("text", ["", "  \n", "verifiers.txt", VERIFIERS[:-1], VERIFIERS + "\nx"])
def test_a_file_without_verifiers_is_a_mistake_in_the_rubric(text: str) -> None:
    with pytest.raises(ValueError, match="not a list of verifiers"):
        judge(verifiers=text)


def test_line_ends_of_the_verifiers_do_not_matter() -> None:
    windows = VERIFIERS.replace("\n", "\r\n") + "\r\n"
    assert judge(in_registry(MINE), verifiers=windows).status is Status.PASS


def test_what_happened_to_the_image_is_recorded_too() -> None:
    fields = {"image": IMAGE, "course": COURSE, "learner": "s-001", "verifiers": VERIFIERS}
    check = check_type("challenge").model_validate({"type": "challenge", **fields})
    assert EventsNeed(image=IMAGE) in check.needs()
