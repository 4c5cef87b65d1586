"""Check types, report formats and a class's outputs, found through entry points.

Nothing is imported until it is used, so a rubric pays only for the check types it names. What comes
with grade-lab is looked up first: nobody can put something else in its place, and only a name that
is not among it costs a search through all that is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points
from inspect import isabstract
from typing import TYPE_CHECKING, Any

from grader.errors import RAISED_BY_OTHERS, GradeLabError, raised
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


def _only_one(point: EntryPoint) -> None:
    """Two packages that bring the same name: which one is found first differs between machines."""
    both = entry_points(group=point.group, name=point.name)
    packages = sorted({one.dist.name for one in both if one.dist})
    if len(packages) > 1:
        raise GradeLabError(
            msg("the plug-in '{name}' is in {packages}", name=point.name, packages=packages),
            msg("remove all of them but one"),
        )


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
    found: type[Check] = _load(CHECKS, name, _is_check, "a `Check` with `needs` and `judge`")
    return found


def _is_check(found: object) -> bool:
    from grader.check import Check

    return isinstance(found, type) and issubclass(found, Check) and not isabstract(found)


def report_formats() -> list[str]:
    """The names of all installed report formats, sorted."""
    return sorted(_found(REPORTS))


def is_report_format(name: str) -> bool:
    """Whether a report format of this name is installed."""
    return _is(REPORTS, name)


def report_format(name: str) -> ReportFormat:
    """The report format of this name. Raises as `check_type` does."""
    from grader.report.contract import ReportFormat

    found: ReportFormat = _load(
        REPORTS, name, lambda one: isinstance(one, ReportFormat), "a `ReportFormat`"
    )
    return found


def class_outputs() -> list[str]:
    """The names of all installed outputs of a class, sorted."""
    return sorted(_found(CLASS_OUTPUTS))


def class_output(name: str) -> ClassOutput:
    """The output of a class of this name. Raises as `check_type` does."""
    from grader.batch.outputs.contract import ClassOutput

    found: ClassOutput = _load(
        CLASS_OUTPUTS, name, lambda one: isinstance(one, ClassOutput), "a `ClassOutput`"
    )
    return found


@contextmanager
def blamed(group: str, name: str) -> Iterator[None]:
    """What goes wrong in a third party's plug-in is told as its mistake, and no traceback.

    Raises:
        GradeLabError: it is broken.
    """
    try:
        yield
    except (GradeLabError, OSError):
        raise
    except RAISED_BY_OTHERS as error:
        if name in _own(group):
            raise
        point = _named(group, name)
        raise _broken(point, raised(error, point.module)) from error


def _load(group: str, name: str, is_one: Callable[[Any], bool], wanted: str) -> Any:
    point = _named(group, name)
    if name not in _own(group):
        _only_one(point)
    try:
        found = point.load()
    except RAISED_BY_OTHERS as error:
        raise _broken(point, raised(error, point.module)) from error
    if not is_one(found):
        raise _broken(point, f"{point.value} is not {wanted}")
    return found


def _broken(point: EntryPoint, reason: str) -> GradeLabError:
    package = point.dist.name if point.dist else point.module
    return GradeLabError(
        msg("the plug-in '{name}' of {package} is broken", name=point.name, package=package),
        msg("reinstall or remove {package}: {reason}", package=package, reason=reason),
    )
