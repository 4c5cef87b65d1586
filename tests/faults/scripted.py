"""What a sound engine answers to each question of a grading, from a script."""

from __future__ import annotations

import io
import json
import re
import tarfile

IMAGE = "sha256:" + "a" * 64
CONTAINER = "c" * 64
REFERENCE = "127.0.0.1:9/me/app:1"
CODE = b"print('ready')\n"
DOCKERFILE = "FROM scratch\nCOPY app.py /app/\n"
AT = 1_767_322_800

STAGES = {
    "ping": r"/_ping$",
    "version": r"/version$",
    "info": r"/info$",
    "image": r"/images/(127.0.0.1:9/me/)?app:1/json$",
    "history": r"/history$",
    "container": r"/containers/(web|c+)/json$",
    "list": r"/containers/json$",
    "changes": r"/changes$",
    "archive": r"/archive$",
    "logs": r"/logs$",
    "events": r"/events$",
    "distribution": r"/distribution/.*/json$",
}
"""What a grading asks, by the end of the path."""


def scripted(target: str) -> tuple[str, bytes]:
    """The right answer to a path: status and body."""
    stage = next((name for name, end in STAGES.items() if re.search(end, target)), "")
    if stage == "archive":
        return "200 OK", _tar()
    if stage == "logs":
        return "200 OK", b"\x01\0\0\0\0\0\0\x0fready to serve\n"
    if stage == "events":
        return "200 OK", b"".join(json.dumps(event).encode() + b"\n" for event in EVENTS)
    answer = ANSWERS.get(stage)
    if answer is None:
        if target.endswith(f"/images/{IMAGE}/json"):
            return scripted("/images/app:1/json")
        return "404 Not Found", b'{"message": "no such thing"}'
    return "200 OK", json.dumps(answer).encode()


def _tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        member = tarfile.TarInfo("app.py")
        member.size = len(CODE)
        tar.addfile(member, io.BytesIO(CODE))
    return file.getvalue()


_CONFIG = {"Image": "app:1", "Env": [], "Labels": {}, "Cmd": ["python", "app.py"]}


ANSWERS: dict[str, object] = {
    "ping": "OK",
    "version": {"Version": "20.10.24", "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"},
    "info": {"SystemTime": "2026-01-02T03:10:00Z", "Driver": "overlay2", "ID": "x"},
    "image": {
        "Id": IMAGE,
        "RepoTags": ["app:1", REFERENCE],
        "RepoDigests": [REFERENCE.removesuffix(":1") + "@sha256:" + "b" * 64],
        "Created": "2026-01-02T03:00:00Z",
        "Os": "linux",
        "Architecture": "amd64",
        "Size": 1000,
        "Config": {**_CONFIG, "ExposedPorts": {"8000/tcp": {}}},
        "RootFS": {"Type": "layers", "Layers": ["sha256:" + "d" * 64]},
    },
    "history": [
        {
            "Id": IMAGE,
            "Created": AT,
            "CreatedBy": "/bin/sh -c #(nop) COPY file:" + "e" * 64 + " in /app/ ",
            "Size": 10,
            "Tags": ["app:1"],
            "Comment": "",
        }
    ],
    "container": {
        "Id": CONTAINER,
        "Name": "/web",
        "Image": IMAGE,
        "Created": "2026-01-02T03:01:00Z",
        "Config": {**_CONFIG, "Tty": False},
        "State": {"Status": "running", "Running": True, "StartedAt": "2026-01-02T03:01:00Z"},
        "HostConfig": {"PortBindings": {}, "NetworkMode": "default"},
        "NetworkSettings": {"Ports": {}},
        "Mounts": [],
    },
    "list": [
        {
            "Id": CONTAINER,
            "Names": ["/web"],
            "Image": "app:1",
            "ImageID": IMAGE,
            "Created": AT,
            "Labels": {},
            "State": "running",
        }
    ],
    "changes": [],
    "distribution": {
        "Descriptor": {
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "digest": "sha256:" + "b" * 64,
            "size": 500,
        },
        "Platforms": [{"architecture": "amd64", "os": "linux"}],
    },
}


def _event(second: int, action: str, name: str = "web", **attributes: str) -> dict[str, object]:
    return {
        "Type": "container",
        "Action": action,
        "Actor": {
            "ID": CONTAINER if name == "web" else "0" * 64,
            "Attributes": {"name": name, "image": "app:1", **attributes},
        },
        "time": AT + second,
        "timeNano": (AT + second) * 1_000_000_000,
    }


EVENTS = [
    _event(1, "create"),
    _event(2, "start"),
    _event(3, "exec_create: ls -l", execID="f" * 64),
    _event(3, "exec_start: ls -l", execID="f" * 64),
    _event(4, "exec_die", execID="f" * 64, exitCode="0"),
    _event(5, "create", "old"),
    _event(6, "start", "old"),
    _event(7, "kill", "old", signal="15"),
    _event(8, "die", "old", exitCode="0"),
    _event(9, "stop", "old"),
    _event(10, "destroy", "old"),
]
