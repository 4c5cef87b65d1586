"""What a rubric allows an image that grade-lab runs itself (`grade-lab grade --verify`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from grader.check import NonBlank, TextOf
from grader.units import Size

Capability = Annotated[
    str,
    Field(
        pattern="^(AUDIT_WRITE|CHOWN|DAC_OVERRIDE|FOWNER|FSETID|KILL|MKNOD|NET_BIND_SERVICE"
        "|NET_RAW|SETFCAP|SETGID|SETPCAP|SETUID|SYS_CHROOT)$"
    ),
]
"""One of those that Docker gives to every container; no other can be had."""

MB = 1_000_000


class Sandbox(BaseModel):
    """Limits of a run; and of a build, where ``build_memory`` and ``build_seconds`` count instead.

    ``network`` lets it reach other computers, also while it is built. ``seconds`` is how long a run
    may take in all. ``memory``, ``processes`` and ``cpus`` are what it may use at a time, and
    ``disk`` is what it may write. It runs as ``user`` where one is given, with the capabilities
    ``cap_add`` and no others; ``read_only`` keeps it from writing. ``dockerfile`` is the file
    of the submission to build from where no registry holds the image; with ``build: false`` nothing
    is built.
    ``env_file`` is an env file beside the rubric, with the instructor's own values: they win over
    those of the example that the submission holds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cap_add: tuple[Capability, ...] = ()
    network: bool = False
    read_only: bool = False
    user: NonBlank | None = None
    memory: Annotated[Size, Field(ge=16 * MB, le=16_000 * MB)] = 256 * MB
    disk: Annotated[Size, Field(ge=1 * MB, le=100_000 * MB)] = 500 * MB
    processes: Annotated[int, Field(ge=2, le=10_000)] = 128
    cpus: Annotated[float, Field(ge=0.1, le=64)] = 1.0
    seconds: Annotated[float, Field(ge=1, le=600)] = 60.0
    build: bool = True
    build_memory: Annotated[Size, Field(ge=64 * MB, le=64_000 * MB)] = 1_000 * MB
    build_seconds: Annotated[float, Field(ge=1, le=3600)] = 300.0
    dockerfile: NonBlank = "Dockerfile"
    env_file: TextOf | None = None
