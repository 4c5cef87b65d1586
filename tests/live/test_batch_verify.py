"""A class is verified on a real engine and registry: each learner once, and nothing is left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
import pytest

from grader.facts import Manifest
from grader.journal import Observation
from grader.journal_file import JournalFile
from grader.needs import ManifestNeed
from tests.factories import minutes
from tests.live.conftest import Registry, Workshop
from tests.live.verifying import APPS, SERVER, submission, things, wait_until
from tests.places import GRADE_LAB

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("limits")]

RUBRIC = """
schema: grade-lab/rubric/1
id: web
title: Web
variables: {hub_id: {required: true}, registry: {required: true}}
objectives:
  - id: push
    title: It is pushed
    points: 10
    checks: [{type: pushed, image: "{registry}/{hub_id}/web:1.0"}]
  - id: run
    title: It runs
    points: 10
    checks: [{type: http, name: web, port: 8000, contains: it works, deadline: 5}]
  - id: log
    title: It says that it is ready
    points: 10
    checks: [{type: logs, name: web, contains: ready}]
"""
IT_WORKS: dict[str, tuple[str, ...]] = {
    "run": ("pass", "reproduced"),
    "log": ("pass", "reproduced"),
}
STATUSES: dict[str, dict[str, tuple[str, ...]]] = {
    "pushed": {"push": ("pass", "recorded", "registry"), **IT_WORKS},
    "built": {"push": ("fail",), **IT_WORKS},
    "claims": {"push": ("unproven", "registry"), **IT_WORKS},  # a flag, never a verdict
    "crashes": {**IT_WORKS, "push": ("fail",), "run": ("fail", "reproduced")},
}


@dataclass
class Class:
    """A class, and the command that judges it."""

    folder: Path
    registry: Registry
    mark: str = field(default_factory=lambda: uuid4().hex[:8])

    def __post_init__(self) -> None:
        (self.folder / "web.yaml").write_text(RUBRIC, encoding="utf-8")

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def image(self, label: str) -> str:
        return f"{self.registry.address}/{self._hub_id(label)}/web:1.0"

    def add(self, label: str, app: str) -> Path:
        made = submission(self.folder / "class" / label, app)
        lab = f"learner: {{id: {label}}}\nvariables: {{hub_id: {self._hub_id(label)}}}\n"
        (made / "lab.yaml").write_text(lab, encoding="utf-8")
        return made

    def start(self, *options: str) -> subprocess.Popen[str]:
        options = ("--rubric", f"{self.folder}/web.yaml", "--out", str(self.out), *options)
        options = ("--set", f"registry={self.registry.address}", "--lang", "en", *options)
        return subprocess.Popen(
            [GRADE_LAB, "batch", self.folder / "class", "--verify", *options],
            env={**os.environ, "XDG_STATE_HOME": str(self.folder / "state")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *options: str) -> str:
        """What the command says in its first line."""
        with self.start(*options) as run:
            told, errors = run.communicate(timeout=200)
        assert run.returncode == 0, errors
        assert "Traceback" not in errors
        return told.splitlines()[0]

    def told(self, label: str) -> dict[str, tuple[str, ...]]:
        """Of each objective its status, and how strong the evidence is that decided."""
        path = self.out / "learners" / label / "result.json"
        told = json.loads(path.read_text(encoding="utf-8"))
        return {
            objective["id"]: (objective["status"], *sorted(_strengths(objective)))
            for objective in told["objectives"]
        }

    @property
    def verified(self) -> dict[str, tuple[int, bytes]]:
        """The files that keep what was verified: when they were written, and what they say."""
        files = (self.out / "verified").glob("*.jsonl")
        return {path.stem: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    def _hub_id(self, label: str) -> str:
        return f"{label}{self.mark}"


def _strengths(objective: dict[str, Any]) -> set[str]:
    return {item["strength"] for check in objective["checks"] for item in check["evidence"]}


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    api = docker.APIClient(os.environ["DOCKER_HOST"], version="auto", timeout=120)
    yield api
    api.close()


@pytest.fixture(scope="module")
def class_(tmp_path_factory: pytest.TempPathFactory, api: Any) -> Iterator[Class]:
    """A class that is verified, of which nothing is left in the engine."""
    login = (os.environ[f"GRADE_LAB_REGISTRY{name}"] for name in ("", "_USER", "_PASSWORD"))
    class_ = Class(tmp_path_factory.mktemp("verified"), Registry(*login))
    for label, app in {"built": "good", "claims": "good", "crashes": "crash"}.items():
        class_.add(label, app)
    claims(class_, "claims")
    push(class_, "pushed", api)
    before = things(api)
    assert class_.run() == "4 submissions: 4 judged, 0 as they were, 0 in error"
    yield class_
    assert things(api) == before


def push(class_: Class, label: str, api: Any) -> None:
    """A learner who has pushed an image, with a journal, and hands in no Dockerfile."""
    folder = class_.add(label, "good")
    (folder / "Dockerfile").unlink()
    workshop, image = Workshop(api, uuid4().hex), class_.image(label)
    try:
        lines = f'FROM {workshop.base}\nCOPY app.py /\nCMD ["python3", "/app.py"]'
        workshop.image(image, lines, {"app.py": (SERVER + APPS["good"]).encode()})
        told = list(api.push(image, auth_config=class_.registry.auth, stream=True, decode=True))
        assert not any("error" in line for line in told), told
        rubric = ("--rubric", class_.folder / "web.yaml")
        registry = ("--set", f"registry={class_.registry.address}")
        subprocess.run([GRADE_LAB, "grade", folder, *rubric, *registry, "--quiet"], check=False)
    finally:
        workshop.clean_up()


def claims(class_: Class, label: str) -> None:
    """A learner's journal says that the registry has the image."""
    need = ManifestNeed(image=class_.image(label))
    digest = f"sha256:{'1' * 64}"
    fact = Manifest(digest=digest, media_type="application/vnd.oci.image.manifest.v1+json")
    seen = Observation(
        at=minutes(0), need=need, source="registry", outcome="found", data=fact.model_dump()
    )
    path = class_.folder / "class" / label / ".grade-lab" / "journal.jsonl"
    JournalFile(path).append([[seen]], run="made-up")


