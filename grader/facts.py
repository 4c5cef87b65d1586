"""Answers to needs: what was found, reduced to what can be judged and free of secrets.

Names follow the Docker Engine API; times are UTC, sizes are bytes. Environment variables are kept
by name, never by value.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from grader.instant import Instant

FIRST_YEAR_OF_DOCKER = 2013

STOPPED_BY_SIGNAL = frozenset({130, 137, 143})
"""Exit codes of a process that SIGINT, SIGKILL or SIGTERM ended."""

WRONG_PROCESSOR = "exec format error"
"""The kernel's words, in any case of letters, for a program that it cannot run: ENOEXEC."""


class Fact(BaseModel):
    """What an observation found. Unknown fields of a later version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Reason(StrEnum):
    """Why an observation is *absent* (we looked) or *unavailable* (we could not look)."""

    NOT_THERE = "not-there"
    NOT_RUNNING = "not-running"
    NOT_PUBLISHED = "not-published"
    NO_ANSWER = "no-answer"
    ENGINE_UNREACHABLE = "engine-unreachable"
    ENGINE_ERROR = "engine-error"
    PERMISSION = "permission"
    REGISTRY_UNREACHABLE = "registry-unreachable"
    DENIED = "denied"
    """A registry shows it not to this login: it is private, or not there."""
    CREDENTIALS = "credentials"
    """What keeps the docker command's logins did not answer, so no registry was asked."""
    RATE_LIMITED = "rate-limited"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    UNSUPPORTED = "unsupported"
    UNREADABLE = "unreadable"
    OUTSIDE = "outside-submission"
    SANDBOX = "sandbox"
    """A limit of grade-lab's own run of an image was in the way."""


class Engine(Fact):
    """A Docker Engine that answered.

    ``id`` is its own, which it keeps for as long as what it stores; empty where none is known.
    """

    id: str = ""
    product: str
    version: str
    api_version: str
    os: str
    arch: str
    storage_driver: str = ""
    containerd_store: bool = False
    endpoint: str = ""


class Image(Fact):
    """An image in the engine, by inspect and history (oldest step first).

    ``last_tagged`` is None for an image that was only ever pulled; ``identity`` holds the names of
    the engine's own record of origin (``build``, ``pull``), from API 1.53 on. ``healthcheck`` tells
    whether it has one; None where that was not recorded. ``manifests`` are the digests of an
    index's images, one for each platform.
    """

    id: str
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    created: str = ""
    last_tagged: Instant | None = None
    labels: dict[str, str] = {}
    exposes: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    env: tuple[str, ...] = ()
    platform: str = ""
    size: int = 0
    history: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    healthcheck: bool | None = None
    manifests: tuple[str, ...] = ()

    @property
    def built_at(self) -> datetime | None:
        """When it was built; None for the placeholder that reproducible builds put there."""
        try:
            created = datetime.fromisoformat(self.created)
        except ValueError:
            return None
        return created if created.tzinfo and created.year >= FIRST_YEAR_OF_DOCKER else None

    @property
    def only_pulled(self) -> bool:
        """Whether nothing says that it was built or tagged here."""
        if self.identity:
            return "build" not in self.identity
        return self.last_tagged is None and bool(self.digests)


class PortBinding(Fact):
    """One published port: ``container`` as ``8000/tcp``; ``host`` is empty for a random port."""

    container: str
    host: str = ""
    ip: str = ""


class Mount(Fact):
    """A mount: ``source`` is a volume's name or a bind mount's path on the host.

    ``read_only`` is None where nobody noted it.
    """

    type: str
    source: str
    target: str
    read_only: bool | None = None


class Container(Fact):
    """A container by inspect. ``ports`` are those asked for, kept when it stops.

    ``env`` tells where each variable's value comes from: ``image`` when it is the image's own,
    ``run`` when ``docker run`` set it (``-e`` and ``--env-file`` cannot be told apart). ``health``
    is ``starting``, ``healthy``, ``unhealthy``, or ``none`` without a check (``health_test``, as
    events tell it); empty where not recorded. ``service`` and ``project`` are Docker Compose's.
    ``detached`` is None where the engine does not tell: an ``attach`` event before the start does.
    ``execs`` are the ids of what ``docker exec`` runs in it.
    """

    id: str
    name: str
    image: str
    image_id: str
    status: str
    exit_code: int | None = None
    created: Instant | None = None
    started: Instant | None = None
    finished: Instant | None = None
    ports: tuple[PortBinding, ...] = ()
    env: dict[str, Literal["image", "run"]] = {}
    detached: bool | None = False
    restart: str = "no"
    mounts: tuple[Mount, ...] = ()
    networks: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    oom_killed: bool = False
    execs: tuple[str, ...] = ()
    health: str = ""
    health_test: str = ""
    project: str = ""
    service: str = ""

    @property
    def running(self) -> bool:
        """Whether its process runs (a paused container's does)."""
        return self.status in {"running", "paused", "restarting"}


class Logs(Fact):
    """A container's output. A long log keeps its head and tail; ``complete`` tells."""

    container_id: str
    stdout: str = ""
    stderr: str = ""
    size: int = 0
    complete: bool = True


class HttpResponse(Fact):
    """An answer to a GET; ``body`` is its beginning, ``attempts`` how often was asked."""

    container_id: str
    url: str
    status: int
    body: str = ""
    complete: bool = True
    attempts: int = 1


class Manifest(Fact):
    """What a registry holds under a tag."""

    digest: str
    media_type: str = ""
    size: int = 0
    platforms: tuple[str, ...] = ()


class RegistryImage(Fact):
    """The image that a registry holds under a tag, by its configuration.

    ``digest`` is that of the manifest or index under the tag; of an index, one platform's image.
    """

    digest: str
    labels: dict[str, str] = {}
    created: str = ""
    platform: str = ""


class Login(Fact):
    """A registry for which the docker command line has a login; the login itself is not read."""

    registry: str
    store: str = ""


class Resource(Fact):
    """A volume or network; a network may be ``internal``, and ``attached`` names its containers."""

    id: str
    name: str
    driver: str = ""
    internal: bool = False
    attached: tuple[str, ...] = ()


class Event(Fact):
    """One event of the engine.

    ``name`` is a container's name or an image's reference; ``image`` is the reference a container
    was made from; ``id`` is the container's or image's id and may be empty for a push or pull.
    ``exec_id`` tells which start and end of a ``docker exec`` belong together. ``service`` and
    ``project`` are those of Docker Compose, as a container's labels say. ``health`` is what a
    ``health_status`` event says: ``healthy`` or ``unhealthy``.
    """

    type: str
    action: str
    id: str = ""
    name: str = ""
    image: str = ""
    exit_code: int | None = None
    signal: str = ""
    command: str = ""
    exec_id: str = ""
    health: str = ""
    service: str = ""
    project: str = ""


class Call(Fact):
    """A call to the engine: ``path`` without version and query, ``status`` that of HTTP."""

    method: str
    path: str
    status: int


class EventWindow(Fact):
    """How much of its history the engine still had: its last 256 events, and since its start.

    All events from ``oldest`` to ``until`` were seen. ``continues`` tells whether those recorded
    before are among them: if not, some in between may be lost, by a restart of the engine or, where
    ``evicted``, because newer ones took their place.
    """

    count: int
    oldest: Instant | None = None
    until: Instant | None = None
    evicted: bool = False
    continues: bool = True
