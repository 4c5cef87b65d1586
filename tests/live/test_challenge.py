"""Challenges in real registries: one that everybody may read, and one that wants a login."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from lab.docker import docker
from lab.errors import LabUnavailableError
from lab.registry import PrivateRegistry

from tests.places import GRADE_LAB, ROOT

pytestmark = pytest.mark.live

DOC = ROOT / "docs" / "challenge.md"


class OpenRegistry(PrivateRegistry):
    """One that asks nobody for a login."""

    def _configuration(self) -> dict[str, object]:
        return {k: v for k, v in super()._configuration().items() if k != "auth"}


@pytest.fixture(scope="module", params=["open", "private"])
def registry(request: pytest.FixtureRequest) -> Iterator[PrivateRegistry]:
    kind = OpenRegistry if request.param == "open" else PrivateRegistry
    try:
        with kind() as started:
            yield started
    except LabUnavailableError as reason:
        pytest.skip(str(reason))


@dataclass
class Course:
    """The instructor's folder: the rubric of docs/challenge.md, and what was issued for it."""

    folder: Path
    registry: PrivateRegistry
    tokens: dict[str, str] = field(default_factory=dict)

    def issue(self, *ids: str) -> None:
        roster = self.folder / "roster.csv"
        roster.write_text("id\n" + "\n".join(ids), encoding="utf-8")
        options = ["--secret", "course.key", "--course", "docker-2026", "--out", "issued"]
        subprocess.run(
            [GRADE_LAB, "challenge", "issue", roster, *options], cwd=self.folder, check=True
        )
        shutil.copy(self.folder / "issued" / "verifiers.txt", self.folder)
        with (self.folder / "issued" / "challenges.csv").open(encoding="utf-8-sig") as file:
            self.tokens = {row["id"]: row["challenge"] for row in csv.DictReader(file)}
        example = re.search(r"```yaml\n(schema: .*?)```", DOC.read_text(encoding="utf-8"), re.S)
        assert example
        (self.folder / "own-image.yaml").write_text(example[1], encoding="utf-8")


