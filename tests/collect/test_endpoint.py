"""The engine is found where the docker command finds it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from grader import shell_environment
from grader.collect.advice import Product, Surroundings, advice
from grader.collect.client import Client
from grader.collect.endpoint import Endpoint, host_name, is_local, resolve, usual_sockets
from grader.collect.surroundings import surroundings
from grader.errors import GradeLabError
from grader.facts import Reason
from tests.collect.a_registry import always, serving

VERSION = b'{"Version": "20.10.24", "ApiVersion": "1.41"}'


def config(home: Path, **fields: Any) -> dict[str, str]:
    """An environment whose docker configuration has these fields."""
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text(json.dumps(fields), encoding="utf-8")
    return {"HOME": str(home)}


def context(home: Path, name: str, text: str) -> Path:
    key = hashlib.sha256(name.encode()).hexdigest()
    folder = home / ".docker" / "contexts" / "meta" / key
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(text, encoding="utf-8")
    return home / ".docker" / "contexts" / "tls" / key / "docker"


def endpoint_at(host: str, **fields: Any) -> str:
    return json.dumps({"Name": "x", "Endpoints": {"docker": {"Host": host, **fields}}})


def test_docker_host_wins_over_a_context(tmp_path: Path) -> None:
    env = config(tmp_path, currentContext="nosuch")
    env |= {"DOCKER_HOST": "tcp://vm:2375", "DOCKER_CONTEXT": "nosuch"}
    assert resolve(env, "linux").hosts == ("tcp://vm:2375",)


def test_the_current_context_is_followed(tmp_path: Path) -> None:
    env = config(tmp_path, currentContext="desktop-linux")
    context(tmp_path, "desktop-linux", endpoint_at("unix:///home/me/.docker/desktop/docker.sock"))
    assert resolve(env, "linux").hosts == ("unix:///home/me/.docker/desktop/docker.sock",)


def test_docker_context_wins_over_the_current_one(tmp_path: Path) -> None:
    env = config(tmp_path, currentContext="one") | {"DOCKER_CONTEXT": "two"}
    context(tmp_path, "one", endpoint_at("tcp://one:1"))
    certificates = context(tmp_path, "two", endpoint_at("tcp://two:2", SkipTLSVerify=False))
    certificates.mkdir(parents=True)
    found = resolve(env, "linux")
    assert found.hosts == ("tcp://two:2",)
    assert found.certificates == certificates
    assert found.verify


def test_docker_config_says_where_contexts_are(tmp_path: Path) -> None:
    config(tmp_path, currentContext="vm")
    context(tmp_path, "vm", endpoint_at("tcp://vm:1"))
    env = {"HOME": "/nonexistent", "DOCKER_CONFIG": str(tmp_path / ".docker")}
    assert resolve(env, "linux").hosts == ("tcp://vm:1",)


def test_tls_of_docker_host(tmp_path: Path) -> None:
    env = {"DOCKER_HOST": "tcp://vm:2376", "DOCKER_TLS_VERIFY": "1", "HOME": str(tmp_path)}
    assert resolve(env, "linux").certificates == tmp_path / ".docker"
    assert resolve({**env, "DOCKER_TLS_VERIFY": ""}, "linux").certificates is None


def test_without_any_choice_the_usual_sockets_are_tried(tmp_path: Path) -> None:
    assert resolve({"HOME": str(tmp_path)}, "linux").hosts[0] == "unix:///var/run/docker.sock"
    env = config(tmp_path, currentContext="default")
    assert resolve(env, "linux") == resolve({"HOME": str(tmp_path)}, "linux")


@pytest.mark.parametrize("name", ["nosuch", "../../etc"])
def test_an_unknown_context_is_an_error_with_advice(tmp_path: Path, name: str) -> None:
    env = config(tmp_path, currentContext=name)
    with pytest.raises(GradeLabError, match="no such context") as caught:
        resolve(env, "linux")
    assert "docker context use" in str(caught.value.advice[0])
    with pytest.raises(GradeLabError) as caught:
        resolve({"HOME": str(tmp_path), "DOCKER_CONTEXT": name}, "linux")
    assert "DOCKER_CONTEXT" in str(caught.value.advice[0])


@pytest.mark.parametrize("text", ["{", "[]", '{"Endpoints": 1}', '{"Endpoints": {}}'])
def test_a_broken_context_is_an_error(tmp_path: Path, text: str) -> None:
    env = config(tmp_path, currentContext="broken")
    context(tmp_path, "broken", text)
    with pytest.raises(GradeLabError, match="broken"):
        resolve(env, "linux")


@pytest.mark.parametrize("text", ["{", "[]", '{"auths": {"x": {"auth": "c2VjcmV0"}}', "\0"])
def test_a_broken_configuration_is_an_error_that_quotes_nothing_of_it(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(GradeLabError) as caught:
        resolve({"HOME": str(tmp_path)}, "linux")
    assert caught.value.advice
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", ".docker/desktop/docker.sock"),
        ("linux", "/run/user/1000/podman/podman.sock"),
        ("darwin", ".docker/run/docker.sock"),
        ("darwin", ".orbstack/run/docker.sock"),
        ("win32", "npipe:////./pipe/docker_engine"),
    ],
)
def test_sockets_of_each_platform(platform: str, expected: str) -> None:
    env = {"HOME": "/home/me", "XDG_RUNTIME_DIR": "/run/user/1000"}
    assert any(host.endswith(expected) for host in usual_sockets(platform, env))


@pytest.mark.parametrize(
    ("host", "machine"),
    [
        ("unix:///var/run/docker.sock", "127.0.0.1"),
        ("npipe:////./pipe/docker_engine", "127.0.0.1"),
        ("tcp://vm.example:2376", "vm.example"),
        ("ssh://me@vm.example", "vm.example"),
    ],
)
def test_published_ports_are_on_the_engines_machine(host: str, machine: str) -> None:
    assert host_name(host) == machine


@pytest.mark.parametrize(
    ("platform", "product", "reason", "command"),
    [
        ("linux", "engine", Reason.ENGINE_UNREACHABLE, "sudo systemctl start docker"),
        ("linux", "podman", Reason.ENGINE_UNREACHABLE, "podman.socket"),
        ("darwin", "desktop", Reason.ENGINE_UNREACHABLE, "Docker Desktop"),
        ("darwin", "colima", Reason.ENGINE_UNREACHABLE, "colima start"),
        ("win32", "desktop", Reason.ENGINE_UNREACHABLE, "Docker Desktop"),
        ("linux", "engine", Reason.PERMISSION, "sudo usermod -aG docker $USER"),
        ("win32", "desktop", Reason.PERMISSION, "docker-users"),
    ],
)
def test_advice_fits_the_operating_system(
    platform: str, product: Product, reason: Reason, command: str
) -> None:
    around = Surroundings(platform=platform, products=frozenset({product}))
    told = " ".join(map(str, advice(around, reason)))
    assert command in told
    assert "docker version" in told
    assert "grade-lab doctor" in told
    assert (platform == "linux") or "sudo" not in told


SILENT = (
    "3 questions in a row were not answered in time",
    "unix:///a: No such file or directory; unix:///b: it takes too long to answer",
    "tcp://10.0.0.1:2375: timed out",
)


@pytest.mark.parametrize("words", SILENT)
@pytest.mark.parametrize(
    ("platform", "product", "command"),
    [
        ("linux", "engine", "`sudo systemctl restart docker`"),
        ("darwin", "colima", "`colima restart`"),
        ("darwin", "orbstack", "`orb restart docker`"),
        ("win32", "desktop", "choose Restart"),
        ("win32", "rancher", "restart Docker"),
    ],
)
def test_an_engine_that_hangs_is_restarted_and_not_started(
    platform: str, product: Product, command: str, words: str
) -> None:
    around = Surroundings(platform=platform, products=frozenset({product}))
    steps = list(map(str, advice(around, Reason.ENGINE_UNREACHABLE, words)))
    assert command in steps[0]
    assert "docker version" in steps[1]
    off = "unix:///a: No such file or directory"
    assert command not in str(advice(around, Reason.ENGINE_UNREACHABLE, off)[0])


def test_without_systemd_the_engine_is_restarted_as_a_service() -> None:
    around = Surroundings(systemd=False, products=frozenset({"engine"}))
    (first, *_) = advice(around, Reason.ENGINE_UNREACHABLE, SILENT[0])
    assert "`sudo service docker restart`" in str(first)


@pytest.mark.parametrize(
    ("platform", "command"),
    [("linux", "`unset DOCKER_HOST`"), ("win32", "`Remove-Item Env:DOCKER_HOST`")],
)
def test_a_variable_that_leads_to_no_engine_is_named(platform: str, command: str) -> None:
    around = Surroundings(platform=platform, docker_host="tcp://localhost:2375")
    told = " ".join(map(str, advice(around, Reason.ENGINE_UNREACHABLE)))
    assert "docker goes to tcp://localhost:2375, because" in told
    assert command in told
    usual = advice(Surroundings(platform=platform), Reason.ENGINE_UNREACHABLE)
    assert command not in " ".join(map(str, usual))


def test_the_variable_of_a_recorded_shell_is_not_the_learners() -> None:
    env = shell_environment.inside({"PATH": ""}, "unix:///tmp/relay.sock")
    assert surroundings(env).docker_host == ""
    assert surroundings({"DOCKER_HOST": "tcp://x:1"}).docker_host == "tcp://x:1"


def test_no_advice_where_the_engine_answers() -> None:
    assert advice(Surroundings(), Reason.NOT_THERE) == []


def test_no_proxy_is_asked_for_an_engine_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(502, {}, b"")) as proxy, serving(always(200, {}, VERSION)) as engine:
        for name in ("http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.address}")
        monkeypatch.delenv("no_proxy", raising=False)
        client = Client(Endpoint((f"tcp://{engine.address}",)))
        assert client.version()["ApiVersion"] == "1.41"
        assert proxy.asked == []


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("unix:///var/run/docker.sock", True),
        ("npipe:////./pipe/docker_engine", True),
        ("tcp://localhost:2375", True),
        ("tcp://[::1]:2375", True),
        ("tcp://:2375", True),
        ("ssh://me@localhost", True),
        ("tcp://engine.example:2376", False),
        ("ssh://me@10.0.0.2", False),
    ],
)
def test_an_engine_on_this_computer_is_known_by_its_address(host: str, *, local: bool) -> None:
    assert is_local(host) is local
