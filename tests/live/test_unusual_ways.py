"""Ways through the lesson that it does not show: right ones count, and short cuts do not."""

from __future__ import annotations

import os
import pty
import re
import subprocess

import pytest
from lab.docker import DockerError

from tests.live.learners import Learner, Outcome, up_to_pull, up_to_run
from tests.live.verifying import wait_until

pytestmark = pytest.mark.live


def test_all_tags_pulled_and_a_container_created_and_then_started(learner: Learner) -> None:
    learner.build()
    learner.tag()
    learner.login(os.environ["GRADE_LAB_REGISTRY_USER"], os.environ["GRADE_LAB_REGISTRY_PASSWORD"])
    learner.push()
    learner.remove_remote_tag()
    learner.docker("pull", "--all-tags", learner.remote.rpartition(":")[0])
    learner.write_env()
    options = ["--name", "wisheasy", "-p", f"{learner.port}:8000", "--env-file", ".env"]
    learner.docker("create", *options, learner.remote)
    learner.docker("start", "wisheasy")
    learner.wait_for_app()
    outcome = Outcome.of(learner)
    assert outcome.statuses("pull", "run", "answers-http", "logs") == {"pass"}, outcome.not_passed


def test_a_container_that_only_lost_its_name_was_not_removed(learner: Learner) -> None:
    up_to_run(learner)
    Outcome.of(learner)
    other = f"kept-{learner.port}"
    learner.docker("rename", "wisheasy", other)
    try:
        outcome = Outcome.of(learner)
        assert outcome.statuses("remove-container", "stop", "order") == {"unproven"}
        assert f"renamed to {other}" in outcome.told("remove-container")
    finally:
        learner.docker("rm", "--force", other)
    outcome = Outcome.of(learner)
    assert outcome.statuses("remove-container", "stop", "order") == {"pass"}, outcome.not_passed


def test_a_committed_container_was_not_built(learner: Learner) -> None:
    base = os.environ["GRADE_LAB_BASE_IMAGE"]
    learner.docker("run", "--name", "wisheasy", base, "mkdir", "/app")
    learner.docker("cp", "app.py", "wisheasy:/app/")
    learner.docker("commit", "--change", "EXPOSE 8000", "wisheasy", learner.local)
    outcome = Outcome.of(learner)
    assert outcome.status("build") == "partial"
    assert "was not built from this Dockerfile" in outcome.told("build")


def test_an_image_of_another_target_than_the_last_was_built(learner: Learner) -> None:
    file = learner.folder / "Dockerfile"
    stage, _, rest = file.read_text(encoding="utf-8").partition("\n")
    tests = "\nFROM app AS tests\nRUN python -m unittest\n"
    file.write_text(f"{stage} AS app\n{rest}{tests}", encoding="utf-8")
    learner.build("--target", "app")
    outcome = Outcome.of(learner)
    assert outcome.status("build") == "pass", outcome.not_passed


def test_run_over_a_port_that_is_taken_did_not_run_until_it_is_started(learner: Learner) -> None:
    up_to_pull(learner)
    learner.write_env()
    other = f"other-{learner.port}"
    learner.docker("run", "-d", "--name", other, "-p", f"{learner.port}:8000", learner.remote)
    try:
        with pytest.raises(DockerError):
            learner.run()
        outcome = Outcome.of(learner)
        assert outcome.status("run") == "fail"
        assert "was never started" in outcome.told("run")
        assert "the port is in use" in outcome.told("run")
        assert outcome.statuses("answers-http", "logs") == {"skip"}
    finally:
        learner.docker("rm", "--force", other)
    learner.docker("start", "wisheasy")
    networks = learner.docker(
        "inspect", "--format", "{{len .NetworkSettings.Networks}}", "wisheasy"
    )
    if networks.strip() == "0":  # Docker 29: https://github.com/moby/moby/issues/51758
        assert "has no network" in Outcome.of(learner).told("answers-http")
        learner.docker("rm", "--force", "wisheasy")
        learner.run()
    learner.wait_for_app()
    outcome = Outcome.of(learner)
    assert outcome.statuses("run", "answers-http", "logs") == {"pass"}, outcome.not_passed


