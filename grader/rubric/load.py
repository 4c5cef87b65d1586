"""Loading a rubric: YAML, variables, check types, and every mistake with its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader import plugins
from grader.check import Check
from grader.errors import Problem, RubricError
from grader.messages import Message, msg
from grader.rubric.model import Objective, Rubric, Variable
from grader.rubric.source import InvalidYamlError, Place, Source, as_mapping
from grader.rubric.variables import UndeclaredVariableError, expand, problem_with

M = TypeVar("M", bound=BaseModel)

MAX_TEXT_BYTES = 1_000_000


def shipped() -> dict[str, Path]:
    """The rubrics that come with the package, by name."""
    folder = Path(str(files("rubrics")))
    return {path.name.removesuffix(".yaml"): path for path in sorted(folder.glob("*.yaml"))}


def find(name: str, base: Path) -> Path:
    """The file of a shipped rubric's name, or of a path relative to ``base``.

    Raises:
        RubricError: there is neither.
    """
    known = shipped()
    if name in known:
        return known[name]
    path = base / name
    if path.is_file():
        return path
    raise RubricError(
        msg("there is no rubric '{name}'{nearest}", name=name, nearest=_nearest(name, list(known))),
        [],
    )


def load(path: Path, given: Mapping[str, str] | None = None) -> Rubric:
    """Load a rubric with the values ``given`` for its variables.

    Raises:
        RubricError: with every mistake found and its place.
    """
    try:
        return _Loader(Source.read(path), path).load(given or {})
    except InvalidYamlError as error:
        raise _failure(path, [error.problem]) from None
    except OSError as error:
        reason = error.strerror or str(error)
        problem = Problem(str(path), msg("cannot be read: {reason}", reason=reason))
        raise _failure(path, [problem]) from error


def _failure(path: Path, problems: list[Problem]) -> RubricError:
    return RubricError(msg("the rubric {path} cannot be used", path=path.name), problems)


class _Loader:
    def __init__(self, source: Source, path: Path) -> None:
        self.source = source
        self.path = path
        self.problems: list[Problem] = []
        self.digest = hashlib.sha256(path.read_bytes())
        self.context = {"read_text": self._read_text}

    def load(self, given: Mapping[str, str]) -> Rubric:
        data = dict(as_mapping(self.source))
        values = self._values(data.get("variables") or {}, given)
        objectives = data.get("objectives")
        if not self.problems and isinstance(objectives, list):
            data["objectives"] = tuple(self._objectives(objectives, values))
            self._graph(data["objectives"])
        self._stop_at_problems()
        rubric = self._model(Rubric, data, ())
        self._stop_at_problems()
        assert rubric is not None  # noqa: S101 # no problems, so there is a model
        return rubric.model_copy(update={"sha256": self.digest.hexdigest()})

    def _stop_at_problems(self) -> None:
        if self.problems:
            raise _failure(self.path, self.problems)

    def _problem(self, place: Place, message: Message) -> None:
        self.problems.append(Problem(self.source.where(place), message))

    def _values(self, declared: Any, given: Mapping[str, str]) -> dict[str, str]:
        values: dict[str, str] = {}
        if not isinstance(declared, dict):
            return values
        for name in given.keys() - declared.keys():
            nearest = _nearest(name, list(declared))
            self.problems.append(
                Problem(name, msg("is not a variable of this rubric{nearest}", nearest=nearest))
            )
        for name, raw in declared.items():
            place = ("variables", name)
            variable = self._model(Variable, raw or {}, place)
            if variable is None:
                continue
            value = given.get(name, variable.default)
            if value is None:
                values[name] = ""
                if variable.required:
                    self._problem(
                        place,
                        msg(
                            "the variable '{name}' is required: give it in lab.yaml under "
                            "`variables:`, or with --set {name}=VALUE",
                            name=name,
                        ),
                    )
                continue
            values[name] = str(value)
            wrong = problem_with(variable, values[name])
            if wrong is not None:
                self._problem(place, msg("variable '{name}': {wrong}", name=name, wrong=wrong))
        return values

    def _objectives(self, raw: list[Any], values: Mapping[str, str]) -> Iterator[Objective]:
        for index, unexpanded in enumerate(raw):
            place: Place = ("objectives", index)
            try:
                item = expand(unexpanded, values, place)
            except UndeclaredVariableError as error:
                nearest = _nearest(error.name, list(values))
                self._problem(
                    error.place,
                    msg(
                        "the variable '{name}' is not declared{nearest}",
                        name=error.name,
                        nearest=nearest,
                    ),
                )
                continue
            if isinstance(item, dict) and isinstance(item.get("checks"), list):
                checks = [
                    self._check(check, (*place, "checks", i))
                    for i, check in enumerate(item["checks"])
                ]
                if None in checks:
                    continue
                item["checks"] = tuple(checks)
            objective = self._model(Objective, item, place)
            if objective is not None:
                yield objective

    def _check(self, raw: Any, place: Place) -> Check | None:
        name = raw.get("type") if isinstance(raw, dict) else None
        known = plugins.check_types()
        if name not in known:
            nearest = _nearest(str(name), known) if name else ""
            message = (
                msg("unknown check type '{name}'{nearest}", name=name, nearest=nearest)
                if name
                else msg("a check needs a `type`, one of {types}", types=known)
            )
            self._problem((*place, "type") if name else place, message)
            return None
        return self._model(plugins.check_type(str(name)), raw, place)

    def _model(self, model: type[M], raw: Any, place: Place) -> M | None:
        try:
            if issubclass(model, Check):
                # Strict JSON mode takes a list for a tuple, but no "5" for 5.
                return model.model_validate_json(json.dumps(raw), context=self.context)
            return model.model_validate(raw)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._problem((*place, *detail["loc"]), _told(detail, model))
            return None

    def _graph(self, objectives: tuple[Objective, ...]) -> None:
        known: dict[str, int] = {}
        for index, objective in enumerate(objectives):
            if objective.id in known:
                self._problem(
                    ("objectives", index, "id"), msg("the id '{id}' stands twice", id=objective.id)
                )
            known.setdefault(objective.id, index)
            for i, name in enumerate(objective.requires):
                if name not in {o.id for o in objectives}:
                    nearest = _nearest(name, [o.id for o in objectives])
                    self._problem(
                        ("objectives", index, "requires", i),
                        msg("there is no objective '{name}'{nearest}", name=name, nearest=nearest),
                    )
        try:
            TopologicalSorter({o.id: o.requires for o in objectives}).prepare()
        except CycleError as error:
            cycle = error.args[1]
            self._problem(
                ("objectives", known[cycle[0]], "requires"),
                msg(
                    "objectives require one another in a circle: {circle}", circle=" → ".join(cycle)
                ),
            )

    def _read_text(self, name: str) -> str:
        try:
            data = (self.path.parent / name).read_bytes()[:MAX_TEXT_BYTES]
        except OSError as error:
            raise ValueError(f"'{name}' cannot be read: {error.strerror}") from None
        self.digest.update(data)
        return data.decode("utf-8", "replace")


def _told(detail: ErrorDetails, model: type[BaseModel]) -> Message:
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    known = [field.alias or key for key, field in model.model_fields.items()]
    match detail["type"]:
        case "extra_forbidden":
            return msg("unknown field '{name}'{nearest}", name=name, nearest=_nearest(name, known))
        case "missing":
            return msg("the field '{name}' is missing", name=name)
        case "value_error":
            return msg(
                "'{name}' {reason}", name=name, reason=detail["msg"].removeprefix("Value error, ")
            )
        case _:
            return msg("'{name}': {reason}", name=name, reason=detail["msg"])


def _nearest(name: str, known: list[str]) -> Message | str:
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return msg("; did you mean '{name}'?", name=close[0]) if close else ""
