"""The engine's answers made into facts. Pure.

Keys come and go with the engine's version: from API 1.52 on empty ones are left out, before they
were null. So each is read with ``get`` and an ``or``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from grader import facts
from grader.collect import redact
from grader.collect.media_types import INDEXES
from grader.instant import END, FIRST
from grader.reference import familiar

if TYPE_CHECKING:
    from grader.collect.engine_answer import Payload

MAX_MANIFESTS = 100
MAX_STEPS = 500
MAX_STEP = 8192
CONTAINERD_STORE = "io.containerd.snapshotter.v1"
COMPOSE_PROJECT = "com.docker.compose.project"
COMPOSE_SERVICE = "com.docker.compose.service"
MAX_NAME = 255
MAX_ATTACHED = 100
MAX_EXECS = 100


def engine(version: Payload, info: Payload, endpoint: str) -> facts.Engine:
    """From ``/version`` and ``/info``."""
    return facts.Engine(
        id=_kept_id(version, info),
        product=_product(version, info),
        version=str(version.get("Version") or ""),
        api_version=str(version.get("ApiVersion") or ""),
        os=str(version.get("Os") or ""),
        arch=str(version.get("Arch") or ""),
        storage_driver=str(info.get("Driver") or ""),
        containerd_store=CONTAINERD_STORE in str(info.get("DriverStatus") or ""),
        endpoint=endpoint,
    )


def image(
    inspected: Payload, history: list[Payload], manifests: Sequence[Payload] = ()
) -> facts.Image:
    """From an image's inspect, its history, which the engine tells newest first, and manifests."""
    config = part(inspected, "Config")
    platform = [inspected.get("Os"), inspected.get("Architecture"), inspected.get("Variant")]
    return facts.Image(
        id=image_id(inspected),
        tags=tuple(map(familiar, inspected.get("RepoTags") or ())),
        digests=tuple(inspected.get("RepoDigests") or ()),
        created=str(inspected.get("Created") or ""),
        last_tagged=_time(part(inspected, "Metadata").get("LastTagTime")),
        labels={name: str(value) for name, value in part(config, "Labels").items()},
        exposes=tuple(sorted(part(config, "ExposedPorts"))),
        command=_words(config.get("Cmd")),
        entrypoint=_words(config.get("Entrypoint")),
        user=str(config.get("User") or ""),
        workdir=str(config.get("WorkingDir") or ""),
        env=tuple(environment(inspected)),
        platform="/".join(str(part) for part in platform if part),
        size=int(inspected.get("Size") or 0),
        history=tuple(
            redact.build_step(str(step.get("CreatedBy") or "")[:MAX_STEP])
            for step in reversed(history[:MAX_STEPS])
        ),
        identity=tuple(sorted(_origins(inspected))),
        healthcheck=_has_health_check(config),
        manifests=tuple(
            str(manifest.get("ID") or "")
            for manifest in manifests[:MAX_MANIFESTS]
            if manifest.get("Kind") == "image"  # and no attestation
        ),
    )


def is_index(inspected: Payload) -> bool:
    """Whether an image is an index of several; told from API 1.48 on."""
    return str(part(inspected, "Descriptor").get("mediaType")) in INDEXES


def container(inspected: Payload, image_environment: Mapping[str, str]) -> facts.Container:
    """From a container's inspect and the environment that its image gives it."""
    config, host = part(inspected, "Config"), part(inspected, "HostConfig")
    state = part(inspected, "State")
    status = str(state.get("Status") or "")
    ended = status not in {"created", "running", "paused"}
    return facts.Container(
        id=str(inspected.get("Id") or ""),
        name=name(inspected),
        image=str(config.get("Image") or ""),
        image_id=image_id(inspected, "Image"),
        status=status,
        # A container that could not be started has an exit code without ever having run.
        exit_code=state.get("ExitCode") or (0 if ended else None),
        created=_time(inspected.get("Created")),
        started=_time(state.get("StartedAt")),
        finished=_time(state.get("FinishedAt")) if ended else None,
        ports=tuple(_ports(host, config)),
        env={
            name: "image" if image_environment.get(name) == value else "run"
            for name, value in environment(inspected).items()
        },
        detached=not config.get("AttachStdout"),
        restart=str(part(host, "RestartPolicy").get("Name") or "no"),
        mounts=tuple(_mounts(inspected)),
        networks=tuple(sorted(part(part(inspected, "NetworkSettings"), "Networks"))),
        command=tuple(redact.arguments(_words(config.get("Cmd")))),
        oom_killed=bool(state.get("OOMKilled")),
        execs=_words(inspected.get("ExecIDs"))[:MAX_EXECS],
        health_test=health_test(inspected),
        project=label(labels(inspected), COMPOSE_PROJECT),
        service=label(labels(inspected), COMPOSE_SERVICE),
        health=_health(state, config),
    )


def volume(inspected: Payload) -> facts.Resource:
    """From a volume's inspect; a volume's name is its id."""
    name = str(inspected.get("Name") or "")
    return facts.Resource(id=name, name=name, driver=str(inspected.get("Driver") or ""))


def network(inspected: Payload) -> facts.Resource:
    """From a network's inspect."""
    return facts.Resource(
        id=str(inspected.get("Id") or ""),
        name=str(inspected.get("Name") or ""),
        driver=str(inspected.get("Driver") or ""),
        internal=bool(inspected.get("Internal")),
        attached=tuple(sorted(_attached(inspected))[:MAX_ATTACHED]),
    )


