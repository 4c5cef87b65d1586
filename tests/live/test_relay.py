"""`grade-lab shell` before a real engine: docker behaves as without it, and what is recorded."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from lab import compose
from lab.errors import LabUnavailableError

from grader.journal_file import JournalFile
from tests.live.conftest import Workshop
from tests.live.recorded_shell import SECONDS, Lab, archive, noise, opened, recorded_lab
from tests.live.tls import tls_before
from tests.places import GRADE_LAB
from tests.relay.terminal import Terminal

pytestmark = pytest.mark.live


@pytest.fixture
def lab(tmp_path: Path, workshop: Workshop) -> Iterator[Lab]:
    with recorded_lab(tmp_path / "lab", workshop) as opened_lab:
        yield opened_lab


@pytest.mark.parametrize(
    "words",
    [
        "version",
        "ps --no-trunc --format {{.ID}}",
        "image ls",
        "image inspect {image}",
        "history {image}",
        "inspect {name}",
        "logs {name}",
        "logs nosuchcontainer",
        "inspect nosuchthing",
        "run --rm nosuch.invalid/image",
        "port {name}",
        "diff {name}",
        "volume ls",
        "exec {name} sh -c 'echo out; echo err >&2; exit 5'",
        "exec {name} nosuchcommand",
    ],
)
def test_docker_shows_the_same_and_ends_the_same(words: str, lab: Lab) -> None:
    told = words.replace("{name}", lab.name).replace("{image}", lab.image)
    through, direct = (lab.docker(*shlex.split(told), direct=way) for way in (False, True))
    assert (through.returncode, through.stdout, through.stderr) == (
        direct.returncode,
        direct.stdout,
        direct.stderr,
    )


def test_input_reaches_a_command_whole_and_ends(lab: Lab) -> None:
    data = noise(5 * 2**20)
    assert lab.done("exec", "-i", lab.name, "cat", stdin=data) == data


def test_an_attached_container_gets_the_end_of_its_input(lab: Lab, workshop: Workshop) -> None:
    name = f"{lab.name}-cat"
    made = ("--label", f"grade-lab.test={workshop.mark}", "--name", name)
    lab.done("create", "-i", *made, lab.image, "cat")
    data = noise(2**20)
    assert lab.done("start", "-ai", name, stdin=data) == data
    assert lab.done("wait", name) == b"0\n"
    assert lab.done("run", "-i", "--rm", lab.image, "wc", "-c", stdin=data) == b"1048576\n"


def test_a_terminal_in_a_container_echoes_and_gives_its_exit_code(lab: Lab) -> None:
    command = ["docker", "exec", "-it", lab.name, "sh"]
    with Terminal(command, {**os.environ, **lab.relay}) as terminal:
        terminal.until("# ")
        terminal.type("echo $((40 + 2))=\n")
        terminal.until("echo $((40 + 2))=")
        terminal.until("42=")
        terminal.type("echo sta''rted; cat\n")
        terminal.until("\nstarted")
        terminal.type("one\n")
        terminal.until("one\r\none")
        terminal.type("\x03")
        terminal.until("# ")
        terminal.type("exit 9\n")
        assert terminal.exit_code() == 9


def test_a_followed_log_comes_live_and_ends_with_the_container(lab: Lab) -> None:
    following = subprocess.Popen(
        ["docker", "logs", "-f", lab.name],
        env={**os.environ, **lab.relay},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert following.stdout
    assert following.stdout.readline() == "hello\n"
    lab.done("stop", "-t", "5", lab.name)
    assert following.wait(SECONDS) == 0


def open_files(lab: Lab) -> int:
    return len(list(Path(f"/proc/{lab.process.pid}/fd").iterdir()))


def test_a_followed_log_that_is_interrupted_frees_the_engine_and_the_relay(lab: Lab) -> None:
    following = subprocess.Popen(
        ["docker", "logs", "-f", lab.name], env={**os.environ, **lab.relay}, stdout=subprocess.PIPE
    )
    assert following.stdout
    following.stdout.readline()
    open_before = open_files(lab)
    following.send_signal(signal.SIGINT)
    following.wait(SECONDS)
    deadline = time.monotonic() + SECONDS
    while open_files(lab) > open_before - 2:
        assert time.monotonic() < deadline, "the relay keeps the connection"
        time.sleep(0.02)


def test_files_are_copied_both_ways(lab: Lab, tmp_path: Path) -> None:
    data = noise(3 * 2**20)
    (tmp_path / "there").write_bytes(data)
    lab.done("cp", str(tmp_path / "there"), f"{lab.name}:/there")
    lab.done("cp", f"{lab.name}:/there", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data


def test_an_image_is_saved_and_loaded_whole(lab: Lab) -> None:
    saved = lab.done("save", lab.image)
    assert names(saved) == names(lab.done("save", lab.image, direct=True))
    assert lab.image.encode() in lab.done("load", stdin=saved)


def names(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return tar.getnames()


def test_compose_works(lab: Lab, workshop: Workshop) -> None:
    if lab.docker("compose", "version").returncode:
        try:
            compose.enable(Path(os.environ["DOCKER_CONFIG"]))
        except LabUnavailableError as reason:
            pytest.skip(str(reason))
    (lab.folder / "compose.yaml").write_text(
        f"services:\n  web:\n    image: {lab.image}\n    command: ['echo', 'up']\n"
    )
    file = ("compose", "-f", str(lab.folder / "compose.yaml"))
    assert b"up" in lab.done(*file, "up")
    lab.done(*file, "down")


def test_recorded_is_what_the_rubric_asks_for_and_no_secret(lab: Lab, workshop: Workshop) -> None:
    secret = uuid4().hex
    dockerfile = f"FROM {workshop.base}\nARG TOKEN\nLABEL grade-lab.test={workshop.mark}\n"
    context = archive({"Dockerfile": dockerfile.encode()})
    lab.done("build", "--build-arg", f"TOKEN={secret}", "-", stdin=context)
    lab.done("run", "--rm", "-e", f"TOKEN={secret}", lab.image, "true")
    lab.done("exec", "-e", f"TOKEN={secret}", lab.name, "true")
    lab.done("ps", "-a", "--filter", f"label={secret}")
    lab.done("logs", "--since", "1h", lab.name)
    lab.done("image", "ls", "--filter", f"label={secret}")
    lab.done("image", "inspect", lab.image)
    lab.docker("image", "inspect", "nosuch:1")
    lab.docker("logs", "nosuch")
    container = lab.done("inspect", "-f", "{{.Id}}", lab.name).decode().strip()
    assert sorted(set(lab.recorded)) == sorted(
        [
            ("/containers/json", 200),
            (f"/containers/{container}/logs", 200),
            ("/images/json", 200),
            (f"/images/{lab.image}/json", 200),
            ("/images/nosuch:1/json", 404),
        ]
    )
    journal = (lab.folder / ".grade-lab" / "journal.jsonl").read_text(encoding="utf-8")
    assert secret not in journal
    assert "?" not in journal
    assert "authorization" not in journal.lower()


def grade(lab: Lab) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [GRADE_LAB, lab.folder, "--format", "json", "--out", "-", "--lang", "en"],
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    return {objective["id"]: objective for objective in json.loads(done.stdout)["objectives"]}


def test_what_was_used_is_proven_after_the_cleanup(lab: Lab) -> None:
    for words in (["logs", lab.name], ["ps"], ["image", "ls"], ["rm", "-f", lab.name]):
        lab.done(*words)
    told = lab.close()
    assert "calls noted: 3" in told
    graded = grade(lab)
    assert {name: objective["status"] for name, objective in graded.items()} == dict.fromkeys(
        ("logs", "list", "images"), "pass"
    )
    proof = graded["logs"]["checks"][0]["evidence"][0]
    assert (proof["strength"], proof["source"]) == ("recorded", "relay")


def test_what_was_only_run_on_the_way_proves_nothing(lab: Lab) -> None:
    lab.done("exec", lab.name, "true")
    lab.done("inspect", lab.name)
    lab.done("run", "--rm", lab.image, "true")
    lab.close()
    assert all(objective["status"] != "pass" for objective in grade(lab).values())


def test_a_grading_inside_the_shell_is_no_use_of_a_command(lab: Lab) -> None:
    done = subprocess.run(
        [GRADE_LAB, "shell", lab.folder, "--", GRADE_LAB, "collect", lab.folder],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert lab.recorded == []


def test_the_shell_ends_while_commands_run_and_leaves_nothing(lab: Lab) -> None:
    following = subprocess.Popen(
        ["docker", "logs", "-f", lab.name], env={**os.environ, **lab.relay}, stdout=subprocess.PIPE
    )
    assert following.stdout
    following.stdout.readline()
    lab.process.send_signal(signal.SIGTERM)
    assert lab.process.wait(SECONDS) == 128 + signal.SIGTERM
    following.wait(SECONDS)
    path = Path(lab.relay["DOCKER_HOST"].removeprefix("unix://"))
    assert not path.parent.exists()
    assert JournalFile(lab.folder / ".grade-lab" / "journal.jsonl").read().intact


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_an_engine_behind_tls_is_reached_with_the_learners_own_keys(
    lab: Lab, tmp_path: Path
) -> None:
    data = noise(2**20)
    context = archive({"Dockerfile": f"FROM {lab.image}\nCOPY data /\n".encode(), "data": data})
    with (
        tls_before(os.environ["DOCKER_HOST"], tmp_path) as settings,
        opened(lab.folder, {**os.environ, **settings}) as (relay, _),
    ):
        lab.relay = relay
        shown = lab.done("ps", "--format", "{{.Names}}", "--filter", f"name={lab.name}")
        assert shown.decode().split() == [lab.name]
        lab.done("build", "-t", lab.image, "-", stdin=context)
        built = lab.done("create", lab.image).decode().strip()
        assert data in lab.done("cp", f"{built}:/data", "-")
        lab.done("rm", built)
