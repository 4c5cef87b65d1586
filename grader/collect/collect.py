"""The entry point: needs in, observations out, each as soon as it is made."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf
from pathlib import Path

from grader.collect import event_history, registry, shapes
from grader.collect import submission as files
from grader.collect.answer import AbsentError, NoAnswerError, UnavailableError
from grader.collect.background import in_background
from grader.collect.client import Client
from grader.collect.endpoint import resolve
from grader.collect.engine_answer import Payload
from grader.collect.login import login
from grader.collect.observe import Look, answers
from grader.collect.view import EngineView
from grader.evidence import Evidence
from grader.facts import Fact, Reason
from grader.journal import Observation, Source
from grader.needs import (
    CallsNeed,
    ComposeNeed,
    ContainerNeed,
    ContentNeed,
    EngineNeed,
    EnvFileNeed,
    FileNeed,
    HttpNeed,
    ImageNeed,
    LoginNeed,
    LogsNeed,
    ManifestNeed,
    Need,
    NetworkNeed,
    RegistryImageNeed,
    TreeNeed,
    VolumeNeed,
)

GRADING_SECONDS = 300.0
"""After which no look at an engine, a registry or an app begins any more."""

Progress = Callable[[Need[Fact]], None]
Looks = Mapping[type[Need[Fact]], tuple[Source, Look]]
"""How each kind of need is answered, in the order in which they are."""
Answered = tuple[Need[Fact], list[Observation]]


def collect(
    needs: Iterable[Need[Fact]],
    submission: Path,
    evidence: Evidence,
    *,
    on_progress: Progress | None = None,
    env: Mapping[str, str] = os.environ,
) -> Iterator[list[Observation]]:
    """Answer each need at least once, whatever breaks: what does is an *unavailable* answer.

    The answers to a need come together, as soon as they are there.

    ``submission`` is its folder; ``evidence`` what its journal holds already. ``on_progress`` takes
    each need once it is answered. The last answer is never an event, for its time is that of the
    grading. Calls of the docker command are not asked for: only a relay can see them. What was not
    begun within `GRADING_SECONDS` is *unavailable*; the engine's events are asked for all the same.

    Raises:
        GradeLabError: at once, when the docker configuration cannot be used.
    """
    asked = [need for need in dict.fromkeys(needs) if not isinstance(need, CallsNeed)]
    tell = on_progress or (lambda _: None)
    cheap = _looks_without_engine(submission, env)
    if all(type(need) in cheap for need in asked):
        return _told(_look(cheap, asked), tell)
    view = EngineView(Client(resolve(env, sys.platform)), evidence)
    return _look_at_all(cheap, view, asked, tell)


def look(
    needs: Iterable[Need[Fact]],
    submission: Path,
    view: EngineView | None,
    *,
    env: Mapping[str, str] = os.environ,
) -> Iterator[Observation]:
    """Answer these needs now, one after another; without a ``view`` those that need no engine.

    Events are not asked for.
    """
    asked = list(needs)
    kinds = [_looks_without_engine(submission, env)]
    if view is not None:
        kinds += [_looks_at_objects(view), *_slow_looks(view)]
    for looks in kinds:
        for _, observations in _look(looks, asked):
            yield from observations


def _look_at_all(
    cheap: Looks, view: EngineView, asked: list[Need[Fact]], tell: Progress
) -> Iterator[list[Observation]]:
    until = time.monotonic() + GRADING_SECONDS
    try:
        yield from _told(_look(cheap, asked), tell)
        yield from _told(_look(_looks_at_objects(view), asked, until), tell)
        # These wait for an app, a registry and a disk, and not for each other.
        slow = [in_background(_look(looks, asked, until)) for looks in _slow_looks(view)]
        for answered in slow:
            yield from _told(answered, tell)
        yield from event_history.observations(asked, view, tell)
    finally:
        view.client.close()


def _look(looks: Looks, asked: list[Need[Fact]], until: float = inf) -> Iterator[Answered]:
    for kind, (source, look) in looks.items():
        for need in asked:
            if isinstance(need, kind):
                in_time = time.monotonic() < until
                yield need, list(answers(need, source, look if in_time else _too_late))


def _too_late(_: Need[Fact]) -> Iterable[Fact]:
    raise UnavailableError(Reason.TIMEOUT, f"the {GRADING_SECONDS:g} seconds of a grading are over")


def _told(answered: Iterator[Answered], tell: Progress) -> Iterator[list[Observation]]:
    for need, observations in answered:
        yield observations
        tell(need)


# What few rubrics ask for is imported when it is.


def _looks_without_engine(folder: Path, env: Mapping[str, str]) -> Looks:
    def read_compose(need: ComposeNeed) -> list[Fact]:
        from grader.collect import compose

        return [compose.read(folder, need.path)]

    return {
        FileNeed: ("submission", lambda need: [files.file(folder, need.path)]),
        ComposeNeed: ("submission", read_compose),
        EnvFileNeed: ("submission", lambda need: [files.env_names(folder, need.path)]),
        TreeNeed: ("submission", lambda need: [files.tree(folder, need.path)]),
        LoginNeed: ("config", lambda need: [login(need.registry, env)]),
    }


def _looks_at_objects(view: EngineView) -> Looks:
    client = view.client
    return {
        EngineNeed: ("engine", lambda _: [view.fact()]),
        ImageNeed: ("engine", lambda need: [view.image_fact(need.image)]),
        ContainerNeed: (
            "engine",
            lambda need: _each(view.containers(need), view.container_fact),
        ),
        VolumeNeed: ("engine", lambda need: [shapes.volume(client.volume(need.volume))]),
        NetworkNeed: ("engine", lambda need: [shapes.network(client.network(need.network))]),
    }


def _slow_looks(view: EngineView) -> list[Looks]:
    client = view.client

    def image_of(name: str) -> Fact:
        from grader.collect import registry_config

        return registry_config.image_of(client, name)

    manifests = registry.Registries(lambda name: registry.manifest(client, name))
    images = registry.Registries(image_of)

    def read_content(need: ContentNeed) -> list[Fact]:
        from grader.collect import content

        return [content.read(view, need)]

    def read_logs(need: LogsNeed) -> list[Fact]:
        return _each(view.containers(need), view.logs)

    def probe(need: HttpNeed) -> list[Fact]:
        from grader.collect import http

        try:
            containers = view.containers(need)
        except AbsentError:
            containers = ()
        return [http.probe(need, containers, view.host())]

    return [
        # An app that answers has written what it writes when it starts.
        {HttpNeed: ("http", probe), LogsNeed: ("engine", read_logs)},
        {ContentNeed: ("engine", read_content)},
        {
            ManifestNeed: ("registry", lambda need: [manifests.look(need.image)]),
            RegistryImageNeed: ("registry", lambda need: [images.look(need.image)]),
        },
    ]


def _each(items: Iterable[Payload], look: Callable[[Payload], Fact]) -> list[Fact]:
    """What was found of several; an error only when nothing was found of any."""
    found: list[Fact] = []
    trouble: NoAnswerError | None = None
    for item in items:
        try:
            found.append(look(item))
        except NoAnswerError as error:
            trouble = error
    if trouble is not None and not found:
        raise trouble
    return found
