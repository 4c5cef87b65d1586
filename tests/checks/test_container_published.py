"""`container`: read-only mounts, published ports and none, and restart policies."""

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


@pytest.mark.parametrize("network", ["host", "none"])
def test_where_p_does_nothing_no_port_is_published(network: str) -> None:
    """`docker run --network host -p` is remembered as asked for, and ignored."""
    asked = {"ports": (PortBinding(container="8000/tcp", host="8080"),)}
    verdict = judge({**asked, "networks": (network,)}, ports=["8080:8000"])
    assert verdict.status is Status.PARTIAL
    assert f"with `--network {network}` no port is published" in str(verdict.message)
    assert f"without `--network {network}`" in str(verdict.hint)
    assert judge({**asked, "networks": ("bridge",)}, ports=["8080:8000"]).status is Status.PASS


def test_a_container_that_must_publish_no_port() -> None:
    assert judge({"ports": ()}, published=False).status is Status.PASS
    ports = (PortBinding(container="80/tcp"), PortBinding(container="53/udp", host="53"))
    verdict = judge({"ports": ports}, published=False)
    assert verdict.status is Status.PARTIAL
    assert str(verdict.actual) == "-p 80 -p 53:53/udp"
    assert "without `-p`" in str(verdict.hint)


@pytest.mark.parametrize(
    ("wanted", "bindings", "message"),
    [
        ("53:5353/udp", [("53/udp", "5353", "")], "the wrong way round"),
        ("53:5353", [("53/udp", "5353", "")], "the wrong way round"),
        ("8080:8000", [("9000/tcp", "9", ""), ("8000/tcp", "1", "")], "on port 1 of your computer"),
        ("8080:8000", [("9000/tcp", "9", ""), ("9001/tcp", "9", "")], "port 9000 of the container"),
        ("8000", [("8000/tcp", "80", ""), ("9000/tcp", "9", "")], None),
        ("127.0.0.1:81:80", [("80/tcp", "81", "10.0.0.1")], "10.0.0.1, not on 127.0.0.1"),
        ("127.0.0.1:80:80", [("80/tcp", "80", "10.0.0.1")], "10.0.0.1, not on 127.0.0.1"),
        ("53:53", [("53/udp", "53", "")], "port 53/udp of the container is published, but the app"),
        ("80:80", [("80/tcp", "80", "10.0.0.1")], None),
    ],
)
def test_of_several_ports_the_one_that_matters_is_told(
    wanted: str, bindings: list[tuple[str, str, str]], message: str | None
) -> None:
    ports = tuple(PortBinding(container=c, host=h, ip=ip) for c, h, ip in bindings)
    verdict = judge({"ports": ports}, ports=[wanted])
    assert verdict.status is (Status.PARTIAL if message else Status.PASS)
    assert (message or "") in str(verdict.message)


@pytest.mark.parametrize(
    ("told", "policy"), [("always", "always"), ("on-failure:3", "on-failure"), ("", "no")]
)
def test_a_restart_policy_is_read_as_each_engine_tells_it(told: str, policy: str) -> None:
    assert judge({"restart": told}, restart=policy).status is Status.PASS
