"""Any text is a ``.dockerignore`` that is judged, or one that Docker refuses; in bounded time."""

from __future__ import annotations

import re
from pathlib import Path

from checks.dockerignore import Dockerignore
from grader.check import Verdict
from tests.factories import evidence_of, submitted
from tests.fuzz.contract import files
from tests.fuzz.judging import TRANSLATORS

SEEDS = [
    *files("sample_submission/.dockerignore", "rubrics/*.tests/*/.dockerignore"),
    b"**/*.py[co]\n!a/**/b\n[^a-z]\\[\n!\n  # x\n/a//b/../c/\n.git/**\n!.git/[!x]\n",
    b"\xef\xbb\xbf*\n!app.py\n**\n!**/a?\n",
]
CHECK = Dockerignore(
    type="dockerignore", excludes=(".env", ".git/", "a/b/"), keeps=("Dockerfile", "app.py", "src/")
)


def check(data: bytes, folder: Path) -> None:
    text = data.decode("utf-8", "replace")
    verdict = CHECK.judge(evidence_of(submitted(".dockerignore", text)))
    assert isinstance(verdict, Verdict)
    for place in verdict.places:
        assert place.line is None or 1 <= place.line <= len(re.split(r"\r\n|\r|\n", text))
    for translator in TRANSLATORS:
        assert translator.text(verdict.message)
