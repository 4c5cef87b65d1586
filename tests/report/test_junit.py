"""JUnit XML, valid by the schema of Jenkins and pytest, and read back by a parser others use."""

from __future__ import annotations

from pathlib import Path

import pytest
from junitparser import xunit2
from xmlschema import XMLSchema

from grader.report.items import items
from grader.report.junit import REPORT
from grader.result import Place, Result
from tests.report.hostile import CODE_OR_LONG, HOSTILE, hostile
from tests.results import a_check, a_result, an_objective

SCHEMA = XMLSchema(Path(__file__).parent / "consumers" / "junit.xsd")


def read(result: Result) -> xunit2.JUnitXml:
    text = REPORT.render(result)
    SCHEMA.validate(text)
    report = xunit2.JUnitXml.fromstring(text.encode())
    assert isinstance(report, xunit2.JUnitXml)
    return report


def cases(report: xunit2.JUnitXml) -> list[xunit2.TestCase]:
    return [case for suite in report for case in suite if isinstance(case, xunit2.TestCase)]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_suite_for_each_objective_and_a_case_for_each_check(lang: str) -> None:
    result = a_result(lang)
    report = read(result)
    assert [suite.name for suite in report] == [o.title for o in result.objectives]
    assert len(cases(report)) == len(list(items(result)))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("pass", []),
        ("fail", ["failure fail"]),
        ("partial", ["failure partial"]),
        ("unproven", ["failure unproven"]),
        ("error", ["error error"]),
        ("skip", ["skipped skip"]),
        ("review", ["skipped review"]),
    ],
)
def test_each_status_is_told_as_what_it_is(status: str, outcome: list[str]) -> None:
    check = a_check(status, "what was found")
    report = read(a_result(objectives=(an_objective("Built", check),)))
    [case] = cases(report)
    assert [f"{r._tag} {r.type}" for r in case.result] == outcome
    assert [r.message for r in case.result] == ["what was found"] * len(outcome)
    kinds = [report.failures, report.errors, sum(suite.skipped for suite in report)]
    assert sum(kinds) == len(outcome)


@pytest.mark.parametrize("result", [a_result(), a_result(objectives=()), hostile("=<x>]]>")])
def test_what_is_counted_adds_up(result: Result) -> None:
    report = read(result)
    passed = sum(case.is_passed for case in cases(report))
    skipped = sum(suite.skipped for suite in report)
    assert report.tests == report.failures + report.errors + skipped + passed
    for suite in report:
        assert suite.tests == len(list(suite))


def test_a_part_of_the_points_is_told() -> None:
    [case] = cases(read(a_result(objectives=(an_objective("Built", a_check("partial", "half")),))))
    assert "Points: 2.5/5" in case.result[0].text


def test_points_are_properties_and_add_up() -> None:
    result = a_result()
    points = [{p.name: p.value for p in suite.properties()} for suite in read(result)]
    for objective, of in zip(result.objectives, points, strict=True):
        assert of[f"{objective.id}.score"] == f"{objective.score.normalize():f}"
        assert of[f"{objective.id}.max_score"] == f"{objective.max_score.normalize():f}"


def test_a_place_is_told_in_the_text() -> None:
    place = Place(path="Dockerfile", line=3, message="a tag that moves")
    check = a_check("fail", "not as asked", places=(place,), hint="Name a version.")
    [case] = cases(read(a_result(objectives=(an_objective("Sound", check),))))
    told = case.result[0].text.splitlines()
    assert "Where: Dockerfile:3: a tag that moves" in told
    assert "What to do: Name a version." in told


def test_points_by_hand_are_a_case_with_their_reason() -> None:
    last = cases(read(a_result()))[-1]
    assert last.result[0].type == "partial"
    assert last.result[0].message == "Seen on the screen in class"


def test_a_case_keeps_its_name_whatever_its_verdict_and_language() -> None:
    def names(lang: str, status: str) -> list[tuple[str, str]]:
        objective = an_objective("Built", a_check(status), id="build")
        return [(c.classname, c.name) for c in cases(read(a_result(lang, objectives=(objective,))))]

    assert (
        names("ko", "pass") == names("en", "fail") == [("container-and-docker.build", "a.1 image")]
    )


@pytest.mark.parametrize("text", [*HOSTILE, *CODE_OR_LONG])
def test_a_hostile_result_is_valid_and_counts_the_same(text: str) -> None:
    report = read(hostile(text))
    assert (report.tests, report.failures, report.errors) == (12, 5, 1)
