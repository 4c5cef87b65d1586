"""A submission with a verdict of every kind, and pytest as people start it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from grader.facts import Fact, Reason
from grader.journal import Observation
from grader.journal_file import JournalFile
from grader.needs import EngineNeed, ImageNeed, Need
from tests.factories import an_image, saw, submitted

PYTEST = Path(sys.executable).with_name("pytest")
RUBRIC = """\
schema: grade-lab/rubric/1
id: every-verdict
title: {ko: "모든 판정", en: "Every verdict"}
variables: {app: {default: app}}
objectives:
  - id: build
    title: {ko: "이미지를 빌드했다", en: "An image was built"}
    points: 10
    checks:
      - {type: image, image: "{app}:1.0"}
      - {type: image, image: "{app}:1.0", exposes: [80]}
  - id: notes
    title: Notes were written
    points: 4
    checks: [{type: file, path: notes.md, hint: "Write `notes.md`."}]
  - id: after-notes
    title: What follows the notes
    points: 4
    requires: [notes]
    checks: [{type: file, path: more.md}]
  - id: run
    title: A container ran
    points: 4
    checks: [{type: container, name: web}]
  - id: docker
    title: Docker answers
    points: 4
    checks: [{type: engine}]
  - id: explain
    title: It was explained
    points: 4
    checks:
      - type: answer
        question: why
        need: 1
        concepts: [{name: kernel, any: [kernel]}]
        misconceptions: [{name: a VM inside, any: ["tiny VM"], cost: flag}]
"""
JOURNAL: list[tuple[Need[Any], Fact | Reason]] = [
    (ImageNeed(image="app:1.0"), an_image("app:1.0")),
    (EngineNeed(), Reason.ENGINE_UNREACHABLE),
]
ANSWER = "## why\nIt shares the kernel; a container is a tiny VM.\n"


def write_journal(folder: Path, answers: Iterable[tuple[Need[Any], Fact | Reason]]) -> None:
    """Record these answers, an answer to a question, and that there are no notes."""
    entries = [saw(need, answer) for need, answer in answers]
    entries += [submitted("answers.md", ANSWER)]
    journal = JournalFile(folder / ".grade-lab" / "journal.jsonl")
    for entry in entries:
        fields = {name: getattr(entry, name) for name in Observation.model_fields}
        journal.add([Observation(**fields)], "run-1", "grade")


def run(
    folder: Path, *args: str | Path, start: list[str | Path] | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Start pytest in a folder, in English."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHONPATH"))}
    return subprocess.run(
        [*(start or [PYTEST]), "-p", "no:cacheprovider", f"--basetemp={folder}.tmp", *args],
        cwd=folder,
        env={**inherited, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **env},
        capture_output=True,
        text=True,
    )


def outcomes(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The counts in pytest's last line."""
    last = done.stdout.strip().splitlines()[-1]
    return {word.rstrip("s"): int(n) for n, word in re.findall(r"(\d+) ([a-z]+)", last)}


def suite(path: Path) -> ElementTree.Element:
    """The test suite of a JUnit report."""
    found = ElementTree.parse(path).getroot().find("testsuite")
    assert found is not None
    return found
