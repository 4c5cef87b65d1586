"""The collectors against a real engine and registry."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests

from grader.collect.collect import collect
from grader.collect.logs import KEPT_BYTES
from grader.evidence import Evidence
from grader.facts import Container, Event, Fact, HttpResponse, Image, Logs, Manifest, Reason, Tree
from grader.journal import Journal, Observation
from grader.journal_file import JournalFile
from grader.needs import (
    ContainerNeed,
    ContentNeed,
    EngineNeed,
    EventsNeed,
    EventWindowNeed,
    HttpNeed,
    ImageNeed,
    LoginNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    NetworkNeed,
    VolumeNeed,
)
from tests.live.conftest import Registry, Workshop

pytestmark = pytest.mark.live

F = TypeVar("F", bound=Fact)
SERVER = (
    "import http.server as h, os, sys; print('serving', os.environ.get('API_TOKEN'), flush=True); "
    "h.test(h.SimpleHTTPRequestHandler, port=8000, bind='0.0.0.0')"
)


class Looked:
    """Observations, by need."""

    def __init__(self, observations: list[Observation]) -> None:
        self.observations = observations

    def all(self, need: Need[F]) -> list[F]:
        return [
            need.answer.model_validate(o.data)  # type: ignore[misc]
            for o in self.observations
            if o.need == need and o.outcome == "found"
        ]

    def one(self, need: Need[F]) -> F:
        (found,) = self.all(need)
        return found

    def reason(self, need: Need[Any]) -> Reason | None:
        return next(o.reason for o in self.observations if o.need == need)

    def steps(self) -> list[str]:
        return [event.action for event in self.all(EventsNeed())]


def look(*needs: Need[Any], journal: Journal | None = None) -> Looked:
    return Looked(list(chain.from_iterable(collect(needs, Path(), Evidence(journal or Journal())))))


@pytest.fixture
def app(workshop: Workshop) -> str:
    """An image with a file and a port."""
    reference = f"grade-lab-test/{workshop.mark[:12]}:1"
    dockerfile = f"FROM {workshop.base}\nWORKDIR /app\nCOPY app.py .env ./\nEXPOSE 8000\n"
    workshop.image(reference, dockerfile, {"app.py": b"print('hello')\n", ".env": b"PIN=1\n"})
    return reference


@pytest.fixture
def name(workshop: Workshop) -> str:
    return f"web-{workshop.mark[:12]}"


def serve(workshop: Workshop, name: str | None, image: str, **environment: str) -> str:
    """Start a web server on a random port of this machine."""
    return workshop.container(
        name,
        image,
        ["python3", "-c", SERVER],
        ports=[8000],
        environment=environment,
        host_config=workshop.api.create_host_config(port_bindings={8000: ("127.0.0.1", None)}),
    )


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
    assert look(NetworkNeed(network="host")).one(NetworkNeed(network="host")).driver == "host"


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
    assert [(event.type, event.action, event.name) for event in events] == [("image", "tag", app)]


def test_only_what_the_learner_executed_counts(workshop: Workshop, name: str) -> None:
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


def test_content_of_a_container_agrees_with_that_of_the_image(workshop: Workshop, app: str) -> None:
    need = ContentNeed(image=app, path="/app")
    exported: Tree = look(need).one(need)
    container = workshop.container(None, app, ["sleep", "600"])
    read_there: Tree = look(need).one(need)
    assert exported.origin == exported.image_id == read_there.image_id
    assert read_there.origin == container
    assert read_there.files == exported.files
    single = ContentNeed(image=app, path="/app/app.py")
    assert look(single).one(single).files == {"app.py": exported.files["app.py"]}
    missing = ContentNeed(image=app, path="/nosuch")
    assert look(missing).one(missing).files == {}


@pytest.mark.parametrize(
    "change",
    [
        "echo cheat > /app/app.py",
        "rm /app/app.py",
        "rm -r /app",
        "mkdir /app/__pycache__ && touch /app/__pycache__/x.pyc /app/new.py",
    ],
)
def test_what_a_container_changed_is_not_taken_for_the_image(
    workshop: Workshop, app: str, change: str
) -> None:
    need = ContentNeed(image=app, path="/app")
    before = look(need).one(need)
    container = workshop.container(None, app, ["sh", "-c", change])
    workshop.api.wait(container)
    assert look(need).one(need).files == before.files


def test_what_is_mounted_into_a_container_is_not_taken_for_the_image(
    workshop: Workshop, app: str
) -> None:
    need = ContentNeed(image=app, path="/app")
    before = look(need).one(need)
    cover = workshop.api.create_host_config(tmpfs={"/app": ""})
    workshop.container(None, app, ["sh", "-c", "touch /app/x; sleep 600"], host_config=cover)
    assert look(need).one(need).files == before.files


def test_the_content_of_an_image_is_read_once(
    workshop: Workshop, app: str, tmp_path: Path, calls: list[str]
) -> None:
    need = ContentNeed(image=app, path="/app")
    looked = look(need)
    JournalFile(tmp_path / "journal.jsonl").append([looked.observations], run="r1")
    journal = JournalFile(tmp_path / "journal.jsonl").read()
    calls.clear()
    assert look(need, journal=journal).one(need) == looked.one(need)
    assert len(calls) == 2  # version and image
    workshop.image(app, f"FROM {workshop.base}\nWORKDIR /app\nCOPY new.py .\n", {"new.py": b"1"})
    assert list(look(need, journal=journal).one(need).files) == ["new.py"]


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


def logged_in(registry: Registry, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log in as the docker command does, into a configuration of our own."""
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    subprocess.run(
        ["docker", "login", "--username", registry.user, "--password-stdin", registry.address],
        input=registry.password,
        text=True,
        check=True,
        capture_output=True,
    )


