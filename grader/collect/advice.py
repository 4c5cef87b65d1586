"""What to do when the engine cannot be used, on this operating system."""

from __future__ import annotations

from grader.facts import Reason
from grader.messages import Message, msg


def advice(platform: str, reason: Reason) -> list[Message]:
    """Next steps, the likeliest first; ``platform`` is that of ``sys.platform``."""
    again = msg("then try `docker version`, and run `grade-lab` again")
    if reason is Reason.PERMISSION:
        return [*_permission(platform), again]
    if reason is Reason.ENGINE_UNREACHABLE:
        return [*_start(platform), again]
    return []


def _start(platform: str) -> list[Message]:
    if platform == "linux":
        return [
            msg("start Docker: `sudo systemctl start docker`, or open Docker Desktop"),
            msg("in WSL, open Docker Desktop on Windows and turn on its WSL integration"),
        ]
    desktop = msg("open Docker Desktop, and wait until it says that the engine is running")
    if platform == "darwin":
        return [desktop, msg("if you use Colima, run `colima start`")]
    return [desktop]


def _permission(platform: str) -> list[Message]:
    if platform == "win32":
        return [
            msg(
                "open Docker Desktop as the user who runs grade-lab, or ask for membership in the "
                "group docker-users"
            )
        ]
    if platform == "darwin":
        return [msg("open Docker Desktop as the user who runs grade-lab")]
    return [
        msg("run `sudo usermod -aG docker $USER`, then log out and log in again"),
        msg("or, only for now, open a new shell with `newgrp docker`"),
    ]
