"""Docker Hub refuses to show what was never pushed, as it refuses what is private."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.learners import Learner, Outcome, new_learner
from tests.live.like_docker_hub import Hub, like_docker_hub

pytestmark = pytest.mark.live


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    if shutil.which("docker-registry") is None:
        pytest.skip("needs docker-registry to start a registry of its own")
    with like_docker_hub(tmp_path) as hub:
        monkeypatch.setenv("GRADE_LAB_REGISTRY", hub.registry.address)
        yield hub


@pytest.fixture
def mine(hub: Hub, tmp_path: Path) -> Iterator[Learner]:
    learner = new_learner(tmp_path)
    learner.build()
    learner.tag()
    yield learner
    learner.image_rm()
    learner.logout()


def test_before_the_first_push_nothing_is_in_the_way(mine: Learner, hub: Hub) -> None:
    before = Outcome.of(mine)
    assert before.exit_code == 1
    assert before.result["complete"]
    assert before.statuses("push", "order") == {"unproven"}
    assert "not pushed yet, or private" in before.told("push")
    assert f"`docker login {mine.registry}`, then `docker push" in before.told("push")
    mine.login(hub.registry.user, hub.registry.password)
    assert "docker login" not in Outcome.of(mine).told("push")
    mine.push()
    assert Outcome.of(mine).status("push") == "pass"


def test_a_private_repository_is_shown_to_its_owner_and_its_push_counts(
    mine: Learner, hub: Hub
) -> None:
    mine.login(hub.registry.user, hub.registry.password)
    mine.push()
    hub.private |= hub.pushed
    assert Outcome.of(mine).status("push") == "pass"
    mine.logout()
    assert Outcome.of(mine).status("push") == "pass"
    shutil.rmtree(mine.folder / ".grade-lab")
    assert Outcome.of(mine).status("push") == "pass"  # by the engine's own record
