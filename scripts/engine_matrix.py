"""What the stories' tests gave on each engine, side by side: engine by engine, story by story."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CANNOT_TELL = frozenset(("error", "unproven"))
"""Statuses that blame nobody: what was done may be right, and this engine gives no proof of it."""

Verdicts = Sequence[Mapping[str, tuple[str, str]]]
"""Of each grading of a story in turn: the status of each objective, and what it told."""


@dataclass(frozen=True)
class Run:
    """All stories on one engine with one builder; ``trouble`` is why there are none."""

    title: str
    version: str
    builder: str
    trouble: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, Verdicts] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.title}, {self.builder}"

    def summary(self, first: Run) -> str:
        """One line for who waits."""
        if self.trouble:
            return f"not possible: {self.trouble}"
        told = [cell(self, story, first) for story in first.verdicts]
        same = told.count(SAME)
        return f"{same} of {len(told)} stories as on {first.title}" + "".join(
            f"\n  {title(story)}: {text}"
            for story, text in zip(first.verdicts, told, strict=True)
            if text != SAME
        )


SAME = "ok"


def read_run(title: str, version: str, builder: str, folder: Path, code: int) -> Run:
    """The run that left its files in ``folder`` and ended with this exit code."""
    trouble = folder / "trouble"
    if trouble.exists():
        return Run(title, version, builder, trouble.read_text(encoding="utf-8"))
    report, noted = folder / "junit.xml", folder / "verdicts.jsonl"
    if not report.exists() or not noted.exists():
        return Run(title, version, builder, f"its tests did not run (exit code {code})")
    verdicts: dict[str, list[Mapping[str, tuple[str, str]]]] = {}
    for line in noted.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        verdicts.setdefault(entry["story"], []).append(entry["verdicts"])
    failed = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 # pytest has just written it
        problem = next((case.find(kind) for kind in ("failure", "error") if _has(case, kind)), None)
        if problem is not None:
            failed[str(case.get("name"))] = str(problem.get("message")).partition("\n")[0]
            verdicts.setdefault(str(case.get("name")), [])
    return Run(title, version, builder, failed=failed, verdicts=verdicts)


def _has(case: ET.Element, kind: str) -> bool:
    return case.find(kind) is not None


def cell(run: Run, story: str, first: Run) -> str:
    """What a story gave on an engine: as on the first, not told there, or differing."""
    if run.trouble:
        return "not possible"
    if story in run.failed:
        return f"differs: {run.failed[story]}"
    if story not in run.verdicts:
        return "not run"
    other: list[str] = []
    untold: list[str] = []
    for mine, theirs in zip(run.verdicts[story], first.verdicts.get(story, ()), strict=False):
        for objective, (status, _) in mine.items():
            wanted = theirs[objective][0]
            if status != wanted:
                text = f"{objective} {wanted} → {status}"
                (untold if status in CANNOT_TELL else other).append(text)
    if other:
        return "differs: " + ", ".join(dict.fromkeys(other))
    return "cannot tell: " + ", ".join(dict.fromkeys(untold)) if untold else SAME


def differences(run: Run, first: Run) -> list[str]:
    """The stories that differ on an engine."""
    return [story for story in first.verdicts if cell(run, story, first).startswith("differs")]


def title(story: str) -> str:
    """A test's name as words."""
    return story.removeprefix("test_").replace("_", " ")


def as_text(runs: Sequence[Run]) -> str:
    """The matrix for a terminal: a line for each engine, with all that is not as on the first."""
    return "\n".join(f"{run.name} ({run.version}): {run.summary(runs[0])}" for run in runs)


def as_markdown(runs: Sequence[Run]) -> str:
    """The matrix: a row for each story, a column for each engine, notes below."""
    first, notes = runs[0], []
    lines = [
        "| Story | " + " | ".join(f"{run.title}<br>{run.builder}" for run in runs) + " |",
        "|---" * (len(runs) + 1) + "|",
    ]
    for story in first.verdicts:
        cells = []
        for run in runs:
            text = cell(run, story, first)
            kind, _, detail = text.partition(": ")
            if detail and detail not in notes:
                notes.append(detail)
            cells.append(f"{kind} ({notes.index(detail) + 1})" if detail else kind)
        lines.append(f"| {title(story)} | " + " | ".join(cells) + " |")
    lines.append("| *package* | " + " | ".join(run.version or "-" for run in runs) + " |")
    troubles = [f"- {run.name}: not possible: {run.trouble}" for run in runs if run.trouble]
    numbered = [f"{number}. {note}" for number, note in enumerate(notes, 1)]
    return "\n".join([*lines, "", *numbered, *troubles, ""])
