"""A container's configuration in the sandbox, as the Docker Engine API takes it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from grader.collect.engine_answer import Payload
from grader.rubric.sandbox import Sandbox

LOG_FILE_BYTES = 32 * 1024 * 1024
MAX_OPEN_FILES = 4096
SCRATCH = ("/run", "/tmp", "/var/tmp")  # noqa: S108 # paths in a container
NO_NAME_SERVER = "127.0.0.1"
"""In the container itself, where none listens: no name is asked for outside."""


def container(
    image: str,
    inspected: Payload,
    sandbox: Sandbox,
    *,
    ports: Iterable[int],
    environment: Mapping[str, str],
    network: str,
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """The body that creates a container of this image."""
    config = inspected.get("Config") or {}
    bindings = {f"{port}/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}] for port in ports}
    scratch = [*(config.get("Volumes") or {}), *(SCRATCH if sandbox.read_only else ())]
    host: dict[str, Any] = {
        "NetworkMode": network,
        "PortBindings": bindings,
        "Memory": sandbox.memory,
        "MemorySwap": sandbox.memory,
        "NanoCpus": int(sandbox.cpus * 1e9),
        "PidsLimit": sandbox.processes,
        "CapDrop": ["ALL"],
        "CapAdd": list(sandbox.cap_add),
        "SecurityOpt": ["no-new-privileges:true"],
        "ReadonlyRootfs": sandbox.read_only,
        # In place of an anonymous volume, which nothing would bound.
        "Tmpfs": dict.fromkeys(scratch, f"rw,nosuid,nodev,size={sandbox.memory // 2}"),
        "ShmSize": min(64 * 1024 * 1024, sandbox.memory // 2),
        "IpcMode": "private",
        "Init": True,
        "Ulimits": [
            {"Name": "nofile", "Soft": MAX_OPEN_FILES, "Hard": MAX_OPEN_FILES},
            {"Name": "core", "Soft": 0, "Hard": 0},
            {"Name": "fsize", "Soft": sandbox.disk, "Hard": sandbox.disk},
        ],
        "LogConfig": {
            "Type": "json-file",
            "Config": {"max-size": str(LOG_FILE_BYTES), "max-file": "1"},
        },
        "OomScoreAdj": 500,  # before anything of the machine's own
        "RestartPolicy": {"Name": "no"},
    }
    if not sandbox.network:
        host["Dns"] = [NO_NAME_SERVER]
        host["DnsOptions"] = ["timeout:1", "attempts:1"]
    body: dict[str, Any] = {
        "Image": image,
        "Env": [f"{name}={value}" for name, value in environment.items()],
        "ExposedPorts": {port: {} for port in bindings},
        "Labels": dict(labels),
        "HostConfig": host,
        "Healthcheck": {"Test": ["NONE"]},
    }
    if sandbox.user:
        body["User"] = sandbox.user
    return body


def open_network(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """The body that creates a network whose containers reach others, but not one another."""
    return {
        "Name": name,
        "Driver": "bridge",
        "CheckDuplicate": True,
        "Labels": dict(labels),
        "Options": {"com.docker.network.bridge.enable_icc": "false"},
    }


def closed_network(
    name: str, labels: Mapping[str, str], *, subnet: str, host: str, nowhere: str
) -> dict[str, Any]:
    """The body that creates a network out of which no packet finds its way.

    Its gateway is the address ``nowhere``, which nobody has; ``host`` is the engine's own, by which
    the published port comes in. A network that is ``Internal`` would publish none.
    """
    return {
        **open_network(name, labels),
        "IPAM": {
            "Driver": "default",
            "Config": [
                {
                    "Subnet": subnet,
                    "Gateway": host,
                    "AuxiliaryAddresses": {"DefaultGatewayIPv4": nowhere},
                }
            ],
        },
        "Options": {
            "com.docker.network.bridge.enable_icc": "false",
            "com.docker.network.bridge.enable_ip_masquerade": "false",
        },
    }
