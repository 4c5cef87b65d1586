"""A journal's every prefix can be judged, and no later entry lowers a verdict without a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.check import Check, Status
from grader.facts import STOPPED_BY_SIGNAL
from grader.journal import EMPTY, Entry, Journal, Observation, Writer, parse, written
from grader.judge import MAY_BE_DONE, judge
from grader.needs import FileNeed, ImageNeed
from grader.result import CheckResult, Result
from grader.rubric.find import find
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.yaml_source import Source
from tests.lab_actions import (
    ACTIONS,
    CLEAN,
    HARMLESS,
    LEARNER,
    RIGHT,
    RUBRICS,
    SHIPPED,
    a_lab,
    do,
    labs,
)
from tests.lab_files import LOCAL
from tests.lab_stories import Lab
from tests.places import ROOT, SAMPLE


def prefixes(lines: list[bytes]) -> Iterator[Journal]:
    """What a journal held after each of its lines."""
    journal = EMPTY
    for line in lines:
        journal = parse(line, onto=journal)
        yield journal


def verdicts(rubric: Rubric, journal: Journal) -> list[tuple[Check, CheckResult]]:
    """Each check of a rubric with what was judged."""
    result = judge(rubric, journal, LEARNER)
    specified = [check for objective in rubric.objectives for check in objective.checks]
    judged = [check for objective in result.objectives for check in objective.checks]
    return list(zip(specified, judged, strict=True))


def _event(entry: Entry) -> str:
    return str((entry.data or {}).get("action", "")) if entry.need.kind == "events" else ""


def _looked(check: Any, entry: Entry) -> bool:
    return entry.outcome != "unavailable" and entry.need == next(iter(check.needs()))


def _another_file(check: Any, entry: Entry) -> bool:
    return entry.outcome != "unavailable" and entry.need == FileNeed(path=check.path)


def _other_image(check: Any, entry: Entry) -> bool:
    return entry.outcome == "found" and entry.need == ImageNeed(image=check.smaller_than or "")


def _is_back(check: Any, entry: Entry) -> bool:
    found = _looked(check, entry) and entry.outcome == "found"
    return found or _event(entry) in {"create", "start", "tag", "pull", "push"}


def _failed_at_start(entry: Entry) -> bool:
    code = (entry.data or {}).get("exit_code")
    return code not in {None, 0, *STOPPED_BY_SIGNAL}


CONTRADICTED: Mapping[str, tuple[str, Callable[[Any, Entry], bool]]] = {
    **dict.fromkeys(
        ("file", "dockerfile", "dockerignore", "answer", "quoted"),
        ("what is handed in is the file as it is now", _another_file),
    ),
    "image": (
        "`when: now` is about the present; and how small another image is shows when it is seen",
        lambda check, entry: (
            (check.when == "now" and _looked(check, entry)) or _other_image(check, entry)
        ),
    ),
    "container": (
        "`when: now` is about the present; a start that ends in a crash is none; and where nothing"
        " is wrong any more, as it did not crash but was stopped, what nobody saw is the verdict",
        lambda check, entry: (
            (check.when != "ever" and _looked(check, entry))
            or _failed_at_start(entry)
            or (check.health is not None and _event(entry) in {"kill", "stop"})
        ),
    ),
    "removed": (
        "it is there again; or it only got another name",
        lambda check, entry: _is_back(check, entry) or _event(entry) == "rename",
    ),
    "sequence": (
        "what only got another name was not removed; and what it takes for a stop was none",
        lambda _, entry: _event(entry) in {"restart", "die", "rename"},
    ),
    "stopped": (
        "the stop was part of a restart; or it ended, and nobody had stopped it; or it got a name",
        lambda check, entry: _event(entry) in {"restart", "die", "rename"},
    ),
}
"""By check type: the entries that may lower a verdict, and why. All else that was proven stays."""


def contradicted(check: Check, entry: Entry) -> bool:
    """Whether an entry may lower the verdict of a check."""
    return check.type in CONTRADICTED and CONTRADICTED[check.type][1](check, entry)


def assert_steady(rubric: Rubric, lines: list[bytes]) -> None:
    """No prefix breaks a check, and none lowers a verdict that its last entry did not contradict.

    An objective waits again when what it requires is contradicted, or was not known and now fails,
    as by a container that is there and was not started yet.
    """
    before: list[tuple[Check, CheckResult]] = []
    for journal in prefixes(lines):
        entry = journal.entries[-1]
        now = verdicts(rubric, journal)
        both = list(zip(before, now, strict=False))
        required = any(
            contradicted(check, entry)
            or (was.status in MAY_BE_DONE and result.status is Status.FAIL)
            for (check, was), (_, result) in both
        )
        for (check, was), (_, result) in both:
            assert "is broken" not in result.message, result.message
            waits = result.status is Status.SKIP and required
            assert result.score >= was.score or contradicted(check, entry) or waits, (
                f"{result.id}: {was.status} ({was.message}) → {result.status} ({result.message}) "
                f"by line {len(journal.entries)}: {entry.need} {entry.outcome} {entry.data}"
            )
        before = now


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@_settings(12)
@given(labs())
@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda rubric: rubric.id)
def test_no_prefix_of_a_journal_raises_or_takes_away_what_was_proven(
    rubric: Rubric, lab: Lab
) -> None:
    assert_steady(rubric, lab.lines)


@_settings(25)
@given(st.data())
def test_whoever_does_all_of_it_has_full_marks_and_keeps_them(data: st.DataObject) -> None:
    lab = a_lab(data.draw)
    do(lab, *data.draw(st.lists(ACTIONS, max_size=10)), *CLEAN)
    lab.careful = True
    live = data.draw(st.booleans())
    do(lab, ("watch", live))
    for step in RIGHT:
        do(lab, *data.draw(st.lists(HARMLESS, max_size=2)), step)
        if not live:
            lab.grade()
    assert _lacking(judge(SHIPPED, lab.journal, LEARNER)) == {}
    do(lab, ("rm_f", "other"), ("rmi", LOCAL), ("restart_engine",), ("leave", True), ("grade",))
    assert judge(SHIPPED, lab.journal, LEARNER).score == 100


def _lacking(result: Result) -> dict[str, list[str]]:
    return {
        objective.id: [check.message for check in objective.checks]
        for objective in result.objectives
        if objective.status is not Status.PASS
    }


@_settings(20)
@given(labs())
def test_who_wrote_a_journal_changes_no_verdict(lab: Lab) -> None:
    lab.grade()
    for rubric in RUBRICS:
        by = [_scores(rubric, _rewritten(lab.journal, writer)) for writer in ("grade", "watch")]
        assert by[0] == by[1]


def _rewritten(journal: Journal, by: Writer) -> Journal:
    again = EMPTY
    for entry in journal.entries:
        seen = Observation.model_validate(entry.model_dump(include=set(Observation.model_fields)))
        again = parse(b"".join(written([seen], again, entry.run, by)), onto=again)
    return again


def _scores(rubric: Rubric, journal: Journal) -> list[tuple[str, Status, object]]:
    return [(judged.id, judged.status, judged.score) for _, judged in verdicts(rubric, journal)]


def test_the_recorded_sample_loses_nothing_on_its_way_to_full_marks() -> None:
    variables = Source.read(SAMPLE / "lab.yaml").data["variables"]
    rubric = load(find("container-and-docker", ROOT), dict(variables))
    lines = (SAMPLE / ".grade-lab/journal.jsonl").read_bytes().splitlines(keepends=True)
    assert_steady(rubric, lines)
    *_, journal = prefixes(lines)
    assert judge(rubric, journal, LEARNER).score == 100
