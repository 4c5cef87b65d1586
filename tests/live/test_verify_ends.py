"""A verification that is killed, interrupted, or without an engine: nothing of it stays."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from grader.facts import Reason
from grader.verify.verify import verify
from tests.live.conftest import Workshop
from tests.live.verifying import HTTP, answer, rubric, submission, things, wait_until
from tests.places import GRADE_LAB

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("limits")]


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path, engine: Any) -> None:
    before = things(engine)
    folder = submission(tmp_path / "s", "silent")
    path = tmp_path / "web.yaml"
    path.write_text(
        "schema: grade-lab/rubric/1\nid: web\ntitle: Web\nobjectives:\n"
        "  - {id: run, title: R, points: 1, checks: "
        "[{type: http, name: web, port: 8000, deadline: 60}]}\n",
        encoding="utf-8",
    )
    command = [GRADE_LAB, "grade", folder, "--rubric", path, "--verify", "--quiet"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(lambda: any("grade-lab.run" in c["Labels"] for c in engine.containers()))
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert things(engine) != before
    other = submission(tmp_path / "other", "good")
    assert answer(list(verify(rubric(other), other)), HTTP).status == 200
    assert things(engine) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, engine: Any, number: int) -> None:
    before = things(engine)
    folder = submission(tmp_path / "s", "silent")
    given = rubric(folder)
    path = next(folder.parent.glob("*.yaml"))
    assert given.id == "web"
    command = [GRADE_LAB, "grade", folder, "--rubric", path, "--verify", "--quiet"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: any("grade-lab.run" in c["Labels"] for c in engine.containers()))
    run.send_signal(number)
    _, told = run.communicate(timeout=60)
    assert run.returncode == 130
    assert b"Traceback" not in told
    assert things(engine) == before


def test_a_live_run_s_things_are_not_taken_by_another(tmp_path: Path, engine: Any) -> None:
    slow, quick = submission(tmp_path / "slow", "silent"), submission(tmp_path / "quick", "good")
    rubric(slow)
    path = next(slow.parent.glob("*.yaml"))
    command = [GRADE_LAB, "grade", slow, "--rubric", path, "--verify", "--quiet"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(lambda: any("grade-lab.run" in c["Labels"] for c in engine.containers()))
    [running] = [c["Id"] for c in engine.containers() if "grade-lab.run" in c["Labels"]]
    verifying = verify(rubric(quick), quick)
    assert next(verifying)
    assert running in {c["Id"] for c in engine.containers()}
    list(verifying)
    run.wait(timeout=60)
    told = (slow / ".grade-lab" / "report" / "result.json").read_text(encoding="utf-8")
    [objective] = json.loads(told)["objectives"]
    assert [check["status"] for check in objective["checks"]] == ["fail", "pass"]
    strengths = {e["strength"] for check in objective["checks"] for e in check["evidence"]}
    assert strengths == {"reproduced"}


def test_an_engine_that_is_away_makes_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    folder = submission(tmp_path / "s", "good")
    assert answer(list(verify(rubric(folder), folder)), HTTP) is Reason.ENGINE_UNREACHABLE


def test_what_only_bears_the_labels_of_a_run_is_left_alone(
    tmp_path: Path, engine: Any, workshop: Workshop
) -> None:
    """Labels are inherited from an image, and copied by tools; nobody else's thing is ours."""
    folder = submission(tmp_path / "s", "silent")
    rubric(folder)
    path = next(folder.parent.glob("*.yaml"))
    command = [GRADE_LAB, "grade", folder, "--rubric", path, "--verify", "--quiet"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(lambda: any("grade-lab.run" in c["Labels"] for c in engine.containers()))
    [ours] = [c for c in engine.containers() if "grade-lab.run" in c["Labels"]]
    run.send_signal(signal.SIGKILL)
    run.wait()
    labels = {**ours["Labels"], **workshop.labels}
    engine.commit(ours["Id"], "grade-lab-test/precious", workshop.mark, conf={"Labels": labels})
    precious = f"grade-lab-test/precious:{workshop.mark}"
    forged = {
        "heir": {},
        "copy": labels,
        "stranger": {**labels, "grade-lab.run": "x"},
        "odd": {**labels, "grade-lab.run": "../" * 200},
    }
    kept = {
        engine.create_container(precious, labels=given, name=f"{workshop.mark}-{name}")["Id"]
        for name, given in forged.items()
    }
    networks = {engine.create_network(f"{workshop.mark}-copy", labels=labels)["Id"]}
    volume = engine.create_volume(f"{workshop.mark}-copy", labels=labels)["Name"]
    other = submission(tmp_path / "other", "good")
    assert answer(list(verify(rubric(other), other)), HTTP).status == 200
    assert kept <= {c["Id"] for c in engine.containers(all=True)}
    assert networks <= {n["Id"] for n in engine.networks()}
    assert volume in {v["Name"] for v in engine.volumes()["Volumes"]}
    assert engine.inspect_image(precious)
    assert ours["Id"] not in {c["Id"] for c in engine.containers(all=True)}