def manifest(distribution: Payload) -> facts.Manifest:
    """From the engine's ``/distribution``."""
    descriptor = part(distribution, "Descriptor")
    platforms = (
        (p.get("os"), p.get("architecture"), p.get("variant"))
        for p in distribution.get("Platforms") or ()
        if p.get("os") != "unknown"  # an attestation that BuildKit puts beside the image
    )
    return facts.Manifest(
        digest=str(descriptor.get("digest") or ""),
        media_type=str(descriptor.get("mediaType") or ""),
        size=int(descriptor.get("size") or 0),
        platforms=tuple("/".join(str(part) for part in parts if part) for parts in platforms),
    )


def environment(inspected: Payload) -> dict[str, str]:
    """Variables with their values, which must not be kept."""
    pairs = (str(pair).partition("=") for pair in part(inspected, "Config").get("Env") or ())
    return {name: value for name, _, value in pairs if name}


def health_test(inspected: Payload) -> str:
    """What the health check of an inspected image or container runs, as its events tell it.

    Without what is likely to be a secret; empty where there is none.
    """
    config = part(inspected, "Config")
    kind, *words = _words(part(config, "Healthcheck").get("Test")) or ("",)
    if kind == "CMD":
        return redact.command(" ".join(words))
    shell = _words(config.get("Shell")) or ("/bin/sh", "-c")
    return redact.command(" ".join([*shell, *words])) if kind == "CMD-SHELL" else ""


def labels(container: Payload) -> Payload:
    """An inspected container's labels, which are the learner's."""
    return part(part(container, "Config"), "Labels")


def label(labels: Payload, key: str) -> str:
    """The value of one label; empty when it is not set. It is the learner's, so it is bounded."""
    return str(labels.get(key) or "")[:MAX_NAME]


def name(inspected: Payload) -> str:
    """A container's name without the slash that the engine puts before it."""
    return str(inspected.get("Name") or "").removeprefix("/")


def image_id(payload: Payload, key: str = "Id") -> str:
    """An image's id; Podman leaves the ``sha256:`` out."""
    text = str(payload.get(key) or "")
    return text if not text or ":" in text else f"sha256:{text}"


def mount_points(inspected: Payload) -> Iterator[str]:
    """Where something other than its image's files lies in a container."""
    yield from (mount.target for mount in _mounts(inspected))


def is_podman(version: Payload) -> bool:
    """Whether the engine is Podman, which answers differently in places."""
    return "Podman" in str(version.get("Components") or "")


def _kept_id(version: Payload, info: Payload) -> str:
    """The engine's id, where it lies beside what the engine stores.

    Podman makes up another one for each answer. Docker before 23 (API 1.42) keeps it in
    ``/etc/docker``, which a virtual machine may forget when it restarts (moby/moby#41443).
    """
    api = tuple(map(int, re.findall(r"\d{1,9}", str(version.get("ApiVersion")))))
    return str(info.get("ID") or "") if api >= (1, 42) and not is_podman(version) else ""


def _product(version: Payload, info: Payload) -> str:
    if is_podman(version):
        return "Podman"
    platform = str(part(version, "Platform").get("Name") or info.get("OperatingSystem") or "")
    return "Docker Desktop" if "Docker Desktop" in platform else "Docker Engine"


def _origins(inspected: Payload) -> set[str]:
    """What the engine noted of where an image came from, as far as that is certain.

    ``Pull`` comes with a push, too (seen on 29.7). Of what BuildKit built here there is ``Build``
    beside it; of another builder's images, ``Pull`` alone says nothing.
    """
    origins = {kind.lower() for kind, noted in part(inspected, "Identity").items() if noted}
    by_buildkit = str(inspected.get("Comment") or "").startswith("buildkit.")
    return origins if by_buildkit or "build" in origins else origins - {"pull"}


def _health(state: Payload, config: Payload) -> str:
    """A container that was never started has no health yet, also where it has a check."""
    told = str(part(state, "Health").get("Status") or "none")
    return "starting" if told == "none" and _has_health_check(config) else told


def _has_health_check(config: Payload) -> bool:
    """``HEALTHCHECK NONE`` in a Dockerfile is kept as a test of its own."""
    return part(config, "Healthcheck").get("Test") not in (None, [], ["NONE"])


def _ports(host: Payload, config: Payload) -> Iterator[facts.PortBinding]:
    asked = part(host, "PortBindings")
    for port in sorted(asked):
        for binding in asked[port] or ():
            ip = str(binding.get("HostIp") or "")
            yield facts.PortBinding(container=port, host=str(binding.get("HostPort") or ""), ip=ip)
    if host.get("PublishAllPorts"):
        for port in sorted(part(config, "ExposedPorts")):
            if port not in asked:
                yield facts.PortBinding(container=port)


def _mounts(inspected: Payload) -> Iterator[facts.Mount]:
    for mount in inspected.get("Mounts") or ():
        kind = str(mount.get("Type") or "")
        source = mount.get("Name") if kind == "volume" else mount.get("Source")
        target = str(mount.get("Destination") or "")
        read_only = mount.get("RW") is False
        yield facts.Mount(type=kind, source=str(source or ""), target=target, read_only=read_only)
    for target in sorted(part(part(inspected, "HostConfig"), "Tmpfs")):
        yield facts.Mount(type="tmpfs", source="", target=target)


def _attached(inspected: Payload) -> Iterator[str]:
    for endpoint in part(inspected, "Containers").values():
        if isinstance(endpoint, Mapping) and (attached := endpoint.get("Name")):
            yield str(attached)[:MAX_NAME]


def part(payload: Payload, key: str) -> Payload:
    """The object under ``key``; empty when it is missing or null."""
    value = payload.get(key)
    return value if isinstance(value, Mapping) else {}


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _time(value: object) -> datetime | None:
    """A time; None for the engine's zero time, which stands for never, and what is none."""
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return time if time.tzinfo and FIRST <= time < END else None