@dataclass
class Somebody:
    """A learner with a folder and a docker configuration of their own."""

    id: str
    course: Course
    folder: Path
    container: str = field(default_factory=lambda: f"challenge-{uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.hub_id = f"u{uuid4().hex[:8]}"
        configuration = self.folder / ".docker"
        configuration.mkdir()
        plugins = Path(os.environ["DOCKER_CONFIG"]) / "cli-plugins"
        (configuration / "cli-plugins").symlink_to(plugins)  # what the docker command can do
        self.environment = {"DOCKER_CONFIG": str(configuration)}
        lab = f"learner: {{id: {self.id}}}\nvariables: {{hub_id: {self.hub_id}}}\n"
        (self.folder / "lab.yaml").write_text(lab, encoding="utf-8")
        registry = self.course.registry
        self.docker(
            *("login", "--username", registry.user, "--password-stdin", registry.address),
            typed=registry.password,
        )

    @property
    def image(self) -> str:
        return f"{self.course.registry.address}/{self.hub_id}/wisheasy:1.0"

    @property
    def token(self) -> str:
        return self.course.tokens[self.id]

    def docker(self, *arguments: str, typed: str | None = None) -> str:
        return docker(arguments, self.environment, typed=typed, folder=self.folder)

    def build(self, *options: str, base: str = "scratch") -> None:
        dockerfile = f"FROM {base}\nCOPY lab.yaml /\n"
        (self.folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
        self.docker("build", "-t", self.image, *options, ".")

    def build_with_label(self, base: str = "scratch") -> None:
        self.build("--label", f"grade-lab.challenge={self.token}", base=base)

    def push(self) -> None:
        self.docker("push", self.image)

    def print_challenge(self) -> None:
        self.docker("run", "--name", self.container, self.image, "echo", f"proof: {self.token}.")

    def grade(
        self, command: str = "grade", *, log: bool = False, **settings: str
    ) -> dict[str, Any]:
        """The verdict on the check, which asks for the ``log`` or not."""
        given = {"registry": self.course.registry.address, **settings}
        rubric = self.course.folder / "own-image.yaml"
        name = f"        name: {self.container}\n" if log else ""
        text = re.sub(r" +name: wisheasy.*\n", name, rubric.read_text(encoding="utf-8"))
        rubric.with_name("used.yaml").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [
                *(GRADE_LAB, command, self.folder, "--rubric", rubric.with_name("used.yaml")),
                *("--lang", "en", "--format", "json", "--out", "-"),
                *(f"--set={name}={value}" for name, value in given.items()),
            ],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr
        assert done.stdout, done.stderr
        check = json.loads(done.stdout)["objectives"][0]["checks"][0]
        return dict(check)


@pytest.fixture
def course(tmp_path: Path, registry: PrivateRegistry) -> Course:
    made = Course(tmp_path / "course", registry)
    made.folder.mkdir()
    made.issue("s-001", "s-002")
    return made


@pytest.fixture
def learners(course: Course, tmp_path: Path) -> Iterator[tuple[Somebody, Somebody]]:
    both = Somebody("s-001", course, tmp_path / "a"), Somebody("s-002", course, tmp_path / "b")
    yield both
    for one in both:
        docker(["rm", "--force", one.container], {})
        for image in docker(["image", "ls", "--quiet", "--no-trunc", one.image], {}).split():
            docker(["image", "rm", "--force", image], {})


def strongest(check: dict[str, Any]) -> str:
    return str(check["evidence"][0]["strength"])


def test_ones_own_image_is_proven_by_the_registrys_copy(
    learners: tuple[Somebody, Somebody],
) -> None:
    one, _ = learners
    one.build_with_label()
    assert one.grade()["status"] == "unproven"
    one.push()
    if type(one.course.registry) is PrivateRegistry:
        assert one.grade()["status"] == "pass"  # by the engine, which knows the digest
    one.docker("image", "rm", one.image)
    check = one.grade()
    assert (check["status"], strongest(check)) == ("pass", "registry"), check
    assert one.grade("judge")["status"] == "pass"
    assert one.token not in json.dumps(check)


def test_a_private_image_that_is_gone_from_the_computer_is_proven_by_a_pull(
    learners: tuple[Somebody, Somebody],
) -> None:
    one, _ = learners
    one.build_with_label()
    one.push()
    one.docker("image", "rm", one.image)
    check = one.grade()
    if type(one.course.registry) is OpenRegistry:
        assert check["status"] == "pass"
        return
    assert check["status"] == "unproven"
    assert f"`docker pull {one.image}`" in check["hint"]
    one.docker("pull", one.image)
    assert one.grade()["status"] == "pass"


def test_a_copied_image_fails(learners: tuple[Somebody, Somebody]) -> None:
    one, other = learners
    one.build_with_label()
    one.push()
    other.docker("pull", one.image)
    other.docker("tag", one.image, other.image)
    other.push()
    check = other.grade()
    assert check["status"] == "fail"
    assert check["message"] == "the challenge in the image is not that of s-002"
    assert one.token not in json.dumps(check)


def test_a_copied_journal_fails(learners: tuple[Somebody, Somebody]) -> None:
    one, other = learners
    one.build_with_label()
    one.push()
    assert one.grade()["status"] == "pass"
    shutil.copytree(one.folder / ".grade-lab", other.folder / ".grade-lab")
    assert other.grade("judge")["status"] == "unproven"
    assert other.grade("judge", hub_id=one.hub_id)["status"] == "fail"


def test_an_image_without_the_label_fails_with_the_commands(
    learners: tuple[Somebody, Somebody],
) -> None:
    one, _ = learners
    one.build()
    one.push()
    check = one.grade()
    assert check["status"] == "fail"
    assert f"`docker build --label grade-lab.challenge=gl-… -t {one.image} .`" in check["hint"]
    one.build_with_label()  # and not pushed again
    check = one.grade()
    assert check["status"] in {"fail", "unproven"}
    assert check["hint"].startswith(f"run `docker push {one.image}`")


def test_the_log_prints_it_too(learners: tuple[Somebody, Somebody]) -> None:
    one, _ = learners
    one.build_with_label(os.environ["GRADE_LAB_BASE_IMAGE"])
    one.push()
    check = one.grade(log=True)
    assert (check["status"], check["score"]) == ("partial", 6.66)
    one.print_challenge()
    check = one.grade(log=True)
    assert check["status"] == "pass", check
    one.docker("rm", one.container)
    assert one.grade(log=True)["status"] == "pass"
