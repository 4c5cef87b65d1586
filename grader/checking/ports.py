"""Published ports: the ``-p`` option of ``docker run``, and what is wrong with one that differs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import AfterValidator

from grader.check import Part
from grader.checking.subject import run_again
from grader.facts import Container, PortBinding
from grader.messages import Message, msg

_OPTION = re.compile(
    r"(?:(?P<ip>\d+(?:\.\d+){3}|\[[0-9a-fA-F:]+\]):)?(?:(?P<host>\d{1,5})?:)?"
    r"(?P<container>\d{1,5})(?:/(?P<protocol>tcp|udp|sctp))?"
)
_UNPUBLISHED = {"host", "none"}
"""Networks in which `-p` is ignored, with a warning at most, though the container remembers it."""
_EVERY_ADDRESS = {"", "0.0.0.0", "::"}  # noqa: S104 # compared with, not bound to


@dataclass(frozen=True, slots=True)
class Published:
    """A published port: ``container`` as ``8000/tcp``; ``host`` and ``ip`` empty where any do."""

    container: str
    host: str = ""
    ip: str = ""

    @classmethod
    def parse(cls, option: str | int) -> Self:
        """``8080:8000``, ``127.0.0.1:8080:8000`` or ``8000``. Raises ValueError."""
        match = _OPTION.fullmatch(str(option))
        if match is None or not all(
            0 < int(port) < 65536 for port in (match["host"] or "1", match["container"])
        ):
            raise ValueError(
                msg(
                    "'{option}' is not a port such as 8080:8000, 127.0.0.1:8080:8000", option=option
                )
            )
        ip = (match["ip"] or "").strip("[]")
        return cls(
            container=f"{match['container']}/{match['protocol'] or 'tcp'}",
            host=match["host"] or "",
            ip="" if ip in _EVERY_ADDRESS else ip,
        )

    def part(self, container: Container) -> Part:
        """Whether a container publishes this port, and if not, why."""
        bindings = container.ports
        if without := next((name for name in container.networks if name in _UNPUBLISHED), ""):
            option = f"--network {without}"
            return Part(
                False,
                f"-p {self}",
                option,
                msg(
                    "run `docker rm -f {name}`, and then run it again without `{option}`",
                    name=container.name,
                    option=option,
                ),
                problem=msg(
                    "with `{option}` no port is published: `-p` does nothing", option=option
                ),
            )
        if any(self._is(binding) for binding in bindings):
            return Part(True, f"-p {self}")
        return Part(
            False,
            f"-p {self}",
            " ".join(f"-p {told(binding)}" for binding in bindings) or msg("without `-p`"),
            run_again(container.name, f"-p {self}"),
            problem=self._problem(bindings),
        )

    def _is(self, binding: PortBinding) -> bool:
        return (
            binding.container == self.container
            and (not self.host or binding.host == self.host)
            and (not self.ip or binding.ip == self.ip)
        )

    def _problem(self, bindings: Sequence[PortBinding]) -> Message:
        number = self.container.partition("/")[0]
        for other in bindings:
            turned = other.container.partition("/")[0] == self.host and other.host == number
            if turned and self.host != number:
                return msg(
                    "the ports are the wrong way round: left is your computer's port, right is "
                    "the container's"
                )
        same = next((b for b in bindings if b.container == self.container), None)
        if same is not None and not same.host:
            return msg(
                "the port on your computer is a random one: `-P` makes it so, and a `-p` that "
                "names only one port"
            )
        if same is not None and self.host and same.host != self.host:
            return msg(
                "the container's port {port} is published on port {host} of your computer, not "
                "on {wanted}",
                port=number,
                host=same.host,
                wanted=self.host,
            )
        if same is not None:
            return msg(
                "the port is published on the address {ip}, not on {wanted}",
                ip=same.ip or "0.0.0.0",  # noqa: S104 # told, not bound to
                wanted=self.ip or msg("every address"),
            )
        if bindings:
            other_number = bindings[0].container.partition("/")[0]
            differ = other_number != number  # else by their protocol
            return msg(
                "port {other} of the container is published, but the app listens on {port}",
                other=other_number if differ else bindings[0].container,
                port=number if differ else self.container,
            )
        return msg("no port is published: `EXPOSE` in the Dockerfile does not do it, `-p` does")

    def __str__(self) -> str:
        port = self.container.removesuffix("/tcp")
        ip = f"[{self.ip}]" if ":" in self.ip else self.ip
        return ":".join(text for text in (ip, self.host, port) if text)


def not_published(container: Container) -> Part:
    """Whether a container publishes no port at all."""
    options = " ".join(f"-p {told(binding)}" for binding in container.ports)
    return Part(
        not container.ports,
        msg("no port is published"),
        options,
        msg("run `docker rm -f {name}`, and then run it again without `-p`", name=container.name),
        problem=msg("container {name} publishes a port that nobody needs", name=container.name),
    )


def told(binding: PortBinding) -> str:
    """A binding as one would type it: ``127.0.0.1:8080:8000``; ``8000`` for a random port."""
    ip = "" if binding.ip in _EVERY_ADDRESS else binding.ip
    return str(Published(binding.container, binding.host, ip))


def _is_option(option: str | int) -> str | int:
    Published.parse(option)
    return option


PortOption = Annotated[str | int, AfterValidator(_is_option)]
"""A port as ``docker run -p`` takes it; a range is not."""
