"""What of a submission is looked at: the registry's image, its own build, or neither."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from grader.collect.answer import UnavailableError
from grader.collect.endpoint import Endpoint
from grader.facts import Fact, Reason
from grader.journal import Observation
from grader.needs import HttpNeed, ImageNeed, LogsNeed, Need
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.verify import verifier as module
from grader.verify.verifier import Verifier
from grader.verify.verify import verify_all
from tests.faults.engine import Fault
from tests.faults.registry import broken_registry
from tests.verify.machine import Machine, frame

DIGEST = "sha256:" + "a" * 64


def answers(status: str, *headers: str) -> Fault:
    """A registry that answers every question like this."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", "Content-Length: 0", *headers, "", ""]
    return lambda connection, _, __: connection.sendall("\r\n".join(lines).encode())


HOLDS = answers("200 OK", f"Docker-Content-Digest: {DIGEST}", "Content-Type: x/y")
HOLDS_NONE = answers("404 Not Found", "Docker-Distribution-Api-Version: registry/2.0")
REFUSES = answers("401 Unauthorized")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    made = Machine()
    made.log = lambda: iter([frame(b"ready\n")])
    monkeypatch.setattr(module, "Engine", lambda _: made.as_engine())
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "submission"
    made.mkdir()
    (made / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    return made


def rubric(folder: Path, *checks: str, sandbox: str = "{}") -> Rubric:
    path = folder.parent / "rubric.yaml"
    path.write_text(
        f"schema: grade-lab/rubric/1\nid: r\ntitle: R\nsandbox: {sandbox}\nobjectives:\n"
        f"  - {{id: a, title: A, points: 1, checks: [{', '.join(checks)}]}}\n",
        encoding="utf-8",
    )
    return load(path)


def verified(given: Rubric, folder: Path) -> dict[Need[Fact], Observation]:
    verifier = Verifier(
        Endpoint(("unix:///none",)), {"DOCKER_CONFIG": "/nowhere"}, 1, folder.parent / "state"
    )
    try:
        return {seen.need: seen for seen in verifier.verify(given, folder)}
    finally:
        verifier.close()


def image(address: str) -> str:
    return f"{address}/me/app:1"


def of(kind: str, **fields: str) -> str:
    told = ", ".join(f'{name}: "{value}"' for name, value in fields.items())
    return f"{{type: {kind}, {told}}}"


LOG = of("logs", name="web", contains="ready")


def test_an_image_of_which_nothing_that_runs_is_asked_is_not_run(
    machine: Machine, folder: Path
) -> None:
    with broken_registry(HOLDS) as address:
        name = image(address)
        given = rubric(folder, of("pushed", image=name), of("image", image=name, user="app"))
        found = verified(given, folder)
    assert found[ImageNeed(image=name)].outcome == "found"
    assert [act for act in machine.did if act.startswith("pull")]
    assert "create" not in machine.did


def test_what_the_registry_does_not_hold_is_not_proven_by_a_build_of_ours(
    machine: Machine, folder: Path
) -> None:
    with broken_registry(HOLDS_NONE) as address:
        name = image(address)
        given = rubric(folder, of("pushed", image=name), of("image", image=name, user="app"))
        seen = verified(given, folder)[ImageNeed(image=name)]
    assert (seen.outcome, seen.detail) == ("absent", "the registry does not hold it")
    assert "build" not in machine.did


def test_where_the_rubric_forbids_to_build_there_is_no_image_to_run(
    machine: Machine, folder: Path
) -> None:
    seen = verified(rubric(folder, LOG, sandbox="{build: false}"), folder)[LogsNeed(name="web")]
    assert (seen.outcome, seen.detail) == ("absent", "there is no image to run")
    assert "build" not in machine.did


@pytest.mark.parametrize("dockerfile", [True, False])
def test_a_registry_that_refuses_to_tell_is_not_needed_where_there_is_something_to_build(
    machine: Machine, folder: Path, dockerfile: bool
) -> None:
    """Docker Hub refuses also what it does not have: an image that was never to be pushed."""
    if not dockerfile:
        (folder / "Dockerfile").unlink()
    with broken_registry(REFUSES) as address:
        container = of("container", name="web", image=image(address))
        seen = verified(rubric(folder, container, LOG), folder)[LogsNeed(name="web")]
    assert (seen.outcome, seen.reason) == (
        ("found", None) if dockerfile else ("unavailable", Reason.DENIED)
    )
    assert ("build" in machine.did) == dockerfile


def test_where_no_network_can_be_had_each_question_is_told_why(
    machine: Machine, folder: Path
) -> None:
    machine.refuse["create_network open"] = [UnavailableError(Reason.ENGINE_ERROR, "no addresses")]
    http = "{type: http, name: web, port: 80, deadline: 1}"
    found = verified(rubric(folder, LOG, http), folder)
    assert {type(need) for need in found} == {LogsNeed, HttpNeed}
    assert {(seen.outcome, seen.detail) for seen in found.values()} == {
        ("unavailable", "no addresses")
    }


def test_a_submission_that_cannot_be_opened_costs_no_other(
    machine: Machine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///none")
    given = rubric(folder, LOG)

    def broken() -> AbstractContextManager[tuple[Rubric, Path]]:
        raise OSError("a broken archive")

    items: list[tuple[str, Callable[[], AbstractContextManager[tuple[Rubric, Path]]]]] = [
        ("broken", broken),
        ("good", lambda: nullcontext((given, folder))),
        ("broken, too", broken),
    ]
    found = dict(verify_all(items, 2))
    assert {label: [seen.outcome for seen in told] for label, told in found.items()} == {
        "broken": [],
        "good": ["found"],
        "broken, too": [],
    }
