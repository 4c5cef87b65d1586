"""The engine's event history as observations: its events, then how far back they reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from grader.collect import events, observe
from grader.collect.view import EngineView
from grader.evidence import Evidence
from grader.facts import Fact
from grader.journal import Observation
from grader.needs import EventsNeed, EventWindowNeed, Need, NetworkNeed, VolumeNeed
from grader.reference import familiar

WINDOW = EventWindowNeed()
EVERY_EVENT = EventsNeed()
"""In a journal, the need that every event answers."""


def observations(
    needs: Sequence[Need[Fact]], view: EngineView, on_progress: Callable[[Need[Fact]], None]
) -> Iterator[list[Observation]]:
    """The events of the needs' subjects, each once, then the window, or why there is none."""
    asked = [need for need in needs if isinstance(need, EventsNeed)]
    if not asked and WINDOW not in needs:
        return
    try:
        history = events.read(view, subjects(needs, view))
    except Exception as error:
        yield [observe.unanswered(WINDOW, "events", error)]
    else:
        yield [observe.found(EVERY_EVENT, "events", event, at) for at, event in history.events]
        recorded = view.evidence.of(EVERY_EVENT).found
        continues = not recorded or any((s.at, s.fact) in history.events for s in recorded)
        window = history.window.model_copy(update={"continues": continues})
        yield [observe.found(WINDOW, "events", window)]
    for need in needs:
        if isinstance(need, EventsNeed | EventWindowNeed):
            on_progress(need)


def subjects(needs: Sequence[Need[Fact]], view: EngineView) -> events.Subjects:
    """What the needs' events are about, with every id that is known for it."""
    known = recorded_subjects(needs, view.evidence)
    images = {need.image for need in needs if isinstance(need, EventsNeed) and need.image}
    return replace(
        known,
        containers=known.containers | {str(c.get("Id")) for c in view.seen("container")},
        image_ids=known.image_ids | {id_ for image in images for id_ in view.image_ids(image)},
    )


def recorded_subjects(needs: Sequence[Need[Fact]], evidence: Evidence) -> events.Subjects:
    """The same, without a look at the engine."""
    asked = [need for need in needs if isinstance(need, EventsNeed)]
    names = frozenset(need.name for need in asked if need.name)
    images = frozenset(need.image for need in asked if need.image)
    return events.Subjects(
        names=names,
        images=frozenset(map(familiar, images)),
        containers=frozenset().union(*map(evidence.container_ids, asked)),
        services=frozenset((n.service, n.project) for n in asked if n.service),
        image_ids=frozenset().union(*map(evidence.image_ids, images)),
        resources=names
        | {need.volume for need in needs if isinstance(need, VolumeNeed)}
        | {need.network for need in needs if isinstance(need, NetworkNeed)},
    )
