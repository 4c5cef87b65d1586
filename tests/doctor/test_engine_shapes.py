"""Why the docker command reaches no engine: on machines that cannot be had here, too."""

from __future__ import annotations

import pytest

from grader.doctor.finding import Severity
from grader.doctor.known import examine, first_problem
from grader.doctor.machine import Command, Config, Machine
from grader.errors import GradeLabError
from grader.facts import Reason
from grader.messages import LANGUAGES, Translator, msg
from tests.doctor.shapes import HOME, PIPE, alive, around, dead, engine, healthy, off

NONE = Command(found=False)
DENIED = dead(reason=Reason.PERMISSION, there=True, group="docker", mode="660")
STUB = Command(runs=False, stub=True)
COLIMA = alive(f"{HOME}/.colima/default/docker.sock", context="colima")
DESKTOP = alive(f"{HOME}/.docker/run/docker.sock", "Docker Desktop", context="desktop-linux")
PODMAN = alive("unix:///run/user/1000/podman/podman.sock", "Podman")

SHAPES: list[tuple[str, Machine, str, str]] = [
    ("mac, nothing", off(around("darwin"), command=NONE), "docker-missing", "mac-install"),
    ("windows, nothing", off(around("win32"), command=NONE), "docker-missing", "windows-install"),
    ("linux, nothing", off(around("linux"), command=NONE), "docker-missing", "engine/install"),
    ("wsl, nothing", off(around("linux", wsl=True), command=NONE), "docker-missing", "on Windows"),
    ("mac, client only", off(around("darwin")), "engine-missing", "mac-install"),
    ("linux, client only", off(around("linux")), "engine-missing", "engine/install"),
    (
        "mac, engine only",
        healthy(surroundings=around("darwin", "colima"), command=NONE),
        "client-missing",
        "brew install docker",
    ),
    ("mac, Desktop off", off(around("darwin", "desktop")), "desktop-stopped", "Command and the"),
    ("windows, Desktop off", off(around("win32", "desktop")), "desktop-stopped", "Start menu"),
    ("mac, Colima off", off(around("darwin", "colima")), "engine-stopped", "colima start"),
    ("mac, OrbStack off", off(around("darwin", "orbstack")), "engine-stopped", "orb start"),
    ("mac, Podman off", off(around("darwin", "podman")), "engine-stopped", "podman machine start"),
    ("linux, off", off(around("linux", "engine")), "engine-stopped", "systemctl start docker"),
    (
        "linux without systemd, off",
        off(around("linux", "engine", systemd=False)),
        "engine-stopped",
        "service docker start",
    ),
    ("linux, Desktop off", off(around("linux", "desktop")), "desktop-stopped", "docker-desktop"),
    ("linux, Podman off", off(around("linux", "podman")), "podman-socket-off", "podman.socket"),
    (
        "wsl, stub of docker",
        off(around("linux", "desktop", wsl=True), command=STUB),
        "wsl-integration",
        "on Windows, open Docker Desktop",
    ),
    (
        "wsl, only docker.exe",
        off(around("linux", "desktop", wsl=True), command=NONE),
        "wsl-integration",
        "on Windows, open Docker Desktop",
    ),
    (
        "wsl, own client, Desktop",
        off(around("linux", "desktop", wsl=True)),
        "wsl-integration",
        "on Windows, open Docker Desktop",
    ),
    (
        "not in the group",
        off(around("linux", "engine"), DENIED),
        "socket-permission",
        "sudo usermod -aG docker $USER",
    ),
    (
        "in the group from the next login on",
        off(around("linux", "engine", group="pending"), DENIED),
        "socket-permission",
        "log out and log in again",
    ),
    (
        "windows, not in docker-users",
        off(around("win32", "desktop"), dead(PIPE, Reason.PERMISSION)),
        "socket-permission",
        "docker-users",
    ),
    (
        "mac, Colima runs, context default",
        off(around("darwin", "colima"), dead(), COLIMA),
        "context-wrong",
        "`docker context use colima`",
    ),
    (
        "mac, DOCKER_HOST is of yesterday",
        off(
            around("darwin", "desktop"),
            dead("tcp://127.0.0.1:2375"),
            DESKTOP,
            chosen_by="DOCKER_HOST",
        ),
        "docker-host-dead",
        "`unset DOCKER_HOST`",
    ),
    (
        "linux, DOCKER_HOST is no address",
        off(around("linux", "engine"), dead("localhost:2375"), chosen_by="DOCKER_HOST"),
        "engine-remote",
        "`unset DOCKER_HOST`",
    ),
    (
        "windows, DOCKER_HOST is of yesterday",
        off(
            around("win32", "desktop"),
            dead("tcp://127.0.0.1:2375"),
            alive(PIPE, "Docker Desktop"),
            chosen_by="DOCKER_HOST",
        ),
        "docker-host-dead",
        "`Remove-Item Env:DOCKER_HOST`",
    ),
    (
        "linux, the context of a Desktop that is gone",
        off(around("linux", "engine"), dead(), alive(), context="desktop-linux"),
        "context-wrong",
        "`docker context use default`",
    ),
    (
        "linux, Podman without a context",
        off(around("linux", "podman"), dead(), PODMAN),
        "context-wrong",
        "docker context create podman",
    ),
    (
        "another computer is off",
        off(around("linux", "engine"), dead("ssh://lab.example"), context="lab"),
        "engine-remote",
        "docker context ls",
    ),
    (
        "Desktop starts, or is stuck",
        off(around("darwin", "desktop"), dead(reason=Reason.ENGINE_ERROR)),
        "engine-error",
        "wait a minute",
    ),
    (
        "windows containers",
        healthy(surroundings=around("win32", "desktop"), engine=engine(os="windows")),
        "windows-containers",
        "Switch to Linux containers",
    ),
    (
        "the command does not run",
        healthy(command=Command(runs=False)),
        "client-broken",
        "docker version",
    ),
    (
        "the command is older than the engine takes",
        healthy(command=Command(version="20.10.24", api="1.41"), engine=engine(oldest_api="1.44")),
        "client-old",
        "1.44",
    ),
    (
        "settings broken",
        off(
            around("win32", "desktop"),
            config=Config(path=r"C:\Users\s\.docker\config.json", error="Expecting value", line=3),
            settings_error=GradeLabError(msg("broken")),
        ),
        "config-broken",
        "put right the line",
    ),
    (
        "an unknown context",
        off(
            around("linux", "engine"),
            alive(),
            settings_error=GradeLabError(msg("no such context"), msg("`docker context ls`")),
        ),
        "context-unusable",
        "docker context ls",
    ),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("machine", "code", "first"), [shape[1:] for shape in SHAPES], ids=[s[0] for s in SHAPES]
)
def test_one_cause_is_one_problem_with_steps_to_take(
    machine: Machine, code: str, first: str, lang: str
) -> None:
    findings = examine(machine)
    assert [f.code for f in findings if f.severity is Severity.PROBLEM] == [code]
    found = first_problem(findings)
    assert found is not None
    told = [Translator(lang).text(step) for step in found.steps]
    assert all(told)
    if lang == "en":
        assert first in f"{told[0]} {told[1]}" if code == "config-broken" else first in told[0]
    for step, text in zip(found.steps, told, strict=True):
        assert str(step).count("`") == text.count("`"), "a command was lost in translation"


