"""Registries: whether they answer, what is left of a limit, and what their clocks show."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from email.utils import parsedate_to_datetime

from grader.collect.answer import AbsentError, NoAnswerError
from grader.collect.distribution import Distribution
from grader.collect.login import login
from grader.collect.registry_config import in_time
from grader.doctor.machine import Registry
from grader.facts import Fact
from grader.needs import LoginNeed, ManifestNeed, Need, RegistryImageNeed
from grader.reference import DOCKER_HUB, path_and_version, registry_of

SECONDS = 4.0
HUB_TEST = "docker.io/ratelimitpreview/test:latest"
"""The repository that Docker made for looking at one's pull limit."""
_CONNECTION = re.compile(r"HTTPS?Connection(?:Pool)?\([^)]*\): ")
_LIMIT = re.compile(r"(\d{1,9})(?:;w=(\d{1,9}))?")


def wanted(needs: Iterable[Need[Fact]], bases: Iterable[str] = ()) -> dict[Registry, str]:
    """The registries that the rubric names, those of ``bases``, and Docker Hub, each with an image
    to ask about.
    """
    asked = list(needs)
    images = [need.image for need in asked if isinstance(need, ManifestNeed | RegistryImageNeed)]
    logins = {need.registry for need in asked if isinstance(need, LoginNeed)}
    by_name = {registry_of(image): image for image in reversed([*images, *bases])}
    needed = logins.union(map(registry_of, images))
    names = dict.fromkeys([*by_name, *sorted(logins), DOCKER_HUB])
    return {
        Registry(name=name, needed=name in needed, pushed_to=name in logins): (
            HUB_TEST if name == DOCKER_HUB else by_name.get(name, f"{name}/grade-lab/doctor:latest")
        )
        for name in names
        if name
    }


def asked(registry: Registry, image: str, env: Mapping[str, str]) -> Registry:
    """The registry as it answers to anybody; no login is sent."""
    known = replace(registry, logged_in=_logged_in(registry.name, env))
    repository, version = path_and_version(image)
    try:
        with closing(Distribution(registry.name)) as place:
            status, headers = in_time(SECONDS, lambda: place.greeting(repository, version))
    except NoAnswerError as error:
        return replace(known, reachable=False, detail=_CONNECTION.sub("", error.detail))
    if status >= 500:
        return replace(known, reachable=False, detail=f"HTTP {status}")
    limit, remaining = (_number(headers.get(f"ratelimit-{key}")) for key in ("limit", "remaining"))
    wait = _number(headers.get("Retry-After"))
    return replace(
        known,
        reachable=True,
        limited=status == 429,
        limit=limit[0] if limit else None,
        remaining=remaining[0] if remaining else None,
        window=(remaining or limit or (0, 0))[1],
        retry_after=wait[0] if wait else None,
        ahead=_ahead(str(headers.get("Date") or "")),
    )


def _logged_in(name: str, env: Mapping[str, str]) -> bool | None:
    try:
        login(name, env)
    except AbsentError:
        return False
    except NoAnswerError:
        return None
    return True


def _number(header: str | None) -> tuple[int, int] | None:
    """``76;w=21600`` as Docker Hub writes it: a count, and a window in seconds."""
    match = _LIMIT.match(str(header or "").strip())
    return (int(match[1]), int(match[2] or 0)) if match else None


def _ahead(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, TypeError):
        return None
