"""The image that a registry holds: from the tag to the manifest, and from that to what it says.

What a digest names is only taken when it has that digest. The forms are those of
github.com/opencontainers/image-spec and Docker's of the same build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from grader import facts
from grader.collect import waiting
from grader.collect.answer import NoAnswerError, UnavailableError
from grader.collect.client import Client
from grader.collect.distribution import Credentials, Distribution, digest_of, json_object
from grader.facts import Reason
from grader.reference import path_and_version, registry_of

LOOK_SECONDS = 30.0
MAX_PLATFORMS = 200

Descriptor = Mapping[str, Any]
T = TypeVar("T")


def image_of(client: Client, reference: str) -> facts.RegistryImage:
    """The image under a reference; of several platforms, the engine's if it is among them.

    Raises:
        AbsentError: the registry has none.
        UnavailableError: it could not be read, or not without a login.
    """
    wanted = {}
    with suppress(NoAnswerError):  # a registry can be asked without an engine
        version = client.version()
        wanted = {"os": version.get("Os"), "architecture": version.get("Arch")}
    return in_time(LOOK_SECONDS, lambda: held(reference, wanted))


def held(
    reference: str, wanted: Descriptor, credentials: Credentials | None = None
) -> facts.RegistryImage:
    """The image under a reference, of several platforms ``wanted``. Raises as `image_of`."""
    registry = Distribution(registry_of(reference), credentials)
    repository, version = path_and_version(reference)
    try:
        content = registry.manifest(repository, version)
        digest = digest_of(content)
        if version.startswith("sha256:") and version != digest:
            raise _broken("the manifest is not what its digest says")
        manifest = json_object(content)
        if isinstance(manifest.get("manifests"), list):
            chosen = _digest(_chosen(manifest["manifests"], wanted))
            manifest = _named(chosen, registry.manifest(repository, chosen))
        chosen = _digest(manifest.get("config"))
        config = _named(chosen, registry.blob(repository, chosen))
    finally:
        registry.close()
    inner = config.get("config")
    labels = inner.get("Labels") if isinstance(inner, dict) else None
    platform = (config.get("os"), config.get("architecture"), config.get("variant"))
    return facts.RegistryImage(
        digest=digest,
        labels={name: str(value) for name, value in labels.items()}
        if isinstance(labels, dict)
        else {},
        created=str(config.get("created") or ""),
        platform="/".join(str(part) for part in platform if part),
    )


def _chosen(manifests: list[Any], wanted: Descriptor) -> Descriptor:
    real = list(_images(manifests))
    if not real:
        raise _broken("an index without an image")
    return next((d for d in real if wanted and wanted.items() <= d["platform"].items()), real[0])


def _images(manifests: list[Any]) -> Iterator[Descriptor]:
    """Those that are images; BuildKit's attestations, which tell about one, have no platform."""
    for descriptor in manifests[:MAX_PLATFORMS]:
        platform = descriptor.get("platform") if isinstance(descriptor, dict) else None
        if isinstance(platform, dict) and platform.get("os") not in {None, "", "unknown"}:
            yield descriptor


def _digest(descriptor: object) -> str:
    digest = descriptor.get("digest") if isinstance(descriptor, dict) else None
    if not isinstance(digest, str) or not digest.startswith("sha256:") or not digest[7:].isalnum():
        raise _broken("a manifest of an unknown kind")
    return digest


def _named(digest: str, content: bytes) -> Mapping[str, Any]:
    if digest_of(content) != digest:
        raise _broken("a content is not what its digest says")
    return json_object(content)


def _broken(detail: str) -> UnavailableError:
    return UnavailableError(Reason.REGISTRY_UNREACHABLE, detail)


def in_time(seconds: float, look: Callable[[], T]) -> T:
    """What a look ends with. One that a registry keeps up, byte by byte, is not waited for."""
    try:
        return waiting.within(seconds, look)
    except TimeoutError:
        raise _broken("the registry takes too long to answer") from None
