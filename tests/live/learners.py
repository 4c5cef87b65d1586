"""Learners for live tests: they do the lab with the docker command and grade it with grade-lab."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from lab.ports import free_port
from learner import Learner, copy_submission

from tests.places import GRADE_LAB, SAMPLE

__all__ = [
    "NOTED",
    "Learner",
    "Outcome",
    "clean_up",
    "look",
    "new_learner",
    "note",
    "own_port",
    "up_to_pull",
    "up_to_run",
]


def new_learner(folder: Path) -> Learner:
    """A learner with a copy of the sample submission, and an account, tag and port of their own.

    The engine remembers what earlier tests did. A comment in the app makes an image of one's own,
    too: else whatever is told by digest or id would be told of all.
    """
    submission = copy_submission(SAMPLE, folder / "wisheasy")
    own = uuid4().hex[:8]
    with (submission / "app.py").open("a", encoding="utf-8") as app:
        app.write(f"# {own}\n")
    lab = (submission / "lab.yaml").read_text(encoding="utf-8").replace("haneul", f"haneul{own}")
    (submission / "lab.yaml").write_text(lab, encoding="utf-8")
    registry = os.environ["GRADE_LAB_REGISTRY"]
    return Learner(submission, registry, hub_id=f"haneul{own}", port=own_port(), version=f"1.{own}")


def own_port() -> int:
    """A port of this computer that no other process of the tests uses meanwhile."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return free_port(8080 + 10 * number, "0.0.0.0")  # what is free now may be another's later


def up_to_pull(learner: Learner) -> None:
    learner.build()
    learner.tag()
    learner.login(os.environ["GRADE_LAB_REGISTRY_USER"], os.environ["GRADE_LAB_REGISTRY_PASSWORD"])
    learner.push()
    learner.remove_remote_tag()
    learner.pull()


def up_to_run(learner: Learner) -> None:
    up_to_pull(learner)
    learner.write_env()
    learner.run()
    learner.wait_for_app()


def look(learner: Learner) -> None:
    learner.exec()
    learner.write_quotes()


def clean_up(learner: Learner) -> None:
    learner.stop()
    learner.rm()
    learner.image_rm()


NOTED = "GRADE_LAB_VERDICTS"
"""Names the file that compares engines (scripts/test_engines.py), on an engine for it alone."""


def note(verdicts: Mapping[str, tuple[str, str]]) -> None:
    """Add the status of each objective, and what it told, to the file that compares engines."""
    if path := os.environ.get(NOTED):
        story = os.environ["PYTEST_CURRENT_TEST"].partition("::")[2].partition(" ")[0]
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"story": story, "verdicts": verdicts}) + "\n")


def settings(learner: Learner) -> Iterator[str]:
    """The options that tell grade-lab where this learner does the lab."""
    tag = learner.local.partition(":")[2]
    for setting in (f"registry={learner.registry}", f"port={learner.port}", f"tag={tag}"):
        yield f"--set={setting}"


@dataclass(frozen=True)
class Outcome:
    """What one grading said."""

    exit_code: int
    result: dict[str, Any]

    @classmethod
    def of(cls, learner: Learner, *options: str, env: dict[str, str] | None = None) -> Outcome:
        options = (*settings(learner), *options)
        done = subprocess.run(
            [GRADE_LAB, learner.folder, "--lang", "en", "--quiet", *options],
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode in {0, 1, 3}, done.stderr
        report = learner.folder / ".grade-lab" / "report" / "result.json"
        outcome = cls(done.returncode, json.loads(report.read_text(encoding="utf-8")))
        note({o["id"]: (o["status"], outcome.told(o["id"])) for o in outcome.result["objectives"]})
        return outcome

    @property
    def score(self) -> float:
        return float(self.result["score"])

    @property
    def not_passed(self) -> dict[str, Any]:
        """Objectives that did not pass, each with its checks' words: readable when a test fails."""
        return {
            o["id"]: (o["status"], [(c["status"], c["message"], c["actual"]) for c in o["checks"]])
            for o in self.result["objectives"]
            if o["status"] != "pass"
        }

    def status(self, objective: str) -> str:
        return str(self._objective(objective)["status"])

    def statuses(self, *objectives: str) -> set[str]:
        return {self.status(objective) for objective in objectives}

    def told(self, objective: str) -> str:
        """All that the report tells the learner about an objective."""
        return "\n".join(
            f"{check['message']}\n{check['expected']}\n{check['actual']}\n{check['hint']}"
            for check in self._objective(objective)["checks"]
        )

    def _objective(self, name: str) -> dict[str, Any]:
        return next(dict(o) for o in self.result["objectives"] if o["id"] == name)
