"""Whatever JSON an engine answers, each need is answered, and the journal of it can be judged.

No exception gets through, and what is recorded is read back unchanged.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from grader.collect.client import Client
from grader.collect.collect import look
from grader.collect.view import EngineView
from grader.evidence import Evidence
from grader.journal import EMPTY, parse, written
from grader.needs import (
    ContainerNeed,
    EngineNeed,
    ImageNeed,
    ManifestNeed,
    NetworkNeed,
    VolumeNeed,
)
from tests.fuzz.contract import files
from tests.fuzz.judging import every_check, judged

NEEDS = (
    EngineNeed(),
    ImageNeed(image="wisheasy:1.0"),
    ContainerNeed(name="wisheasy"),
    ContainerNeed(image="wisheasy:1.0"),
    ContainerNeed(service="web", project="wisheasy"),
    VolumeNeed(volume="data"),
    NetworkNeed(network="data"),
    ManifestNeed(image="docker.io/haneul/wisheasy:1.0"),
)
ANSWERS = ("version", "info", "image", "history", "container", "list", "volume", "network", "dist")
"""What an input may hold; a missing one is empty."""


def _recorded() -> list[bytes]:
    return [
        json.dumps({key: told[key] for key in ANSWERS if key in told}).encode()
        for told in map(json.loads, files("tests/collect/recorded/*.json"))
    ]


SEEDS = [
    *_recorded(),
    json.dumps(
        {
            "version": {"Components": [{"Name": "Podman Engine"}], "ApiVersion": "1.41"},
            "list": [
                {"Id": "1", "Image": "wisheasy:1.0", "Created": 5, "Labels": {"a": "b"}},
                {"Id": "2", "ImageID": "sha256:1", "Created": "x", "Labels": None},
                {"Labels": {"com.docker.compose.service": "web"}},
            ],
            "container": {"Name": "/wisheasy", "Config": {"Env": ["A=b", 3], "Cmd": "x"}},
            "image": {"RepoTags": ["wisheasy:1.0"], "Size": "12", "Config": {"Labels": {"a": 1}}},
            "network": {"Containers": {"1": {"Name": "wisheasy"}}, "Internal": "yes"},
            "volume": {"Name": "data", "Driver": None},
            "dist": {"Descriptor": {"size": 1.5}, "Platforms": [{"os": "linux"}, None]},
        }
    ).encode(),
]


class _Engine:
    """As much of a client as looks need, which lets objects and lists through."""

    host = "unix:///engine.sock"

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        kind = list if name in {"history", "containers"} else dict
        key = {"containers": "list", "manifest": "dist"}.get(name, name)
        answer = self._answers.get(key)
        return lambda *_: answer if isinstance(answer, kind) else kind()


def check(data: bytes, folder: Path) -> None:
    try:
        answers = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(answers, dict):
        return
    view = EngineView(cast("Client", _Engine(answers)), Evidence(EMPTY))
    observed = list(look(NEEDS, folder, view))
    assert {one.need for one in observed} == set(NEEDS)
    journal = parse(b"".join(written(observed, EMPTY, "run", "grade")))
    assert journal.intact
    assert len(journal.entries) == len(observed)
    judged(every_check(), journal)
