"""Loading a rubric: YAML, variables, check types, and every mistake with its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from grader import plugins
from grader.check import Check, Text
from grader.errors import Problem, RubricError
from grader.messages import Message, msg
from grader.problems import nearest, problems_of
from grader.rubric.model import Objective, Rubric, Variable
from grader.rubric.variables import LEARNER_ID, UndeclaredVariableError, expand, problem_with
from grader.yaml_source import InvalidYamlError, Place, Source, as_mapping

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
        msg("there is no rubric '{name}'{nearest}", name=name, nearest=nearest(name, list(known))),
        msg("`grade-lab rubric list` shows the rubrics that come with grade-lab"),
    )


def title_of(path: Path) -> Text:
    """A rubric's title, without checking the rest of it."""
    title: Text = as_mapping(Source.read(path)).get("title", "")
    return title


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
        reason = error.strerror or str(error)
        problem = Problem(str(path), msg("cannot be read: {reason}", reason=reason))
        raise _failure(path, [problem]) from error


@lru_cache(maxsize=4)
def _source(path: Path, _changed: int, _size: int) -> Source:
    """A class is judged by one rubric, with other variables for each learner."""
    return Source.read(path)


def _failure(path: Path, problems: list[Problem]) -> RubricError:
    return RubricError(msg("the rubric {path} cannot be used", path=path.name), problems=problems)


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
        values = self._values(data.get("variables") or {}, given)
        objectives = data.get("objectives")
        if not self.problems and isinstance(objectives, list):
            data["objectives"] = tuple(self._objectives(objectives, values))
        self._stop_at_problems()
        if isinstance(objectives, list):
            self._graph(data["objectives"])
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
            close = nearest(name, list(declared))
            self.problems.append(
                Problem(name, msg("is not a variable of this rubric{nearest}", nearest=close))
            )
        for name, raw in declared.items():
            place = ("variables", name)
            variable = self._model(Variable, raw or {}, place)
            if variable is None:
                continue
            value = given.get(name, self.known.get(name, variable.default))
            if value is None:
                values[name] = name if variable.required else ""
                if variable.required and not self.lenient:
                    self._problem(
                        place,
                        msg("write your id into lab.yaml: `id:` below `learner:`")
                        if name == LEARNER_ID
                        else msg(
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
                close = nearest(error.name, list(values))
                self._problem(
                    error.place,
                    msg(
                        "the variable '{name}' is not declared{nearest}",
                        name=error.name,
                        nearest=close,
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
            close = nearest(str(name), known) if name else ""
            message = (
                msg("unknown check type '{name}'{nearest}", name=name, nearest=close)
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
            return model.model_validate(raw, context=self.context)
        except ValidationError as error:
            self.problems.extend(problems_of(error, model, self.source, place))
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
                    close = nearest(name, [o.id for o in objectives])
                    self._problem(
                        ("objectives", index, "requires", i),
                        msg("there is no objective '{name}'{nearest}", name=name, nearest=close),
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