def test_a_name_given_later_variables_one_by_one_and_everything_by_its_id(learner: Learner) -> None:
    up_to_pull(learner)
    publish = f"127.0.0.1:{learner.port}:8000"
    variables = ["-e", "WISHEASY_OWNER=a", "-e", "WISHEASY_GREETING=b"]
    container = learner.docker("run", "-dit", "--rm", "-p", publish, *variables, learner.remote)
    learner.docker("rename", container, "wisheasy")
    learner.wait_for_app()
    learner.docker("exec", container[:12], "python", "-V")
    learner.write_quotes()
    Outcome.of(learner)
    learner.docker("stop", container[:6])
    wait_until(lambda: container not in learner.docker("ps", "-aq", "--no-trunc"))
    learner.docker("rmi", "-f", learner.docker("images", "-q", learner.remote))
    assert Outcome.of(learner).not_passed == {}


@pytest.mark.parametrize("looked", [True, False], ids=["graded twice", "graded after cleanup"])
def test_pulled_and_run_by_its_digest(learner: Learner, looked: bool) -> None:
    learner.build()
    learner.tag()
    learner.login(os.environ["GRADE_LAB_REGISTRY_USER"], os.environ["GRADE_LAB_REGISTRY_PASSWORD"])
    digest = re.search(r"sha256:[0-9a-f]{64}", learner.push())
    assert digest is not None
    image = f"{learner.remote.rpartition(':')[0]}@{digest[0]}"
    learner.remove_remote_tag()
    learner.docker("pull", image)
    learner.write_env()
    learner.run(image=image)
    learner.wait_for_app()
    learner.exec()
    if looked:
        steps = {"push", "pull", "run", "answers-http", "logs", "exec"}
        outcome = Outcome.of(learner)
        assert outcome.statuses(*steps) == {"pass"}, outcome.not_passed
    learner.stop()
    learner.rm()
    learner.image_rm(learner.local, image)
    outcome = Outcome.of(learner)
    assert outcome.statuses("pull", "exec", "stop", "order") == {"pass"}, outcome.not_passed


@pytest.mark.parametrize(
    "command", [["sh", "-c", "nosuch"], ["sleep", "60"]], ids=["ended with 127", "runs on"]
)
def test_only_a_command_that_is_there_was_executed(learner: Learner, command: list[str]) -> None:
    up_to_run(learner)
    for wrong in (
        ["wisheasy", "nosuch"],
        ["wisheasy", "/etc/passwd"],
        ["-d", "wisheasy", "nosuch"],
    ):
        with pytest.raises(DockerError):
            learner.docker("exec", *wrong)
    outcome = Outcome.of(learner)
    assert outcome.status("exec") == "unproven"
    learner.docker("exec", "-d", "wisheasy", *command)
    assert Outcome.of(learner).status("exec") == "pass"
    learner.docker("rm", "-f", "wisheasy")
    assert Outcome.of(learner).status("exec") == "pass"


def test_a_restart_is_no_stop(learner: Learner) -> None:
    up_to_run(learner)
    learner.docker("restart", "-t", "1", "wisheasy")
    outcome = Outcome.of(learner)
    assert outcome.status("stop") == "fail"
    assert "still runs" in outcome.told("stop")
    assert "stop of container" in outcome.told("order")
    learner.docker("rm", "--force", "wisheasy")


def test_who_ends_by_itself_was_not_stopped_in_any_order(learner: Learner) -> None:
    up_to_pull(learner)
    learner.write_env()
    learner.run(command=["true"])
    learner.docker("wait", "wisheasy")
    learner.rm()
    outcome = Outcome.of(learner)
    assert outcome.statuses("stop", "order").isdisjoint({"pass", "partial"})


def test_ctrl_c_in_a_terminal_is_a_stop(learner: Learner) -> None:
    up_to_pull(learner)
    learner.write_env()
    ours, theirs = pty.openpty()
    command = ["docker", "run", "-it", "--name", "wisheasy", "-p", f"{learner.port}:8000"]
    command += ["--env-file", ".env", learner.remote]
    terminal = subprocess.Popen(
        command,
        cwd=learner.folder,
        env={**os.environ, **learner.environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    learner.wait_for_app()
    Outcome.of(learner)
    os.write(ours, b"\x03")
    terminal.wait(timeout=30)
    os.close(ours)
    os.close(theirs)
    learner.rm()
    outcome = Outcome.of(learner)
    assert outcome.statuses("stop", "order") == {"pass"}, outcome.not_passed
