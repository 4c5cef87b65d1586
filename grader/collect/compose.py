"""A Compose file of the submission, read by the rules of the Compose Specification.

Anchors and merge keys (``<<``) are followed. Variables (``${X}``) stay as they are: their values
are the learner's own. Of the environment only names are kept.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.collect import redact
from grader.collect import submission as files
from grader.compose_facts import ComposeFile, ComposeService
from grader.facts import Mount, PortBinding

MAX_BYTES = 32 * 1024
MAX_NODES = 5_000
MAX_TEXT = 255
MAX_ITEMS = 100
MERGE_DEPTH = 20

_VARIABLE = re.compile(r"\$\{[^{}]*\}|\$\w+")
_PORT = re.compile(
    r"(?:(?P<ip>\d+(?:\.\d+){3}|\[[0-9a-fA-F:]+\]|\$(?=:.*:)):)?(?:(?P<host>[^:]*):)?"
    r"(?P<container>[^:/]+)(?:/(?P<protocol>\w+))?"
)
_MOUNT = re.compile(
    r"(?:(?P<source>[A-Za-z]:[\\/][^:]*|[^:]+):)?(?P<target>/[^:]*)(?::(?P<modes>[\w,]+))?"
)


def read(folder: Path, path: str) -> ComposeFile:
    """The file at ``path`` in the submission; one that cannot be used tells its ``problem``.

    Raises:
        AbsentError: it is not there, or not in the submission.
        UnavailableError: it cannot be read.
    """
    file = files.file(folder, path)
    if file.text is None or file.encoding != "utf-8":
        return ComposeFile(problem="it is not UTF-8, or too long")
    return parse(file.text)


def parse(text: str) -> ComposeFile:
    """What a Compose file of this text says."""
    from grader.yaml_source import InvalidYamlError, Source

    try:
        source = Source("", text, max_bytes=MAX_BYTES, max_nodes=MAX_NODES, pure=True)
    except InvalidYamlError as error:
        return ComposeFile(
            problem=str(error.problem.message)[:MAX_TEXT], line=_line(error.problem.where)
        )
    top = _merged(source.data)
    services = _merged(top.get("services"))
    if not services:
        return ComposeFile(problem="it has no services", line=1)
    return ComposeFile(
        name=_text(top.get("name")),
        services={
            _text(name): _service(_merged(service), _line(source.where(("services", name))))
            for name, service in list(services.items())[:MAX_ITEMS]
        },
        volumes=_names(top.get("volumes")),
        networks=_names(top.get("networks")),
    )


def _service(service: Mapping[str, Any], line: int) -> ComposeService:
    build = service.get("build")
    context = _merged(build).get("context", ".") if isinstance(build, dict) else build
    environment = dict(_environment(service.get("environment")))
    health = service.get("healthcheck")
    return ComposeService(
        image=_text(service.get("image")),
        build=_text(context),
        ports=tuple(_ports(service.get("ports"))),
        mounts=tuple(_mounts(service.get("volumes"))),
        networks=_names(service.get("networks")),
        env_files=tuple(_env_files(service.get("env_file"))),
        environment=tuple(environment),
        secrets=tuple(name for name, told in environment.items() if told),
        depends_on=dict(_depends_on(service.get("depends_on"))),
        healthcheck=_checks_health(_merged(health)),
        line=line,
    )


def _ports(value: object) -> Iterator[PortBinding]:
    for port in _items(value):
        if isinstance(port, dict):
            parts = {key: _hidden(_text(item)) for key, item in _merged(port).items()}
            number, host, ip = (parts.get(key, "") for key in ("target", "published", "host_ip"))
            protocol = parts.get("protocol")
        else:
            match = _PORT.fullmatch(_hidden(_text(port)))
            if match is None:
                continue
            number, host, ip = match["container"], match["host"] or "", match["ip"] or ""
            protocol = match["protocol"]
        yield PortBinding(container=f"{number}/{protocol or 'tcp'}", host=host, ip=ip.strip("[]"))


def _mounts(value: object) -> Iterator[Mount]:
    for mount in _items(value):
        if isinstance(mount, dict):
            given = _merged(mount)
            kind, source = _text(given.get("type")) or "volume", _text(given.get("source"))
            target, read_only = _text(given.get("target")), given.get("read_only") is True
        else:
            match = _MOUNT.fullmatch(_hidden(_text(mount)))
            if match is None:
                continue
            source, target = match["source"] or "", match["target"]
            kind = "bind" if re.match(r"[./~$]|[A-Za-z]:[\\/]", source) else "volume"
            read_only = "ro" in (match["modes"] or "").split(",")
        yield Mount(type=kind, source=source, target=target, read_only=read_only)


def _env_files(value: object) -> Iterator[str]:
    for item in [value] if isinstance(value, str) else _items(value):
        path = _text(_merged(item).get("path") if isinstance(item, dict) else item)
        yield posixpath.normpath(path) if path else path


def _environment(value: object) -> Iterator[tuple[str, bool]]:
    """Each name, and whether it promises a secret that the file itself tells."""
    if isinstance(value, dict):
        pairs = [(_text(name), _text(given)) for name, given in _merged(value).items()]
    else:
        pairs = [
            (name, given) for name, _, given in (_text(i).partition("=") for i in _items(value))
        ]
    for name, given in pairs:
        told = bool(given) and not _VARIABLE.search(given)
        yield name, told and redact.looks_secret(name)


def _depends_on(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, how in _merged(value).items():
            yield _text(name), _text(_merged(how).get("condition")) or "service_started"
    else:
        yield from ((_text(name), "service_started") for name in _items(value))


def _checks_health(health: Mapping[str, Any]) -> bool:
    test = health.get("test")
    return bool(test) and test not in ("NONE", ["NONE"]) and health.get("disable") is not True


def _merged(value: object, depth: int = MERGE_DEPTH) -> dict[str, Any]:
    """A map with what its merge key (``<<``) brings; empty for what is no map."""
    if not isinstance(value, dict) or not depth:
        return {}
    found: dict[str, Any] = {}
    brought = value.get("<<")
    for other in reversed(brought) if isinstance(brought, list) else [brought]:
        found |= _merged(other, depth - 1)
    return found | {key: item for key, item in value.items() if key != "<<"}


def _names(value: object) -> tuple[str, ...]:
    """The names in a list, or the keys of a map."""
    items = _merged(value) if isinstance(value, dict) else _items(value)
    return tuple(_text(item) for item in list(items)[:MAX_ITEMS])


def _items(value: object) -> list[Any]:
    return value[:MAX_ITEMS] if isinstance(value, list) else []


def _text(value: object) -> str:
    return str(value)[:MAX_TEXT] if isinstance(value, str | int | float) else ""


def _hidden(text: str) -> str:
    """A text in which each variable is ``$``: a default in it may hold any character."""
    return _VARIABLE.sub("$", text)


def _line(where: str) -> int:
    """The line of a place such as ``:3:1``."""
    return int([*where.split(":"), "0"][1])
