"""Whatever an engine's event stream holds, it is read, or told to be no stream of events.

An odd event costs no other event, and the recording of `watch` goes on with the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from grader.collect import event_history
from grader.collect.answer import AbsentError
from grader.collect.client import Client
from grader.collect.event_shapes import just_after
from grader.collect.events import Selection, Subjects, follow
from grader.collect.view import EngineView
from grader.evidence import Evidence
from grader.facts import Reason
from grader.journal import EMPTY, parse, written
from grader.needs import EventsNeed, EventWindowNeed
from tests.fuzz.contract import files
from tests.fuzz.judging import every_check, judged

NEEDS = [EventWindowNeed(), EventsNeed(name="wisheasy"), EventsNeed(image="wisheasy:1.0")]
ID = "ab" * 32
GOOD = {
    "Type": "container",
    "Action": "start",
    "Actor": {"ID": ID, "Attributes": {"name": "wisheasy", "image": "wisheasy:1.0"}},
    "timeNano": 1_767_323_100_000_000_001,
}


def _recorded() -> Iterator[bytes]:
    for data in files("tests/collect/recorded/*.json"):
        events = [part for part in _parts(json.loads(data)) if "Actor" in part]
        yield b"\n".join(json.dumps(event).encode() for event in events[:20])


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from _parts(part)


def _event(kind: str, action: str, id_: str = ID, **attributes: str) -> bytes:
    actor = {"ID": id_, "Attributes": {"name": "wisheasy", **attributes}}
    event = {"Type": kind, "Action": action, "Actor": actor, "time": 1_767_323_100}
    return json.dumps(event).encode()


SEEDS = [
    *filter(None, _recorded()),
    b"\n".join(
        (
            _event("container", "exec_start: sh -c x", execID="e", image="wisheasy:1.0"),
            _event("container", "die", exitCode="137", containerExitCode="1"),
            _event("container", "health_status: healthy", **{"com.docker.compose.service": "web"}),
            _event("image", "tag", f"sha256:{ID}", name="wisheasy:1.0"),
            _event("image", "push", "localhost:5000/a/b:1"),
            _event("container", "kill", signal="9"),
        )
    ),
    b'{"Type":' + b"[" * 100_000 + b"\n",
    b'{"status":"start","id":"x","from":"y","Type":"container","timeNano":1e30}\n[]\nnull\n{"a',
]


class _Engine:
    """As much of a client as the history needs."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def version(self) -> dict[str, Any]:
        return {"ApiVersion": "1.41"}

    def info(self) -> dict[str, Any]:
        return {"SystemTime": "2026-01-02T03:05:00.5Z"}

    def image(self, reference: str) -> dict[str, Any]:
        raise AbsentError(Reason.NOT_THERE)

    @contextmanager
    def stream(self, *path: str, **options: Any) -> Iterator[Iterator[bytes]]:
        yield iter([self._data[:7], self._data[7:], b"\n", json.dumps(GOOD).encode(), b"\n"])


def check(data: bytes, folder: Path) -> None:
    client = cast("Client", _Engine(data))
    selection = Selection(Subjects(names=frozenset(("wisheasy",))))
    followed = [payload for payload in follow(client, "0") if just_after(payload) is not None]
    assert any(dated and dated[1].id == ID for dated in map(selection.keep, followed))
    view = EngineView(client, Evidence(EMPTY))
    history = event_history.observations(NEEDS, view, lambda _: None)
    observed = [one for several in history for one in several]
    if [one.detail for one in observed] == ["events of an unknown form"]:
        return
    assert [one.outcome for one in observed] == ["found"] * len(observed)
    journal = parse(b"".join(written(observed, EMPTY, "run", "grade")))
    assert journal.intact
    assert any((entry.data or {}).get("id") == ID for entry in journal.entries)
    judged(every_check(), journal)
