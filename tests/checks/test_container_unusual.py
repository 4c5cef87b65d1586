"""`container`: made in ways that the lesson does not show, and seen under another rubric."""

from __future__ import annotations

import pytest

from grader.check import Status
from grader.facts import Reason
from grader.file_facts import EnvNames
from grader.needs import ContainerNeed, EnvFileNeed
from tests.checks.wisheasy import IMAGE, NAME, NEED, judge, wisheasy
from tests.factories import a_container, event, judged, saw


@pytest.mark.parametrize(
    ("actions", "status"),
    [
        (["create", "start"], Status.PASS),
        (["create", "start", "attach"], Status.PASS),
        (["create", "attach", "start"], Status.PARTIAL),
        (["start"], Status.PARTIAL),
        ([], Status.PARTIAL),
    ],
)
def test_one_that_was_created_and_then_started_runs_in_the_background(
    actions: list[str], status: Status
) -> None:
    container = wisheasy(detached=False)  # what inspect tells after `docker create`, too
    fields = {"id": container.id, "name": container.name, "image": container.image}
    events = [event(f"container {action}", at=at, **fields) for at, action in enumerate(actions)]
    assert judge(container, *events, detached=True).status is status


@pytest.mark.parametrize(
    ("actions", "status"),
    [
        (["create", "start"], Status.PASS),
        (["create", "attach", "start"], Status.PARTIAL),
        (["start"], Status.PASS),  # after the engine's own restart
        ([], Status.UNPROVEN),
    ],
)
def test_compose_makes_containers_alike_and_only_events_tell_of_d(
    actions: list[str], status: Status
) -> None:
    container = wisheasy(detached=False, project="lab", service="web")
    fields = {"id": container.id, "name": container.name, "image": container.image}
    events = [event(f"container {action}", at=at, **fields) for at, action in enumerate(actions)]
    verdict = judge(container, *events, detached=True)
    assert verdict.status is status
    assert (status is Status.UNPROVEN) == ("docker compose up -d" in str(verdict.hint))


def test_what_was_seen_while_a_variable_was_wrong_counts_when_it_is_put_right() -> None:
    seen = saw(ContainerNeed(name=NAME), wisheasy(), run="a")
    gone = [saw(need, Reason.NOT_THERE, run="b") for need in (NEED, ContainerNeed(name=NAME))]
    fields = {"name": NAME, "image": IMAGE, "ports": ["8080:8000"]}
    assert judged("container", fields, seen, *gone).status is Status.PASS
    other = saw(ContainerNeed(name=NAME), a_container(NAME, "other:1"), run="a")
    assert judged("container", fields, other, *gone).status is Status.FAIL


def test_by_digest_it_is_the_image_whose_id_only_events_tell() -> None:
    fields = {"name": NAME, "image": IMAGE}
    container = wisheasy().model_copy(update={"image": "me/wisheasy@sha256:" + "a" * 64})
    looks = [saw(NEED, Reason.NOT_THERE), saw(ContainerNeed(name=NAME), container)]
    tagged = event("image tag", id=container.image_id, name=IMAGE)
    assert judged("container", fields, *looks, tagged).status is Status.PASS
    other = event("image tag", id="sha256:" + "b" * 64, name=IMAGE)
    assert judged("container", fields, *looks, other).status is Status.FAIL
    for told in (container.image, container.image_id[7:19], container.image_id):
        stop = event("container stop", 1, id=container.id, name=NAME, image=told)
        assert judged("stopped", fields, tagged, stop).status is Status.PASS
    step_of_a_build = judged("stopped", {"image": IMAGE}, tagged, stop)
    assert step_of_a_build.status is Status.UNPROVEN


def test_one_that_came_and_went_is_not_taken_for_one_with_a_wrong_name() -> None:
    other = saw(ContainerNeed(image=IMAGE), a_container("other", IMAGE))
    assert judged("container", {"name": NAME, "image": IMAGE}, other).status is Status.FAIL
    made = event("container create", name=NAME, image="wisheasy:1.0", id="c1")
    verdict = judged("container", {"name": NAME, "image": IMAGE}, made, other)
    assert verdict.status is Status.UNPROVEN


def test_an_env_file_without_names_proves_nothing() -> None:
    container, empty = wisheasy(env={"X": "run"}), saw(EnvFileNeed(path=".env"), EnvNames(names=()))
    verdict = judge(container, empty, env_file=".env")
    assert verdict.status is Status.PARTIAL
    assert "names no variables" in str(verdict.message)
    full = saw(EnvFileNeed(path=".env"), EnvNames(names=("X",)), run="b")
    assert judge(container, empty, full, env_file=".env").status is Status.PASS
