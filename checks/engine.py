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
            return replace(verdict, actual=series.detail or None)
        return verdict

    def _parts(self, engine: EngineFact) -> Iterator[Part]:
        if self.min_version is None and self.min_api is None:
            yield Part(True, msg("an engine answers"))
        update = msg("update Docker, and then run `docker version` and `grade-lab`")
        if self.min_version is not None:
            yield Part(
                _at_least(engine.version, self.min_version),
                msg("version {version} or later", version=self.min_version),
                f"{engine.product} {engine.version}",
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
