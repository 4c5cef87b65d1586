"""A draft as a rubric file: YAML with comments for whoever adapts it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from grader.drafting.draft import Check, Draft, Objective
from grader.drafting.variables import TITLES, Variables
from grader.messages import LANGUAGES, Message, Translator, msg

SCHEMA_FILE = "rubric.schema.json"
SCHEMA = "grade-lab/rubric/1"
PASS_MARK = 0.7
WIDE = 1_000_000
COMMENT_WIDTH = 96

OF_VARIABLES = msg(
    "Variables differ between learners: each writes theirs into lab.yaml. Where the name of one "
    "stands in braces, its value is put."
)


def text(draft: Draft, lang: str, *, with_schema: bool = True) -> str:
    """The file's text, its comments in this language."""
    yaml = YAML()
    yaml.width = WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_rubric(draft, Translator(lang)), stream)
    head = f"# yaml-language-server: $schema={SCHEMA_FILE}\n" if with_schema else ""
    notes = "".join(f"# {line}\n" for note in draft.notes for line in _lines(note, lang))
    return f"{head}{notes}{stream.getvalue()}"


def _rubric(draft: Draft, translator: Translator) -> CommentedMap:
    declared = draft.variables.declared()
    rubric = CommentedMap(schema=SCHEMA, id=draft.id, title=_string(draft.title))
    rubric["pass_mark"] = PASS_MARK
    if declared:
        rubric["variables"] = _variables(declared)
        _comment(rubric, "variables", [OF_VARIABLES], translator.lang)
    points = draft.points
    rubric["objectives"] = CommentedSeq(
        _objective(objective, points[objective.id], draft.variables)
        for objective in draft.objectives
    )
    rubric.yaml_set_comment_before_after_key("objectives", before="\n")
    for number, objective in enumerate(draft.objectives):
        lines = [line for note in objective.notes for line in _lines(note, translator.lang)]
        before = "\n".join(["", *lines]) if number or lines else None
        if before is not None:
            rubric["objectives"].yaml_set_comment_before_after_key(number, before=before, indent=2)
    return rubric


def _variables(declared: Mapping[str, Mapping[str, Any]]) -> CommentedMap:
    variables = CommentedMap()
    for name, fields in declared.items():
        variables[name] = CommentedMap({key: _plain(value) for key, value in fields.items()})
        variables[name]["title"] = _in_each_language(TITLES[name])
    return variables


def _objective(objective: Objective, points: int, variables: Variables) -> CommentedMap:
    written = CommentedMap(id=objective.id, title=_in_each_language(objective.title))
    written["points"] = points
    if objective.requires:
        written["requires"] = _plain(list(objective.requires))
    written["checks"] = CommentedSeq(_check(check, variables) for check in objective.checks)
    return written


def _check(check: Check, variables: Variables) -> CommentedMap:
    fields = {name: value for name, value in check.items() if name != "hint"}
    written = CommentedMap(
        {name: _plain(value) for name, value in variables.put_into(fields).items()}
    )
    if "hint" in check:
        hint = check["hint"]
        written["hint"] = _in_each_language(hint) if isinstance(hint, Message) else _plain(hint)
    return written


def _in_each_language(message: Message) -> CommentedMap:
    return CommentedMap({lang: _string(Translator(lang).text(message)) for lang in LANGUAGES})


def _plain(value: Any) -> Any:
    """A value as YAML, whatever its strings hold; lists of short values on one line."""
    if isinstance(value, Mapping):
        return CommentedMap({_key(key): _plain(item) for key, item in value.items()})
    if isinstance(value, list):
        listed = CommentedSeq(map(_plain, value))
        if not any(isinstance(item, dict | list) for item in value):
            listed.fa.set_flow_style()
        return listed
    return _string(value) if isinstance(value, str) else value


def _key(key: str) -> str:
    return _string(key) if not key.isidentifier() else key


def _string(string: str) -> str:
    """A string that can be taken for nothing else: quoted, unless it is a plain word.

    What a terminal sent that is no UTF-8 becomes a question mark.
    """
    string = string.encode("utf-8", "replace").decode()
    is_word = string.isascii() and string.replace("-", "").replace("_", "").isalpha()
    return string if is_word else DoubleQuotedScalarString(string)


def _comment(into: CommentedMap, key: str, notes: Iterable[Message], lang: str) -> None:
    lines = [line for note in notes for line in _lines(note, lang)]
    into.yaml_set_comment_before_after_key(key, before="\n".join(["", *lines]))


def _lines(note: Message, lang: str) -> list[str]:
    """A note in lines that fit; nothing of it can end the comment."""
    import textwrap

    printable = "".join(c if c.isprintable() else " " for c in Translator(lang).text(note))
    return textwrap.wrap(printable, COMMENT_WIDTH, break_on_hyphens=False)