def test_nobody_is_told_to_run_docker_with_sudo() -> None:
    for _, machine, _, _ in SHAPES:
        for finding in examine(machine):
            assert "`sudo docker" not in " ".join(map(str, finding.steps))


def test_wsl_is_told_where_to_click() -> None:
    steps = first_problem(examine(SHAPES[16][1]))
    assert steps is not None
    told = " ".join(map(str, steps.steps))
    assert "Settings), then Resources → WSL integration" in told
    assert "wsl --shutdown" in told


def test_the_wrong_context_names_the_engine_that_works() -> None:
    found = first_problem(examine(off(around("darwin", "colima"), dead(), COLIMA)))
    assert found is not None
    assert COLIMA.host in str(found.detail)


def test_a_context_that_works_is_named_where_the_chosen_one_cannot_be_used() -> None:
    machine = off(around("darwin"), COLIMA, settings_error=GradeLabError(msg("no such context")))
    found = first_problem(examine(machine))
    assert found is not None
    assert "`docker context use colima`" in str(found.steps[-1])


def test_a_machine_of_which_nothing_is_known_has_nothing_wrong() -> None:
    assert first_problem(examine(Machine())) is None
    assert first_problem(examine(healthy())) is None


def test_an_engine_that_is_off_and_a_docker_host_that_points_elsewhere_are_both_told() -> None:
    old = dead("unix:///tmp/old.sock")
    found = first_problem(examine(off(around("linux", "engine"), old, chosen_by="DOCKER_HOST")))
    assert found is not None
    assert found.code == "engine-stopped"
    start, unset = map(str, found.steps)
    assert "systemctl start docker" in start
    assert "`unset DOCKER_HOST`" in unset


def test_why_an_engine_is_off_is_told_in_the_readers_language() -> None:
    found = first_problem(examine(off(around("linux", "engine"))))
    assert found is not None
    assert found.detail is not None
    assert Translator("ko").text(found.detail).endswith("그런 파일이나 폴더가 없습니다")
