"""The lesson's container, run as the lesson says, and how `container` judges it."""

from __future__ import annotations

from typing import Any

from grader.check import Verdict
from grader.facts import Container, PortBinding
from grader.journal import Entry
from grader.needs import ContainerNeed
from tests.factories import a_container, judged, saw

NAME, IMAGE = "wisheasy", "me/wisheasy:1.0"
NEED = ContainerNeed(name=NAME, image=IMAGE)


def wisheasy(**fields: Any) -> Container:
    default = {
        "ports": (PortBinding(container="8000/tcp", host="8080"),),
        "env": {"PATH": "image", "OWNER": "run", "GREETING": "run"},
        "detached": True,
    }
    return a_container(NAME, IMAGE, **{**default, **fields})


def judge(container: Container, *entries: Entry, **fields: Any) -> Verdict:
    fields = {"name": NAME, "image": IMAGE, **fields}
    return judged("container", fields, saw(NEED, container), *entries)
