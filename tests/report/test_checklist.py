"""The live checklist of a lab: what is ticked, what comes next, and what went wrong."""

from __future__ import annotations

from typing import Any

import pytest

from grader.facts import Container, Logs, PortBinding, Reason
from grader.journal import Entry
from grader.judge import judge
from grader.needs import ContainerNeed, HttpNeed, LogsNeed
from grader.plugins import check_type
from grader.report.checklist import Checklist, checklist
from grader.result import Learner, Result
from grader.rubric.model import Objective, Rubric
from tests.factories import a_container, event, hex_id, journal_of, saw
from tests.results import a_check, a_proof, a_result, an_objective

WEB = ContainerNeed(name="web")
LOG = LogsNeed(name="web")
PORT = PortBinding(container="8000/tcp", host="8080")


def objective(name: str, requires: str = "", /, **fields: Any) -> Objective:
    check = check_type(fields["type"]).model_validate(fields)
    return Objective.model_validate(
        {
            "id": name,
            "title": name,
            "points": 5,
            "requires": [requires] if requires else [],
            "checks": [check],
        }
    )


LAB = Rubric(
    schema="grade-lab/rubric/1",
    id="lab",
    title="A lab",
    pass_mark=0.7,
    objectives=(
        objective("run", type="container", name="web", ports=("8080:8000",)),
        objective("log", "run", type="logs", name="web", contains="ready"),
        objective("stop", "run", type="stopped", name="web"),
        objective("remove", "run", type="removed", container="web"),
        objective("http", "run", type="http", name="web", port=8000),
    ),
)


def state(container: Container, at: float = 1) -> Entry:
    return saw(WEB, container, at)


def log(text: str, at: float = 1) -> Entry:
    return saw(LOG, Logs(container_id=hex_id("web"), stdout=text, size=len(text)), at)


def result(*entries: Entry) -> Result:
    return judge(LAB, journal_of(*entries), Learner())


def alerts(*entries: Entry) -> dict[str, str]:
    return {alert.id: alert.message for alert in checklist(result(*entries)).alerts}


RUNS = a_container(ports=(PORT,))


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [state(a_container(ports=(PORT,), status="created"))],
        [state(RUNS), log("")],
        [state(RUNS), log("starting")],
        [state(RUNS), log("ready")],
        [state(RUNS), event("container stop", 2, id=RUNS.id, name="web")],
    ],
    ids=["nothing", "created", "silent so far", "starting", "ready", "stopped"],
)
def test_what_is_only_not_done_yet_is_no_alarm(entries: list[Entry]) -> None:
    assert alerts(*entries) == {}


def test_ports_the_wrong_way_round_are_told_once_and_until_they_are_right() -> None:
    swapped = a_container(ports=(PortBinding(container="8080/tcp", host="8000"),))
    wrong = alerts(state(swapped))
    assert list(wrong) == ["run"]
    assert "the wrong way round" in wrong["run"]
    assert alerts(state(swapped), log("starting", 2)) == wrong
    assert alerts(state(swapped), state(RUNS, 3)) == {}


def test_a_crash_is_told_with_its_last_words_and_what_follows_from_it_is_not() -> None:
    crashed = a_container(ports=(PORT,), status="exited", exit_code=1)
    died = event("container die", 1, id=crashed.id, name="web", exit_code=1)
    shown = checklist(result(died, state(crashed), log("Traceback\nNameError: x")))
    [alert] = shown.alerts
    assert (alert.id, alert.actual) == ("run", "Traceback\nNameError: x")
    assert "exit code 1" in alert.message
    assert "docker logs web" in alert.hint
    assert [row.id for row in shown.rows if row.wrong] == ["run"]


def test_an_app_that_does_not_answer_is_told_but_not_for_the_container_after_it() -> None:
    silent = saw(HttpNeed(name="web", port=8000), Reason.NO_ANSWER, 2)
    assert "nothing answers" in alerts(state(RUNS), silent)["http"]
    again = a_container(ports=(PORT,), id=hex_id("again"))
    assert alerts(state(RUNS), silent, state(again, 3)) == {}


def test_a_log_that_ended_without_what_it_must_hold_is_told() -> None:
    ended = a_container(ports=(PORT,), status="exited", exit_code=0)
    assert "lacks something" in alerts(state(ended), log("bye"))["log"]


def test_a_file_that_is_being_written_is_no_alarm() -> None:
    proof = a_proof("submitted", "submission", "answers.md")
    half = an_objective("half", a_check("partial", "lacks a point", evidence=(proof,)))
    assert checklist(a_result(objectives=(half,))).alerts == ()


def test_points_given_by_hand_end_an_alarm() -> None:
    shown = checklist(a_result())
    assert "The container was removed" not in {alert.title for alert in shown.alerts}


def test_only_what_changed_since_the_last_time_is_fresh() -> None:
    before, after = result(), result(state(RUNS))
    assert not any(row.fresh for row in checklist(before).rows)
    assert "run" in fresh(checklist(after, before))
    assert fresh(checklist(after, after)) == set()


def fresh(shown: Checklist) -> set[str]:
    return {row.id for row in shown.rows if row.fresh}


def test_the_next_step_is_the_first_that_can_be_done_with_its_commands() -> None:
    first = checklist(result()).next
    assert first
    assert first.id == "run"
    assert first.commands == ("docker run -d --name web -p 8080:8000 IMAGE",)
    then = checklist(result(state(RUNS), log("ready"))).next
    assert then
    assert (then.id, then.commands) == ("stop", ("docker stop web",))


def test_when_all_is_done_there_is_no_next_step() -> None:
    done = a_result(objectives=(an_objective("a", a_check("pass")),))
    assert checklist(done).next is None


def test_words_are_those_of_somebody_at_work() -> None:
    words = {row.id: row.word for row in checklist(result(state(RUNS))).rows}
    assert words.pop("run") == "Passed"
    assert set(words.values()) == {"To do"}


def test_how_the_recording_goes_is_handed_on() -> None:
    shown = checklist(result(), notice="Docker is away", recording=False)
    assert (shown.notice, shown.recording) == ("Docker is away", False)
