"""``volume``: a named volume was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from grader.check import Check, NonBlank, Part, Unproven, Verdict, then_grade
from grader.checking.resource import driver_part, judge_resource
from grader.evidence import Evidence
from grader.facts import Fact, Resource
from grader.messages import Message, msg
from grader.needs import EventWindowNeed, Need, VolumeNeed


class Volume(Check):
    """A volume of this name exists, or existed: ``docker volume create``, ``docker run -v`` or
    Docker Compose made it.

    Compose puts its project's name before that of the volume: ``project_name``. ``driver`` is what
    keeps its data, ``local`` unless one chose another. ``when: now`` counts only the present.
    """

    type: Literal["volume"]
    volume: NonBlank
    driver: NonBlank | None = None
    when: Literal["now", "ever"] = "ever"

    def needs(self) -> Iterable[Need[Fact]]:
        return [VolumeNeed(volume=self.volume), EventWindowNeed()]

    def judge(self, evidence: Evidence) -> Verdict:
        return judge_resource(
            evidence,
            VolumeNeed(volume=self.volume),
            lambda seen: list(self._parts(seen)),
            name=self.volume,
            subject=self._subject,
            hint=self._hint,
            now=self.when == "now",
        )

    @property
    def _subject(self) -> Message:
        return msg("volume {name}", name=self.volume)

    @property
    def _hint(self) -> Message:
        option = f"--driver {self.driver} " if self.driver else ""
        return then_grade(f"docker volume create {option}{self.volume}")

    def _parts(self, seen: Resource) -> Iterator[Part]:
        yield Part(True, msg("{subject} is there", subject=self._subject))
        if self.driver is not None:
            gone = Unproven(
                message=msg("{subject} was gone before its driver was seen", subject=self._subject),
                hint=self._hint,
            )
            yield driver_part(self.driver, seen, self._hint, gone)
