"""The objective that the steps of a recorded lab were done in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from grader.drafting.containers import picked_containers
from grader.drafting.draft import Check, Ids, Objective
from grader.drafting.images import named_images
from grader.drafting.proving import Prover
from grader.messages import msg

MAX_STEPS = 12
OF_CONTAINERS = (
    *(("started", ("start",)), ("executed", ("exec_start",))),
    *(("stopped", ("stop", "kill")), ("removed", ("destroy",))),
)
Step = dict[str, Any]


def about_order(prover: Prover, ids: Ids, objectives: Sequence[Objective]) -> Iterator[Objective]:
    """The longest order, step by step, that the evidence proves."""
    proven: list[Step] = []
    first: Step | None = None
    for _, step in sorted(_steps(prover), key=lambda dated: dated[0])[: 2 * MAX_STEPS]:
        if first is None:
            first = step
            continue
        before = proven or [first]
        if len(before) < MAX_STEPS and prover.holds(_sequence([*before, step])):
            proven = [*before, step]
        elif not proven:
            first = step
    if proven:
        last = max((objective.at for objective in objectives), default=None)
        title = msg("The steps were done in order")
        note = msg(
            "Other steps may come between these. Leave out those whose order does not matter."
        )
        order = Objective(ids.new("order"), title, [_sequence(proven)], notes=(note,))
        yield order if last is None else Objective(**{**vars(order), "at": last})


def _sequence(steps: Sequence[Step]) -> Check:
    return {"type": "sequence", "steps": list(steps)}


def _steps(prover: Prover) -> Iterator[tuple[datetime, Step]]:
    evidence = prover.evidence
    ids: set[str] = set()
    for named in named_images(prover):
        made = "tagged" if ids & named.ids else "built"
        ids |= named.ids
        times = ((made, named.made_at), ("pushed", named.pushed_at), ("pulled", named.pulled_at))
        for did, at in times:
            if at and (did != "pulled" or named.pushed_at):
                yield at, {"did": did, "image": named.reference}
    for picked in picked_containers(evidence):
        for did, actions in OF_CONTAINERS:
            # Of one container: a second one may come after the removal of one that crashed.
            events = (e for e in evidence.events(*actions) if e.fact.id == picked.best.id)
            event = next(events, None)
            if event and (did != "removed" or "name" in picked.fields):
                yield event.at, {"did": did, **picked.fields}
