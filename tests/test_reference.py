"""References are read as Docker reads them, held against a library that does the same."""

from __future__ import annotations

import pytest
from docker_image.digest import InvalidDigest
from docker_image.reference import InvalidReference, Reference
from hypothesis import given
from hypothesis import strategies as st

from grader.reference import familiar, is_reference, means, registry_of, repository_of

DIGEST = "sha256:" + "0" * 64
PIECES = [
    "a", "B", "app", "a_b", "a__b", "a___b", "a-b", "a.b", "-", "_", ".", "/", ":", "@", " ", "é",
    "localhost", "docker.io", "index.docker.io", "library", "[::1]", ":5000", ":1.0", "@" + DIGEST,
    "@sha256:00", "x" * 130, "0" * 64,
]  # fmt: skip


def by_library(text: str) -> tuple[str, str] | None:
    """The registry and the familiar name, or None for what is no reference."""
    try:
        parsed = Reference.parse_normalized_named(text)
    except (InvalidReference, InvalidDigest):
        return None
    domain, path = parsed.split_hostname()
    if domain == "docker.io" and path.count("/") == 1:
        path = path.removeprefix("library/")
    name = path if domain == "docker.io" else f"{domain}/{path}"
    digest = parsed.get("digest")
    return domain, f"{name}@{digest}" if digest else f"{name}:{parsed.get('tag') or 'latest'}"


@pytest.mark.parametrize(
    ("reference", "short", "registry", "repository"),
    [
        ("ubuntu", "ubuntu:latest", "docker.io", "ubuntu"),
        ("docker.io/library/ubuntu:22.04", "ubuntu:22.04", "docker.io", "ubuntu"),
        ("index.docker.io/haneul/app", "haneul/app:latest", "docker.io", "haneul/app"),
        ("localhost:5000/a/b:1", "localhost:5000/a/b:1", "localhost:5000", "localhost:5000/a/b"),
        (f"a/b@{DIGEST}", f"a/b@{DIGEST}", "docker.io", "a/b"),
        (f"a/b:1@{DIGEST}", f"a/b@{DIGEST}", "docker.io", "a/b"),
    ],
)
def test_forms_of_a_reference(reference: str, short: str, registry: str, repository: str) -> None:
    assert familiar(reference) == short
    assert registry_of(reference) == registry
    assert repository_of(reference) == repository
    assert is_reference(reference)


@pytest.mark.parametrize("text", ["", "App", "a b", "a:1:2", "0" * 64, "a//b", "/a", "a/", "a@x"])
def test_what_is_no_reference_comes_back_as_it_is(text: str) -> None:
    assert familiar(text) == text
    assert not is_reference(text)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("docker.io/haneul/app:1", True),
        ("haneul/app", False),
        (f"haneul/app@{DIGEST}", True),
        (f"haneul/other@{DIGEST}", False),
        ("sha256:", False),
        ("", False),
    ],
)
def test_an_image_is_meant_by_name_or_digest(told: str, meant: bool) -> None:
    assert means(told, "haneul/app:1") is meant
    assert not means(f"haneul/app@{DIGEST}", f"haneul/app@{DIGEST.replace('0', '1')}")


@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=7).map("".join), st.text(max_size=40)))
def test_it_agrees_with_the_library(text: str) -> None:
    expected = by_library(text)
    assert is_reference(text) == (expected is not None)
    if expected is not None:
        assert (registry_of(text), familiar(text)) == expected
