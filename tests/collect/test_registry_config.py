"""A registry's copy of an image: its labels, held against the digests that lead to them."""

from __future__ import annotations

import pytest

from grader.collect.answer import UnavailableError
from grader.collect.registry_config import image_of
from grader.facts import RegistryImage
from tests.collect.a_registry import (
    Content,
    an_image,
    no_engine,
    of,
    serving,
)


def test_labels_come_by_manifest_and_configuration() -> None:
    content = an_image()
    tagged = content.manifest()
    with serving(of(content, tagged)) as registry:
        found = registry.look()
        assert found == RegistryImage(
            digest=tagged,
            labels={"grade-lab.challenge": "mine", "number": "5"},
            created="x",
            platform="linux/amd64",
        )
        assert len(registry.asked) == 2
        assert not any("Authorization" in headers for _, headers in registry.asked)


@pytest.mark.parametrize("labels", [None, [], "x", 5])
def test_an_image_without_labels_has_none(labels: object) -> None:
    content = Content({"config": {"Labels": labels}})
    with serving(of(content, content.manifest())) as registry:
        assert registry.look().labels == {}


def test_of_an_index_an_image_is_taken_and_no_attestation() -> None:
    content = an_image("arm64")
    real, note = content.manifest(), content.manifest(config={})
    tagged = content.index(
        {"digest": note, "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": real, "platform": {"os": "linux", "architecture": "arm64"}},
    )
    with serving(of(content, tagged)) as registry:
        found = registry.look()
        assert (found.digest, found.platform) == (tagged, "linux/arm64")


def test_of_an_index_the_engines_platform_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    other, mine = an_image("arm64", "other"), an_image("amd64", "mine")
    entries = [
        {"digest": c.manifest(), "platform": {"os": "linux", "architecture": arch, "variant": "v1"}}
        for c, arch in ((other, "arm64"), (mine, "amd64"))
    ]
    tagged = other.index(*entries)
    content = Content({}, {**other.blobs, **mine.blobs}, {**other.manifests, **mine.manifests})
    client = no_engine()
    monkeypatch.setattr(client, "version", lambda: {"Os": "linux", "Arch": "amd64"})
    with serving(of(content, tagged)) as registry:
        assert image_of(client, registry.image).labels["grade-lab.challenge"] == "mine"
        assert registry.look().labels["grade-lab.challenge"] == "other"


@pytest.mark.parametrize("part", ["manifests", "blobs"])
def test_what_is_not_what_its_digest_says_is_refused(part: str) -> None:
    content = an_image()
    platform = {"os": "linux", "architecture": "amd64"}
    tagged = content.index({"digest": content.manifest(), "platform": platform})
    kept: dict[str, bytes] = getattr(content, part)
    first = next(iter(kept))
    kept[first] += b" "
    with serving(of(content, tagged)) as registry:
        assert "digest" in registry.trouble().detail


def test_a_reference_by_digest_is_held_against_it() -> None:
    content = an_image()
    tagged = content.manifest()
    with serving(of(content, tagged)) as registry:
        image = f"{registry.address}/me/app@{tagged}"
        assert image_of(no_engine(), image).digest == tagged
        content.manifests[tagged] += b" "
        with pytest.raises(UnavailableError, match="digest"):
            image_of(no_engine(), image)


def test_a_blob_that_is_missing_does_not_make_the_image_absent() -> None:
    content = an_image()
    tagged = content.manifest()
    content.blobs.clear()
    with serving(of(content, tagged)) as registry:
        assert isinstance(registry.trouble(), UnavailableError)
