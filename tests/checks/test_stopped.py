"""`stopped`: by somebody, not by itself."""

from __future__ import annotations

from typing import Any

import pytest

from grader.check import Status, Verdict
from grader.facts import Engine, Logs, Reason
from grader.journal import Entry
from grader.needs import ContainerNeed, EngineNeed, LogsNeed
from grader.series import Strength
from tests.factories import a_container, event, hex_id, judged, minutes, saw

NEED = ContainerNeed(name="web")
RUNNING = saw(NEED, a_container("web"), at=1, run="a")
GONE = saw(NEED, Reason.NOT_THERE, at=20, run="b")


def exited(code: int, **fields: Any) -> Entry:
    ended = a_container("web", status="exited", exit_code=code, **fields)
    return saw(NEED, ended, at=10, run="b")


def did(*actions: str) -> list[Entry]:
    """Events of the container, a minute apart; ``kill:15`` with its signal, ``die:1`` its code."""
    made = []
    for at, action in enumerate(actions, 2):
        name, _, number = action.partition(":")
        fields: dict[str, Any] = {"id": hex_id("web"), "name": "web", "image": "app:1"}
        if number:
            fields |= {"signal": number} if name == "kill" else {"exit_code": int(number)}
        made.append(event(f"container {name}", at=at, **fields))
    return made


def judge(*entries: Entry) -> Verdict:
    """The verdict; what is a stop for this check is one for a `sequence`, and nothing else is."""
    verdict = judged("stopped", {"name": "web"}, *entries)
    step = {"did": "stopped", "name": "web"}
    order = judged("sequence", {"steps": [step, step]}, *entries)
    assert (order.status is Status.PASS) == (verdict.status is Status.PASS)
    return verdict


@pytest.mark.parametrize(
    "actions",
    [
        ["start", "kill:15", "die:143", "stop"],
        ["start", "kill:15", "stop", "die:143"],
        ["start", "kill:15", "kill:9", "die:137", "stop"],
        ["start", "kill:9", "die:137", "destroy"],
        ["start", "kill:2", "die:130"],
        ["attach", "start", "die:130"],
        ["start", "kill:15", "die:1", "stop", "start"],
        ["start", "kill:15", "die:1", "stop", "start", "kill:15", "die:1", "start", "restart"],
    ],
    ids=[
        "stop",
        "stop-26",
        "stop-hard",
        "rm-f",
        "ctrl-c",
        "ctrl-c-in-a-terminal",
        "stopped-and-started",
        "restarted",
    ],
)
def test_events_prove_a_stop_whatever_came_later(actions: list[str]) -> None:
    for later in ([], [GONE], [saw(NEED, Reason.ENGINE_UNREACHABLE, at=20, run="b")], [RUNNING]):
        verdict = judge(*did(*actions), *later)
        assert verdict.status is Status.PASS
        assert verdict.proofs[0].strength is Strength.RECORDED


@pytest.mark.parametrize(
    "states", [[RUNNING, exited(0)], [RUNNING, exited(1)], [exited(137)], [exited(143)]]
)
def test_states_prove_a_stop_where_no_event_is_left(states: list[Entry]) -> None:
    assert judge(*states).status is Status.PASS


def test_one_that_ran_and_is_gone_must_have_been_stopped() -> None:
    assert judge(RUNNING, GONE).status is Status.PASS
    assert judge(*did("start"), RUNNING, GONE).status is Status.PASS
    away = saw(NEED, Reason.ENGINE_UNREACHABLE, at=20, run="b")
    assert judge(RUNNING, away).status is Status.ERROR
    another = saw(NEED, a_container("web", id=hex_id("another")), at=20, run="b")
    assert judge(RUNNING, another).status is Status.PASS


def test_one_that_ended_by_itself_and_is_gone_was_not_stopped() -> None:
    assert judge(exited(0), GONE).status is Status.UNPROVEN
    assert judge(RUNNING, *did("start", "die:0"), GONE).status is Status.FAIL
    # Started again, it still has the time at which it last finished.
    again = a_container("web", started=minutes(2), finished=minutes(0))
    assert judge(saw(NEED, again, at=2), *did("start", "die:0"), GONE).status is Status.FAIL


def test_a_container_that_still_runs_is_told_with_the_command() -> None:
    verdict = judge(*did("start"), RUNNING)
    assert (verdict.status, verdict.pending) == (Status.FAIL, True)
    assert "`docker stop web`" in str(verdict.hint)


@pytest.mark.parametrize(
    "actions",
    [
        ["start", "kill:15", "die:143", "stop", "start", "restart"],
        ["start", "kill:1"],
        ["start", "kill:15"],
        ["start", "kill:1", "die:0", "start"],
    ],
    ids=["restart", "reload", "ignored", "reload-and-end"],
)
def test_what_did_not_end_it_for_good_is_no_stop(actions: list[str]) -> None:
    assert judge(*did(*actions), RUNNING).status is Status.FAIL


def test_a_restart_is_told_at_the_very_time_of_its_start() -> None:
    *stopped, started = did("start", "kill:15", "die:143", "stop", "start")
    restarted = event("container restart", 6, id=hex_id("web"), name="web", image="app:1")
    assert started.at == restarted.at
    assert judge(*stopped, started, restarted, RUNNING).status is Status.FAIL


