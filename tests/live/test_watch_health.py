"""A recording tells a container's health, and takes no health check for a learner's command."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.needs import ContainerNeed
from tests.live.conftest import Workshop
from tests.live.watching import evidence, recorded, until, watching

pytestmark = pytest.mark.live

RUBRIC = """\
schema: grade-lab/rubric/1
id: health
title: Health
objectives:
  - id: healthy
    title: It became healthy
    points: 1
    checks: [{type: container, name: NAME, health: healthy}]
  - id: looked
    title: The learner looked inside
    points: 1
    checks: [{type: executed, name: NAME}]
"""


def test_the_health_of_a_container_that_starts_while_recording(
    workshop: Workshop, tmp_path: Path
) -> None:
    name = f"health-{workshop.mark[:12]}"
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(RUBRIC.replace("NAME", name), encoding="utf-8")
    probe = 'HEALTHCHECK --interval=1s CMD ["true"]'
    workshop.image(f"{name}:1", f"FROM {workshop.base}\n{probe}\n")
    need = ContainerNeed(name=name)

    def seen_healthy() -> bool:
        return any(seen.fact.health == "healthy" for seen in evidence(tmp_path).of(need).found)

    with watching(tmp_path, "--rubric", str(rubric)):
        workshop.container(name, f"{name}:1", ["sleep", "60"])
        until(seen_healthy, "its health is recorded")
        made = workshop.api.exec_create(name, ["echo", "a learner"])
        workshop.api.exec_start(made["Id"])
        workshop.api.remove_container(name, force=True)
        recorded(tmp_path, "destroy", name)
    commands = [seen.fact.command for seen in evidence(tmp_path).events("exec_start", name=name)]
    assert commands == ["echo a learner"]
