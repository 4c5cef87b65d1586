"""`logged_in`: the docker command line knows a login."""

from __future__ import annotations

import pytest

from grader.check import Status
from grader.facts import Login, Reason
from grader.needs import LoginNeed
from tests.factories import event, hex_id, judged, saw

HUB = LoginNeed(registry="docker.io")
FOUND = saw(HUB, Login(registry="docker.io"), run="a")


def test_a_login_passes_also_after_a_logout() -> None:
    assert judged("logged_in", {}, FOUND).status is Status.PASS
    assert judged("logged_in", {}, FOUND, saw(HUB, Reason.NOT_THERE)).status is Status.PASS


@pytest.mark.parametrize(
    ("registry", "command"),
    [("docker.io", "`docker login`"), ("localhost:5000", "`docker login localhost:5000`")],
)
def test_no_login_fails_with_the_command(registry: str, command: str) -> None:
    absent = saw(LoginNeed(registry=registry), Reason.NOT_THERE)
    verdict = judged("logged_in", {"registry": registry}, absent)
    assert (verdict.status, verdict.pending) == (Status.FAIL, True)
    assert command in str(verdict.hint)


def test_never_looked_is_unproven_and_a_failed_look_an_error() -> None:
    assert judged("logged_in", {}).status is Status.UNPROVEN
    assert judged("logged_in", {}, saw(HUB, Reason.UNREADABLE)).status is Status.ERROR


def test_a_push_to_docker_hub_proves_a_login_that_was_ended_since() -> None:
    absent = saw(HUB, Reason.NOT_THERE)
    pushed = event("image push", name="haneul/app:1", id=hex_id("app"))
    elsewhere = event("image push", name="localhost:5000/haneul/app:1", id=hex_id("app"))
    assert judged("logged_in", {}, pushed, absent).status is Status.PASS
    assert judged("logged_in", {}, elsewhere, absent).status is Status.FAIL
    other = saw(LoginNeed(registry="localhost:5000"), Reason.NOT_THERE)
    fields = {"registry": "localhost:5000"}
    assert judged("logged_in", fields, elsewhere, other).status is Status.FAIL
