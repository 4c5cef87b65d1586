"""The engines that the lab is tested on: other releases of Debian, run side by side here."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from . import apt, base_image, compose, registry, rootless, roots
from .docker import docker
from .engine import CLIENT, PrivateEngine
from .environment import SAMPLE, Lab, complete
from .errors import LabUnavailableError
from .podman import PodmanEngine
from .rootless import RootlessDocker, RootlessPodman

Builder = Literal["classic", "BuildKit"]

DOCKER = ("docker.io", "docker-cli", "docker-buildx")
PODMAN = ("podman", "aardvark-dns", "catatonit", "crun", "netavark", "slirp4netns")
PODMAN_5 = (*PODMAN, "nftables")
ROOTLESS = ("rootlesskit", *rootless.PACKAGES)
BUILDX_SUITE = "trixie"
BUILDX = Path("usr/libexec/docker/cli-plugins/docker-buildx")


@dataclass(frozen=True)
class EngineKind:
    """An engine to test on, by a name to type and a title to read.

    ``suite`` is the release of Debian that has it in ``packages``, the engine's own first;
    ``settings`` are those of daemon.json. ``builders`` are what `docker build` can use with it,
    and ``engine`` is how it is started. Stories whose names have a word of ``without`` are not for
    it. ``program`` is a ``dockerd`` of no release of Debian, which runs on what the suite has.
    """

    name: str
    title: str
    suite: str
    packages: tuple[str, ...] = DOCKER
    settings: Mapping[str, object] = field(default_factory=dict)
    builders: tuple[Builder, ...] = ("classic", "BuildKit")
    engine: type[PrivateEngine] = PrivateEngine
    without: tuple[str, ...] = ()
    program: Path | None = None

    def prepare(self) -> Path:
        """Make and install all that needs downloads, once; the lab itself may have no network.

        Raises LabUnavailableError when that cannot be had.
        """
        apt.ensure((*CLIENT, *registry.PROGRAMS, ("openssl", "openssl")))
        base_image.archive()
        compose.program()
        if "BuildKit" in self.builders:
            roots.root(BUILDX_SUITE, DOCKER)
        return roots.root(self.suite, self.packages)

    @property
    def version(self) -> str:
        """The version of its program or package; for what was prepared."""
        root = self.prepare()
        return _version(self.program) if self.program else roots.version(root, self.packages[0])


def given(program: Path) -> tuple[EngineKind, ...]:
    """A ``dockerd`` that no release of Debian has, with either store; alone in its folder.

    Raises LabUnavailableError when it is no such program.
    """
    title = f"Docker {_version(program).partition('.')[0]}"
    return tuple(
        EngineKind(name, title + store, "sid", settings=settings, program=program)
        for name, store, settings in (
            ("docker-given", "", CLASSIC_STORE),
            ("docker-given-c", ", containerd store", CONTAINERD_STORE),
        )
    )


def _version(dockerd: Path) -> str:
    """Of what it tells itself: ``Docker version 29.7.2, build 1a2b3c4``."""
    try:
        told = subprocess.check_output([dockerd, "--version"], encoding="utf-8")
    except (OSError, subprocess.CalledProcessError) as error:
        told = str(error)
    version = re.match(r"Docker version ([^,\s]+)", told)
    if version is None:
        raise LabUnavailableError(f"{dockerd} is no dockerd that runs here: {told.strip()}")
    return version[1]


# What needs health checks, which Podman leaves to systemd.
NO_HEALTH = ("compose-two-services", "dockerfile-best-practice")

CONTAINERD_STORE = {"features": {"containerd-snapshotter": True}}
CLASSIC_STORE = {"features": {"containerd-snapshotter": False}}

ENGINES: tuple[EngineKind, ...] = (
    EngineKind("docker-20", "Docker 20.10", "bookworm", ("docker.io",)),
    EngineKind("docker-26", "Docker 26", "trixie", settings=CLASSIC_STORE),
    EngineKind("docker-26c", "Docker 26, containerd store", "trixie", settings=CONTAINERD_STORE),
    EngineKind("docker-28", "Docker 28", "sid", settings=CLASSIC_STORE),
    EngineKind("docker-28c", "Docker 28, containerd store", "sid", settings=CONTAINERD_STORE),
    EngineKind(
        *("docker-26-rootless", "Docker 26, rootless", "trixie", (*DOCKER, *ROOTLESS)),
        settings=CLASSIC_STORE,
        engine=RootlessDocker,
    ),
    EngineKind(
        *("docker-28c-rootless", "Docker 28, containerd store, rootless", "sid"),
        (*DOCKER, *ROOTLESS),
        settings=CONTAINERD_STORE,
        engine=RootlessDocker,
    ),
    # Its API has no BuildKit: it builds with its own builder, whatever the client asks for.
    EngineKind(
        *("podman-4", "Podman 4.3", "bookworm", PODMAN),
        builders=("classic",),
        engine=PodmanEngine,
        without=NO_HEALTH,
    ),
    EngineKind(
        *("podman-4-rootless", "Podman 4.3, rootless", "bookworm", (*PODMAN, *rootless.PACKAGES)),
        builders=("classic",),
        engine=RootlessPodman,
        without=NO_HEALTH,
    ),
    EngineKind(
        *("podman-5", "Podman 5.4", "trixie", PODMAN_5),
        builders=("classic",),
        engine=PodmanEngine,
        without=NO_HEALTH,
    ),
)


@contextmanager
def open_engine(kind: EngineKind, builder: Builder) -> Iterator[Lab]:
    """Start a lab on this kind of engine, for `docker build` with this builder.

    Raises LabUnavailableError when it cannot be had here, or DockerError.
    """
    base = base_image.reference(SAMPLE / "Dockerfile")
    with ExitStack() as stack:
        root = kind.prepare()
        engine = stack.enter_context(
            kind.engine(root=root, settings=kind.settings, program=kind.program)
        )
        certificate = engine.certificate if isinstance(engine, PodmanEngine) else None
        hub = stack.enter_context(registry.PrivateRegistry(certificate=certificate))
        base_image.load(engine, base)
        environment = {**engine.environment, "GRADE_LAB_ENGINE_PID": str(engine.pid)}
        if builder == "BuildKit":
            _enable_buildx(Path(environment["DOCKER_CONFIG"]))
        environment = complete(environment, hub, base)
        environment["DOCKER_BUILDKIT"] = "1" if builder == "BuildKit" else "0"
        docker(["version"], environment)
        yield Lab(engine, hub, environment)


def _enable_buildx(configuration: Path) -> None:
    """The plugin of `docker build` for BuildKit: one program, which any release can run."""
    plugin = configuration / "cli-plugins" / "docker-buildx"
    plugin.parent.mkdir(parents=True, exist_ok=True)
    plugin.symlink_to(roots.root(BUILDX_SUITE, DOCKER) / BUILDX)
