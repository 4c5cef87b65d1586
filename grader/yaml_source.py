"""YAML 1.2 with the place of every value, for errors that point at file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from grader.errors import Problem
from grader.messages import msg

MAX_BYTES = 1_000_000
MAX_NODES = 50_000

Place = tuple[str | int, ...]
"""Where a value stands: keys and indexes from the top, such as ``("objectives", 2, "id")``."""


class InvalidYamlError(Exception):
    """A file that is not usable YAML; ``problem`` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Source:
    """A parsed YAML file: its ``data``, and the line and column of each place in it."""

    def __init__(
        self, name: str, text: str, *, max_bytes: int = MAX_BYTES, max_nodes: int = MAX_NODES
    ) -> None:
        self.name = name
        self._max_nodes = max_nodes
        self._marks: dict[Place, tuple[int, int]] = {}
        self._count = 0
        self._yaml = YAML(typ="safe")
        if len(text.encode()) > max_bytes:
            self._refuse(1, 1, f"is larger than {max_bytes} bytes")
        try:
            node = self._yaml.compose(text)
            self.data: Any = None if node is None else self._value(node, ())
        except (MarkedYAMLError, ConstructorError) as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self._refuse(line, column, str(error.problem or error.context))
        except (YAMLError, ValueError, RecursionError) as error:
            self._refuse(1, 1, str(error).splitlines()[0])

    def _refuse(self, line: int, column: int, reason: str) -> None:
        where = f"{self.name}:{line}:{column}"
        raise InvalidYamlError(Problem(where, msg("not valid YAML: {reason}", reason=reason)))

    @classmethod
    def read(cls, path: Path, *, max_bytes: int = MAX_BYTES, max_nodes: int = MAX_NODES) -> Source:
        """Parse a file. Raises InvalidYamlError, or OSError when it cannot be read."""
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
        try:
            # What is cut in the middle of a character is too large, and that is what is told.
            text = data.decode("utf-8-sig", "replace" if len(data) > max_bytes else "strict")
        except UnicodeDecodeError as error:
            problem = Problem(str(path), msg("is not UTF-8 (byte {offset})", offset=error.start))
            raise InvalidYamlError(problem) from None
        return cls(str(path), text, max_bytes=max_bytes, max_nodes=max_nodes)

    @classmethod
    def of(cls, name: str, data: list[Any], first_line: int) -> Source:
        """Rows that stand one a line, as in a CSV file, from ``first_line`` on."""
        source = cls(name, "")
        source.data = data
        source._marks = {(i,): (first_line + i, 1) for i in range(len(data))}
        return source

    def where(self, place: Place) -> str:
        """``file:line:column`` of a place, or of the nearest one above it that the file has."""
        while place and place not in self._marks:
            place = place[:-1]
        line, column = self._marks.get(place, (1, 1))
        return f"{self.name}:{line}:{column}"

    def _value(self, node: Node, place: Place) -> Any:
        self._count += 1
        if self._count > self._max_nodes:
            raise ValueError(f"has more than {self._max_nodes} values")
        self._marks.setdefault(place, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, place))
        if isinstance(node, SequenceNode):
            return [self._value(item, (*place, i)) for i, item in enumerate(node.value)]
        return self._scalar(node) if isinstance(node, ScalarNode) else None

    def _pairs(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else "?"
            mark = key_node.start_mark
            if key in seen:
                raise MarkedYAMLError(problem=f"the key '{key}' stands twice", problem_mark=mark)
            seen.add(key)
            self._marks[(*place, key)] = (mark.line + 1, mark.column + 1)
            yield key, self._value(value_node, (*place, key))

    def _scalar(self, node: ScalarNode) -> Any:
        value = self._yaml.constructor.construct_object(node, deep=True)
        if isinstance(value, str | int | float | bool) or value is None:
            return value
        return str(node.value)


def as_mapping(source: Source) -> Mapping[str, Any]:
    """The file's top level as a map. Raises InvalidYamlError when it is something else."""
    if isinstance(source.data, dict):
        return source.data
    problem = Problem(f"{source.name}:1:1", msg("is not a map of fields (`name: value`)"))
    raise InvalidYamlError(problem)
