"""The engine's event history as observations: each event once, then how far back they reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from grader.collect import events, observe
from grader.collect.answer import AbsentError
from grader.collect.view import EngineView
from grader.facts import Fact, Reason
from grader.journal import Observation
from grader.needs import EventsNeed, EventWindowNeed, Need, NetworkNeed, VolumeNeed
from grader.reference import familiar

WINDOW = EventWindowNeed()
EVERY_EVENT = EventsNeed()
"""In a journal, the need that every event answers."""


def observations(
    needs: Sequence[Need[Fact]], view: EngineView, on_progress: Callable[[Need[Fact]], None]
) -> Iterator[Observation]:
    """New events, then for each need the latest event that it asks for, then the window.

    The latest event stands for its need only, so that it tells found, absent and unavailable as
    any other; it is no second mention of the event.
    """
    asked = [need for need in needs if isinstance(need, EventsNeed)]
    if not asked and WINDOW not in needs:
        return
    try:
        history = events.read(view, subjects(needs, view))
    except Exception as error:
        yield from (observe.unanswered(need, "events", error) for need in (*asked, WINDOW))
    else:
        recorded = {(seen.at, seen.fact) for seen in view.evidence.of(EVERY_EVENT).found}
        for at, event in history.events:
            if (at, event) not in recorded:
                yield observe.found(EVERY_EVENT, "events", event, at)
        yield from (_latest(need, history) for need in asked if need != EVERY_EVENT)
        yield observe.found(WINDOW, "events", history.window)
    for need in needs:
        if isinstance(need, EventsNeed | EventWindowNeed):
            on_progress(need)


def subjects(needs: Sequence[Need[Fact]], view: EngineView) -> events.Subjects:
    """What the needs' events are about, with every id that is known for it."""
    asked = [need for need in needs if isinstance(need, EventsNeed)]
    names = frozenset(need.name for need in asked if need.name)
    images = frozenset(need.image for need in asked if need.image)
    containers = {str(container.get("Id")) for container in view.seen("container")}
    for need in asked:
        containers |= view.evidence.container_ids(need.name, need.image)
    return events.Subjects(
        names=names,
        images=frozenset(map(familiar, images)),
        containers=containers,
        image_ids=frozenset(id_ for image in images for id_ in view.image_ids(image)),
        resources=names
        | {need.volume for need in needs if isinstance(need, VolumeNeed)}
        | {need.network for need in needs if isinstance(need, NetworkNeed)},
    )


def _latest(need: EventsNeed, history: events.History) -> Observation:
    latest = history.latest(need)
    if latest is None:
        return observe.unanswered(need, "events", AbsentError(Reason.NOT_THERE))
    at, event = latest
    return observe.found(need, "events", event, at)
