"""Logins are told by the registry's name; nothing of a credential is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.collect.answer import AbsentError, UnavailableError
from grader.collect.login import login
from grader.facts import Reason

SECRET = {"auth": "bGVhcm5lcjpodW50ZXIyMg=="}


def env_of(folder: Path, config: dict[str, Any] | str | None) -> dict[str, str]:
    if config is not None:
        text = config if isinstance(config, str) else json.dumps(config)
        (folder / "config.json").write_text(text, encoding="utf-8")
    return {**elsewhere(folder), "DOCKER_CONFIG": str(folder)}


def elsewhere(folder: Path) -> dict[str, str]:
    """An environment in which nothing is known but what lies in this folder."""
    return {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run"), "PATH": str(folder)}


@pytest.mark.parametrize(
    ("registry", "config", "store"),
    [
        ("docker.io", {"auths": {"https://index.docker.io/v1/": SECRET}}, ""),
        ("docker.io", {"auths": {"docker.io": SECRET}}, ""),
        ("127.0.0.1:5000", {"auths": {"127.0.0.1:5000": SECRET}}, ""),
        ("ghcr.io", {"auths": {"https://ghcr.io/v2/": {"identitytoken": "x"}}}, ""),
        (
            "docker.io",
            {"auths": {"https://index.docker.io/v1/": {}}, "credsStore": "desktop"},
            "desktop",
        ),
        ("eu.gcr.io", {"credHelpers": {"eu.gcr.io": "gcloud"}, "credsStore": "x"}, "gcloud"),
    ],
)
def test_a_login_is_found(
    tmp_path: Path, registry: str, config: dict[str, Any], store: str
) -> None:
    found = login(registry, env_of(tmp_path, config))
    assert (found.registry, found.store) == (registry, store)
    assert SECRET["auth"] not in found.model_dump_json()


@pytest.mark.parametrize(
    "config",
    [
        None,
        {},
        {"auths": {"ghcr.io": SECRET}},
        {"auths": {"https://index.docker.io/v1/": {}}},
        {"credsStore": "desktop"},
        {"auths": None, "credHelpers": []},
    ],
)
def test_no_login_is_found(tmp_path: Path, config: dict[str, Any] | None) -> None:
    with pytest.raises(AbsentError):
        login("docker.io", env_of(tmp_path, config))


@pytest.mark.parametrize("text", ["{", "[1]", '{"auths": {"x": {"auth": "c2VjcmV0"'])
def test_a_broken_configuration_cannot_be_looked_at(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        login("docker.io", env_of(tmp_path, text))
    assert caught.value.reason is Reason.UNREADABLE
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize(
    "place",
    ["run/containers/auth.json", ".config/containers/auth.json", "chosen.json"],
)
def test_a_login_of_podman_is_found(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(json.dumps({"auths": {"docker.io/haneul": SECRET}}))
    env = env_of(tmp_path, {}) | {"REGISTRY_AUTH_FILE": str(tmp_path / "chosen.json")}
    assert login("docker.io", env).registry == "docker.io"
    with pytest.raises(AbsentError):
        login("ghcr.io", env)


def test_a_login_by_the_docker_of_a_snap_is_found(tmp_path: Path) -> None:
    command = tmp_path / "snap" / "bin" / "docker"
    command.parent.mkdir(parents=True)
    command.touch(mode=0o755)
    folder = tmp_path / "snap" / "docker" / "current" / ".docker"
    folder.mkdir(parents=True)
    env_of(folder, {"auths": {"https://index.docker.io/v1/": SECRET}})
    env = elsewhere(tmp_path)
    with pytest.raises(AbsentError):
        login("docker.io", env)
    assert login("docker.io", env | {"PATH": str(command.parent)}).registry == "docker.io"


def test_a_broken_configuration_hides_no_login_of_another(tmp_path: Path) -> None:
    env = env_of(tmp_path, "{") | {"REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")}
    (tmp_path / "auth.json").write_text(json.dumps({"auths": {"docker.io": SECRET}}))
    assert login("docker.io", env).registry == "docker.io"
