"""Engines that work, and differ: rootless, Podman, old ones, and other processors' images."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.finding import Finding, ok, warning
from grader.doctor.machine import Engine, Machine
from grader.messages import msg

OLDEST = (20, 10)


def findings(machine: Machine) -> Iterator[Finding]:
    """What is worth knowing about the engine that answers."""
    engine = machine.engine
    if engine is None:
        return
    if engine.product == "Podman":
        yield warning(
            "podman",
            msg("the engine is Podman: the lab works, with differences"),
            msg("write image names in full, such as `docker.io/library/nginx:1.27`"),
            msg("keep `grade-lab watch` open while you work: Podman tells less afterwards"),
        )
    elif _is_old(engine):
        yield warning(
            "engine-old",
            msg("Docker {version} is old", version=engine.version),
            msg("update Docker Desktop, or Docker Engine: https://docs.docker.com/engine/install/"),
        )
    if engine.rootless:
        yield _rootless(machine, engine)
    yield from _images(machine, engine)


def _rootless(machine: Machine, engine: Engine) -> Finding:
    limits = (
        None
        if engine.cgroup_limits
        else msg("limits of memory and processes (`--memory`, `--pids-limit`) do nothing here")
    )
    low = [port.number for port in machine.ports if port.number < 1024 and port.denied]
    if low:
        return warning(
            "rootless",
            msg("this engine runs without root, and cannot publish the ports {ports}", ports=low),
            msg("choose a port from 1024 on, such as 8080, where the lab lets you"),
            msg(
                "or allow it: `sudo sysctl net.ipv4.ip_unprivileged_port_start={port}`",
                port=min(low),
            ),
            detail=limits,
        )
    title = msg("the engine runs without root: fine, but ports below 1024 cannot be published")
    return ok("rootless", title, limits)


def _images(machine: Machine, engine: Engine) -> Iterator[Finding]:
    wanted = dict(machine.work.platforms)
    own = f"{engine.os}/{_docker_arch(engine.arch)}"
    for name, platform in engine.images:
        if name not in wanted and not _is_for(platform, own):
            yield warning(
                "image-platform",
                msg(
                    "the image {image} is for {platform}, but this engine is {own}",
                    image=name,
                    platform=platform,
                    own=own,
                ),
                msg(
                    "build it for this computer: `docker build --platform {own} -t {image} .`",
                    own=own,
                    image=name,
                ),
                msg("or run it as it is, slowly: `docker run --platform {it} …`", it=platform),
                detail=msg(
                    "run here, it ends with `exec format error`, or is slow: it is translated"
                ),
            )
    for name, platform in wanted.items():
        if not _is_for(platform, own):
            yield warning(
                "platform-wanted",
                msg(
                    "the lab wants {image} for {platform}, and this engine is {own}",
                    image=name,
                    platform=platform,
                    own=own,
                ),
                msg(
                    "build it with `docker build --platform {platform} -t {image} .`",
                    platform=platform,
                    image=name,
                ),
            )


def _is_for(platform: str, own: str) -> bool:
    """Whether it is the engine's own, in whatever variant of the processor (``linux/arm/v7``)."""
    return platform.split("/")[:2] == own.split("/")


def _docker_arch(arch: str) -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(arch, arch)


def _is_old(engine: Engine) -> bool:
    parts = engine.version.split(".")[:2]
    return all(map(str.isdecimal, parts)) and tuple(map(int, parts)) < OLDEST