def test_the_registry_tells_what_it_holds(
    workshop: Workshop,
    app: str,
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remote = f"{registry.address}/{app}"
    there, gone = ManifestNeed(image=remote), ManifestNeed(image=f"{remote}x")
    login = LoginNeed(registry=registry.address)
    workshop.api.tag(app, remote)
    told = list(workshop.api.push(remote, auth_config=registry.auth, stream=True, decode=True))
    assert not any("error" in line for line in told), told
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    outside = look(there, login)
    assert outside.reason(there) is Reason.DENIED
    assert outside.reason(login) is Reason.NOT_THERE
    logged_in(registry, tmp_path, monkeypatch)
    looked = look(there, gone, login, ImageNeed(image=remote), EventsNeed(image=remote))
    manifest: Manifest = looked.one(there)
    assert (
        f"{remote.rpartition(':')[0]}@{manifest.digest}"
        in looked.one(ImageNeed(image=remote)).digests
    )
    assert looked.reason(gone) is Reason.NOT_THERE
    assert looked.one(login).registry == registry.address
    assert looked.steps() == ["tag", "tag", "push"]
    kept = "".join(o.model_dump_json() for o in looked.observations)
    assert registry.password not in kept
    assert (
        json.loads((tmp_path / "config.json").read_text())["auths"][registry.address]["auth"]
        not in kept
    )


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that the engine is asked for, counted where every request passes."""
    asked: list[str] = []
    send = requests.Session.send

    def counted(session: requests.Session, request: Any, **options: Any) -> Any:
        asked.append(request.path_url)
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", counted)
    return asked


def test_a_registry_that_cannot_be_reached_is_asked_once(calls: list[str]) -> None:
    needs = [ManifestNeed(image=f"127.0.0.1:1/me/app:{tag}") for tag in range(3)]
    looked = look(*needs)
    assert {looked.reason(need) for need in needs} == {Reason.REGISTRY_UNREACHABLE}
    assert sum("/distribution/" in path for path in calls) == 1


def test_the_number_of_calls_does_not_grow_with_what_the_machine_holds(
    workshop: Workshop, app: str, name: str, calls: list[str]
) -> None:
    serve(workshop, name, app)
    needs: list[Need[Any]] = [
        *(EngineNeed(), ImageNeed(image=app), ContainerNeed(name=name), ContainerNeed(image=app)),
        *(LogsNeed(name=name), HttpNeed(name=name, port=8000), EventsNeed(name=name)),
        *(ContentNeed(image=app, path="/app"), EventsNeed(image=app)),
    ]

    def counted() -> Counter[str]:
        calls.clear()
        look(*needs)
        return Counter(path.partition("?")[0] for path in calls)

    few = counted()
    other = f"{app}-other"
    workshop.image(other, f"FROM {workshop.base}\nLABEL other=yes\n")
    for number in range(60):
        workshop.api.tag(other, f"{other}-{number}")
    for number in range(30):
        workshop.api.create_container(
            f"{other}-{number}", ["true"], name=f"{name}-{number}", labels=workshop.labels
        )
    assert counted() == few
    assert few.total() <= 12
