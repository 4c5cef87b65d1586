"""What the stories' tests gave on each engine, side by side: engine by engine, story by story."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CANNOT_TELL = frozenset(("error", "unproven", "skip"))
"""Statuses that blame nobody: what was done may be right, and this engine gives no proof of it.

One that has no proof of its own waits for another that has none either, and is `skip`.
"""

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
    skipped: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, Verdicts] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.title}, {self.builder}"

    def summary(self, runs: Sequence[Run]) -> str:
        """How it compares with the first that told each story, and all that is not alike."""
        if self.trouble:
            return f"not possible: {self.trouble}"
        told = {story: cell(self, story, runs) for story in stories(runs)}
        same = list(told.values()).count(SAME)
        others = (f"\n  {title(story)}: {text}" for story, text in told.items() if text != SAME)
        return f"{same} of {len(told)} stories alike" + "".join(others)


SAME = "ok"


def read_run(title: str, version: str, builder: str, folder: Path, code: int) -> Run:
    """The run that left its files in ``folder`` and ended with this exit code."""
    trouble = folder / "trouble"
    if trouble.exists():
        return Run(title, version, builder, trouble.read_text(encoding="utf-8"))
    report, noted = folder / "junit.xml", folder / "verdicts.jsonl"
    if not report.exists():
        return Run(title, version, builder, f"its tests did not run (exit code {code})")
    verdicts: dict[str, list[Mapping[str, tuple[str, str]]]] = {}
    lines = noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []
    for line in lines:
        entry = json.loads(line)
        verdicts.setdefault(entry["story"], []).append(entry["verdicts"])
    failed, skipped = {}, {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 # pytest has just written it
        name = str(case.get("name"))
        verdicts.setdefault(name, [])  # also of one that came to no verdict, or is about none
        problem = next((case.find(kind) for kind in ("failure", "error") if _has(case, kind)), None)
        if problem is not None:
            failed[name] = str(problem.get("message")).partition("\n")[0]
        elif (reason := case.find("skipped")) is not None:
            skipped[name] = str(reason.get("message"))
    return Run(title, version, builder, failed=failed, skipped=skipped, verdicts=verdicts)


def _has(case: ET.Element, kind: str) -> bool:
    return case.find(kind) is not None


def stories(runs: Sequence[Run]) -> list[str]:
    """All stories that any engine told, in the order of first mention."""
    return list(dict.fromkeys(story for run in runs for story in run.verdicts))


def cell(run: Run, story: str, runs: Sequence[Run]) -> str:
    """What a story gave on an engine: as on the first, not told there, or differing."""
    if run.trouble:
        return "not possible"
    if story in run.failed:
        return f"differs: {run.failed[story]}"
    if story in run.skipped:
        return f"not possible: {run.skipped[story]}"
    if story not in run.verdicts:
        return "not run"
    first = next((other for other in runs if other.verdicts.get(story)), run)
    found: dict[str, list[str]] = {"differs": [], "cannot tell": [], "tells more": []}
    for mine, theirs in zip(run.verdicts[story], first.verdicts[story], strict=False):
        for objective, (status, _) in mine.items():
            wanted = theirs[objective][0]
            if status != wanted:
                kind = "cannot tell" if status in CANNOT_TELL else "differs"
                kind = "tells more" if kind == "differs" and wanted in CANNOT_TELL else kind
                found[kind].append(f"{objective} {wanted} → {status}")
    kinds = (f"{kind}: {', '.join(dict.fromkeys(told))}" for kind, told in found.items() if told)
    return next(kinds, SAME)


def differences(run: Run, runs: Sequence[Run]) -> list[str]:
    """The stories that differ on an engine."""
    return [story for story in stories(runs) if cell(run, story, runs).startswith("differs")]


def title(story: str) -> str:
    """A test's name as words."""
    return story.removeprefix("test_").replace("_", " ")


def as_text(runs: Sequence[Run]) -> str:
    """The matrix for a terminal: a line for each engine, with all that is not as on the first."""
    return "\n".join(f"{run.name} ({run.version}): {run.summary(runs)}" for run in runs)


def as_markdown(runs: Sequence[Run]) -> str:
    """The matrix: a row for each story, a column for each engine, notes below."""
    notes: list[str] = []
    lines = [
        "| Story | " + " | ".join(f"{run.title}<br>{run.builder}" for run in runs) + " |",
        "|---" * (len(runs) + 1) + "|",
    ]
    for story in stories(runs):
        cells = []
        for run in runs:
            text = cell(run, story, runs)
            kind, _, detail = text.partition(": ")
            if detail and detail not in notes:
                notes.append(detail)
            cells.append(f"{kind} ({notes.index(detail) + 1})" if detail else kind)
        lines.append(f"| {title(story)} | " + " | ".join(cells) + " |")
    lines.append("| *package* | " + " | ".join(run.version or "-" for run in runs) + " |")
    troubles = [f"- {run.name}: not possible: {run.trouble}" for run in runs if run.trouble]
    numbered = [f"{number}. {note}" for number, note in enumerate(notes, 1)]
    return "\n".join([*lines, "", *numbered, *troubles, ""])
