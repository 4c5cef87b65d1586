"""A journal's every prefix can be judged, and no later entry lowers a verdict without a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.check import Check, Status
from grader.facts import STOPPED_BY_SIGNAL
from grader.journal import EMPTY, Entry, Journal, Observation, Writer, parse, written
from grader.judge import judge
from grader.needs import FileNeed
from grader.result import CheckResult, Learner, Result
from grader.rubric.load import find, load
from grader.rubric.model import Rubric
from grader.yaml_source import Source
from tests.lab_files import FILES, HUB, LOCAL, NAME, REFERENCES
from tests.lab_stories import Lab

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample_submission"
SHIPPED = load(find("container-and-docker", HERE), {"hub_id": "haneul"})
EVERY_CHECK = load(HERE / "every_check.yaml")
RUBRICS = (SHIPPED, EVERY_CHECK)
NEEDS = tuple(dict.fromkeys(need for rubric in RUBRICS for need in rubric.needs()))
LEARNER = Learner(id="s-001", name="")

Action = tuple[Any, ...]
"""A method of `Lab` or `Machine`, and its arguments."""

names = st.sampled_from((NAME, NAME, "other"))
references = st.sampled_from(REFERENCES)
ways = st.sampled_from(
    ("right", "right", "port", "no env", "crash", "foreground", "rm", "create"),
)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from([*FILES]), st.integers(0, 3)),
    st.tuples(st.just("build"), st.sampled_from((LOCAL, LOCAL, "wisheasy:latest"))),
    st.tuples(st.just("tag"), st.just(LOCAL), references),
    st.tuples(st.just("log_in"), st.booleans()),
    st.tuples(st.sampled_from(("push", "pull", "rmi")), references),
    st.tuples(st.just("run"), names, references, ways),
    st.tuples(st.sampled_from(("start", "end", "kill", "stop", "restart", "rm", "rm_f")), names),
    st.tuples(st.just("rename"), names, names),
    st.tuples(st.just("exec"), names, st.sampled_from(("sh", "python -V"))),
    st.tuples(st.just("resource"), st.sampled_from(("volume", "network")), st.just("data")),
    st.tuples(st.just("pass_time"), st.sampled_from((0.1, 3.0))),
    st.tuples(st.just("restart_engine")),
    st.tuples(st.sampled_from(("watch", "leave")), st.booleans()),
    st.tuples(st.just("grade")),
)
RIGHT: tuple[Action, ...] = (
    *(("edit", path, 0) for path in FILES),
    ("build", LOCAL),
    ("tag", LOCAL, HUB),
    ("log_in", True),
    ("push", HUB),
    ("rmi", HUB),
    ("pull", HUB),
    ("run", NAME, HUB, "right"),
    ("exec", NAME, "sh"),
    ("edit", "answers.md", 0),
    ("stop", NAME),
    ("rm", NAME),
    ("rmi", HUB),
)
CLEAN: tuple[Action, ...] = (
    ("leave", False),
    *(("rm_f", name) for name in (NAME, "other")),
    *(("rmi", reference) for reference in REFERENCES),
)
HARMLESS: st.SearchStrategy[Action] = st.sampled_from(
    (
        ("run", "other", LOCAL, "right"),
        ("restart", "other"),
        ("rm_f", "other"),
        ("exec", "other", "sh"),
        ("tag", LOCAL, "wisheasy:latest"),
        ("rmi", "wisheasy:latest"),
        ("resource", "network", "web"),
        ("pass_time", 3.0),
        ("grade",),
    )
)


@st.composite
def labs(draw: st.DrawFn) -> Lab:
    """Any lab: attempts, right and wrong, of which more or less was seen."""
    lab = _lab(draw)
    actions: list[Action] = [("watch", True)] if draw(st.booleans()) else []
    for step in draw(st.sampled_from((RIGHT, RIGHT[4:9], ()))):
        actions += [*draw(st.lists(ACTIONS, max_size=3)), step]
    do(lab, *actions, *draw(st.lists(ACTIONS, max_size=8)))
    return lab


def _lab(draw: st.DrawFn) -> Lab:
    random = draw(st.builds(Random, st.integers(0, 10**6)))
    lab = Lab(NEEDS, random, careful=draw(st.booleans()))
    lab.machine.containerd = draw(st.booleans())
    lab.machine.skew = draw(st.sampled_from((0.0, 0.1, -0.1)))
    return lab


def do(lab: Lab, *actions: Action) -> None:
    """Let a learner do these; the recorder sees files change."""
    for name, *arguments in actions:
        getattr(lab if hasattr(lab, name) else lab.machine, name)(*arguments)
        lab.notice()


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
        "`when: now` is about the present",
        lambda check, entry: check.when == "now" and _looked(check, entry),
    ),
    "container": (
        "`when: now` is about the present; a start that ends in a crash is none",
        lambda check, entry: (
            (check.when != "ever" and _looked(check, entry)) or _failed_at_start(entry)
        ),
    ),
    "removed": ("it is there again", _is_back),
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

    An objective waits again when what it requires is contradicted.
    """
    before: list[tuple[Check, CheckResult]] = []
    for journal in prefixes(lines):
        entry = journal.entries[-1]
        now = verdicts(rubric, journal)
        required = any(contradicted(check, entry) for check, _ in now)
        for (check, was), (_, result) in zip(before, now, strict=False):
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
    lab = _lab(data.draw)
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
    rubric = load(find("container-and-docker", HERE), dict(variables))
    lines = (SAMPLE / ".grade-lab/journal.jsonl").read_bytes().splitlines(keepends=True)
    assert_steady(rubric, lines)
    *_, journal = prefixes(lines)
    assert judge(rubric, journal, LEARNER).score == 100
