"""Looks at a real engine, and what they found."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from grader.collect.collect import collect
from grader.evidence import Evidence
from grader.facts import Fact, Reason
from grader.journal import Journal, Observation
from grader.needs import (
    EventsNeed,
    Need,
)
from tests.live.conftest import Workshop

F = TypeVar("F", bound=Fact)


SERVER = (
    "import http.server as h, os, sys; print('serving', os.environ.get('API_TOKEN'), flush=True); "
    "h.test(h.SimpleHTTPRequestHandler, port=8000, bind='0.0.0.0')"
)


class Looked:
    """Observations, by need."""

    def __init__(self, observations: list[Observation]) -> None:
        self.observations = observations

    def all(self, need: Need[F]) -> list[F]:
        return [
            need.answer.model_validate(o.data)  # type: ignore[misc]
            for o in self.observations
            if o.need == need and o.outcome == "found"
        ]

    def one(self, need: Need[F]) -> F:
        (found,) = self.all(need)
        return found

    def reason(self, need: Need[Any]) -> Reason | None:
        return next(o.reason for o in self.observations if o.need == need)

    def steps(self) -> list[str]:
        # A load tells no name: it may be that of the base, which the lab begins with.
        return [event.action for event in self.all(EventsNeed()) if event.action != "load"]


def look(*needs: Need[Any], journal: Journal | None = None) -> Looked:
    return Looked(list(chain.from_iterable(collect(needs, Path(), Evidence(journal or Journal())))))


def serve(workshop: Workshop, name: str | None, image: str, **environment: str) -> str:
    """Start a web server on a random port of this machine."""
    return workshop.container(
        name,
        image,
        ["python3", "-c", SERVER],
        ports=[8000],
        environment=environment,
        host_config=workshop.api.create_host_config(port_bindings={8000: ("127.0.0.1", None)}),
    )
