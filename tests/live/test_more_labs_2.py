"""Labs of several containers, done while `grade-lab watch` records and nobody grades."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lab.errors import LabUnavailableError
from labs import compose_two_services as composed
from labs import volumes_and_networks as volumes
from labs.lab import Lab
from labs.student import Student, begin

from grader.needs import ContainerNeed, EventsNeed, NetworkNeed
from grader.run import judged, observe, prepare
from tests.live.watching import evidence, journal, until, watching

pytestmark = pytest.mark.live


def new_student(lab: Lab, folder: Path) -> Student:
    student = begin(lab.starter, folder / "submission", lab.rubric, tag="1.0", port=0)
    try:
        lab.prepare(student)
    except LabUnavailableError as reason:
        pytest.skip(f"no Docker Compose: {reason}")
    return student


def not_passed(student: Student) -> dict[str, str]:
    """The objectives that did not pass, after a last look at what is left."""
    run = prepare(student.folder, None, {})
    observe(run)
    result = judged(run, "en")
    return {o.id: str(o.checks[0].message) for o in result.objectives if o.status != "pass"}


def told(student: Student, *, service: str) -> set[str]:
    """The actions that events tell of the containers of a service."""
    return {e.fact.action for e in evidence(student.folder).events(service=service)}


@pytest.mark.usefixtures("own_engine")
def test_compose_is_recorded_by_service_and_all_of_it_counts_when_it_is_gone(
    tmp_path: Path,
) -> None:
    student = new_student(composed.LAB, tmp_path)
    environment = (student.folder / ".env.example").read_text(encoding="utf-8")
    student.write(".env", environment)
    student.write("compose.yaml", composed.FULL.replace("{port}", str(student.port)))
    with watching(student.folder):
        student.docker("compose", "up", "--detach")
        student.until("the page", lambda: "kept by store" in student.opens())
        page = ContainerNeed(service="web", project="guestbook")
        until(lambda: evidence(student.folder).of(page).found, "web is seen")
        until(lambda: "kept by store" in text(student), "the page is seen")
        student.answer(
            log_line=student.docker("compose", "logs", "web").splitlines()[0],
            healthy="Started is not ready: without the health check the first request fails.",
        )
        student.docker("compose", "down", "--volumes")
        until(lambda: "destroy" in told(student, service="store"), "store is gone")
    assert not_passed(student) == {}
    assert "exec_start" not in told(student, service="store")  # of its health check
    kept = text(student)
    assert "choose-a-word-of-your-own" not in kept
    assert "com.docker.compose" not in kept


@pytest.mark.usefixtures("own_engine")
def test_only_the_services_of_the_rubrics_project_are_looked_at(tmp_path: Path) -> None:
    student = new_student(composed.LAB, tmp_path)
    student.write("compose.yaml", composed.HALF.replace("{port}", str(student.port)))
    student.docker("compose", "--project-name", "stall", "up", "--detach")
    try:
        student.grade()
        found = evidence(student.folder)
        need = ContainerNeed(service="web", project="guestbook")
        assert found.of(need).absent
        assert not [e for e in found.of(EventsNeed()).found if e.fact.type == "container"]
    finally:
        student.docker("compose", "--project-name", "stall", "down")


@pytest.mark.usefixtures("own_engine")
def test_volumes_and_networks_are_recorded_while_they_are_there(tmp_path: Path) -> None:
    student = new_student(volumes.LAB, tmp_path)
    with watching(student.folder):
        student.docker("volume", "create", "notes")
        volumes.write(student, "-v", "notes:/data")
        student.docker("rm", "writer")
        student.docker("network", "create", "notes-net")
        volumes.run_store(student, "--network", "notes-net", "-v", "notes:/www:ro")
        front = f"{student.folder}/front:/www:ro"
        volumes.run_front(student, "--network", "notes-net", "-v", front)
        student.docker("exec", "front", "wget", "-qO-", "http://store/")
        until(lambda: volumes.NOTE in text(student), "the page is seen")
        until(lambda: both_attached(student), "both containers are seen in the network")
        student.docker("rm", "--force", "front", "store")
        student.docker("network", "rm", "notes-net")
        student.docker("volume", "rm", "notes")
        until(lambda: volume_gone(student), "the volume is gone")
    assert set(not_passed(student)) == {"explain-volume", "explain-names"}


def both_attached(student: Student) -> bool:
    found = evidence(student.folder).of(NetworkNeed(network="notes-net")).found
    return any(set(seen.fact.attached) == {"front", "store"} for seen in found)


def volume_gone(student: Student) -> bool:
    return bool(evidence(student.folder).events("destroy", name="notes", kind="volume"))


def text(student: Student) -> str:
    """All that the journal holds."""
    return json.dumps([entry.data for entry in journal(student.folder).entries])
