"""Loading a rubric: YAML, variables, check types, and every mistake with its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from grader import plugins
from grader.check import Check
from grader.errors import Problem, RubricError
from grader.messages import Message, msg
from grader.mistakes import wrong_kind
from grader.problems import did_you_mean, problems_of
from grader.rubric.graph import graph_problems
from grader.rubric.model import Objective, Rubric, Variable
from grader.rubric.newer import written_for_newer
from grader.rubric.variables import LEARNER_ID, expand, problem_with
from grader.system_error import reason_of
from grader.yaml_source import InvalidYamlError, Place, Source, as_mapping

M = TypeVar("M", bound=BaseModel)

MAX_TEXT_BYTES = 1_000_000


def load(
    path: Path,
    given: Mapping[str, str] | None = None,
    *,
    known: Mapping[str, str] | None = None,
    lenient: bool = False,
) -> Rubric:
    """Load a rubric with the values ``given`` for its variables.

    ``known`` are values for variables of these names, where the rubric declares them and none is
    given. ``lenient`` lets a required variable go without a value: for looking at a rubric, not
    judging.

    Raises:
        RubricError: with every mistake found and its place.
    """
    try:
        status = path.stat()
        source = _source(path, status.st_mtime_ns, status.st_size)
        return _Loader(source, path, known or {}, lenient).load(given or {})
    except InvalidYamlError as error:
        raise _failure(path, [error.problem]) from None
    except OSError as error:
        reason = reason_of(error)
        message = msg("cannot be read: {reason}", reason=reason)
        problem = Problem(str(path), message, "unreadable")
        raise _failure(path, [problem]) from error


@lru_cache(maxsize=4)
def _source(path: Path, _changed: int, _size: int) -> Source:
    """A class is judged by one rubric, with other variables for each learner."""
    return Source.read(path)


class _NamesFileError(Exception):
    """A check holds the text of a file, which may have changed since it was read."""


def _no_file(_name: str) -> str:
    raise _NamesFileError


@lru_cache(maxsize=512)
def _without_files(model: type[M], told: str) -> M:
    """The check that this JSON tells; most are the same for each learner of a class."""
    return model.model_validate_json(told, context={"read_text": _no_file})


def _failure(path: Path, problems: list[Problem]) -> RubricError:
    def line(problem: Problem) -> int:
        return problem.snippet.line if problem.snippet else 0

    if all(
        (one.code in _OF_VALUES and one.snippet is None) or one.code == _NONE for one in problems
    ):
        return RubricError(
            msg("the rubric {path} cannot be used with these values", path=path.name),
            msg("put them right below `variables:` in lab.yaml, or in --set"),
            problems=problems,
        )
    message = msg("the rubric {path} cannot be used", path=path.name)
    return RubricError(message, problems=sorted(problems, key=line))


_NONE = "variable-without-value"
_OF_VALUES = {"bad-variable-value", "unknown-variable", _NONE}
"""Mistakes in what is given for the variables: whoever makes them has not written the rubric."""


def _no_value(name: str) -> Message:
    if name == LEARNER_ID:
        return msg("write your id into lab.yaml: `id:` below `learner:`")
    return msg(
        "the variable '{name}' is required: give it in lab.yaml under "
        "`variables:`, or with --set {name}=VALUE",
        name=name,
    )


def _example(name: str, variable: Variable) -> str:
    """What stands for a variable that has no value, so that the rest can be looked at."""
    likely = (name, name.replace("_", ""), "example", "8080", "1", "1.0", "a")
    return next((value for value in likely if problem_with(variable, value) is None), name)


class _Loader:
    def __init__(self, source: Source, path: Path, known: Mapping[str, str], lenient: bool) -> None:
        self.source = source
        self.known = {name: value for name, value in known.items() if value}
        self.lenient = lenient
        self.path = path
        self.problems: list[Problem] = []
        self.digest = hashlib.sha256(path.read_bytes())
        self.context = {"read_text": self._read_text}

    def load(self, given: Mapping[str, str]) -> Rubric:
        data = dict(as_mapping(self.source))
        if newer := written_for_newer(self.source):
            raise _failure(self.path, [newer])
        values = self._values(data.get("variables") or {}, given)
        told = {"variables"} if isinstance(data.get("variables"), dict) else set()
        objectives = data.get("objectives")
        if isinstance(objectives, list) and objectives:
            told.add("objectives")
            data["objectives"] = tuple(self._objectives(objectives, values))
            self.problems.extend(graph_problems(self.source, objectives))
        rubric = self._model(Rubric, data, (), without=told)
        if self.problems:
            raise _failure(self.path, self.problems)
        assert rubric is not None  # noqa: S101 # no problems, so there is a model
        return rubric.read_from(self.digest.hexdigest())

    def _problem(
        self, place: Place, message: Message, code: str, aid: Message | None = None, **where: Any
    ) -> None:
        self.problems.append(self.source.problem(place, message, code, aid, **where))

    def _values(self, declared: Any, given: Mapping[str, str]) -> dict[str, str]:
        values: dict[str, str] = {}
        if not isinstance(declared, dict):
            return values
        for name in given.keys() - declared.keys():
            message = msg("is not a variable of this rubric")
            aid = did_you_mean(name, declared)
            self.problems.append(Problem(name, message, "unknown-variable", aid))
        for name, raw in declared.items():
            values[name] = name  # what stands for it until a value is known
            place = ("variables", name)
            variable = self._model(Variable, raw or {}, place)
            if variable is None:
                continue
            value = given.get(name, self.known.get(name, variable.default))
            if value is None and not variable.required:
                values[name] = ""
            elif value is not None and self._fits(name, variable, str(value), given):
                values[name] = str(value)
            else:
                values[name] = _example(name, variable)
                if value is None and not self.lenient:
                    aid = msg("{items}", items=variable.hint) if variable.hint else None
                    self._problem(place, _no_value(name), _NONE, aid)
        return values

    def _fits(self, name: str, variable: Variable, value: str, given: Mapping[str, str]) -> bool:
        wrong = problem_with(variable, value)
        if wrong is not None:
            letters = msg(
                "use letters, digits, spaces and `. / : @ + - _`, or give the variable a `pattern`"
            )
            aid = None if variable.pattern or variable.type == "integer" else letters
            code = "bad-variable-value"
            if name in given or name in self.known:
                aid = msg("{items}", items=variable.hint) if variable.hint else aid
                self.problems.append(Problem(name, wrong, code, aid))
            else:
                message = msg("variable '{name}': {wrong}", name=name, wrong=wrong)
                place = ("variables", name, "default")
                self._problem(place, message, code, aid, of_value=True)
        return wrong is None

    def _objectives(self, raw: list[Any], values: Mapping[str, str]) -> Iterator[Objective]:
        for index, unexpanded in enumerate(raw):
            place: Place = ("objectives", index)

            def undeclared(name: str, where: Place) -> None:
                if not isinstance(self.source.data.get("variables") or {}, dict):
                    return  # that is told, and nobody knows which were meant
                message = msg("the variable '{name}' is not declared", name=name)
                aid = did_you_mean(name, values) or msg(
                    "declare it under `variables:`, or write `{text}` if the braces are meant",
                    text=f"{{{{{name}}}}}",
                )
                part = f"{{{name}}}"
                code = "undeclared-variable"
                self._problem(where, message, code, aid, of_value=True, part=part)

            item = expand(unexpanded, values, place, undeclared)
            told: Collection[str] = ()
            if isinstance(item, dict) and isinstance(item.get("checks"), list):
                checks = [
                    self._check(check, (*place, "checks", i))
                    for i, check in enumerate(item["checks"])
                ]
                item["checks"] = tuple(check for check in checks if check is not None)
                told = {"checks"} if None in checks else told
            objective = self._model(Objective, item, place, without=told)
            if objective is not None:
                yield objective

    def _check(self, raw: Any, place: Place) -> Check | None:
        name = raw.get("type") if isinstance(raw, dict) else None
        if isinstance(name, str) and plugins.is_check_type(name):
            with plugins.blamed(plugins.CHECKS, name):
                return self._model(plugins.check_type(name), raw, place)
        known = plugins.check_types()
        if name and not isinstance(name, str):
            mistake = wrong_kind(["text"], "type", name, "")
            self._problem((*place, "type"), mistake.message, mistake.code, of_value=True)
        elif name:
            message = msg("unknown check type '{name}'", name=name)
            aid = did_you_mean(name, known) or msg(
                "the types are: {types}; others need their package to be installed here, too",
                types=known,
            )
            self._problem((*place, "type"), message, "unknown-type", aid, of_value=True)
        else:
            message = msg("a check needs a `type`, one of {types}", types=known)
            self._problem(place, message, "missing-type")
        return None

    def _model(
        self, model: type[M], raw: Any, place: Place, without: Collection[str] = ()
    ) -> M | None:
        try:
            if issubclass(model, Check):
                # Strict JSON mode takes a list for a tuple, but no "5" for 5.
                told = json.dumps(raw)
                try:
                    check: M = _without_files(model, told)
                except _NamesFileError:
                    check = model.model_validate_json(told, context=self.context)
                return check
            return model.model_validate(raw, context=self.context)
        except ValidationError as error:
            found = problems_of(error, model, self.source, place, without=without)
            self.problems.extend(found)
            return None

    def _read_text(self, name: str) -> str:
        try:
            data = (self.path.parent / name).read_bytes()[:MAX_TEXT_BYTES]
        except OSError as error:
            reason = reason_of(error)
            told = msg("names '{file}', which cannot be read: {reason}", file=name, reason=reason)
            raise ValueError(told) from None
        self.digest.update(data)
        return data.decode("utf-8", "replace")
