"""Drafts as their files are read again, and judged."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.drafting.draft import Draft
from grader.drafting.journal import from_journal
from grader.drafting.writing import text
from grader.journal import Journal
from grader.judge import judge
from grader.result import Learner, Result
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.yaml_source import Source


def read_again(draft: Draft, lang: str = "en", **given: str) -> Rubric:
    """The rubric in the file that a draft makes; any mistake in it is raised."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drafted.yaml"
        path.write_text(text(draft, lang), encoding="utf-8", newline="\n")
        return load(path, given, lenient=True)


def data_of(draft: Draft) -> Any:
    return Source("drafted.yaml", text(draft, "en")).data


def judged_by_own_draft(journal: Journal, folder: Path | None = None) -> tuple[Draft, Result]:
    """A journal, judged by the rubric that is drafted from it."""
    draft = from_journal(journal, "drafted", "Drafted", folder)
    mine = {"hub_id": draft.variables.hub_id} if draft.variables.hub_id else {}
    return draft, judge(read_again(draft, **mine), journal, Learner(id="s-001", name=""))


def lacking(result: Result) -> dict[str, list[str]]:
    return {
        objective.id: [check.message for check in objective.checks]
        for objective in result.objectives
        if objective.status != "pass"
    }
