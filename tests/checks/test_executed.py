"""`executed`: a command was run in a container."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from grader.check import Status, Verdict
from grader.facts import Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, EventsNeed, EventWindowNeed, ImageNeed
from grader.plugins import check_type
from grader.series import Strength
from tests.factories import a_container, event, hex_id, judged, minutes, saw

THERE = saw(ContainerNeed(name="web"), a_container("web"))


def ran(command: str) -> Entry:
    fields = {"id": hex_id("web"), "name": "web", "image": "app:1"}
    return event("container exec_start", command=command, **fields)


def judge(*entries: Entry, **fields: Any) -> Verdict:
    return judged("executed", {"name": "web", **fields}, *entries)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.PASS),
        ({"command": "python"}, Status.PASS),
        ({"command": {"contains": "python -V"}}, Status.PASS),
        ({"command": {"contains": "python", "matches": "-V$"}}, Status.PASS),
        ({"command": {"matches": "^ls"}}, Status.FAIL),
        ({"command": {"contains": ["python", "ls"]}}, Status.FAIL),
        ({"command": "cat"}, Status.FAIL),
    ],
)
def test_a_command_line_is_judged_by_what_it_holds(fields: dict[str, Any], status: Status) -> None:
    verdict = judge(ran("python -V"), **fields)
    assert verdict.status is status
    if status is Status.PASS:
        assert verdict.proofs[0].strength is Strength.RECORDED


def test_of_another_command_only_the_program_is_told() -> None:
    verdict = judge(ran("mysql --password=hunter2"), command="ls")
    assert str(verdict.actual) == "run: mysql"
    assert "`docker exec -it web ls`" in str(verdict.hint)


def test_an_engine_that_does_not_tell_the_command_leaves_it_unproven() -> None:
    assert judge(ran("")).status is Status.PASS
    assert judge(ran(""), command="ls").status is Status.UNPROVEN


def test_no_command_is_unproven_and_a_failed_look_an_error() -> None:
    verdict = judge(THERE)
    assert verdict.status is Status.UNPROVEN
    assert "`docker exec -it web sh`" in str(verdict.hint)
    assert "`docker run -d --name web" in str(judge().hint)
    for fields in ({}, {"command": "ls"}):
        assert (
            str(judge(THERE, **fields).message) == "no command was seen to be run in container web"
        )
    down = saw(EventWindowNeed(), Reason.ENGINE_UNREACHABLE)
    assert judge(THERE, down).status is Status.ERROR


def test_a_command_in_another_container_does_not_count() -> None:
    other = event("container exec_start", id="2", name="db", image="db:1", command="ls")
    assert judge(THERE, other).status is Status.UNPROVEN
    assert judge(other, image="db:1").status is Status.UNPROVEN


@pytest.mark.parametrize("command", ["", {}, {"contains": []}, {"matches": "["}, 1])
def test_a_check_that_asserts_nothing_is_refused(command: Any) -> None:
    with pytest.raises(ValidationError):
        judge(command=command)


@pytest.mark.parametrize(
    ("code", "status"), [(0, Status.PASS), (1, Status.FAIL), (None, Status.UNPROVEN)]
)
def test_how_the_command_ended(code: int | None, status: Status) -> None:
    about = {"id": hex_id("web"), "name": "web", "image": "app:1"}
    begun = event("container exec_start", 1, command="wget http://store/", exec_id="e1", **about)
    other = event("container exec_die", 2, exec_id="e2", exit_code=0, **about)
    ended = event("container exec_die", 2, exec_id="e1", exit_code=code, **about)
    verdict = judge(THERE, begun, other, ended, command="wget", exit_code=0)
    assert verdict.status is status
    assert [proof.at for proof in verdict.proofs] == [minutes(1)]
    if status is Status.FAIL:
        assert (str(verdict.expected), str(verdict.actual)) == ("exit code 0", "exit code 1")


def test_a_command_that_is_not_in_the_container_did_not_run() -> None:
    about = {"id": hex_id("web"), "name": "web", "image": "app:1", "exec_id": "e1"}
    begun = event("container exec_start", 1, command="bash", **about)
    verdict = judge(THERE, begun)
    assert verdict.status is Status.UNPROVEN
    assert "is not there, or has not ended yet" in str(verdict.message)
    again = judge(THERE, begun, event("container exec_start", 2, **{**about, "exec_id": "e2"}))
    assert [proof.at for proof in again.proofs] == [minutes(2)]
    assert judge(THERE, begun, command="bash").status is Status.UNPROVEN
    for code in (0, 127):  # a shell ends with the code of what was typed last
        ended = event("container exec_die", 2, exit_code=code, **about)
        assert judge(THERE, begun, ended).status is Status.PASS
    inside = saw(ContainerNeed(name="web"), a_container("web", execs=("e1",)))
    assert judge(inside, begun).status is Status.PASS


def test_one_of_several_tries_that_worked_is_enough() -> None:
    about = {"id": hex_id("web"), "name": "web", "image": "app:1"}
    tries = [
        entry
        for number, code in enumerate((1, 0))
        for entry in (
            event("container exec_start", 1, command="ls", exec_id=f"e{number}", **about),
            event("container exec_die", 2, exec_id=f"e{number}", exit_code=code, **about),
        )
    ]
    assert judge(THERE, *tries, exit_code=0).status is Status.PASS


def test_the_end_of_an_earlier_command_is_not_that_of_a_later_one() -> None:
    about = {"id": hex_id("web"), "name": "web", "image": "app:1", "exec_id": ""}
    earlier = event("container exec_die", 1, exit_code=0, **about)
    begun = event("container exec_start", 2, command="ls", **about)
    assert judge(THERE, earlier, begun, exit_code=0).status is Status.UNPROVEN
    at_once = event("container exec_die", 2, exit_code=0, **about)
    assert judge(THERE, begun, at_once, exit_code=0).status is Status.PASS


def test_without_a_name_no_container_of_another_image_is_looked_at() -> None:
    def needs(**fields: str) -> set[Any]:
        return set(check_type("executed").model_validate({"type": "executed", **fields}).needs())

    image = {ContainerNeed(image="app:1"), EventsNeed(image="app:1")}
    assert needs(image="app:1") == image
    both = {"name": "web", "image": "app:1"}
    named = {ContainerNeed(name="web"), ContainerNeed(image="app:1"), ImageNeed(image="app:1")}
    assert needs(**both) == {ContainerNeed(**both), EventsNeed(**both), *named}
