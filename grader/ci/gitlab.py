"""GitLab CI: lines in the log, and a Code Quality report, whose findings a merge request shows.

The JUnit report is one of the formats; ``artifacts:reports`` of the job names both.
https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from grader.ci.contract import Finding, Graded, Level
from grader.ci.plain import Plain
from grader.report.plain import plain
from grader.whole import whole

CODE_QUALITY = "gl-code-quality-report.json"

SEVERITIES: Mapping[Level, str] = {
    Level.ERROR: "major",
    Level.WARNING: "minor",
    Level.NOTICE: "info",
}


class GitLab(Plain):
    """A runner of GitLab. What it prints is what any runner prints."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        super().__init__(Path(env.get("CI_PROJECT_DIR") or folder))

    def publish(self, graded: Graded) -> None:
        found = list(_issues(graded.result.rubric.id, graded.findings))
        with whole(graded.out / CODE_QUALITY) as draft:
            text = json.dumps(found, indent=2, ensure_ascii=False)
            draft.write_text(text + "\n", encoding="utf-8", newline="\n")


def _issues(rubric: str, findings: Iterable[Finding]) -> Iterator[dict[str, object]]:
    """The findings in files. The same finding has the same fingerprint when its line moves."""
    told: dict[tuple[str, ...], int] = {}
    for finding in findings:
        if finding.path is None:
            continue
        what = (rubric, finding.check, finding.path, finding.message)
        told[what] = told.get(what, 0) + 1
        yield {
            "description": plain(f"{finding.title}: {finding.in_one_line}"),
            "check_name": finding.check,
            "fingerprint": hashlib.sha256(json.dumps([*what, told[what]]).encode()).hexdigest(),
            "severity": SEVERITIES[finding.level],
            "location": {"path": finding.path, "lines": {"begin": finding.line or 1}},
        }
