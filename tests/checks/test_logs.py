"""`logs`: what a container's log holds, how often, and on which stream."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.check import Status, Verdict
from grader.facts import Logs, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, LogsNeed
from grader.series import Strength
from tests.factories import a_container, event, hex_id, judged, saw

NEED = LogsNeed(name="web")
LOG = Logs(
    container_id=hex_id("web"),
    stdout="listening on 8000\r\nGET / 200\r\nGET / 200\r\n",
    stderr="warning\n",
)


def judge(*entries: Entry, **fields: Any) -> Verdict:
    return judged("logs", {"name": "web", **fields}, *entries)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"contains": "listening"}, Status.PASS),
        ({"contains": "Listening"}, Status.FAIL),
        ({"contains": ["listening", "warning"]}, Status.PASS),
        ({"contains": ["listening", "ready"]}, Status.PARTIAL),
        ({"contains": "warning", "stream": "stderr"}, Status.PASS),
        ({"contains": "warning", "stream": "stdout"}, Status.FAIL),
        ({"matches": "^GET / 200$", "at_least": 2}, Status.PASS),
        ({"matches": "^GET / 200$", "at_least": 3}, Status.FAIL),
        ({"contains": "GET", "at_least": 2}, Status.PASS),
        ({"contains": "GET", "matches": "^POST"}, Status.PARTIAL),
    ],
)
def test_a_log_is_judged_by_what_it_holds(fields: dict[str, Any], status: Status) -> None:
    assert judge(saw(NEED, LOG), **fields).status is status


def test_a_log_from_before_cleanup_counts_after_it() -> None:
    entries = [saw(NEED, LOG, run="a"), saw(NEED, Reason.NOT_THERE, run="b")]
    verdict = judge(*entries, contains="listening")
    assert verdict.status is Status.PASS
    assert verdict.proofs[0].strength is Strength.RECORDED


def test_what_is_missing_is_told_and_how_often_it_was_found() -> None:
    verdict = judge(saw(NEED, LOG), contains="GET", at_least=3)
    assert "3 × the text GET" in str(verdict.expected)
    assert str(verdict.actual) == "found 2 times"
    assert "`docker logs web`" in str(verdict.hint)


def test_an_empty_log_comes_with_the_usual_cause() -> None:
    verdict = judge(saw(NEED, Logs(container_id="1")), contains="listening")
    assert str(verdict.actual) == "an empty log"
    assert "PYTHONUNBUFFERED" in str(verdict.hint)


def test_a_text_that_may_lie_in_what_was_left_out_is_unproven() -> None:
    cut = saw(NEED, LOG.model_copy(update={"complete": False}))
    assert judge(cut, contains="ready").status is Status.UNPROVEN
    assert judge(cut, contains="listening").status is Status.PASS


def test_a_log_that_nobody_saw_is_unproven() -> None:
    gone = saw(NEED, Reason.NOT_THERE)
    assert judge(gone, contains="a").status is Status.UNPROVEN
    there = saw(ContainerNeed(name="web"), a_container("web"))
    verdict = judge(there, gone, contains="a")
    assert verdict.status is Status.UNPROVEN
    assert "its log was not seen" in str(verdict.message)


@pytest.mark.parametrize("reason", [Reason.UNSUPPORTED, Reason.TIMEOUT, Reason.ENGINE_UNREACHABLE])
def test_a_log_that_cannot_be_read_is_an_error(reason: Reason) -> None:
    assert judge(saw(NEED, reason), contains="a").status is Status.ERROR


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"contains": ""},
        {"contains": []},
        {"matches": "("},
        {"matches": "a*"},
        {"contains": "a", "at_least": 0},
        {"contains": "a", "stream": "stdin"},
    ],
)
def test_a_check_that_asserts_nothing_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        judge(**fields)


def test_a_container_that_still_runs_may_yet_print_it() -> None:
    there = saw(ContainerNeed(name="web"), a_container("web"))
    ended = saw(ContainerNeed(name="web"), a_container("web", status="exited", exit_code=0))
    other = saw(ContainerNeed(name="web"), a_container("other"))
    for container, pending in ((there, True), (ended, False), (other, False)):
        verdict = judge(container, saw(NEED, LOG), contains="ready")
        assert (verdict.status, verdict.pending) == (Status.FAIL, pending)


def test_the_log_of_grade_labs_own_run_counts_too() -> None:
    ours = saw(NEED, LOG).model_copy(update={"source": "reproduction", "by": "batch"})
    verdict = judge(ours, contains="listening")
    assert verdict.status is Status.PASS
    assert [proof.strength for proof in verdict.proofs] == [Strength.REPRODUCED]


def test_a_text_over_the_end_of_one_stream_and_the_begin_of_the_other_is_none() -> None:
    log = Logs(container_id="1", stdout="ready", stderr="steady")
    assert judge(saw(NEED, log), contains="readysteady").status is Status.FAIL
    assert judge(saw(NEED, log), contains=["ready", "steady"]).status is Status.PASS


def test_what_was_left_out_does_not_hide_that_another_text_is_missing_too() -> None:
    verdict = judge(saw(NEED, LOG), contains=["listening", "ready", "steady"])
    assert str(verdict.expected) == "the text ready, the text steady"
    assert str(verdict.actual) == "found 0 times, found 0 times"
    assert "the log of container web lacks something" in str(verdict.message)


def test_the_empty_log_of_what_never_started_is_told_as_that() -> None:
    created = saw(ContainerNeed(name="web"), a_container("web", status="created"))
    empty = saw(NEED, Logs(container_id=hex_id("web")))
    verdict = judge(created, empty, contains="listening")
    assert verdict.status is Status.FAIL
    assert "was never started" in str(verdict.message)
    assert "`docker start web`" in str(verdict.hint)
    started = event("container start", id=hex_id("web"), name="web", image="app:1")
    verdict = judge(created, started, empty, contains="listening")
    assert "lacks something" in str(verdict.message)
