"""YAML 1.2 with the place of every value, for errors that point at file, line and column."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLWarning
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.reader import ReaderError

from grader.errors import Problem, Snippet
from grader.invisible import visible
from grader.messages import Message, msg
from grader.yaml_mistakes import YamlMistake, control_character, explained, sign_amiss

# The library prints its warnings, and in them what the file holds.
warnings.simplefilter("ignore", YAMLWarning)

MAX_BYTES = 1_000_000
MAX_NODES = 50_000
MAX_DEPTH = 500
"""Of lists and maps in one another: the library's fast parser has a frame in C for each."""
MAX_INTEGER_BITS = 64
"""A longer number is a text of digits: whatever has so many is no number that people mean."""

_BRACKETS, _DEEPER = re.compile(r"[\[{]"), re.compile(r"[-? ]")
"""Signs of which each opens one list or map at most; the latter within a line."""

_TEXT = "tag:yaml.org,2002:str"

Place = tuple[str | int, ...]
"""Where a value stands: keys and indexes from the top, such as ``("objectives", 2, "id")``."""


class InvalidYamlError(Exception):
    """A file that is not usable YAML; ``problem`` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _MistakeError(Exception):
    def __init__(self, mistake: YamlMistake) -> None:
        super().__init__(str(mistake.message))
        self.mistake = mistake


class Source:
    """A parsed YAML file: its ``data``, and the line and column of each place in it.

    ``pure`` takes the slower parser, which knows that in YAML 1.2 a list may hold ``8080:80``
    without quotation marks.
    """

    def __init__(
        self,
        name: str,
        text: str,
        *,
        max_bytes: int = MAX_BYTES,
        max_nodes: int = MAX_NODES,
        pure: bool = False,
    ) -> None:
        self.name = name
        self._max_nodes = max_nodes
        self._lines = text.splitlines()
        self._marks: dict[Place, tuple[int, int]] = {}
        self._values: dict[Place, tuple[int, int, int, int]] = {}
        self._count = 0
        self._yaml = YAML(typ="safe", pure=pure)
        if len(text.encode()) > max_bytes:
            message = msg("is larger than {limit} bytes", limit=max_bytes)
            self._refuse(YamlMistake("too-large", 0, 0, message))
        try:
            if not pure:
                self._refuse_depth(text)
            node = self._yaml.compose(text)
            self.data: Any = None if node is None else self._value(node, ())
        except _MistakeError as error:
            self._refuse(error.mistake)
        except (MarkedYAMLError, ConstructorError) as error:
            self._refuse(explained(error, self._lines))
        except ReaderError:
            self._refuse(control_character(text))
        except (YAMLError, ValueError, RecursionError) as error:
            reason = msg("not valid YAML: {reason}", reason=str(error).splitlines()[0])
            self._refuse(YamlMistake("yaml-syntax", 0, 0, reason))

    def _refuse_depth(self, text: str) -> None:
        in_a_line = max((len(_DEEPER.findall(line)) for line in self._lines), default=0)
        if len(_BRACKETS.findall(text)) + in_a_line <= MAX_DEPTH:
            return  # as always: it cannot be so deep
        depth = 0
        for event in YAML(typ="safe").parse(text):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > MAX_DEPTH:
                mark = event.start_mark
                message = msg("is nested more than {limit} deep", limit=MAX_DEPTH)
                raise _MistakeError(YamlMistake("yaml-syntax", mark.line, mark.column, message))

    def _refuse(self, found: YamlMistake) -> None:
        raise InvalidYamlError(self._told(found))

    def _told(self, found: YamlMistake) -> Problem:
        line, column = found.line + 1, found.column + 1
        snippet = self._snippet(line, column, found.length)
        where = f"{self.name}:{line}:{column}"
        return Problem(where, found.message, found.code, found.help, snippet)

    def sign_amiss(self) -> Problem | None:
        """Why a file that looks like a map of fields is but a text, if a sign in it tells."""
        found = sign_amiss(self._lines, range(len(self._lines)))
        return self._told(found) if found else None

    @classmethod
    def read(cls, path: Path, *, max_bytes: int = MAX_BYTES, max_nodes: int = MAX_NODES) -> Source:
        """Parse a file. Raises InvalidYamlError, or OSError when it cannot be read."""
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
        try:
            # What is cut in the middle of a character is too large, and that is what is told.
            text = data.decode("utf-8-sig", "replace" if len(data) > max_bytes else "strict")
        except UnicodeDecodeError as error:
            message = msg("is not UTF-8 (byte {offset})", offset=error.start)
            aid = msg("save it again as UTF-8 (in Notepad: File → Save as → Encoding)")
            raise InvalidYamlError(Problem(str(path), message, "not-utf8", aid)) from None
        if "\0" not in text:  # of which YAML knows what to say
            text = visible(text)
        return cls(str(path), text, max_bytes=max_bytes, max_nodes=max_nodes)

    @classmethod
    def of(cls, name: str, data: list[Any], first_line: int) -> Source:
        """Rows that stand one a line, as in a CSV file, from ``first_line`` on."""
        source = cls(name, "")
        source.data = data
        source._marks = {(i,): (first_line + i, 1) for i in range(len(data))}
        return source

    def has(self, place: Place) -> bool:
        """Whether there is something at this place."""
        return place in self._marks

    def where(self, place: Place) -> str:
        """``file:line:column`` of a place, or of the nearest one above it that the file has."""
        while place and place not in self._marks:
            place = place[:-1]
        line, column = self._marks.get(place, (1, 1))
        return f"{self.name}:{line}:{column}"

    def problem(
        self,
        place: Place,
        message: Message,
        code: str,
        aid: Message | None = None,
        *,
        of_value: bool = False,
        part: str = "",
    ) -> Problem:
        """A problem at a place: with its key, or ``of_value``, or of a ``part`` of its value."""
        while place and place not in self._marks:
            place, of_value = place[:-1], False
        key = place[-1] if place else ""
        line, column = self._marks.get(place, (1, 1))
        length = len(key) if isinstance(key, str) and key else 1
        if (of_value or not isinstance(key, str) or not key) and place in self._values:
            line, column, end_line, end_column = self._values[place]
            length = end_column - column if end_line == line else self._rest(line, column)
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        if part and (at := text.find(part, column - 1)) >= 0:
            column, length = at + 1, len(part)
        where = f"{self.name}:{line}:{column}"
        return Problem(where, message, code, aid, self._snippet(line, column, max(1, length)))

    def line(self, place: Place) -> int:
        """The line of a place that the file has, counted from 1."""
        return self._marks[place][0]

    def text_of(self, place: Place) -> str:
        """A value as it stands in the file, if that is in one line; else empty."""
        line, column, end_line, end_column = self._values.get(place, (0, 0, 1, 0))
        return self._lines[line - 1][column - 1 : end_column - 1] if line == end_line else ""

    def _rest(self, line: int, column: int) -> int:
        return len(self._lines[line - 1].rstrip()) - column + 1

    def _snippet(self, line: int, column: int, length: int) -> Snippet | None:
        if line > len(self._lines):
            return None
        return Snippet(self._lines[line - 1], line, column, length)

    def _value(self, node: Node, place: Place) -> Any:
        self._count += 1
        if self._count > self._max_nodes:
            raise ValueError(f"has more than {self._max_nodes} values")
        start, end = node.start_mark, node.end_mark
        self._marks.setdefault(place, (start.line + 1, start.column + 1))
        self._values[place] = start.line + 1, start.column + 1, end.line + 1, end.column + 1
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, place))
        if isinstance(node, SequenceNode):
            return [self._value(item, (*place, i)) for i, item in enumerate(node.value)]
        return self._scalar(node) if isinstance(node, ScalarNode) else None

    def _pairs(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = _typed(key_node) if isinstance(key_node, ScalarNode) else "?"
            mark = key_node.start_mark
            if key in seen:
                message = msg("the key '{key}' stands twice", key=key)
                aid = msg("it stands in line {line} already; keep one of them", line=seen[key])
                place_in_file = mark.line, mark.column
                raise _MistakeError(
                    YamlMistake("duplicate-key", *place_in_file, message, aid, len(key))
                )
            seen[key] = mark.line + 1
            self._marks[(*place, key)] = (mark.line + 1, mark.column + 1)
            yield key, self._value(value_node, (*place, key))

    def _scalar(self, node: ScalarNode) -> Any:
        typed = _typed(node)
        if node.tag == _TEXT:
            return typed
        try:
            value = self._yaml.constructor.construct_object(node, deep=True)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # of `!!int x`
            raise _not_yaml(node, str(error)) from None
        if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
            return typed
        if isinstance(value, str | int | float | bool) or value is None:
            return value
        return typed


def _typed(node: ScalarNode) -> str:
    """A scalar as it was typed. The slower parser lets through what is half of a character."""
    text = str(node.value)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise _not_yaml(node, "found invalid Unicode character escape code")
    return text


def _not_yaml(node: Node, reason: str) -> _MistakeError:
    message = msg("not valid YAML: {reason}", reason=reason)
    mark = node.start_mark
    return _MistakeError(YamlMistake("yaml-syntax", mark.line, mark.column, message))


def as_mapping(source: Source) -> Mapping[str, Any]:
    """The file's top level as a map. Raises InvalidYamlError when it is something else."""
    if isinstance(source.data, dict):
        return source.data
    if isinstance(source.data, str) and (found := source.sign_amiss()):
        raise InvalidYamlError(found)
    message = msg("is not a map of fields (`name: value`)")
    aid = msg("it is empty") if source.data is None else None
    raise InvalidYamlError(source.problem((), message, "not-a-map", aid))
