"""The lab as a whole: an engine, a registry, a base image, and how a command finds them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import apt
from .docker import DockerError, docker
from .errors import LabUnavailableError, say
from .existing import ContainerRegistry, ExistingEngine

if TYPE_CHECKING:  # they need Linux; this module does not
    from .engine import PrivateEngine
    from .registry import PrivateRegistry

SAMPLE = Path(__file__).parents[2] / "sample_submission"
USE_EXISTING = "GRADE_LAB_USE_EXISTING_ENGINE"
VARIABLES = (  # ours, of which an outer run's must not reach an inner one
    *("GRADE_LAB_LIVE", "GRADE_LAB_UNAVAILABLE", "GRADE_LAB_ENGINE_PID", "GRADE_LAB_BASE_IMAGE"),
    *("GRADE_LAB_REGISTRY", "GRADE_LAB_REGISTRY_USER", "GRADE_LAB_REGISTRY_PASSWORD"),
)


@dataclass(frozen=True)
class Lab:
    """A running lab. `engine` is None where the user's own engine is used."""

    engine: PrivateEngine | None
    registry: PrivateRegistry | ContainerRegistry
    environment: dict[str, str]

    @property
    def data(self) -> Path:
        """The folder of a private engine's data, which ends with it."""
        if self.engine is None:
            raise LabUnavailableError("The engine is your own, and so are its data.")
        return self.engine.state / "data"


@contextmanager
def open_lab() -> Iterator[Lab]:
    """Start the lab, and stop it when the `with` block is left.

    Private where we may (root on Debian or Ubuntu), on the engine that is there otherwise or
    when GRADE_LAB_USE_EXISTING_ENGINE=1 asks for it. Raises LabUnavailableError with every reason.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        lab = _open(stack)
        version = docker(["version", "--format", "{{.Server.Version}}"], lab.environment)
        kind = "private" if lab.engine else "your own"
        took = time.monotonic() - began
        say(f"Docker {version} ({kind}), registry {lab.registry.address}: ready in {took:.1f} s.")
        yield lab


def _open(stack: ExitStack) -> Lab:
    reasons = []
    if apt.usable() and os.environ.get(USE_EXISTING) != "1":
        try:
            return _private(stack)
        except (LabUnavailableError, DockerError) as reason:
            stack.close()
            reasons.append(str(reason))
    try:
        return _existing(stack)
    except (LabUnavailableError, DockerError) as reason:
        raise LabUnavailableError("\n".join([*reasons, str(reason)])) from reason


def _private(stack: ExitStack) -> Lab:
    from . import base_image
    from .engine import PrivateEngine
    from .registry import PrivateRegistry

    base = base_image.reference(SAMPLE / "Dockerfile")
    engine = stack.enter_context(PrivateEngine())
    registry = stack.enter_context(PrivateRegistry())
    base_image.load(engine, base)
    environment = {**engine.environment, "GRADE_LAB_ENGINE_PID": str(engine.pid)}
    return Lab(engine, registry, complete(environment, registry, base))


def _existing(stack: ExitStack) -> Lab:
    from . import base_image

    engine = stack.enter_context(ExistingEngine())
    registry = stack.enter_context(ContainerRegistry(engine))
    base = base_image.reference(SAMPLE / "Dockerfile")
    return Lab(None, registry, complete(engine.environment, registry, base))


def complete(
    environment: dict[str, str], registry: PrivateRegistry | ContainerRegistry, base: str
) -> dict[str, str]:
    """The engine's environment, with what tests and the demo need to know besides."""
    builder = {}
    try:
        docker(["buildx", "version"], environment)
    except DockerError:
        builder = {"DOCKER_BUILDKIT": "0"}  # a newer client insists on buildx otherwise
    return {
        **environment,
        **builder,
        "GRADE_LAB_LIVE": "1",
        "GRADE_LAB_REGISTRY": registry.address,
        "GRADE_LAB_REGISTRY_USER": registry.user,
        "GRADE_LAB_REGISTRY_PASSWORD": registry.password,
        "GRADE_LAB_BASE_IMAGE": base,
    }
