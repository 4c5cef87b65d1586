"""What live tests share: a real engine and registry, named by the environment."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
import pytest
import requests
from lab.environment import open_lab
from learner import copy_submission

from tests.live.learners import NOTED, Learner, new_learner
from tests.live.verifying import is_limited
from tests.places import SAMPLE

LABEL = "grade-lab.test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip live tests where there is nothing live, and say why; in CI they must run."""
    if os.environ.get("GRADE_LAB_LIVE") == "1":
        return
    if os.environ.get("CI"):
        raise pytest.UsageError("live tests must run in CI: run them with `make test`")
    why = os.environ.get("GRADE_LAB_UNAVAILABLE") or "run them with `make test`"
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason=f"no engine: {why}"))


@pytest.fixture(scope="session", autouse=True)
def lab_of_this_worker(worker_id: str) -> Iterator[None]:
    """Each process of pytest-xdist has a lab of its own: an engine remembers few events."""
    if worker_id in {"master", "gw0"}:
        yield  # the one that the environment names
        return
    with open_lab() as lab, pytest.MonkeyPatch.context() as environment:
        for name, value in lab.environment.items():
            environment.setenv(name, value)
        yield


@pytest.fixture
def own_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For tests that record everything, or use learners' names: nobody else works on it."""
    if NOTED in os.environ:  # one that nobody else uses
        yield
        return
    with open_lab() as lab:
        if lab.engine is None:
            pytest.skip("no engine of its own can be had here")
        for name, value in lab.environment.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    learner = new_learner(tmp_path)
    yield learner
    learner.clean_up()


@dataclass(frozen=True)
class Registry:
    """A registry that wants a login."""

    address: str
    user: str
    password: str

    @property
    def auth(self) -> dict[str, str]:
        return {"username": self.user, "password": self.password}


@dataclass(frozen=True)
class Workshop:
    """Makes images and containers that carry one label, by which they are removed."""

    api: Any
    mark: str

    @property
    def labels(self) -> dict[str, str]:
        return {LABEL: self.mark}

    @property
    def base(self) -> str:
        return os.environ["GRADE_LAB_BASE_IMAGE"]

    def image(
        self, reference: str, dockerfile: str, files: Mapping[str, bytes] | None = None
    ) -> str:
        """Build an image with the classic builder and return its id."""
        context = io.BytesIO()
        with tarfile.open(fileobj=context, mode="w") as tar:
            for name, data in {"Dockerfile": dockerfile.encode(), **(files or {})}.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        context.seek(0)
        built = self.api.build(
            fileobj=context,
            custom_context=True,
            tag=reference,
            labels=self.labels,
            rm=True,
            decode=True,
        )
        told = list(built)
        assert not any("error" in line for line in told), told
        return str(self.api.inspect_image(reference)["Id"])

    def container(
        self, name: str | None, image: str, command: list[str] | None = None, **options: Any
    ) -> str:
        """Create and start a container and return its id."""
        made = self.api.create_container(
            image, command, name=name, labels=self.labels, detach=True, **options
        )
        self.api.start(made["Id"])
        return str(made["Id"])

    def clean_up(self) -> None:
        filters = {"label": f"{LABEL}={self.mark}"}
        for container in self.api.containers(all=True, filters=filters):
            self.api.remove_container(container["Id"], force=True, v=True)
        for image in self.api.images(filters=filters):
            for tag in image["RepoTags"] or [image["Id"]]:
                self.api.remove_image(tag if "<none>" not in tag else image["Id"], force=True)
        for volume in self.api.volumes(filters=filters)["Volumes"] or []:
            self.api.remove_volume(volume["Name"])
        for network in self.api.networks(filters=filters):
            self.api.remove_network(network["Id"])


@pytest.fixture
def engine() -> Iterator[Any]:
    """The low-level client of the Docker SDK, for what a learner's commands would do."""
    api = docker.APIClient(os.environ["DOCKER_HOST"], version="auto", timeout=120)
    yield api
    api.close()


@pytest.fixture
def limits(engine: Any) -> None:
    """For tests that run a learner's image, which takes an engine that can limit it."""
    if not is_limited(engine):
        pytest.skip("this engine cannot limit memory or processes")


@pytest.fixture
def workshop(engine: Any) -> Iterator[Workshop]:
    made = Workshop(engine, uuid4().hex)
    yield made
    made.clean_up()


@pytest.fixture
def registry() -> Registry:
    return Registry(
        os.environ["GRADE_LAB_REGISTRY"],
        os.environ["GRADE_LAB_REGISTRY_USER"],
        os.environ["GRADE_LAB_REGISTRY_PASSWORD"],
    )


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A fresh copy of the sample submission."""
    return copy_submission(SAMPLE, tmp_path / "wisheasy")


@pytest.fixture
def app(workshop: Workshop) -> str:
    """An image with a file and a port."""
    reference = f"grade-lab-test/{workshop.mark[:12]}:1"
    dockerfile = f"FROM {workshop.base}\nWORKDIR /app\nCOPY app.py .env ./\nEXPOSE 8000\n"
    workshop.image(reference, dockerfile, {"app.py": b"print('hello')\n", ".env": b"PIN=1\n"})
    return reference


@pytest.fixture
def name(workshop: Workshop) -> str:
    """The name of a container that there is or will be."""
    return f"web-{workshop.mark[:12]}"


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
