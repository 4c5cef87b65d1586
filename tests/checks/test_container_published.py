"""`container`: read-only mounts, and no published port."""

from __future__ import annotations

from typing import Any

import pytest

from grader.check import Status, Verdict
from grader.facts import Mount, PortBinding
from grader.needs import ContainerNeed
from tests.factories import a_container, judged, minutes, saw


def judge(ran: dict[str, Any], **fields: Any) -> Verdict:
    container = a_container("web", started=minutes(1), **ran)
    return judged("container", {"name": "web", **fields}, saw(ContainerNeed(name="web"), container))


@pytest.mark.parametrize(
    ("read_only", "status"), [(True, Status.PASS), (None, Status.PASS), (False, Status.PARTIAL)]
)
def test_a_read_only_mount_counts_also_where_nobody_noted_that(
    read_only: bool | None, status: Status
) -> None:
    mount = Mount(type="volume", source="data", target="/data", read_only=read_only)
    assert judge({"mounts": (mount,)}, mounts=["data:/data:ro"]).status is status
    assert judge({"mounts": (mount,)}, mounts=["data:/data"]).status is Status.PASS


def test_a_container_that_must_publish_no_port() -> None:
    assert judge({"ports": ()}, published=False).status is Status.PASS
    verdict = judge({"ports": (PortBinding(container="80/tcp"),)}, published=False)
    assert verdict.status is Status.PARTIAL
    assert "without `-p`" in str(verdict.hint)
