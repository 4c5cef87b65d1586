"""``junit``: JUnit XML for continuous integration; a suite for each objective, a case for a check.

A pass has no child. What the learner can change (``fail``, ``partial``, ``unproven``) is a
``failure`` of that type; what could not be judged is an ``error``; what waits for an objective or
for a person (``skip``, ``review``) is ``skipped``. Points are properties of the suite: the schema
that Jenkins and pytest agree on (``junit-10.xsd``) allows a case none, nor a file and a line, which
are told in the text.
"""

from __future__ import annotations

from io import BytesIO

from junitparser import xunit2
from junitparser.junitparser import Error, Failure, FinalResult, Skipped

from grader.report import reading
from grader.report.clock import iso
from grader.report.contract import ReportFormat
from grader.report.items import MAX_TITLE, Item, items_of, line, message, told
from grader.result import CheckResult, ObjectiveResult, Result

KINDS: dict[str, type[FinalResult]] = {
    "partial": Failure,
    "fail": Failure,
    "unproven": Failure,
    "error": Error,
    "skip": Skipped,
    "review": Skipped,
}
MAX_MESSAGE = 500


def render(result: Result) -> str:
    """The XML; nothing in it is illegal in XML 1.0."""
    report = xunit2.JUnitXml(line(result.rubric.title, MAX_TITLE))
    for index, objective in enumerate(result.objectives, 1):
        report.append(_suite(result, objective, index))
    report.update_statistics()
    file = BytesIO()
    report.write(file)
    return file.getvalue().decode() + "\n"


def _suite(result: Result, objective: ObjectiveResult, index: int) -> xunit2.TestSuite:
    suite = xunit2.TestSuite(line(objective.title, MAX_TITLE))
    suite.id = line(objective.id, MAX_TITLE)
    if result.graded_at:
        suite.timestamp = iso(result.graded_at)
    judged: list[ObjectiveResult | CheckResult] = [objective, *objective.checks]
    for one in judged:
        name = line(one.id, MAX_TITLE)
        suite.add_property(f"{name}.score", reading.points(one.score))
        suite.add_property(f"{name}.max_score", reading.points(one.max_score))
    for item in items_of(objective, index):
        suite.append(_case(result, item))
    return suite


def _case(result: Result, item: Item) -> xunit2.TestCase:
    # Servers follow a case through the runs by these two, so they must not tell the verdict.
    name = f"{item.check.id} {item.check.type}" if item.check else item.objective.id
    group = f"{result.rubric.id}.{item.objective.id}"
    case = xunit2.TestCase(line(name, MAX_TITLE), line(group, MAX_TITLE))
    if kind := KINDS.get(item.status):
        lines = told(item, result.lang)
        outcome = kind(line(message(item), MAX_MESSAGE) or lines[0], item.status)
        outcome.text = "\n".join(lines)
        case.append(outcome)
    return case


REPORT = ReportFormat("report.xml", render)
