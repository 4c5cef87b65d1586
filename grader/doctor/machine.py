"""The facts about a machine that findings are made from: gathered once, frozen, free of secrets.

What was not found out keeps its default, of which no finding makes a problem: a machine about which
nothing is known is a machine with nothing wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from grader.collect.advice import Surroundings
from grader.collect.endpoint import DEFAULT_CONTEXT, usual_sockets
from grader.errors import GradeLabError
from grader.facts import Reason
from grader.messages import Message
from grader.reference import DOCKER_HUB, registry_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The docker command, and whether it runs.

    ``stub``: it only says that this WSL distribution has no integration with Docker Desktop.
    """

    found: bool = True
    runs: bool = True
    version: str = ""
    api: str = ""
    stub: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A program that keeps docker's logins, such as ``desktop`` (``docker-credential-desktop``)."""

    name: str
    state: Literal["works", "missing", "hangs", "fails"] = "works"
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """docker's ``config.json``; ``error`` tells why it cannot be used, in ``line`` (0: none)."""

    path: str = ""
    error: Message | str = ""
    line: int = 0
    helpers: tuple[Helper, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An address at which an engine may be; ``context`` names it, where one does.

    ``group`` and ``mode`` (octal) are those of a socket that is there. ``advice``
    is what would make an address usable that is none yet.
    """

    host: str
    context: str = ""
    there: bool = False
    group: str = ""
    mode: str = ""
    product: str = ""
    answers: bool = False
    reason: Reason | None = None
    detail: Message | str = ""
    advice: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedBy:
    """A container and a port of this computer that it publishes."""

    name: str
    image: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The engine that answers. ``ahead`` is its clock less ours, in seconds."""

    product: str = "Docker"
    version: str = ""
    api: str = ""
    oldest_api: str = ""
    os: str = "linux"
    arch: str = ""
    desktop: bool = False
    rootless: bool = False
    cgroup_limits: bool = True
    proxy: bool = False
    root: str = ""
    local: bool = True
    ahead: float | None = None
    images: tuple[tuple[str, str], ...] = ()
    """Images of the rubric that are there, each with its platform (``linux/arm64``)."""
    missing: tuple[str, ...] = ()
    """Base images of the submission's Dockerfile that are not there."""
    empty: bool = False
    """Whether it holds no image at all."""
    published: tuple[PublishedBy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """Names of the proxy variables that are set, and whether they spare this computer itself."""

    names: tuple[str, ...] = ()
    spares_localhost: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A file system: ``role`` says what is on it. ``free`` is in bytes; None where unknown."""

    role: Literal["engine", "submission"]
    path: str
    free: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A registry; ``needed`` where the rubric names it. ``logged_in`` is None where unknown.

    ``limit`` and ``remaining`` are pulls in a ``window`` of seconds. ``retry_after`` is in seconds.
    """

    name: str
    needed: bool = False
    pushed_to: bool = False
    reachable: bool | None = None
    limited: bool = False
    detail: str = ""
    limit: int | None = None
    remaining: int | None = None
    window: int = 0
    retry_after: int | None = None
    logged_in: bool | None = None
    ahead: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of this computer that the rubric wants published, and for which container.

    ``denied``: taking it needs more rights. ``holder``, a process, is empty where unknown.
    """

    number: int
    container: str = ""
    taken: bool = False
    denied: bool = False
    holder: str = ""
    pid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The submission and its rubric. ``asked``: the learner named the folder or a rubric.

    ``cannot_write`` tells why the folder cannot be written.
    """

    folder: str = "."
    asked: bool = False
    lab_file: bool = True
    error: GradeLabError | None = None
    rubric: str = ""
    learner_named: bool = True
    cannot_write: Message | str = ""
    disk_full: bool = False
    journal_defects: tuple[int, ...] = ()
    journal_error: GradeLabError | None = None
    platforms: tuple[tuple[str, str], ...] = ()
    """Images for which the rubric demands a platform, with it."""
    misnamed: tuple[tuple[str, str], ...] = ()
    """Files that the rubric asks for and that are not there, with what seems to be meant as it."""
    not_utf8: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    """Images that its Dockerfile starts from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """All that is known of a machine. ``doors[0]`` is where the docker command goes.

    ``chosen_by`` says why it goes there: ``DOCKER_HOST``, ``DOCKER_CONTEXT``, or the current
    ``context``. ``settings_error`` is why that cannot be told.
    """

    surroundings: Surroundings = field(default_factory=Surroundings)
    arch: str = "x86_64"
    encoding: str = "utf-8"
    command: Command = field(default_factory=Command)
    config: Config = field(default_factory=Config)
    chosen_by: Literal["DOCKER_HOST", "DOCKER_CONTEXT", "context"] = "context"
    context: str = DEFAULT_CONTEXT
    settings_error: GradeLabError | None = None
    doors: tuple[Door, ...] = ()
    engine: Engine | None = None
    proxies: Proxies = field(default_factory=Proxies)
    disks: tuple[Disk, ...] = ()
    registries: tuple[Registry, ...] = ()
    ports: tuple[Port, ...] = ()
    work: Work = field(default_factory=Work)

    @property
    def chosen(self) -> Door | None:
        """Where the docker command goes; None where its settings do not tell."""
        return self.doors[0] if self.doors and not self.settings_error else None

    @property
    def usual_host(self) -> str:
        """Where the docker command goes when nobody told it anything else."""
        return usual_sockets(self.surroundings.platform, {"HOME": "/"})[0]

    def needs(self, registry: Registry) -> bool:
        """Whether the lab has to reach a registry: the rubric names it, or an image has to come
        from there. The first of all, whatever it is, comes from Docker Hub.
        """
        if registry.needed or self.engine is None:
            return registry.needed
        if self.engine.empty and not self.work.bases:
            return registry.name == DOCKER_HUB
        return registry.name in map(registry_of, self.engine.missing)

    @property
    def working(self) -> Door | None:
        """The first door behind which an engine answers."""
        return next((door for door in self.doors if door.answers), None)
