"""A lab that is done once under the recorder becomes the rubric that others are graded by."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from lab.docker import DockerError, docker
from lab.ports import free_port

from grader.needs import ContainerNeed
from grader.rubric.load import load
from tests.live.learners import own_port
from tests.live.watching import evidence, recorded, until, watching
from tests.places import GRADE_LAB

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_engine")]

PAGE = "<html><head><title>My page</title></head><body>{who}</body></html>\n"
OTHERS = ("run", "-d", "--name", "theirs", "-e", "TOKEN=not-yours")


class Person:
    """Somebody who puts a page of their own into a container, by the docker command."""

    def __init__(self, folder: Path, hub_id: str) -> None:
        self.folder = folder
        self.hub = f"{os.environ['GRADE_LAB_REGISTRY']}/{hub_id}/page:1.0"
        base = os.environ["GRADE_LAB_BASE_IMAGE"]
        folder.mkdir()
        self._write("index.html", PAGE.format(who=hub_id))
        self._write(".dockerignore", ".git\n.env\n")
        self._write("lab.yaml", f"variables: {{hub_id: {hub_id}}}\n")
        self._write(
            "Dockerfile",
            f"FROM {base}\nWORKDIR /srv/page\nCOPY index.html /srv/page/\nEXPOSE 80\n"
            'CMD ["python", "-u", "-m", "http.server", "80"]\n',
        )

    def do_the_lab(self, publish: str, port: int) -> None:
        """From the build to the clean-up."""
        self.docker("build", "-q", "-t", "page:1.0", ".")
        self.docker("tag", "page:1.0", self.hub)
        user, password = (os.environ[f"GRADE_LAB_REGISTRY_{n}"] for n in ("USER", "PASSWORD"))
        registry = os.environ["GRADE_LAB_REGISTRY"]
        docker(("login", "-u", user, "--password-stdin", registry), {}, typed=password)
        self.docker("push", "-q", self.hub)
        color = ("-e", "COLOR=a-secret-colour", "-v", "pages:/data")
        self.docker("run", "-d", "--name", "page", "-p", publish, *color, self.hub)
        self._open(port)
        self.docker("exec", "page", "ls", "/srv/page")
        until(self._saw_it_run, "the container and its log", 20)
        self.docker("stop", "-t", "1", "page")
        self.docker("rm", "page")
        self.docker("volume", "rm", "pages")
        self.docker("image", "rm", "page:1.0", self.hub)
        recorded(self.folder, "destroy", "page")

    def docker(self, *arguments: str) -> str:
        return docker(arguments, {}, folder=self.folder)

    def not_passed(self, rubric: Path) -> dict[str, tuple[str, list[str]]]:
        """Of each objective that did not pass, what `grade-lab judge` says."""
        import json

        done = grade_lab("judge", self.folder, "--rubric", rubric, "--format=json", "--out=-")
        result: dict[str, Any] = json.loads(done.stdout)
        return {
            objective["id"]: (
                objective["status"],
                [f"{c['message']}: {c['expected']} / {c['actual']}" for c in objective["checks"]],
            )
            for objective in result["objectives"]
            if objective["status"] != "pass"
        }

    def _saw_it_run(self) -> bool:
        seen = evidence(self.folder)
        needs = [need for need in seen.needs(ContainerNeed) if need.name == "page"]
        return any(s.fact.running for need in needs for s in seen.of(need).found)

    def _open(self, port: int) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with (
                suppress(OSError, HTTPException),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as page,
            ):
                page.read()
                return
            time.sleep(0.05)

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


def grade_lab(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [GRADE_LAB, *arguments, "--lang", "en"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode in {0, 1}, done.stderr
    return done


def test_a_recorded_lab_becomes_the_rubric_that_others_pass_or_fail(tmp_path: Path) -> None:
    port = own_port()
    base = os.environ["GRADE_LAB_BASE_IMAGE"]
    docker((*OTHERS, base, "sleep", "600"), {})
    teacher = Person(tmp_path / "teacher", "teacher")
    with watching(teacher.folder, "--everything"):
        teacher.do_the_lab(f"{port}:80", port)
        docker(("rm", "-f", "theirs"), {})
    journal = (teacher.folder / ".grade-lab/journal.jsonl").read_text(encoding="utf-8")
    for private in ("theirs", "not-yours", "a-secret-colour"):
        assert private not in journal

    rubric = tmp_path / "page.yaml"
    grade_lab("rubric", "new", rubric, "--from-journal", teacher.folder)
    assert "no mistakes" in grade_lab("rubric", "check", rubric).stdout
    text = rubric.read_text(encoding="utf-8")
    assert not teacher.not_passed(rubric)
    for asked in (f'ports: ["{port}:80"]', "env: [COLOR]", '"pages:/data"', "My page"):
        assert asked in text
    assert "teacher" not in text
    kinds = {c.type for o in load(rubric, lenient=True).objectives for c in o.checks}
    assert kinds >= {"built_from", "same_image", "pushed", "container", "http", "logs", "sequence"}

    sunny = Person(tmp_path / "sunny", "sunny")
    with watching(sunny.folder, f"--rubric={rubric}"):
        sunny.do_the_lab(f"{port}:80", port)
    assert not sunny.not_passed(rubric)

    cloudy = Person(tmp_path / "cloudy", "cloudy")
    with watching(cloudy.folder, f"--rubric={rubric}"):
        wrong = free_port(port + 1, "0.0.0.0")
        cloudy.do_the_lab(f"{wrong}:80", wrong)
    outcome = cloudy.not_passed(rubric)
    assert outcome["run"][0] in {"fail", "partial"}
    assert "build" not in outcome


def test_a_container_without_a_name_and_one_that_crashes_are_recorded_too(tmp_path: Path) -> None:
    base = os.environ["GRADE_LAB_BASE_IMAGE"]
    folder = tmp_path / "lab"
    folder.mkdir()
    with watching(folder, "--everything"):
        docker(("run", "--rm", base, "python", "-c", "print('hello from within')"), {})
        with suppress(DockerError):
            docker(("run", "--name", "broken", base, "python", "-c", "raise SystemExit(3)"), {})
        recorded(folder, "die", "broken")
        docker(("rm", "broken"), {})
    rubric = tmp_path / "lab.yaml"
    grade_lab("rubric", "new", rubric, "--from-journal", folder, "--no-schema")
    loaded = load(rubric, lenient=True)
    ran = [c.model_dump() for o in loaded.objectives for c in o.checks if c.type == "container"]
    assert any(check["name"] is None and check["image"] == base for check in ran)
