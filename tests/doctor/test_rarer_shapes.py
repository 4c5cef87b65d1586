"""Machines that few have: what is said first there."""

from __future__ import annotations

import pytest

from grader.doctor.finding import Severity
from grader.doctor.known import examine
from grader.doctor.machine import Command, Config, Helper, Machine, Registry
from grader.errors import GradeLabError
from grader.messages import msg
from tests.doctor.shapes import UNIX, alive, around, dead, engine, healthy, off

NONE = Command(found=False)
AHEAD = Registry(name="docker.io", needed=True, reachable=True, ahead=300.0)
LIMITED = Registry(name="r.example", needed=True, reachable=True, limited=True, logged_in=True)
WINDOWS = around("win32", "desktop")

SHAPES: list[tuple[str, Machine, str, str]] = [
    (
        "a Mac's clock",
        healthy(surroundings=around("darwin"), registries=(AHEAD,)),
        "clock-wrong",
        "System Settings",
    ),
    (
        "the clock within WSL",
        healthy(surroundings=around("linux", wsl=True), registries=(AHEAD,)),
        "clock-wrong",
        "wsl --shutdown",
    ),
    (
        "Colima's clock",
        healthy(surroundings=around("darwin", "colima"), engine=engine(ahead=-400.0)),
        "clock-engine",
        "colima restart",
    ),
    (
        "the clock of an engine elsewhere",
        healthy(engine=engine(ahead=400.0)),
        "clock-engine",
        "timedatectl",
    ),
    (
        "Desktop on Windows, not started since it was installed",
        off(WINDOWS, command=NONE),
        "client-missing",
        "Docker Desktop",
    ),
    (
        "Podman without the docker command",
        off(around("linux", "podman"), command=NONE),
        "client-missing",
        "docker-cli",
    ),
    (
        "an engine without the docker command",
        healthy(command=NONE),
        "client-missing",
        "docs.docker.com/engine/install",
    ),
    (
        "a registry that does not say for how long",
        healthy(registries=(LIMITED,)),
        "rate-limit",
        "do not pull again",
    ),
]


@pytest.mark.parametrize(
    ("machine", "code", "first"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES]
)
def test_what_to_do_first_is_told(machine: Machine, code: str, first: str) -> None:
    (found,) = [f for f in examine(machine) if f.code == code]
    assert found.severity is not Severity.OK
    assert first in str(found.steps[0])


def test_whoever_is_logged_in_and_has_the_right_time_is_told_that_it_is_fine() -> None:
    hub = Registry(
        name="docker.io", needed=True, pushed_to=True, reachable=True, logged_in=True, ahead=0.5
    )
    config = Config(helpers=(Helper(name="desktop"),))
    found = examine(healthy(registries=(hub,), config=config))
    assert {f.severity for f in found} == {Severity.OK}
    assert {"login", "clock"} <= {f.code for f in found}


def test_a_context_that_cannot_be_used_names_one_that_answers() -> None:
    trouble = GradeLabError(msg("no context 'lab'"), msg("type `docker context ls`"))
    doors = (dead("unix:///gone.sock"), alive(UNIX, context="desktop-linux"))
    (found,) = [
        f
        for f in examine(healthy(settings_error=trouble, doors=doors, engine=None))
        if f.code == "context-unusable"
    ]
    assert "`docker context use desktop-linux`" in " ".join(map(str, found.steps))
