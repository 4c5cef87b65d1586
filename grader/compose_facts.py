"""What a Compose file says, as far as it can be judged; of variables the names alone.

Terms are those of the Compose Specification. Its long and short forms are the same here.
"""

from __future__ import annotations

from grader.facts import Fact, Mount, PortBinding


class ComposeService(Fact):
    """A service. ``build`` is the folder that its image is built from, or an address.

    ``ports`` and ``mounts`` are as in a container; a host port that a variable decides is ``$``.
    ``secrets`` are names in ``environment`` that promise a secret and have their value in the file.
    ``depends_on`` tells the condition that is waited for. ``line`` is where it begins.
    """

    image: str = ""
    build: str = ""
    ports: tuple[PortBinding, ...] = ()
    mounts: tuple[Mount, ...] = ()
    networks: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    depends_on: dict[str, str] = {}
    healthcheck: bool = False
    line: int = 0


class ComposeFile(Fact):
    """A Compose file. ``problem`` is why it cannot be used, in English, at ``line``; else empty.

    ``volumes`` and ``networks`` are those that it declares.
    """

    name: str = ""
    services: dict[str, ComposeService] = {}
    volumes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    problem: str = ""
    line: int = 0
