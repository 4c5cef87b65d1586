"""The instructor's overrides: points by hand, by learner and objective, as YAML or CSV.

YAML: a list of ``{learner, objective, points, reason}``; CSV: the same names as its header. Where
both points and reason are empty, nothing is settled yet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader import csv_text
from grader.cells import bare
from grader.errors import GradeLabError, Problem
from grader.messages import msg
from grader.problems import problems_of
from grader.result import Override
from grader.system_error import reason_of
from grader.yaml_source import InvalidYamlError, Source

FIELDS = ("learner", "objective", "points", "reason")
BEYOND = "?"
"""The name of cells that stand beyond the last column."""
TOLD = ("label", "name", "title", "message", "worth")
"""More columns of a CSV file, for whoever fills it in; they are not read."""

Overrides = dict[str, dict[str, Override]]
"""By learner id, then by objective id."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    learner: Annotated[str, Field(min_length=1)]
    objective: Annotated[str, Field(min_length=1)]
    points: Annotated[Decimal, Field(ge=0, decimal_places=2)]
    reason: Annotated[str, Field(min_length=1)]


def load(path: Path, submission: Path | None = None) -> Overrides:
    """Read an overrides file.

    Raises:
        GradeLabError: it cannot be read, has mistakes, or lies inside ``submission``, which belongs
            to the learner.
    """
    if submission is not None and path.resolve().is_relative_to(submission.resolve()):
        raise GradeLabError(
            msg("the overrides file lies inside the submission, which belongs to the learner"),
            msg("keep it elsewhere"),
            where=str(path),
        )
    source = _source(path)
    overrides: Overrides = {}
    problems: list[Problem] = []
    for index, raw in _rows(source):
        if _is_open(raw):
            continue
        try:
            row = _Row.model_validate(raw)
        except ValidationError as error:
            problems.extend(problems_of(error, _Row, source, (index,)))
            continue
        mine = overrides.setdefault(row.learner, {})
        if row.objective in mine:
            message = msg("a second override of {objective}", objective=row.objective)
            problems.append(Problem(source.where((index,)), message))
        mine[row.objective] = Override(points=row.points, reason=row.reason)
    if problems:
        raise _broken(problems)
    return overrides


def _source(path: Path) -> Source:
    try:
        return _csv(path) if path.suffix.lower() in csv_text.SUFFIXES else Source.read(path)
    except OSError as error:
        raise GradeLabError(
            msg("the overrides file cannot be read: {reason}", reason=reason_of(error)),
            where=str(path),
        ) from None
    except InvalidYamlError as error:
        raise _broken([error.problem]) from None
    except UnicodeDecodeError:
        raise _broken([Problem(str(path), csv_text.NOT_TEXT)]) from None
    except csv.Error as error:
        message = msg("not valid CSV: {reason}", reason=str(error))
        raise _broken([Problem(str(path), message)]) from None


def _broken(problems: list[Problem]) -> GradeLabError:
    return GradeLabError(msg("the overrides file cannot be used"), problems=problems)


def _rows(source: Source) -> Iterator[tuple[int, Any]]:
    if source.data is None:
        return
    if not isinstance(source.data, list):
        message = msg("is not a list of overrides (`- learner: …`)")
        raise _broken([Problem(source.where(()), message)])
    yield from enumerate(source.data)


def _is_open(raw: Any) -> bool:
    return isinstance(raw, dict) and all(
        raw.get(name, "missing") in {None, ""} for name in ("points", "reason")
    )


def _csv(path: Path) -> Source:
    text = csv_text.decoded(path.read_bytes())
    delimiter = csv_text.delimiter(text)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    above = next((i for i, row in enumerate(rows) if _is_header(row)), len(rows))
    header = [name.strip().lower() for name in rows[above]] if above < len(rows) else []
    missing = [name for name in FIELDS if name not in header]
    if missing:
        message = msg("there is no column {names}", names=missing)
        raise _broken([Problem(f"{path}:{above + 1}", message)])
    read = [dict(_cells(header, row)) for row in rows[above + 1 :]]
    return Source.of(str(path), read, first_line=above + 2)


def _is_header(row: list[str]) -> bool:
    return any(cell.strip() for cell in row) and not csv_text.is_declaration(row)


def _cells(header: list[str], row: list[str]) -> Iterator[tuple[str, str]]:
    """A row's cells by column. Empty columns, which spreadsheets add, are none."""
    for name, cell in zip_longest(header, row[: len(header)], fillvalue=""):
        if name not in TOLD and (name or cell.strip()):
            yield name, bare(cell)
    beyond = [cell for cell in row[len(header) :] if cell.strip()]
    if beyond:
        yield BEYOND, ", ".join(beyond)