def test_of_several_ends_the_last_is_told() -> None:
    about = {"id": hex_id("again"), "name": "web", "image": "app:1"}
    again = [event("container start", 8, **about), event("container die", 9, exit_code=4, **about)]
    for ends in ([*did("start", "die:3"), *again], [*again, *did("start", "die:3")]):
        verdict = judge(*ends, GONE)
        assert verdict.status is Status.FAIL
        assert "exit code 4" in str(verdict.message)
        assert len(verdict.proofs) == 2


def test_a_stop_is_told_by_the_event_that_proves_it() -> None:
    stop = judge(*did("start", "kill:15", "die:143", "stop"))
    assert str(stop.proofs[0].detail) == "signal 15"
    assert str(judge(*did("start", "die:143", "stop")).proofs[0].detail) == "docker stop web"


def test_a_container_that_died_of_a_signal_is_dead_too() -> None:
    dead = saw(NEED, a_container("web", status="dead", exit_code=137), at=10)
    assert judge(dead).status is Status.PASS


@pytest.mark.parametrize("code", [0, 1])
def test_one_that_ended_by_itself_was_not_stopped(code: int) -> None:
    log = saw(LogsNeed(name="web"), Logs(container_id=hex_id("web"), stderr="boom"))
    verdict = judge(RUNNING, *did("start", f"die:{code}"), exited(code), log)
    assert verdict.status is Status.FAIL
    assert f"ended by itself (exit code {code})" in str(verdict.message)
    assert str(verdict.actual) == "boom"


def test_one_that_ended_by_itself_before_it_was_looked_at() -> None:
    assert judge(*did("start", "die:0", "destroy"), GONE).status is Status.FAIL


def test_podman_that_tells_no_stop_leaves_open_how_a_clean_end_came() -> None:
    podman = saw(
        EngineNeed(),
        Engine(product="Podman", version="5.4.2", api_version="1.41", os="linux", arch="amd64"),
    )
    clean = did("start", "die:0")
    verdict = judge(podman, *clean, exited(0))
    assert verdict.status is Status.UNPROVEN
    assert "run `grade-lab` while it runs" in str(verdict.hint)
    assert judge(podman, *clean, GONE).status is Status.UNPROVEN
    assert judge(podman, RUNNING, *clean, exited(0)).status is Status.PASS
    assert judge(podman, RUNNING, *did("start", "die:1"), exited(1)).status is Status.FAIL


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (exited(0), Status.UNPROVEN),
        (exited(1), Status.FAIL),
        (exited(137, oom_killed=True), Status.FAIL),
        (saw(NEED, a_container("web", status="created")), Status.FAIL),
        (saw(NEED, Reason.ENGINE_UNREACHABLE), Status.ERROR),
        (GONE, Status.UNPROVEN),
    ],
)
def test_without_proof_of_a_stop(state: Entry, status: Status) -> None:
    assert judge(state).status is status


def test_one_that_was_seen_before_its_start_and_ended_by_itself_was_not_stopped() -> None:
    created = saw(NEED, a_container("web", status="created"), at=1, run="a")
    verdict = judge(created, *did("start", "die:0"), GONE)
    assert verdict.status is Status.FAIL
    assert "ended by itself (exit code 0)" in str(verdict.message)


def test_a_container_that_nobody_saw_is_unproven() -> None:
    verdict = judge()
    assert verdict.status is Status.UNPROVEN
    assert "`docker run -d --name web IMAGE`" in str(verdict.hint)
    assert "was gone before grade-lab looked" in str(judge(*did("start"), GONE).message)


def test_where_only_the_end_tells_the_signal_it_is_a_stop_unless_memory_ran_out() -> None:
    died = event(
        "container die",
        at=3,
        id=hex_id("web"),
        name="web",
        image="app:1",
        exit_code=137,
        signal="9",
    )
    assert judge(*did("start"), died, GONE).status is Status.PASS
    assert judge(*did("start"), died, exited(137, oom_killed=True)).status is Status.FAIL


def test_an_end_by_itself_that_an_event_tells_is_no_stop_and_an_earlier_run_does_not_matter() -> (
    None
):
    """The engine says when a container finished; an event may be a little off."""
    run = {"status": "exited", "exit_code": 0, "started": minutes(1), "finished": minutes(3)}
    ended = saw(NEED, a_container("web", **run), at=10, run="b")

    def died(at: float) -> Entry:
        about = {"id": hex_id("web"), "name": "web", "image": "app:1", "exit_code": 0}
        return event("container die", at, **about)

    assert judge(RUNNING, died(3), ended).status is Status.FAIL
    assert judge(RUNNING, died(3.5), ended).status is Status.FAIL
    assert judge(RUNNING, died(0.5), ended).status is Status.PASS


def test_a_stop_counts_whatever_the_container_was_called_by_then() -> None:
    named = {"id": hex_id("web"), "name": "old", "image": "app:1"}
    events = [event(f"container {did}", at, **named) for did, at in (("rename", 9), ("stop", 10))]
    assert judge(RUNNING, events[0], GONE).status is Status.UNPROVEN
    assert judge(RUNNING, *events, GONE).status is Status.PASS
