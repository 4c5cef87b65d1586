"""What a container of the sandbox is given, and when the sandbox is to blame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.errors import RubricError
from grader.facts import Logs
from grader.rubric.load import load
from grader.rubric.sandbox import Sandbox
from grader.verify import limits
from grader.verify.environment import PLACEHOLDER, environment
from grader.verify.hindrance import hindered


def log(text: str) -> Logs:
    return Logs(container_id="c", stdout="ready\n", stderr=text)


@pytest.mark.parametrize(
    ("text", "sandbox", "user", "blamed"),
    [
        ("MemoryError: Cannot allocate memory", Sandbox(), "app", True),
        ("chown: Operation not permitted", Sandbox(), "", True),
        ("chown: Operation not permitted", Sandbox(), "root:root", True),
        ("open: Permission denied", Sandbox(), "app", False),
        ("open: Permission denied", Sandbox(user="app"), "", True),
        ("open: Read-only file system", Sandbox(), "app", False),
        ("open: Read-only file system", Sandbox(read_only=True), "app", True),
        ("Temporary failure in name resolution", Sandbox(), "app", True),
        ("Temporary failure in name resolution", Sandbox(network=True), "app", False),
        ("exec python failed: Exec format error", Sandbox(), "app", True),
        ("SyntaxError: invalid syntax", Sandbox(), "", False),
    ],
)
def test_what_the_sandbox_may_have_caused_is_not_a_failure(
    text: str, sandbox: Sandbox, user: str, blamed: bool
) -> None:
    assert bool(hindered(log(f"starting\n{text}\n"), sandbox, user)) is blamed


def test_a_volume_of_the_image_is_bounded_memory_and_no_volume() -> None:
    inspected: dict[str, Any] = {"Config": {"Volumes": {"/data": {}}}}
    body = limits.container(
        "sha256:1", inspected, Sandbox(), ports=[80], environment={}, network="n", labels={}
    )
    assert set(body["HostConfig"]["Tmpfs"]) == {"/data"}
    assert body["HostConfig"]["PortBindings"] == {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]
    }


def body(sandbox: Sandbox) -> dict[str, Any]:
    return limits.container(
        "sha256:1", {}, sandbox, ports=[], environment={}, network="n", labels={}
    )


def test_names_are_asked_for_outside_only_where_the_rubric_allows_a_network() -> None:
    assert body(Sandbox())["HostConfig"]["Dns"] == [limits.NO_NAME_SERVER]
    assert "Dns" not in body(Sandbox(network=True))["HostConfig"]


def test_it_runs_as_the_image_says_unless_the_rubric_names_a_user() -> None:
    assert "User" not in body(Sandbox())
    assert body(Sandbox(user="1000:1000"))["User"] == "1000:1000"


def test_values_of_an_example_are_used_and_those_of_a_real_env_file_are_not(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text("PORT=8000\nNAME=a b\n", encoding="utf-8")
    (tmp_path / ".env").write_text("PASSWORD=hunter2\n", encoding="utf-8")
    given = environment(tmp_path, [".env.example", ".env", "missing"], "NAME=c\n# no\n")
    assert given == {"PORT": "8000", "NAME": "c", "PASSWORD": PLACEHOLDER}


def test_an_env_file_of_the_submission_is_not_followed_out_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    (tmp_path / "outside").write_text("A=1\n", encoding="utf-8")
    (folder / ".env.example").symlink_to(tmp_path / "outside")
    assert environment(folder, [".env.example", "../outside"], None) == {}


RUBRIC = """schema: grade-lab/rubric/1
id: r
title: R
sandbox: %s
objectives:
  - {id: a, title: A, points: 1, checks: [{type: file, path: x}]}
"""


def test_a_rubric_s_sandbox_is_read_with_the_env_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "test.env").write_text("A=1\n", encoding="utf-8")
    path = tmp_path / "r.yaml"
    path.write_text(RUBRIC % "{memory: 512MB, cap_add: [CHOWN], env_file: test.env}", "utf-8")
    sandbox = load(path).sandbox
    assert (sandbox.memory, sandbox.cap_add, sandbox.env_file) == (512_000_000, ("CHOWN",), "A=1\n")


@pytest.mark.parametrize(
    "wrong", ["{cap_add: [SYS_ADMIN]}", "{privileged: true}", "{memory: 1KB}", "{seconds: 0}"]
)
def test_a_sandbox_cannot_be_opened_wide(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(RUBRIC % wrong, encoding="utf-8")
    with pytest.raises(RubricError):
        load(path)
