"""A service of a Compose file: what a rubric states of it, against what the file says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import normpath
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from grader.check import NonBlank, Part, quote
from grader.checking import mounts
from grader.checking.mounts import MountOption
from grader.checking.ports import PortOption, Published
from grader.checking.ports import told as port_told
from grader.checking.subject import ServiceName
from grader.compose_facts import ComposeService
from grader.facts import PortBinding
from grader.messages import msg

Condition = Literal["service_started", "service_healthy", "service_completed_successfully"]


class Service(BaseModel):
    """What a service of the file says.

    ``build`` is the folder that it is built from, or ``true`` for any. ``ports`` and ``volumes``
    are as in ``docker run -p`` and ``-v``; ``published: false`` wants no ports at all.
    ``environment`` lists names. ``depends_on`` tells the condition to wait for:
    ``{store: service_healthy}``. ``healthcheck: true`` wants a test of its health.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    image: NonBlank | None = None
    build: NonBlank | Literal[True] | None = None
    ports: tuple[PortOption, ...] = ()
    published: Literal[False] | None = None
    volumes: tuple[MountOption, ...] = ()
    networks: tuple[NonBlank, ...] = ()
    env_file: NonBlank | None = None
    environment: tuple[NonBlank, ...] = ()
    depends_on: dict[ServiceName, Condition] = {}
    healthcheck: Literal[True] | None = None

    @model_validator(mode="after")
    def _ports_or_none(self) -> Self:
        if self.ports and self.published is False:
            raise ValueError(msg("give either ports or published: false, not both"))
        return self

    def parts(self, name: str, there: ComposeService) -> Iterator[Part]:
        """What is stated of the service ``name``, against what the file says of it."""
        at = f"services.{name}"
        yield from self._image(at, there)
        yield from self._ports(at, there)
        for option in self.volumes:
            holds = any(mounts.makes(option, mount) for mount in there.mounts)
            told = quote(map(mounts.told, there.mounts))
            yield stated(f"{at}.volumes", option, told, holds=holds)
        if self.networks:
            yield listed(f"{at}.networks", self.networks, there.networks)
        yield from self._environment(at, there)
        for other, condition in self.depends_on.items():
            key = f"{at}.depends_on.{other}.condition"
            yield stated(key, condition, there.depends_on.get(other, ""))
        if self.healthcheck:
            yield Part(
                there.healthcheck,
                f"{at}.healthcheck",
                msg("nothing"),
                msg("write `healthcheck:` with a `test:` in the service {service}", service=name),
                problem=msg("the service {service} has no health check", service=name),
            )

    def _image(self, at: str, there: ComposeService) -> Iterator[Part]:
        if self.image is not None:
            yield stated(f"{at}.image", self.image, there.image)
        if self.build is True:
            yield stated(f"{at}.build", ".", there.build, holds=bool(there.build))
        elif self.build is not None:
            same = bool(there.build) and normpath(there.build) == normpath(self.build)
            yield stated(f"{at}.build", self.build, there.build, holds=same)

    def _ports(self, at: str, there: ComposeService) -> Iterator[Part]:
        told = quote(map(port_told, there.ports))
        for port in map(Published.parse, self.ports):
            holds = any(_publishes(port, binding) for binding in there.ports)
            yield stated(f"{at}.ports", f'"{port}"', told, holds=holds)
        if self.published is False:
            yield Part(
                not there.ports,
                msg("{key} is not set", key=f"{at}.ports"),
                f"{at}.ports: {told}",
                msg("take `ports:` out: in their network, services reach each other without it"),
                problem=msg("{key} is not needed", key=f"{at}.ports"),
            )

    def _environment(self, at: str, there: ComposeService) -> Iterator[Part]:
        if self.env_file is not None:
            holds = normpath(self.env_file) in there.env_files
            yield stated(f"{at}.env_file", self.env_file, quote(there.env_files), holds=holds)
        if self.environment:
            yield listed(f"{at}.environment", self.environment, there.environment)


def stated(key: str, wanted: str, actual: str, *, holds: bool | None = None) -> Part:
    """Whether ``key`` says what is wanted."""
    line = f"{key}: {wanted}"
    return Part(
        actual == wanted if holds is None else holds,
        line,
        f"{key}: {actual}" if actual else msg("{key} is not set", key=key),
        msg("set `{line}` in the Compose file, and run `docker compose up -d` again", line=line),
        problem=msg("{key} is not as it should be", key=key),
    )


def listed(key: str, wanted: Iterable[str], there: Iterable[str]) -> Part:
    """Whether ``key`` lists all that is wanted."""
    absent = [name for name in wanted if name not in there]
    return stated(key, quote(absent or wanted), quote(there), holds=not absent)


def _publishes(wanted: Published, binding: PortBinding) -> bool:
    """Whether a binding is the wanted one; what a variable decides may be."""
    given = Published(
        binding.container,
        wanted.host if "$" in binding.host else binding.host,
        wanted.ip if "$" in binding.ip else binding.ip,
    )
    return (
        given.container == wanted.container
        and wanted.host in {"", given.host}
        and wanted.ip in {"", given.ip}
    )
