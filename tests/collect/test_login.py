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
    return {"DOCKER_CONFIG": str(folder)}


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
