"""What to do when the engine cannot be used, on this operating system. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from grader.facts import Reason
from grader.messages import Message, msg

Product = Literal["desktop", "engine", "colima", "orbstack", "podman", "rancher"]
"""What an engine comes with; ``engine`` is Docker Engine itself, as a service of Linux."""

Group = Literal["member", "pending", "none"]
"""Whether a process is in the group ``docker``; ``pending``: from the next login on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """A computer, seen from Docker. ``platform`` is that of ``sys.platform``.

    ``products`` are those installed, running or not; of WSL also Docker Desktop on Windows.
    ``docker_host`` is the variable of that name, which sends the docker command to an engine.
    """

    platform: str = "linux"
    wsl: bool = False
    systemd: bool = True
    group: Group = "none"
    products: frozenset[Product] = frozenset()
    docker_host: str = ""


_SILENT = re.compile(r"in time|timed out|takes too long")
"""In the words of a look that went to an engine which takes questions, and answers none."""


def advice(around: Surroundings, reason: Reason, words: str = "") -> list[Message]:
    """Next steps, the likeliest first; none where the engine is not what is in the way.

    ``words`` are those of the look that failed: they tell an engine that hangs from one that is
    off.
    """
    if reason is Reason.PERMISSION:
        steps = permission(around)
    elif reason is Reason.ENGINE_UNREACHABLE:
        steps = restart(around) if _SILENT.search(words) else start(around)
        steps += _led_astray(around)
    else:
        return []
    more = msg("`grade-lab doctor` looks closer, and says more")
    return [*steps, msg("then try `docker version`, and run `grade-lab` again"), more]


def _led_astray(around: Surroundings) -> list[Message]:
    """What to do where a variable, perhaps of long ago, sends docker where no engine is."""
    if not around.docker_host:
        return []
    windows = around.platform == "win32"
    return [
        msg(
            "docker goes to {host}, because the variable DOCKER_HOST says so; if you do not know "
            "why, type `{command}`",
            host=around.docker_host,
            command="Remove-Item Env:DOCKER_HOST" if windows else "unset DOCKER_HOST",
        )
    ]


def start(around: Surroundings) -> list[Message]:
    """How to start the engine that is installed, or how to install one."""
    if around.wsl:
        own = [_service(around)] if "engine" in around.products else []
        windows = wsl_integration() if "desktop" in around.products else []
        return [*own, *windows] or install(around)
    steps = [
        step
        for product, step in _STARTS.get(around.platform, {}).items()
        if product in around.products and not (product == "podman" and len(around.products) > 1)
    ]
    if around.platform == "linux" and "engine" in around.products:
        steps.insert(0, _service(around))
    return steps or install(around)


def restart(around: Surroundings) -> list[Message]:
    """How to get answers from an engine that is there, and gives none."""
    steps = [step for product, step in _RESTARTS.items() if product in around.products]
    if around.platform == "linux" and "engine" in around.products:
        command = "systemctl restart docker" if around.systemd else "service docker restart"
        steps.insert(0, msg("restart Docker: `sudo {command}`", command=command))
    return steps or [msg("restart Docker, or ask whoever runs it to do so")]


_RESTARTS: dict[str, Message] = {
    "desktop": msg("click the whale's menu, and choose Restart"),
    "colima": msg("restart Colima: `colima restart`"),
    "orbstack": msg("restart OrbStack's Docker: `orb restart docker`"),
}


def _service(around: Surroundings) -> Message:
    if around.systemd:
        return msg("start Docker: type `sudo systemctl start docker`, and then your own password")
    return msg("start Docker: type `sudo service docker start`, and then your own password")


_STARTS: dict[str, dict[str, Message]] = {
    "linux": {
        "desktop": msg(
            "open Docker Desktop from your applications, or type "
            "`systemctl --user start docker-desktop`"
        ),
        "podman": msg("start Podman's socket: `systemctl --user enable --now podman.socket`"),
        "rancher": msg("open Rancher Desktop, and wait until it says that it is running"),
    },
    "darwin": {
        "desktop": msg(
            "open Docker Desktop (press Command and the space bar, type Docker, press Enter), and "
            "wait until the whale at the top of the screen stands still"
        ),
        "colima": msg("start Colima: `colima start`"),
        "orbstack": msg("start OrbStack: `orb start`, or open it from your applications"),
        "rancher": msg("open Rancher Desktop, and wait until it says that it is running"),
        "podman": msg("start Podman: `podman machine start`"),
    },
    "win32": {
        "desktop": msg(
            "open Docker Desktop from the Start menu, and wait until it says at the bottom left "
            "that the engine is running"
        ),
        "rancher": msg("open Rancher Desktop, and wait until it says that it is running"),
        "podman": msg("start Podman: `podman machine start`"),
    },
}


def install(around: Surroundings) -> list[Message]:
    """How to get an engine, and the docker command with it."""
    desktop = "https://docs.docker.com/desktop/"
    if around.platform == "win32" or around.wsl:
        steps = [
            msg(
                "install Docker Desktop on Windows: {url}",
                url=f"{desktop}setup/install/windows-install/",
            ),
            msg(
                "restart the computer, open Docker Desktop from the Start menu, and wait until it "
                "says at the bottom left that the engine is running"
            ),
        ]
        return [*steps, *_integration_switch()] if around.wsl else steps
    if around.platform == "darwin":
        url = f"{desktop}setup/install/mac-install/"
        return [
            msg(
                "install Docker Desktop (choose your chip: Apple or Intel): {url}",
                url=url,
            ),
            msg("open it, and wait until the whale at the top of the screen stands still"),
        ]
    return [
        msg("install Docker Engine: {url}", url="https://docs.docker.com/engine/install/"),
        _service(around),
    ]


def wsl_integration() -> list[Message]:
    """How to reach Docker Desktop, which is on Windows, from a distribution of WSL."""
    return [
        msg(
            "on Windows, open Docker Desktop from the Start menu, and wait until it says at the "
            "bottom left that the engine is running"
        ),
        *_integration_switch(),
        msg(
            "if it still does not work, type `wsl --shutdown` in PowerShell, and open this "
            "terminal again"
        ),
    ]


def _integration_switch() -> list[Message]:
    return [
        msg(
            "in Docker Desktop, click the gear at the top right (Settings), then Resources → WSL "
            "integration; turn on the switch of this distribution, and click Apply"
        ),
        msg(
            "if there is no WSL integration to click, right-click the whale beside the clock and "
            "choose Switch to Linux containers"
        ),
    ]


def permission(around: Surroundings) -> list[Message]:
    """How to be allowed to use the engine."""
    if around.platform == "win32":
        return [
            msg(
                "open Docker Desktop as the user who runs grade-lab, or ask for membership in the "
                "group docker-users"
            ),
            msg("log out of Windows and log in again: only then does the membership count"),
        ]
    if around.platform == "darwin":
        return [msg("open Docker Desktop as the user who runs grade-lab")]
    again = msg("log out and log in again (in WSL: type `wsl --shutdown` in PowerShell)")
    now = msg("or, only for this terminal and at once: `newgrp docker`")
    if around.group == "pending":
        return [again, now]
    join = msg("type `sudo usermod -aG docker $USER`, and then your own password")
    return [join, again, now]