@pytest.mark.parametrize("label", STATUSES)
def test_each_gets_what_registry_and_engine_say(class_: Class, label: str) -> None:
    assert class_.told(label) == STATUSES[label]


def test_a_push_that_the_registry_denies_is_shown_to_a_person(class_: Class) -> None:
    flags = json.loads((class_.out / "flags.json").read_text(encoding="utf-8"))["flags"]
    [denied] = [flag for flag in flags if flag["kind"] == "denied-image"]
    assert denied["labels"] == ["claims"]
    assert class_.image("claims") in denied["evidence"]
    assert denied["evidence"] in (class_.out / "class.html").read_text(encoding="utf-8")


def test_only_what_changed_is_verified_and_judged_again(class_: Class, api: Any) -> None:
    before, things_before = class_.verified, things(api)
    assert class_.run().startswith("4 submissions: 0 judged, 4 as they were")
    assert class_.verified == before
    app = class_.folder / "class" / "crashes" / "app.py"
    app.write_text(SERVER + APPS["good"], encoding="utf-8")
    assert class_.run().startswith("4 submissions: 1 judged, 3 as they were")
    assert {label for label, file in class_.verified.items() if file != before[label]} == {
        "crashes"
    }
    assert class_.told("crashes") == STATUSES["built"]
    assert things(api) == things_before


def test_what_could_not_be_asked_is_asked_again(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_ = Class(tmp_path, registry)
    class_.add("a", "good")
    with monkeypatch.context() as away:
        away.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
        class_.run()
    assert class_.told("a")["run"][0] == "error"
    assert class_.run().startswith("1 submissions: 1 judged")
    assert class_.told("a") == STATUSES["built"]


def killed(class_: Class, engine: Any) -> None:
    """A run of one job that is killed while it runs an image, when the first is verified."""
    run = class_.start("--jobs", "1")
    wait_until(
        lambda: (
            class_.verified
            and any("grade-lab.run" in found["Labels"] for found in engine.containers())
        )
    )
    run.send_signal(signal.SIGKILL)
    run.communicate()


def test_kill_9_costs_nothing_that_was_finished_and_leaves_nothing_after_the_next_run(
    tmp_path: Path, registry: Registry, engine: Any
) -> None:
    class_ = Class(tmp_path, registry)
    for label, app in {"a": "good", "b": "silent", "c": "good"}.items():
        class_.add(label, app)
    before = things(engine)
    killed(class_, engine)
    finished = class_.verified
    assert "c" not in finished
    assert things(engine) != before
    assert class_.run().startswith("3 submissions: 3 judged")
    assert {label: class_.verified[label] for label in finished} == finished
    assert class_.told("c") == STATUSES["built"]
    assert class_.told("b")["run"] == ("fail", "reproduced")
    assert things(engine) == before


def test_what_kill_9_left_is_removed_where_nothing_is_verified_any_more(
    tmp_path: Path, registry: Registry, engine: Any
) -> None:
    class_ = Class(tmp_path, registry)
    for label, app in {"a": "good", "b": "silent"}.items():
        class_.add(label, app)
    before = things(engine)
    killed(class_, engine)
    shutil.rmtree(class_.folder / "class" / "b")
    assert things(engine) != before
    verified = class_.verified["a"]
    assert class_.run().startswith("1 submissions: 1 judged")
    assert class_.verified["a"] == verified
    assert things(engine) == before
