"""Each need is answered, whatever breaks."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from grader import facts
from grader.collect import connection, observe
from grader.collect.client import Client
from grader.collect.collect import collect
from grader.collect.endpoint import Endpoint
from grader.collect.view import EngineView
from grader.errors import GradeLabError
from grader.evidence import Evidence
from grader.facts import Fact, Reason
from grader.journal import Journal, Observation
from grader.journal_file import JournalFile
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EngineNeed,
    EnvFileNeed,
    EventsNeed,
    EventWindowNeed,
    FileNeed,
    HttpNeed,
    ImageNeed,
    LoginNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    NetworkNeed,
    TreeNeed,
    VolumeNeed,
)
from tests.collect.odd_engine import odd_engine
from tests.collect.recorded_answers import recorded
from tests.factories import event, evidence_of

if not hasattr(socket, "AF_UNIX"):
    pytest.skip("needs Unix sockets", allow_module_level=True)

CHEAP: list[Need[Any]] = [
    FileNeed(path="Dockerfile"),
    EnvFileNeed(path=".env.example"),
    TreeNeed(path="."),
    LoginNeed(registry="docker.io"),
]
OF_ENGINE: list[Need[Any]] = [
    EngineNeed(),
    ImageNeed(image="app:1"),
    ContainerNeed(name="web"),
    ContainerNeed(image="app:1"),
    ContainerNeed(name="web", image="app:1"),
    VolumeNeed(volume="data"),
    NetworkNeed(network="net"),
    LogsNeed(name="web"),
    HttpNeed(name="web", port=8000, deadline=0.1),
    ContentNeed(image="app:1", path="/app"),
    ManifestNeed(image="me/app:1"),
    EventWindowNeed(),
]
EVERY = [*OF_ENGINE, *CHEAP]


def run(
    folder: Path, needs: list[Need[Any]], host: str, evidence: Evidence | None = None
) -> list[Observation]:
    (folder / "Dockerfile").write_text("FROM python", encoding="utf-8")
    (folder / ".env.example").write_text("A=1", encoding="utf-8")
    env = {"DOCKER_HOST": host, "HOME": str(folder)}
    answered = collect(needs, folder, evidence or Evidence(Journal()), env=env)
    return [observation for answers in answered for observation in answers]


def by_need(observations: list[Observation]) -> dict[Need[Fact], Observation]:
    return {observation.need: observation for observation in observations}


def test_without_an_engine_the_rest_is_answered_and_nothing_is_missing(tmp_path: Path) -> None:
    answered = by_need(run(tmp_path, EVERY, f"unix://{tmp_path}/nosuch.sock"))
    assert answered.keys() == set(EVERY)
    for need in OF_ENGINE:
        assert answered[need].outcome == "unavailable"
        assert answered[need].reason is Reason.ENGINE_UNREACHABLE
    assert "nosuch.sock" in answered[EngineNeed()].detail
    assert [answered[need].outcome for need in CHEAP] == ["found", "found", "found", "absent"]


def test_an_engine_that_does_not_answer_is_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "READ_SECONDS", 0.2)
    accepted = 0
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen(50)
        answered = by_need(run(tmp_path, EVERY, f"unix://{tmp_path}/silent.sock"))
        silent.setblocking(False)
        while True:
            try:
                silent.accept()
            except BlockingIOError:
                break
            accepted += 1
    assert accepted == 1
    assert {answered[need].reason for need in OF_ENGINE} == {Reason.ENGINE_UNREACHABLE}


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="root may use every socket")
def test_a_socket_that_is_not_ours_is_a_matter_of_permission(tmp_path: Path) -> None:
    with odd_engine(tmp_path, {}) as (host, _):
        (tmp_path / "odd.sock").chmod(0)
        answered = run(tmp_path, [EngineNeed()], host)
    assert answered[0].reason is Reason.PERMISSION


ODD: list[object] = [
    500,
    403,
    409,
    b"<html>",
    b"",
    b"[]",
    b"{}",
    b"null",
    b"[1]",
    b'{"Id": []}',
    None,
]


@pytest.mark.parametrize("answer", ODD, ids=repr)
def test_an_engine_that_answers_oddly_breaks_nothing(tmp_path: Path, answer: object) -> None:
    ends = ("json", "info", "history", "logs", "changes", "events", "archive", "get", "data", "net")
    with odd_engine(tmp_path, dict.fromkeys(ends, answer)) as (host, _):
        observations = run(tmp_path, EVERY, host)
    assert by_need(observations).keys() == set(EVERY)
    assert observations[-1].need == EventWindowNeed()


@pytest.mark.parametrize("answer", [500, b"<html>It works!</html>", b"[]", b"{}"], ids=repr)
def test_what_is_no_engine_is_unavailable(tmp_path: Path, answer: object) -> None:
    with odd_engine(tmp_path, {"/version": answer}) as (host, asked):
        answered = by_need(run(tmp_path, EVERY, host))
    assert {answered[need].outcome for need in OF_ENGINE} == {"unavailable"}
    assert asked == ["/version"]


def test_an_engine_that_goes_away_is_not_waited_for(tmp_path: Path) -> None:
    answers = {"info": {"Driver": "overlay2"}, "json": None, "/_ping": None}
    with odd_engine(tmp_path, answers) as (host, asked):
        answered = by_need(run(tmp_path, EVERY, host))
    assert answered[EngineNeed()].outcome == "found"
    rest = [answered[need].reason for need in OF_ENGINE[1:]]
    assert set(rest) == {Reason.ENGINE_UNREACHABLE}
    assert len(asked) == 4  # version, info, one image, and whether the engine is still there


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOCKER_HOST", "nonsense://x"),
        ("DOCKER_HOST", "tcp://x:1:2"),
        ("DOCKER_CONTEXT", "nosuch"),
    ],
)
def test_a_wrong_configuration_is_told_before_anything_is_collected(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(GradeLabError) as caught:
        collect(EVERY, tmp_path, Evidence(Journal()), env={name: value, "HOME": str(tmp_path)})
    assert caught.value.advice
    assert value in str(caught.value)


def test_a_wrong_configuration_does_not_matter_where_no_engine_is_needed(tmp_path: Path) -> None:
    env = {"DOCKER_CONTEXT": "nosuch", "HOME": str(tmp_path)}
    needs = [FileNeed(path="Dockerfile")]
    assert len(list(collect(needs, tmp_path, Evidence(Journal()), env=env))) == 1


def test_certificates_that_are_missing_are_told(tmp_path: Path) -> None:
    env = {"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_CERT_PATH": str(tmp_path), "HOME": "/"}
    with pytest.raises(GradeLabError) as caught:
        collect([EngineNeed()], tmp_path, Evidence(Journal()), env=env)
    assert "DOCKER_CERT_PATH" in str(caught.value.advice[0])


def test_progress_tells_each_need_once(tmp_path: Path) -> None:
    told: list[Need[Fact]] = []
    needs = [*EVERY, *EVERY, EventsNeed(name="web")]
    env = {"DOCKER_HOST": f"unix://{tmp_path}/nosuch.sock", "HOME": str(tmp_path)}
    list(collect(needs, tmp_path, Evidence(Journal()), on_progress=told.append, env=env))
    assert len(told) == len(set(told)) == len(set(needs))


def test_what_was_observed_before_an_interruption_is_kept(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").touch()
    env = {"DOCKER_HOST": f"unix://{tmp_path}/nosuch.sock", "HOME": str(tmp_path)}

    def interrupt(need: Need[Fact]) -> None:
        if isinstance(need, TreeNeed):
            raise KeyboardInterrupt

    observations = collect(EVERY, tmp_path, Evidence(Journal()), on_progress=interrupt, env=env)
    with pytest.raises(KeyboardInterrupt):
        JournalFile(tmp_path / "journal.jsonl").append(observations, run="r1")
    kept = JournalFile(tmp_path / "journal.jsonl").read()
    assert kept.intact
    assert [entry.need.kind for entry in kept.entries] == ["file", "env-file", "tree"]


def container_event(action: str, second: int) -> bytes:
    actor = {"ID": "c1", "Attributes": {"name": "web", "image": "app:1"}}
    nanoseconds = (1_767_322_800 + second) * 1_000_000_000
    told = {"Type": "container", "Action": action, "Actor": actor, "timeNano": nanoseconds}
    return json.dumps(told).encode() + b"\n"


def test_history_that_holds_none_of_the_recorded_events_does_not_continue_them(
    tmp_path: Path,
) -> None:
    created = event("container create", 0, id="c1", name="web", image="app:1")
    since_forgotten = event("container create", 1, id="c0", name="web", image="app:1")
    answers = {
        "events": container_event("create", 0) + container_event("start", 60),
        "info": {"SystemTime": "2026-01-02T03:05:00Z"},
    }
    needs: list[Need[Any]] = [EventsNeed(name="web"), EventWindowNeed()]

    def window(evidence: Evidence) -> facts.EventWindow:
        observations = run(tmp_path, needs, host, evidence)
        return facts.EventWindow.model_validate(observations[-1].data)

    with odd_engine(tmp_path, answers) as (host, _):
        assert window(Evidence(Journal())).continues
        assert window(evidence_of(created)).continues
        assert not window(evidence_of(since_forgotten)).continues


def test_a_full_history_says_that_older_events_are_gone(tmp_path: Path) -> None:
    answers = {"events": container_event("start", 0) * 256, "info": {}}
    with odd_engine(tmp_path, answers) as (host, _):
        window = run(tmp_path, [EventWindowNeed()], host)[-1]
    assert facts.EventWindow.model_validate(window.data).evicted


def test_what_is_too_long_for_a_line_of_the_journal_is_unavailable() -> None:
    image = facts.Image(id="sha256:1", labels={"x": "y" * 4_000_000})
    told = observe.found(ImageNeed(image="app:1"), "engine", image)
    assert (told.outcome, told.reason) == ("unavailable", Reason.TOO_LARGE)


def test_half_a_character_that_json_can_name_does_not_stop_the_recording() -> None:
    image = facts.Image(id="sha256:1", labels={"\ud800": "half \udfff"})
    told = observe.found(ImageNeed(image="app:1"), "engine", image)
    assert told.outcome == "found"
    assert list(facts.Image.model_validate(told.data).labels.values()) == ["half ?"]
    assert told.model_dump_json()


def test_what_podman_fills_in_without_knowing_it_is_not_taken_for_evidence(tmp_path: Path) -> None:
    told = recorded("podman-5")
    image, container = told["image"], told["container"]
    assert image["RepoDigests"]
    answers = {
        "/version": told["version"],
        "/info": told["info"],
        "/history": told["history"],
        "/containers/web/json": {**container, "Name": "/web"},
        "/json": image,
    }
    with odd_engine(tmp_path, answers) as (host, _):
        view = EngineView(Client(Endpoint((host,))), evidence_of())
        assert not view.image_fact("wisheasy:1.0").only_pulled
        (found,) = view.containers(ContainerNeed(name="web"))
        assert view.container_fact(found).detached is None
