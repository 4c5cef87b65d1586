"""``engine``: a Docker Engine answers, and is recent enough."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BeforeValidator

from grader.check import Check, Errored, Part, Verdict, absence, judge_series
from grader.evidence import Evidence
from grader.facts import Engine as EngineFact
from grader.facts import Fact
from grader.messages import Message, msg
from grader.needs import EngineNeed, Need
from grader.system_error import translatable

# https://docs.docker.com/reference/api/engine/#api-version-matrix
_API_OF_DOCKER = {
    "17.06": "1.30",
    "18.09": "1.39",
    "19.03": "1.40",
    "20.10": "1.41",
    "23.0": "1.42",
    "24.0": "1.43",
    "25.0": "1.44",
    "26.0": "1.45",
    "27.0": "1.46",
    "27.2": "1.47",
    "28.0": "1.48",
    "28.1": "1.49",
    "28.2": "1.50",
    "28.3": "1.51",
    "29.0": "1.52",
}
_VERSION = re.compile(r"\d+(?:\.\d+)*")


def _is_version(value: object) -> object:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise ValueError(msg('is not a version; write it in quotes, such as "20.10"'))
    return value


Version = Annotated[str, BeforeValidator(_is_version)]
"""Numbers between points; in quotes, or YAML would read 20.10 as 20.1."""


class Engine(Check):
    """An engine answered. ``min_version`` is the lowest version of Docker, ``min_api`` of its API.

    Versions are compared number by number; what follows the numbers (``-ce``, ``+dfsg1``) does not
    count. A version that begins with no number is a development build and taken as the newest.
    Podman counts its versions otherwise: it is as recent as the Docker whose API it speaks.
    """

    type: Literal["engine"]
    min_version: Version | None = None
    min_api: Version | None = None

    def needs(self) -> Iterable[Need[Fact]]:
        return [EngineNeed()]

    def judge(self, evidence: Evidence) -> Verdict:
        series = evidence.of(EngineNeed())
        subject = msg("the Docker Engine")
        verdict = judge_series(
            series,
            lambda engine: list(self._parts(engine)),
            subject=subject,
            detail=_told,
            missing=lambda: absence(
                series, subject, msg("start Docker, try `docker version`, and run `grade-lab`")
            ),
        )
        if isinstance(verdict, Errored):
            return replace(verdict, actual=translatable(series.detail) or None)
        return verdict

    def _parts(self, engine: EngineFact) -> Iterator[Part]:
        if self.min_version is None and self.min_api is None:
            yield Part(True, msg("an engine answers"))
        update = msg("update Docker, and then run `docker version` and `grade-lab`")
        if self.min_version is not None:
            podman = engine.product == "Podman"
            yield Part(
                _at_least(engine.api_version, _api_of(self.min_version))
                if podman
                else _at_least(engine.version, self.min_version),
                msg("version {version} or later", version=self.min_version),
                _told(engine) if podman else f"{engine.product} {engine.version}",
                update,
                problem=msg("the Docker Engine is too old"),
            )
        if self.min_api is not None:
            yield Part(
                _at_least(engine.api_version, self.min_api),
                msg("API version {version} or later", version=self.min_api),
                engine.api_version,
                update,
                problem=msg("the Docker Engine is too old"),
            )


def _api_of(version: str) -> str:
    """The API of this version of Docker, or of the newest that is known and not later."""
    known = [api for docker, api in _API_OF_DOCKER.items() if _at_least(version, docker)]
    return known[-1] if known else "1.24"


def _told(engine: EngineFact) -> Message:
    return msg(
        "{product} {version}, API {api}",
        product=engine.product,
        version=engine.version,
        api=engine.api_version,
    )


def _at_least(version: str, wanted: str) -> bool:
    numbers = _VERSION.match(version)
    return numbers is None or _numbers(numbers[0]) >= _numbers(wanted)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
