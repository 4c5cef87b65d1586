"""A registry that breaks in any way could not be asked: nobody is told that it holds nothing."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from grader.collect import registry_config
from grader.collect.answer import AbsentError, NoAnswerError
from grader.collect.distribution import Distribution
from grader.facts import Reason
from grader.verify import registries
from grader.verify.logins import Logins
from tests.faults.engine import FAULTS, Fault
from tests.faults.registry import broken_registry
from tests.faults.rules import DEADLINE
from tests.live.tls import self_signed

Looks = dict[str, Callable[[str], object]]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was answered does not ask again for long."""
    monkeypatch.setattr(registries, "PATIENCE_SECONDS", 1.5)
    monkeypatch.setattr(registries, "SHORTEST_WAIT", 0.2)


def manifest(address: str) -> object:
    desk = registries.RegistryDesk(Logins({"DOCKER_CONFIG": "/nowhere"}), Event())
    return desk.manifest(f"{address}/me/app:1")


def image(address: str) -> object:
    look = registry_config.LOOK_SECONDS
    return registry_config.in_time(look, lambda: registry_config.held(f"{address}/me/app:1", {}))


LOOKS: Looks = {"manifest": manifest, "image": image}


def trouble(look: str, address: str) -> NoAnswerError:
    begun = time.monotonic()
    with pytest.raises(NoAnswerError) as caught:
        LOOKS[look](address)
    assert time.monotonic() - begun < DEADLINE
    assert not isinstance(caught.value, AbsentError), caught.value
    return caught.value


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("fault", FAULTS)
def test_any_breakage(fault: str, look: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (registry_config, registries):
        monkeypatch.setattr(module, "LOOK_SECONDS", 1.0)
    with broken_registry(FAULTS[fault]) as address:
        assert trouble(look, address).reason in {
            Reason.REGISTRY_UNREACHABLE,
            Reason.TOO_LARGE,
            Reason.DENIED,
        }


def answering(status: int, *headers: str) -> Fault:
    lines = [f"HTTP/1.1 {status} X", "Connection: close", "Content-Length: 2", *headers, "", "{}"]
    return lambda connection, _, __: connection.sendall("\r\n".join(lines).encode())


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.DENIED),
        (403, Reason.DENIED),
        (404, Reason.REGISTRY_UNREACHABLE),  # not a registry's own words
        (429, Reason.RATE_LIMITED),
        (500, Reason.REGISTRY_UNREACHABLE),
        (502, Reason.REGISTRY_UNREACHABLE),
        (599, Reason.REGISTRY_UNREACHABLE),
    ],
)
def test_a_status(status: int, reason: Reason, look: str) -> None:
    with broken_registry(answering(status)) as address:
        assert trouble(look, address).reason is reason


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "wait",
    [
        "0",
        "-1",
        "1.5",
        "1e9",
        "9" * 400,
        "٣",
        "soon",
        "Mon, 01 Jan 1990 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 99 Jan 2026 99:99:99 GMT",
        "Mon, 01 Jan 2026 00:00:00 +99999999999999999999",
    ],
)
def test_whatever_a_retry_after_says(wait: str, look: str) -> None:
    header = f"Retry-After: {wait}".encode().decode("latin-1")
    lines = ["HTTP/1.1 429 X", "Content-Length: 0", "Connection: close", header, "", ""]
    reply = "\r\n".join(lines).encode("latin-1")
    with broken_registry(lambda connection, _, __: connection.sendall(reply)) as address:
        assert trouble(look, address).reason is Reason.RATE_LIMITED


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "location",
    [
        "/v2/me/app/manifests/1",  # for ever
        "file:///etc/passwd",
        "http://192.0.2.1/",
        "ftp://127.0.0.1/",
        "//192.0.2.1:1/",
        "http://[::ffff",
        "http://127.0.0.1:99999/",
        "",
    ],
)
def test_a_redirect_to_where_none_may_go(location: str, look: str) -> None:
    with broken_registry(answering(302, f"Location: {location}")) as address:
        assert trouble(look, address).reason is Reason.REGISTRY_UNREACHABLE


@pytest.mark.parametrize("place", ["127.0.0.1:1", "localhost:1", "[::1]:1"])
def test_a_registry_elsewhere_sends_nobody_to_this_computer(place: str) -> None:
    assert not Distribution("registry.example")._safe(f"https://{place}/x")
    assert Distribution("registry.example")._safe("https://cdn.example/x")
    assert Distribution("127.0.0.1:5000")._safe(f"https://{place}/x")


def test_a_certificate_of_nobody_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = self_signed(tmp_path / "certificates")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    monkeypatch.setattr("grader.collect.distribution.is_loopback", lambda _: False)
    with broken_registry(answering(200), context) as address:
        for look in LOOKS:
            error = trouble(look, address)
            assert error.reason is Reason.REGISTRY_UNREACHABLE
            assert "certificate" in error.detail.lower()
    with broken_registry(answering(200)) as address:  # which speaks no TLS
        for look in LOOKS:
            assert trouble(look, address).reason is Reason.REGISTRY_UNREACHABLE
