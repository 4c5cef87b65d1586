"""What was reproduced proves how an image works, and never what a learner did."""

from __future__ import annotations

from grader.check import Status
from grader.facts import Fact, HttpResponse, Logs, Reason
from grader.journal import EMPTY, Entry, Observation, parse, written
from grader.needs import ContainerNeed, HttpNeed, ImageNeed, LogsNeed, Need
from grader.series import Strength
from tests.factories import a_container, an_image, evidence_of, judged, saw

HTTP = HttpNeed(name="web", port=80, deadline=5)
LOGS = LogsNeed(name="web")
IMAGE = ImageNeed(image="app:1")
ANSWER = HttpResponse(container_id="c", url="http://x/", status=200, body="hello")
HTTP_CHECK = {"name": "web", "port": 80, "contains": "hello", "deadline": 5}


def reproduced(need: Need[Fact], answer: Fact | Reason, **fields: str) -> Entry:
    return saw(need, answer, at=9).model_copy(update={"source": "reproduction", **fields})


def test_an_answer_of_a_reproduction_passes_where_nothing_else_was_seen() -> None:
    verdict = judged("http", HTTP_CHECK, reproduced(HTTP, ANSWER))
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.REPRODUCED
    accepted = judged("http", HTTP_CHECK, saw(HTTP, ANSWER), reproduced(HTTP, ANSWER))
    assert accepted.proofs[0].strength is Strength.REPRODUCED


def test_silence_fails_and_a_limit_of_ours_is_an_error() -> None:
    assert judged("http", HTTP_CHECK, reproduced(HTTP, Reason.NO_ANSWER)).status is Status.FAIL
    ran = saw(ContainerNeed(name="web"), a_container())
    silent = judged("http", HTTP_CHECK, ran, reproduced(HTTP, Reason.NO_ANSWER))
    assert silent.status is Status.FAIL
    for reason in (Reason.SANDBOX, Reason.DENIED, Reason.RATE_LIMITED, Reason.ENGINE_UNREACHABLE):
        tight = judged("http", HTTP_CHECK, reproduced(HTTP, reason))
        assert tight.status is Status.ERROR
        assert tight.hint


def test_what_was_seen_on_the_learners_computer_stays_good() -> None:
    verdict = judged("http", HTTP_CHECK, saw(HTTP, ANSWER), reproduced(HTTP, Reason.SANDBOX))
    assert verdict.status is Status.PASS


def test_a_log_of_ours_is_not_what_the_learner_had_to_quote() -> None:
    log = Logs(container_id="c", stdout="the server is ready\n")
    entries = (saw(ContainerNeed(name="web"), a_container()), reproduced(LOGS, log))
    check = {"name": "web", "contains": "ready"}
    assert judged("logs", check, *entries).status is Status.PASS
    evidence = evidence_of(*entries)
    assert not evidence.of(LOGS).found


def test_an_image_of_ours_was_never_on_the_learners_computer() -> None:
    pulled = reproduced(IMAGE, an_image(digests=("app@sha256:1",)))
    evidence = evidence_of(pulled)
    assert not evidence.image_ids("app:1")
    for kind, fields in (
        ("pulled", {"image": "app:1"}),
        ("removed", {"image": "app:1"}),
        ("pushed", {"image": "app:1"}),
        ("same_image", {"images": ["app:1", "app:2"]}),
    ):
        assert judged(kind, fields, pulled).status is Status.UNPROVEN, kind
    gone = (saw(IMAGE, an_image()), saw(IMAGE, Reason.NOT_THERE, at=5, run="run-2"), pulled)
    assert judged("removed", {"image": "app:1"}, *gone).status is Status.PASS
    now = judged("image", {"image": "app:1", "when": "now"}, *gone)
    assert now.status is not Status.PASS


def test_only_the_run_that_judges_vouches_for_a_reproduction() -> None:
    def strength(*entries: Entry) -> Strength:
        return evidence_of(*entries).of(HTTP, reproduced=True).found[-1].strength

    own = reproduced(HTTP, ANSWER)
    assert strength(own) is Strength.REPRODUCED
    assert strength(own, saw(IMAGE, an_image(), run="run-2")) is Strength.RECORDED
    batch = reproduced(HTTP, ANSWER, by="batch", run="ours")
    assert strength(batch, own) is Strength.REPRODUCED
    assert strength(own, batch) is Strength.RECORDED


def test_a_journal_cannot_claim_to_be_of_a_batch() -> None:
    entry = reproduced(HTTP, ANSWER)
    fields = {name: getattr(entry, name) for name in Observation.model_fields}
    observation = Observation(**fields)
    honest = b"".join(written([observation], EMPTY, run="x", by="grade"))
    assert parse(honest).intact
    forged = b"".join(written([observation], EMPTY, run="x", by="batch"))
    journal = parse(forged)
    assert not journal.entries
    assert not journal.intact
