"""Check types, report formats and a class's outputs, found through entry points.

Nothing is imported until it is used, so a rubric pays only for the check types it names. What comes
with grade-lab is looked up first: nobody can put something else in its place, and only a name that
is not among it costs a search through all that is installed.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points
from typing import TYPE_CHECKING, Any

from grader.errors import GradeLabError
from grader.messages import msg

if TYPE_CHECKING:
    from grader.batch.outputs.contract import ClassOutput
    from grader.check import Check
    from grader.report.contract import ReportFormat

CHECKS = "grade_lab.checks"
REPORTS = "grade_lab.reports"
CLASS_OUTPUTS = "grade_lab.class_outputs"


@cache
def _own(group: str) -> dict[str, EntryPoint]:
    try:
        points = distribution("grade-lab").entry_points
    except PackageNotFoundError:  # it runs from a checkout that was never installed
        return {}
    return {point.name: point for point in points.select(group=group)}


@cache
def _found(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)} | _own(group)


def _is(group: str, name: str) -> bool:
    return name in _own(group) or name in _found(group)


def _named(group: str, name: str) -> EntryPoint:
    return _own(group).get(name) or _found(group)[name]


def check_types() -> list[str]:
    """The names of all installed check types, sorted."""
    return sorted(_found(CHECKS))


def is_check_type(name: str) -> bool:
    """Whether a check type of this name is installed."""
    return _is(CHECKS, name)


def check_type(name: str) -> type[Check]:
    """The check type of this name.

    Raises:
        KeyError: there is none.
        GradeLabError: its package is broken.
    """
    found: type[Check] = _load(_named(CHECKS, name))
    return found


def report_formats() -> list[str]:
    """The names of all installed report formats, sorted."""
    return sorted(_found(REPORTS))


def is_report_format(name: str) -> bool:
    """Whether a report format of this name is installed."""
    return _is(REPORTS, name)


def report_format(name: str) -> ReportFormat:
    """The report format of this name. Raises as `check_type` does."""
    found: ReportFormat = _load(_named(REPORTS, name))
    return found


def class_outputs() -> list[str]:
    """The names of all installed outputs of a class, sorted."""
    return sorted(_found(CLASS_OUTPUTS))


def class_output(name: str) -> ClassOutput:
    """The output of a class of this name. Raises as `check_type` does."""
    found: ClassOutput = _load(_named(CLASS_OUTPUTS, name))
    return found


def _load(point: EntryPoint) -> Any:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        package = point.dist.name if point.dist else point.module
        raise GradeLabError(
            msg("the plug-in '{name}' of {package} is broken", name=point.name, package=package),
            msg("reinstall or remove {package}: {reason}", package=package, reason=str(error)),
        ) from error
