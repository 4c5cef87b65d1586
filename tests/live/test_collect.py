"""The collectors against a real engine and registry."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from grader.collect.collect import collect
from grader.collect.logs import KEPT_BYTES
from grader.collect.shapes import is_podman
from grader.evidence import Evidence
from grader.facts import Container, Event, HttpResponse, Image, Logs, Reason
from grader.file_facts import Tree
from grader.journal_file import JournalFile
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EngineNeed,
    EventsNeed,
    EventWindowNeed,
    HttpNeed,
    ImageNeed,
    LogsNeed,
    Need,
    NetworkNeed,
    VolumeNeed,
)
from tests.live.conftest import Workshop
from tests.live.looking import look, serve

pytestmark = pytest.mark.live


def test_a_running_container_is_seen_from_every_side(
    workshop: Workshop, app: str, name: str
) -> None:
    id_ = serve(workshop, name, app, API_TOKEN="s3cret-token", GREETING="hi")
    needs = (
        *(EngineNeed(), ImageNeed(image=app), ContainerNeed(name=name)),
        *(LogsNeed(name=name), HttpNeed(name=name, port=8000), ContentNeed(image=app, path="/app")),
    )
    looked = look(*needs)
    image: Image = looked.one(ImageNeed(image=app))
    container: Container = looked.one(ContainerNeed(name=name))
    assert image.tags == (app,)
    assert image.workdir == "/app"
    assert container.id == id_
    assert container.image_id == image.id
    assert container.running
    assert (container.env["GREETING"], container.env["PATH"]) == ("run", "image")
    response: HttpResponse = looked.one(HttpNeed(name=name, port=8000))
    assert (response.status, response.container_id) == (200, id_)
    log: Logs = looked.one(LogsNeed(name=name))
    assert "serving ***" in log.stdout
    tree: Tree = looked.one(ContentNeed(image=app, path="/app"))
    assert tree.files.keys() == {"app.py", ".env"}
    assert tree.files[".env"] == ""
    assert "s3cret-token" not in "".join(o.model_dump_json() for o in looked.observations)


def test_of_what_is_not_there_absence_is_told(workshop: Workshop, name: str) -> None:
    image = f"grade-lab-test/nosuch-{workshop.mark[:12]}:1"
    needs: list[Need[Any]] = [
        *(ImageNeed(image=image), ContainerNeed(name=name), ContainerNeed(image=image)),
        *(LogsNeed(name=name), ContentNeed(image=image, path="/app")),
        *(VolumeNeed(volume=name), NetworkNeed(network=name)),
    ]
    looked = look(*needs, HttpNeed(name=name, port=80))
    assert {looked.reason(need) for need in needs} == {Reason.NOT_THERE}
    assert looked.reason(HttpNeed(name=name, port=80)) is Reason.NOT_RUNNING
    assert {o.outcome for o in looked.observations} == {"absent"}


def test_volumes_and_networks(workshop: Workshop, name: str) -> None:
    workshop.api.create_volume(name, labels=workshop.labels)
    assert look(VolumeNeed(volume=name)).one(VolumeNeed(volume=name)).driver == "local"
    workshop.api.create_network(name, labels=workshop.labels)
    assert look(NetworkNeed(network=name)).one(NetworkNeed(network=name)).driver == "bridge"


def test_a_container_is_found_by_its_image_also_when_the_tag_moved_on(
    workshop: Workshop, app: str, name: str
) -> None:
    old = workshop.container(name, app, ["sleep", "600"])
    workshop.image(app, f"FROM {workshop.base}\nLABEL version=2\n")
    new = workshop.container(None, app, ["sleep", "600"])
    by_image = ContainerNeed(image=app)
    both = ContainerNeed(name=name, image=app)
    looked = look(by_image, both)
    assert [c.id for c in looked.all(by_image)][-1] == new
    assert [c.id for c in looked.all(both)] == [old]


def test_a_name_is_not_taken_for_the_beginning_of_an_id(workshop: Workshop, app: str) -> None:
    id_ = workshop.container(None, app, ["sleep", "600"])
    need = ContainerNeed(name=id_[:12])
    assert look(need).reason(need) is Reason.NOT_THERE


def test_each_event_is_journaled_once_and_never_last(
    workshop: Workshop, app: str, name: str, tmp_path: Path
) -> None:
    needs = (ContainerNeed(name=name), EventsNeed(name=name), EventsNeed(image=app))
    path = tmp_path / "journal.jsonl"

    def grade() -> Evidence:
        journal = JournalFile(path).read()
        JournalFile(path).append(
            collect(needs, tmp_path, Evidence(journal)), run=str(len(journal.entries))
        )
        assert JournalFile(path).read().entries[-1].need == EventWindowNeed()
        return Evidence(JournalFile(path).read())

    serve(workshop, name, app)
    grade()
    assert [e.fact.action for e in grade().events(name=name)] == ["create", "start"]
    workshop.api.remove_container(name, force=True)
    actions = [e.fact.action for e in grade().events(name=name)]
    assert Counter(actions) == Counter(["create", "start", "kill", "die", "destroy"])
    assert [e.fact.action for e in grade().image_events(image=app)] == ["tag"]


def test_a_build_leaves_its_tag_and_no_runs(workshop: Workshop, app: str) -> None:
    events: list[Event] = look(EventsNeed(image=app)).all(EventsNeed())
    named = [event for event in events if event.name]  # a load, as of the base, tells no name
    assert [(event.type, event.action, event.name) for event in named] == [("image", "tag", app)]


def test_only_what_the_learner_executed_counts(workshop: Workshop, name: str) -> None:
    if is_podman(workshop.api.version()):
        pytest.skip("Podman leaves health checks to systemd")
    image = f"grade-lab-test/{workshop.mark[:12]}:health"
    check = "HEALTHCHECK --interval=1s CMD touch /tmp/checked"
    workshop.image(image, f"FROM {workshop.base}\n{check}\n")
    workshop.container(name, image, ["sleep", "600"])
    wait = "until [ -e /tmp/checked ]; do sleep 0.1; done; echo --password hunter22"
    made = workshop.api.exec_create(name, ["sh", "-c", wait])
    workshop.api.exec_start(made["Id"])
    needs = (ContainerNeed(name=name), EventsNeed(name=name))
    executed = [e for e in look(*needs).all(EventsNeed()) if e.action == "exec_start"]
    assert [event.command.partition(" echo ")[2] for event in executed] == ["--password ***"]


def test_looking_leaves_nothing_behind(workshop: Workshop, app: str, name: str) -> None:
    serve(workshop, name, app)

    def state() -> object:
        images = {image["Id"] for image in workshop.api.images(all=True)}
        containers = [(c["Id"], c["State"]) for c in workshop.api.containers(all=True)]
        inspected = workshop.api.inspect_container(name)
        return images, containers, inspected["ExecIDs"], inspected["RestartCount"]

    before = state()
    look(ContentNeed(image=app, path="/app"), LogsNeed(name=name), HttpNeed(name=name, port=8000))
    look(ContentNeed(image=workshop.base, path="/etc"))
    assert state() == before


LONG = (
    "import os; os.write(1, b'first\\n'); "
    "[os.write(1, b'x' * 99 + b'\\n') for _ in range(%d)]; "
    "os.write(1, b'last\\n'); os.write(2, b'oops\\n')"
)


@pytest.mark.parametrize("lines", [5_000, 60_000])
def test_a_long_log_is_read_at_both_ends(workshop: Workshop, name: str, lines: int) -> None:
    container = workshop.container(name, workshop.base, ["python3", "-c", LONG % lines])
    workshop.api.wait(container)
    log = look(LogsNeed(name=name)).one(LogsNeed(name=name))
    assert log.stdout.startswith("first\n")
    assert log.stdout.endswith("last\n")
    assert set(log.stderr.splitlines()) <= {"", "… bytes left out …", "oops"}
    assert "bytes left out" in log.stdout
    assert len(log.stdout) <= 2 * KEPT_BYTES + 100
    assert not log.complete


def test_a_terminals_log_and_one_that_is_kept_nowhere(workshop: Workshop, name: str) -> None:
    tty = workshop.container(name, workshop.base, ["echo", "hello"], tty=True)
    workshop.api.wait(tty)
    assert look(LogsNeed(name=name)).one(LogsNeed(name=name)).stdout == "hello\r\n"
    nowhere = workshop.api.create_host_config(log_config={"Type": "none", "Config": {}})
    other = f"{name}-none"
    workshop.container(other, workshop.base, ["echo", "hello"], host_config=nowhere)
    assert look(LogsNeed(name=other)).reason(LogsNeed(name=other)) is Reason.UNSUPPORTED


def test_an_app_that_stops_or_never_listens(workshop: Workshop, app: str, name: str) -> None:
    binding = workshop.api.create_host_config(port_bindings={8000: ("127.0.0.1", None)})
    options = {"ports": [8000, 9000], "host_config": binding}
    workshop.container(name, app, ["sleep", "600"], **options)
    silent = HttpNeed(name=name, port=8000, deadline=0.5)
    other = HttpNeed(name=name, port=9000, deadline=60)
    looked = look(silent, other)
    assert looked.reason(silent) is Reason.NO_ANSWER
    assert looked.reason(other) is Reason.NOT_PUBLISHED
    workshop.api.stop(name, timeout=0)
    assert look(silent).reason(silent) is Reason.NOT_RUNNING
