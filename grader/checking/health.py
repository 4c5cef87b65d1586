"""Whether a container became healthy, as its health check says."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from grader.check import Part, Unproven, then_grade
from grader.facts import Container, Event
from grader.messages import msg
from grader.series import Seen

HEALTHY = "healthy"
_WEIGHT = Fraction(4)  # to have failed at it is worth less than half of having done it


def part(container: Container, events: Iterable[Seen[Event]]) -> Part:
    """It is healthy, or one of its ``events`` (``health_status``) says that it was."""
    return _part(container, events)._replace(weight=_WEIGHT)


def _part(container: Container, events: Iterable[Seen[Event]]) -> Part:
    told = {seen.fact.health for seen in events if seen.fact.id == container.id}
    expected = msg("its health check succeeds")
    name = container.name
    if HEALTHY in {container.health, *told}:
        return Part(True, expected)
    inspect = f"docker inspect --format '{{{{json .State.Health}}}}' {name}"
    if "unhealthy" in told or (container.health == "unhealthy" and container.running):
        return Part(
            False,
            expected,
            msg("unhealthy"),
            msg("run `{command}`: it shows what the health check printed", command=inspect),
            problem=msg("the health check of container {name} fails", name=name),
        )
    if container.health == "none":
        return Part(
            False,
            expected,
            msg("no health check"),
            msg("add a `HEALTHCHECK` instruction to the Dockerfile, build and run again"),
            problem=msg("container {name} has no health check", name=name),
        )
    if not container.health:
        unknown = msg("whether container {name} was healthy was not recorded", name=name)
        return Part(
            False,
            expected,
            unknown=Unproven(message=unknown, hint=then_grade(f"docker start {name}")),
        )
    if not container.running:  # the engine calls whatever has stopped unhealthy
        subject = msg("container {name}", name=name)
        unseen = Unproven(
            message=msg("{subject} did not run when grade-lab looked", subject=subject),
            hint=msg(
                "run it again (`docker start {name}`), and run `grade-lab` while it runs", name=name
            ),
        )
        return Part(False, expected, unknown=unseen)
    return Part(
        False,
        expected,
        container.health,
        msg("wait until `docker ps` shows (healthy), and then run `grade-lab`"),
        problem=msg("container {name} is not known to be healthy yet", name=name),
        pending=True,
    )
