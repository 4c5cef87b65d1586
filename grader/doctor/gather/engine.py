"""Engines: every address at which one may be, and the one that grade-lab uses."""

from __future__ import annotations

import re
import stat
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from grader.collect import events, shapes
from grader.collect.answer import AbsentError, NoAnswerError
from grader.collect.client import Client
from grader.collect.endpoint import Endpoint, contexts, is_local, resolve, usual_sockets
from grader.collect.engine_answer import Payload
from grader.doctor.gather.bounded import at_once
from grader.doctor.machine import Door, Engine, PublishedBy
from grader.errors import GradeLabError
from grader.facts import Reason

MAX_IMAGES = 10
MAX_CONTAINERS = 200
ANSWER_SECONDS = 4.0


def doors(env: Mapping[str, str], chosen: Endpoint | None) -> tuple[Door, ...]:
    """Where the docker command goes, then contexts on this computer, then the usual sockets."""
    platform = sys.platform
    known: dict[str, tuple[str, Endpoint]] = {}
    if chosen is not None:
        known[chosen.hosts[0]] = (
            "",
            Endpoint(chosen.hosts[:1], chosen.certificates, chosen.verify),
        )
    for name, endpoint in contexts(env, platform).items():
        host = endpoint.hosts[0]
        if host in known:
            known[host] = (name, known[host][1])
        elif host.startswith(("unix:", "npipe:")):
            known[host] = (name, endpoint)
    for host in usual_sockets(platform, env):
        known.setdefault(host, ("", Endpoint((host,))))
    tried = {
        host: _trying(host, name, endpoint)
        for host, (name, endpoint) in known.items()
        if _may_be_there(host) or (chosen and host == chosen.hosts[0])
    }
    found = at_once(tried, ANSWER_SECONDS)
    return tuple(
        found.get(host) or Door(host=host, reason=Reason.TIMEOUT, context=known[host][0])
        for host in tried
    )


def _may_be_there(host: str) -> bool:
    path = _path(host)
    try:
        return path is None or path.exists() or path.is_symlink()
    except OSError:  # a folder that this user may not look into
        return True


def _path(host: str) -> Path | None:
    return Path(host.removeprefix("unix://")) if host.startswith("unix://") else None


def _trying(host: str, context: str, endpoint: Endpoint) -> Callable[[], Door]:
    def look() -> Door:
        facts: dict[str, Any] = {"host": host, "context": context, **_socket(host)}
        try:
            with closing(Client(endpoint)) as client:
                product = shapes.engine(client.version(), {}, host).product
                return Door(**facts, answers=True, product=product)
        except NoAnswerError as error:
            detail = error.detail.removeprefix(f"{host}: ")
            return Door(**facts, reason=error.reason, detail=detail)
        except GradeLabError as error:
            facts |= {"detail": error.message, "advice": error.advice}
            return Door(**facts, reason=Reason.ENGINE_UNREACHABLE)

    return look


def _socket(host: str) -> dict[str, Any]:
    path = _path(host)
    if path is None:
        return {}
    try:
        status = path.stat()
    except OSError:
        return {}
    group = str(status.st_gid)
    with suppress(KeyError, NotImplementedError):
        group = path.group()
    return {"there": True, "mode": f"{stat.S_IMODE(status.st_mode):o}", "group": group}


def engine(env: Mapping[str, str], images: Iterable[str], bases: Iterable[str] = ()) -> Engine:
    """The engine that grade-lab uses, with what the rubric's images there are made for, and which
    base images it lacks.

    Raises:
        GradeLabError, NoAnswerError: there is none.
    """
    with closing(Client(resolve(env, sys.platform))) as client:
        version = client.version()
        asked = time.time()
        info = client.info()
        now = (asked + time.time()) / 2
        fact = shapes.engine(version, info, client.host)
        options = " ".join(map(str, info.get("SecurityOptions") or ()))
        proxies = [str(info.get(name) or "") for name in ("HttpProxy", "HttpsProxy")]
        system = str(info.get("OperatingSystem") or "")
        desktop = "Docker Desktop" in system
        return Engine(
            product=fact.product,
            version=fact.version,
            api=fact.api_version,
            oldest_api=str(version.get("MinAPIVersion") or ""),
            os=fact.os,
            arch=fact.arch,
            desktop=desktop,
            rootless="name=rootless" in options,
            cgroup_limits=bool(info.get("MemoryLimit", True)) and bool(info.get("PidsLimit", True)),
            proxy=any(proxy and "docker.internal" not in proxy for proxy in proxies),
            root="" if desktop else str(info.get("DockerRootDir") or ""),
            local=is_local(client.host),
            ahead=_ahead(info, now),
            images=tuple(_platforms(client, images)),
            missing=tuple(_missing(client, bases)),
            empty=info.get("Images") == 0,
            published=tuple(_published(client)),
        )


def _ahead(info: Payload, now: float) -> float | None:
    told = str(info.get("SystemTime") or "")
    return float(events.timestamp(told)) - now if re.match(r"\d{4}-", told) else None


def _platforms(client: Client, images: Iterable[str]) -> Iterable[tuple[str, str]]:
    for name in list(images)[:MAX_IMAGES]:
        try:
            image = client.image(name)
        except AbsentError:
            continue
        yield name, f"{image.get('Os') or ''}/{image.get('Architecture') or ''}"


def _missing(client: Client, bases: Iterable[str]) -> Iterable[str]:
    for name in bases:
        try:
            client.image(name)
        except AbsentError:
            yield name


def _published(client: Client) -> Iterable[PublishedBy]:
    for container in client.containers()[:MAX_CONTAINERS]:
        names = container.get("Names") or [str(container.get("Id") or "")[:12]]
        ports = {int(port.get("PublicPort") or 0) for port in container.get("Ports") or ()}
        for port in sorted(ports - {0}):
            yield PublishedBy(
                name=str(names[0]).lstrip("/"), image=str(container.get("Image") or ""), port=port
            )
