"""`http`: what the app answered, and why it did not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.check import Status, Verdict
from grader.facts import HttpResponse, Logs, PortBinding, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, HttpNeed, LogsNeed
from grader.series import Strength
from tests.factories import a_container, event, hex_id, judged, minutes, saw

NEED = HttpNeed(name="web", port=8000)
THERE = saw(ContainerNeed(name="web"), a_container("web"))
ENDED = saw(ContainerNeed(name="web"), a_container("web", status="exited", exit_code=1))


def answer(status: int = 200, body: str = "hello", **fields: Any) -> HttpResponse:
    url = "http://127.0.0.1:8080/"
    return HttpResponse(container_id=hex_id("web"), url=url, status=status, body=body, **fields)


def judge(*entries: Entry, **fields: Any) -> Verdict:
    return judged("http", {"name": "web", "port": 8000, **fields}, *entries)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.PASS),
        ({"contains": "hello"}, Status.PASS),
        ({"contains": ["hello", "world"]}, Status.PARTIAL),
        ({"matches": "^h.llo$"}, Status.PASS),
        ({"status": 404}, Status.FAIL),
        ({"status": 404, "contains": "hello"}, Status.PARTIAL),
    ],
)
def test_an_answer_is_judged(fields: dict[str, Any], status: Status) -> None:
    assert judge(saw(NEED, answer()), **fields).status is status


def test_an_answer_before_cleanup_counts_after_it() -> None:
    entries = [saw(NEED, answer(), run="a"), saw(NEED, Reason.NOT_THERE, run="b")]
    verdict = judge(*entries)
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.RECORDED


def test_an_error_of_the_app_is_told_with_its_status() -> None:
    verdict = judge(saw(NEED, answer(status=500)))
    assert "answered with status 500" in str(verdict.message)
    assert "`docker logs web`" in str(verdict.hint)


def test_a_text_that_may_lie_beyond_what_was_read_is_unproven() -> None:
    cut = saw(NEED, answer(complete=False))
    assert judge(cut, contains="world").status is Status.UNPROVEN
    assert judge(cut, contains="hello").status is Status.PASS


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (Reason.NOT_PUBLISHED, "run it again with `-p 8000:8000`"),
        (Reason.NO_ANSWER, "must listen on 0.0.0.0"),
    ],
)
def test_why_nothing_could_be_asked_is_told(reason: Reason, told: str) -> None:
    verdict = judge(THERE, saw(NEED, reason))
    assert verdict.status is Status.FAIL
    assert told in str(verdict.hint)


def test_an_app_that_crashed_is_told_with_its_last_words() -> None:
    log = saw(LogsNeed(name="web"), Logs(container_id=hex_id("web"), stderr="boom"))
    verdict = judge(ENDED, log, saw(NEED, Reason.NOT_RUNNING))
    assert verdict.status is Status.FAIL
    assert "crashed (exit code 1)" in str(verdict.message)
    assert str(verdict.actual) == "boom"


def test_an_app_that_was_stopped_before_it_was_asked_is_unproven() -> None:
    stopped = event("container kill", id=hex_id("web"), name="web", image="app:1")
    verdict = judge(ENDED, stopped, saw(NEED, Reason.NOT_RUNNING))
    assert verdict.status is Status.UNPROVEN
    assert "`docker start web`" in str(verdict.hint)


def test_no_container_is_unproven_and_a_failed_look_an_error() -> None:
    assert judge(saw(NEED, Reason.NOT_THERE)).status is Status.UNPROVEN
    assert judge().status is Status.UNPROVEN
    assert judge(saw(NEED, Reason.ENGINE_UNREACHABLE)).status is Status.ERROR


@pytest.mark.parametrize(
    "fields",
    [
        {"port": 0},
        {"path": "index.html"},
        {"path": "/a b"},
        {"deadline": 61},
        {"status": 99},
        {"contains": []},
        {"name": None},
    ],
)
def test_a_check_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        judge(**fields)


def test_an_app_that_is_known_by_its_silence_alone_is_told_with_what_was_tried() -> None:
    tried = saw(NEED, Reason.NO_ANSWER, 3, detail="connection refused")
    verdict = judge(tried)
    assert verdict.status is Status.FAIL
    assert verdict.actual == "connection refused"
    assert "port 8000" in str(verdict.expected)
    assert "`docker run --rm -p 8000:8000 IMAGE`" in str(verdict.hint)
    (proof,) = verdict.proofs
    assert (proof.strength, proof.source, proof.at) == (Strength.LIVE, "http", minutes(3))


@pytest.mark.parametrize("reason", [Reason.NOT_PUBLISHED, Reason.NO_ANSWER])
@pytest.mark.parametrize(("asked", "pending"), [(1, True), (2, False), (5, False)])
def test_what_was_asked_before_the_container_was_there_says_nothing_of_it(
    reason: Reason, asked: float, pending: bool
) -> None:
    there = [saw(ContainerNeed(name="web"), a_container("web"), at) for at in (2, 4)]
    older = saw(ContainerNeed(name="web"), a_container("web", id="old"), 0)
    verdict = judge(older, saw(NEED, reason, asked), *there)
    assert (verdict.status, verdict.pending) == (Status.FAIL, pending)
    assert verdict.proofs[0].at == minutes(4)


def test_a_port_that_is_not_published_is_told_as_the_option_that_is_missing() -> None:
    verdict = judge(THERE, saw(NEED, Reason.NOT_PUBLISHED))
    assert verdict.expected == "-p …:8000"


def test_a_container_that_the_engine_left_without_a_network_is_told() -> None:
    asked = {"ports": (PortBinding(container="8000/tcp", host="8080"),)}
    for networks, told in ((), "has no network"), (("bridge",), "is not published"):
        there = a_container("web", networks=networks, **asked)
        verdict = judge(saw(ContainerNeed(name="web"), there), saw(NEED, Reason.NOT_PUBLISHED))
        assert verdict.status is Status.FAIL
        assert told in str(verdict.message)
