"""A learner's submission as the sample was recorded: other people, other times, the same lab.

What is true of the sample is true of it. A kind of submission then changes what was recorded, and
the chain is made anew by the journal's own writer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

from class_people import Person, answers, answers_file

from grader.collect.submission import TEXT_BYTES
from grader.journal import EMPTY, Observation, parse, written

SAMPLE = Path(__file__).resolve().parents[1] / "sample_submission"
JOURNAL = ".grade-lab/journal.jsonl"
DEADLINE = datetime(2026, 12, 1, tzinfo=UTC)
LISTENS = "wisheasy is listening on port 8000 for "
HANDED_OUT = ("Dockerfile", ".dockerignore", ".env.example", "app.py", "wishes.py")
CHAIN = ("hash", "prev", "v", "seq", "by")
_SECOND = re.compile(r"2026-11-24T\d\d:\d\d:\d\d")

Seen = dict[str, Any]
"""An observation as it stands in the journal, without what the chain adds."""


@dataclass
class Submission:
    """What a learner hands in. ``lab`` is lab.yaml's content; a file may be a link to a path."""

    person: Person
    random: Random
    lab: dict[str, Any]
    answers: dict[str, str]
    files: dict[str, bytes | Path]
    recorded: list[Seen]
    complete: bool = False
    """Whether the files are all there; what is missing then is meant to be."""

    @property
    def image(self) -> str:
        """The reference that the learner pushed."""
        return f"{self.person.hub_id}/wisheasy:1.0"

    def found(self, kind: str) -> Iterator[dict[str, Any]]:
        """The facts that were found of a kind of need."""
        return (seen["data"] for seen in self.recorded if _is(seen, kind) and "data" in seen)

    def events(self, action: str) -> list[Seen]:
        return [seen for seen in self.recorded if seen.get("data", {}).get("action") == action]

    def drop(self, unwanted: Callable[[Seen], bool]) -> None:
        self.recorded = [seen for seen in self.recorded if not unwanted(seen)]

    def answer(self, wanted: Callable[[Seen], bool], outcome: str, reason: str) -> None:
        """Let the looks that are ``wanted`` find nothing, or fail."""
        for seen in filter(wanted, self.recorded):
            seen.pop("data", None)
            seen |= {"outcome": outcome, "reason": reason, "detail": ""}

    def text(self, name: str) -> bytes:
        """A file that is no link."""
        data = self.files[name]
        return b"" if isinstance(data, Path) else data

    def write(self) -> None:
        """Turn fields into the files that are not there yet; look at them as grade-lab does."""
        if self.complete:
            return
        self.complete = True
        self.files.setdefault("lab.yaml", json.dumps(self.lab, ensure_ascii=False).encode())
        self.files.setdefault("answers.md", answers_file(self.answers).encode())
        if JOURNAL not in self.files:
            self.look()
            self.files[JOURNAL] = self.chained()

    def look(self) -> None:
        """Record the files as they are now."""
        hashes = {name: digest(data) for name, data in sorted(self.files.items())}
        for seen in self.recorded:
            if _is(seen, "file"):
                data = self.files[seen["need"]["path"]]
                if isinstance(data, bytes):
                    seen["data"] = {"sha256": digest(data), "size": len(data)}
                    if len(data) <= TEXT_BYTES:
                        seen["data"]["text"] = data.decode()
            elif _is(seen, "tree"):
                seen["data"]["files"] = hashes

    def chained(self) -> bytes:
        """The journal of what was recorded."""
        journal, data = EMPTY, b""
        for run, entries in groupby(self.recorded, key=lambda seen: str(seen["run"])):
            observations = [Observation.model_validate(entry) for entry in entries]
            lines = b"".join(written(observations, journal, run, "grade"))
            data += lines
            journal = parse(lines, onto=journal)
        return data


def recorded_of(person: Person, random: Random, after: timedelta) -> Submission:
    """The submission of a lab done as the sample's, ended so long after the deadline."""
    told = answers(person, random)
    container, image = person.made("container"), person.made("image")
    told |= {
        "log-line": f"`{LISTENS}{person.hub_id}`",
        "container-id": f"`{container[:12]}`",
        "image-id": f"`{image[:12]}`",
    }
    files: dict[str, bytes | Path] = {name: _handed_out(name) for name in HANDED_OUT}
    files["app.py"] = _handed_out("app.py") + f"# {person.name}, {person.id}\n".encode()
    submission = Submission(
        person,
        random,
        lab={
            "rubric": "container-and-docker",
            "learner": {"id": person.id, "name": person.name},
            "variables": {"hub_id": person.hub_id, "tag": "1.0"},
        },
        answers=told,
        files=files,
        recorded=_recorded(person, random, DEADLINE + after),
    )
    for tree in submission.found("content"):
        tree["files"] |= {"app.py": digest(files["app.py"])}
    return submission


def _recorded(person: Person, random: Random, end: datetime) -> list[Seen]:
    text, seconds, ids = _template()
    pace = random.randrange(40, 300)
    times = {
        second: f"{end - timedelta(seconds=pace * back):%Y-%m-%dT%H:%M:%S}"
        for back, second in enumerate(reversed(seconds))
    }
    text = _SECOND.sub(lambda match: times[match[0]], text)
    for what, sample in ids.items():
        text = text.replace(sample, person.made(what)[: len(sample)])
    text = text.replace("haneul", person.hub_id).replace("김하늘", person.hub_id)
    recorded: list[Seen] = json.loads(text)
    return recorded


@cache
def _template() -> tuple[str, list[str], dict[str, str]]:
    """The sample's journal with its image on Docker Hub; its seconds, and its ids."""
    lines = (SAMPLE / JOURNAL).read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    for entry in entries:
        for name in CHAIN:
            entry.pop(name, None)
    registry = "127.0.0.1:5055"
    for entry in entries:
        for part, short in (("need", "docker.io/haneul/"), ("data", "haneul/"), ("detail", "")):
            text = json.dumps(entry.get(part), ensure_ascii=False)
            text = text.replace(f"{registry}/haneul/", short).replace(registry, "docker.io")
            if part in entry:
                entry[part] = json.loads(text)
    text = json.dumps(entries, ensure_ascii=False)
    container = next(e["data"] for e in entries if _is(e, "container"))
    manifest = next(e["data"] for e in entries if _is(e, "manifest"))
    ids = {
        "container": container["id"],
        "image": container["image_id"].removeprefix("sha256:"),
        "manifest": manifest["digest"].removeprefix("sha256:"),
        **{f"run {run}": run for run in {str(entry["run"]) for entry in entries}},
    }
    return text, sorted(set(_SECOND.findall(text))), ids


@cache
def _handed_out(name: str) -> bytes:
    return (SAMPLE / name).read_bytes()


def digest(data: bytes | Path) -> str:
    return sha256(data).hexdigest() if isinstance(data, bytes) else ""


def _is(seen: Seen, kind: str) -> bool:
    return bool(seen["need"]["kind"] == kind)
