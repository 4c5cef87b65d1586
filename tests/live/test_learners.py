"""Learners as they are, on a real engine: what each did wrong is found, named, and advised on."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.live.learners import Learner, Outcome, clean_up, look, up_to_pull, up_to_run

pytestmark = pytest.mark.live


def test_a_learner_who_grades_before_and_after_cleanup_gets_every_point(learner: Learner) -> None:
    up_to_run(learner)
    look(learner)
    before = Outcome.of(learner)
    assert before.statuses("stop", "remove-container") == {"fail"}
    clean_up(learner)
    after = Outcome.of(learner)
    assert after.not_passed == {}
    assert after.score == 100
    assert after.exit_code == 0


@pytest.mark.parametrize(
    "option",
    ["--provenance=mode=max", "--platform=linux/amd64,linux/arm64"],
    ids=["attestation", "platforms"],
)
def test_an_index_is_the_learners_image(learner: Learner, option: str) -> None:
    store = learner.docker("info", "--format", "{{.DriverStatus}}")
    if "io.containerd.snapshotter" not in store or os.environ.get("DOCKER_BUILDKIT") == "0":
        pytest.skip("only BuildKit makes an index, and only the containerd image store keeps it")
    dockerfile = learner.folder / "Dockerfile"
    text = dockerfile.read_text(encoding="utf-8")
    dockerfile.write_text(text.replace("FROM ", "FROM --platform=linux/amd64 "), encoding="utf-8")
    learner.build(option)
    learner.tag()
    learner.login(os.environ["GRADE_LAB_REGISTRY_USER"], os.environ["GRADE_LAB_REGISTRY_PASSWORD"])
    learner.push()
    learner.remove_remote_tag()
    learner.pull()
    outcome = Outcome.of(learner)
    steps = {"build", "tag", "login", "push", "pull"}
    assert not steps & outcome.not_passed.keys(), outcome.not_passed


def test_forgot_the_tag(learner: Learner) -> None:
    learner.docker("build", "-t", "wisheasy", ".")
    outcome = Outcome.of(learner)
    learner.docker("image", "rm", "wisheasy")
    assert outcome.status("build") == "fail"
    assert "wisheasy:latest" in outcome.told("build")
    assert f"docker tag wisheasy:latest {learner.local}" in outcome.told("build")
    assert outcome.status("tag") == "unproven"


def test_pushed_another_image_under_the_right_name(learner: Learner) -> None:
    learner.build()
    learner.docker("tag", os.environ["GRADE_LAB_BASE_IMAGE"], learner.remote)
    learner.login(os.environ["GRADE_LAB_REGISTRY_USER"], os.environ["GRADE_LAB_REGISTRY_PASSWORD"])
    learner.push()
    outcome = Outcome.of(learner)
    assert outcome.status("build") == "pass"
    assert outcome.status("tag") == "fail"
    assert outcome.status("push") == "fail"
    assert "another image" in outcome.told("push")
    assert f"docker tag {learner.local} {learner.remote}" in outcome.told("push")


@pytest.mark.parametrize("publish", ["8000:{port}", "{port}:80"], ids=["swapped", "wrong-port"])
def test_port_mapped_to_something_else(learner: Learner, publish: str) -> None:
    up_to_pull(learner)
    learner.write_env()
    learner.run(publish=publish.format(port=learner.port))
    outcome = Outcome.of(learner)
    assert outcome.status("run") == "partial"
    assert f"-p {learner.port}:8000" in outcome.told("run")
    assert outcome.status("answers-http") in {"fail", "unproven"}
    if publish.startswith("8000:"):
        assert "the wrong way round" in outcome.told("run")


def test_forgot_to_detach(learner: Learner) -> None:
    up_to_pull(learner)
    learner.write_env()
    command = ["docker", "run", "--name", "wisheasy", "-p", f"{learner.port}:8000"]
    command += ["--env-file", ".env", learner.remote]
    terminal = subprocess.Popen(
        command,
        cwd=learner.folder,
        env={**os.environ, **learner.environment},
        stdout=subprocess.PIPE,
    )
    learner.wait_for_app()
    outcome = Outcome.of(learner)
    learner.stop()
    terminal.communicate(timeout=30)
    assert outcome.status("run") == "partial"
    assert "-d" in outcome.told("run")
    assert outcome.status("answers-http") == "pass"


def test_no_env_file(learner: Learner) -> None:
    up_to_pull(learner)
    learner.run(env_file="")
    learner.wait_for_app()
    outcome = Outcome.of(learner)
    assert outcome.status("run") == "partial"
    assert "--env-file" in outcome.told("run")
    assert "WISHEASY_OWNER" in outcome.told("run")


def test_crashed_at_start(learner: Learner) -> None:
    up_to_pull(learner)
    learner.write_env()
    learner.run(command=["python", "no_such_file.py"])
    learner.docker("wait", "wisheasy")
    outcome = Outcome.of(learner)
    assert outcome.status("run") in {"partial", "fail"}
    assert "crashed (exit code 2)" in outcome.told("run")
    assert "no_such_file.py" in outcome.told("run")
    assert "docker logs wisheasy" in outcome.told("run")


def test_stopped_but_never_removed(learner: Learner) -> None:
    up_to_run(learner)
    look(learner)
    Outcome.of(learner)
    learner.stop()
    outcome = Outcome.of(learner)
    assert outcome.status("stop") == "pass"
    assert outcome.status("answers-http") == "pass"
    assert outcome.status("remove-container") == "fail"
    assert "docker container rm wisheasy" in outcome.told("remove-container")


def test_removed_everything_before_the_first_grading(learner: Learner) -> None:
    up_to_run(learner)
    look(learner)
    clean_up(learner)
    outcome = Outcome.of(learner)
    assert outcome.statuses("build", "run") == {"unproven"}
    assert outcome.statuses("pull", "login") <= {"pass", "unproven"}
    if outcome.status("push") not in {"pass", "unproven"}:  # an engine that asks no registry
        assert outcome.status("push") == "error"
        assert "this engine cannot tell" in outcome.told("push")
    assert "grade-lab watch" in outcome.told("run")
    assert outcome.statuses("answers-http", "logs") == {"skip"}
    assert outcome.statuses("exec", "remove-container") == {"pass"}
    if outcome.status("stop") != "pass":  # an engine that leaves no event of a stop
        assert outcome.status("stop") == "skip"
    if outcome.status("order") != "pass":  # an engine that leaves no event of a build
        assert outcome.status("order") == "unproven"
        assert f"not seen: build of {learner.local}" in outcome.told("order")


def test_copied_the_env_file_into_the_image(learner: Learner) -> None:
    learner.write_env()
    (learner.folder / ".dockerignore").write_text("lab.yaml\n")
    dockerfile = learner.folder / "Dockerfile"
    text = dockerfile.read_text(encoding="utf-8")
    dockerfile.write_text(re.sub(r"COPY .*", "COPY . .", text), encoding="utf-8")
    learner.build()
    outcome = Outcome.of(learner)
    assert outcome.status("dockerignore") == "partial"
    assert outcome.status("build") == "partial"
    assert ".env" in outcome.told("build")
    assert ".dockerignore" in outcome.told("build")


def test_wrong_log_output(learner: Learner) -> None:
    app = learner.folder / "app.py"
    text = app.read_text(encoding="utf-8")
    assert "is listening on port" in text
    app.write_text(text.replace("is listening on port", "started at"), encoding="utf-8")
    up_to_run(learner)
    outcome = Outcome.of(learner)
    assert outcome.status("logs") == "fail"
    assert "wisheasy is listening on port 8000" in outcome.told("logs")
    assert outcome.status("answers-http") == "pass"


def test_an_image_built_from_changed_source_is_told(learner: Learner) -> None:
    learner.build()
    with (learner.folder / "app.py").open("a", encoding="utf-8") as app:
        app.write("# changed after the build\n")
    outcome = Outcome.of(learner)
    assert outcome.status("build") == "partial"
    assert "app.py" in outcome.told("build")
