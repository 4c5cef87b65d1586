"""Each kind of mistake by its code: what is told, where the mark stands, and what would help.

The codes are stable and documented: docs/rubric-mistakes.md.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from grader.errors import Problem, RubricError
from grader.messages import Message
from grader.mistakes import FORMS
from grader.rubric.load import load
from grader.rubric.model import Rubric
from grader.rubric.schema import schema
from grader.yaml_source import MAX_BYTES
from tests.authoring.a_rubric import WARNINGS
from tests.places import ROOT

DOCS = ROOT / "docs" / "rubric-mistakes.md"

GOOD = """\
schema: grade-lab/rubric/1
id: demo
title: {ko: "연습", en: Demo}
variables:
  hub_id: {required: true, pattern: "[a-z0-9]{4,30}"}
  tag: {default: "1.0"}
objectives:
  - id: build
    title: {ko: "빌드", en: Build}
    points: 10
    checks:
      - {type: image, image: "{hub_id}/app:{tag}", exposes: [80]}
  - id: more
    title: {ko: "더", en: More}
    points: 5
    requires: [build]
    checks:
      - {type: container, name: page, ports: ["8080:80"]}
      - {type: file, path: notes.txt, matches: "by {hub_id}"}
"""


def problems(tmp_path: Path, text: str, given: dict[str, str] | None = None) -> list[Problem]:
    path = tmp_path / "demo.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RubricError) as caught:
        load(path, given, lenient=given is None)
    return list(caught.value.problems)


def marked(problem: Problem) -> str:
    """The part of the file that the mark stands under."""
    snippet = problem.snippet
    assert snippet is not None
    return snippet.text[snippet.column - 1 : snippet.column - 1 + snippet.length]


MISTAKES = [
    ("unknown-field", ', image: "', ', imgae: "', "imgae", "did you mean 'image'?"),
    ("unknown-field", '{default: "1.0"}', '{defalt: "1.0"}', "defalt", "did you mean 'default'?"),
    ("unknown-field", "id: demo", "id: demo\nsha256: abc", "sha256", "schema, id, title"),
    ("unknown-field", "exposes: [80]", "labels: {a: {mtches: x}}", "mtches", "'matches'?"),
    ("missing-field", '{ko: "빌드", en: Build}\n    points: 10', "x", "id: build", "'points' is"),
    ("unknown-type", "type: image", "type: imaeg", "imaeg", "did you mean 'image'?"),
    ("unknown-type", "type: image", "type: qqqqq", "qqqqq", "the types are: "),
    ("missing-type", "type: container, ", "", '{name: page, ports: ["8080:80"]}', "needs a `type`"),
    ("wrong-kind", "points: 10", "points: ten", "ten", "must be a number, and is the text 'ten'"),
    ("wrong-kind", '{ko: "더", en: More}', "12", "12", 'put it in quotes: `"12"`'),
    ("wrong-kind", "[build]", "build", "build", "must be a list, and is the text 'build'"),
    ("wrong-kind", "[80]", "80", "80", "put it in brackets: `[80]`"),
    (
        "invalid-value",
        "{type: file, path: notes.txt,",
        "{type: challenge, image: app, course: c, learner: l, verifiers: none.txt}\n      #",
        "none.txt",
        "'verifiers' names 'none.txt', which cannot be read: No such file",
    ),
    ("wrong-kind", "notes.txt", "20.10", "20.10", 'put it in quotes: `"20.10"`'),
    ("wrong-kind", "notes.txt", "{tag}", "{tag}", 'put it in quotes: `"{tag}"`'),
    ("wrong-kind", "name: page", "name: page, detached: yes", "yes", "write `true` or `false`"),
    ("wrong-kind", "name: page", "name: page, exit_code: 1.5", "1.5", "must be a whole number"),
    ("wrong-kind", "notes.txt", "", None, "must be a text, and is empty"),
    ("wrong-kind", "objectives:", "pass_mark: 70%\nobjectives:", "70%", "70 % is `0.7`"),
    ("wrong-kind", "[build]", "{build: 1}", "{build: 1}", "begin each part of the list with `- `"),
    ("missing-field", "schema: ", "#", "id: demo", "write `schema: grade-lab/rubric/1`"),
    ("unknown-field", "{type: image,", "{<<: {}, type: image,", "<<", "write out the fields"),
    ("unknown-field", "path: notes", "zzz: 1, path: notes", "zzz", "there can be: type, weight"),
    ("newer-schema", "rubric/1\nid: demo", "rubric/2\nid: My", "grade-lab/rubric/2", "a newer"),
    ("unknown-value", "rubric/1", "rubrik", "grade-lab/rubrik", "it can be: grade-lab/rubric/1"),
    ("wrong-kind", "type: image", "type: [image]", "[image]", "must be a text, and is a list"),
    ("unknown-value", "variables:", "sandbox: {cap_add: [ROOT]}\nvariables:", "ROOT", "CHOWN"),
    ("out-of-range", "variables:", "sandbox: {memory: 1MB}\nvariables:", "1MB", "16000000 or"),
    ("unknown-value", "name: page", "name: page, when: nwo", "nwo", "did you mean 'now'?"),
    ("out-of-range", "points: 10", "points: -3", "-3", "'points' must be 0 or more"),
    ("out-of-range", "points: 10", "points: 1.234", "1.234", "at most 2 digits after the point"),
    ("out-of-range", "name: page", "name: page, weight: 0", "0", "must be more than 0"),
    ("out-of-range", "objectives:", "pass_mark: 70\nobjectives:", "70", "70 % is `0.7`"),
    ("bad-form", "id: demo", "id: My Demo", "My Demo", "use lower-case letters"),
    ("bad-form", "  tag:", "  Tag: {}\n  tag:", "Tag", "use lower-case letters, digits and `_`"),
    ("bad-form", "name: page", "name: a b", "a b", "the name of a container"),
    (
        "bad-pattern",
        '"by {hub_id}"',
        '"("',
        '"("',
        "is not a valid regular expression: unclosed group",
    ),
    ("bad-pattern", '"by {hub_id}"', '".*"', '".*"', "would assert nothing"),
    ("wrong-kind", '{default: "1.0"}', "1.0", "1.0", "'tag' must be a map"),
    (
        "wrong-kind",
        "{type: file, path: notes.txt,",
        "{type: compose, services: {web: {depends_on: [db]}}}\n      #",
        "[db]",
        "'depends_on' must be a map of fields, and is a list; write it like `{name: value}`",
    ),
    (
        "out-of-range",
        "{type: file, path: notes.txt,",
        "{type: sequence, steps: [{did: built, image: app}]}\n      #",
        "[{did: built, image: app}]",
        "'steps' must be no shorter than 2",
    ),
    ("empty", "      - {type: image", "      []\n    #", "[]", "'checks' is empty"),
    ("invalid-value", "8080:80", "80a:b", '"80a:b"', "'80a:b' is not a port such as 8080:8000"),
    ("invalid-value", "/app:{tag}", "/App:1", '"{hub_id}/App:1"', "is not an image reference"),
    ("invalid-value", "name: page, ", "", None, "say which container"),
    ("duplicate-id", "id: more", "id: build", "build", "it stands in line 8 already"),
    ("unknown-objective", "[build]", "[biuld]", "biuld", "did you mean 'build'?"),
    ("circle", "points: 10", "points: 10\n    requires: [more]", "[more]", "build → more → build"),
    ("undeclared-variable", "app:{tag}", "app:{tga}", "{tga}", "did you mean 'tag'?"),
    ("undeclared-variable", "app:{tag}", "app:{xyz}", "{xyz}", "write `{{xyz}}` if the braces"),
    ("bad-variable-value", '"1.0"', '"a; b"', '"a; b"', "use letters, digits, spaces and"),
    ("not-a-map", GOOD, "- one\n", "- one", "is not a map of fields"),
    ("duplicate-key", "id: demo", "id: demo\nid: again", "id", "it stands in line 2 already"),
    ("yaml-tab", "    points: 5", "\tpoints: 5", "\t", "indent with spaces instead"),
    ("yaml-syntax", "[build]", "[build", "[", "this `[` is never closed; add a `]`"),
    ("yaml-syntax", "en: Demo}", "en: Demo", "{", "this `{` is never closed"),
    ("yaml-syntax", '"1.0"', '"1.0', None, "closed"),
    ("yaml-syntax", "id: demo", "id: {tag}/x", "{", "behind the closing `}`; put quotes around"),
    ("yaml-syntax", "id: demo", "id: 'it's'", "'", "a quote within the text is written twice"),
    ("yaml-syntax", "id: demo", "id: a: b", ":", "a second `: ` in one line"),
    ("yaml-syntax", '"{hub_id}/app:{tag}"', "“{hub_id}/app:{tag}”", "“", "`“` is another sign"),
    (
        "yaml-syntax",
        "    points: 10",
        "\u3000\u3000points: 10",
        "\u3000",
        "a space of another kind",
    ),
    ("yaml-syntax", "- {type: file", "-\u00a0{type: file", "\u00a0", "a space of another kind"),
    ("yaml-syntax", "page, ports", "page、ports", "、", "type `, ` with the keyboard"),
    ("yaml-syntax", '["8080:80"]', "[8080:80]", ":", 'as in `"8080:80"`'),
    ("yaml-syntax", "id: demo", "id： demo", "：", "type `: ` with the keyboard set to English"),
    ("yaml-syntax", "id: demo", "id: @x", "@", "a text cannot begin with `@`; put the whole"),
    ("yaml-syntax", "id: demo", "id: *x", "*", "a text cannot begin with `*`"),
    ("yaml-syntax", "    points: 5", "     points: 5", None, "make it begin in the same column"),
    ("yaml-syntax", "id: demo", 'id: "\\d"', "\\", "use single quotes"),
    ("yaml-syntax", "Demo", "\x1b[31m", "\x1b", "there is a control character"),
]


@pytest.mark.parametrize(("code", "old", "new", "mark", "said"), MISTAKES)
def test_a_mistake_has_its_code_a_mark_and_a_way_out(
    tmp_path: Path, *, code: str, old: str, new: str, mark: str | None, said: str
) -> None:
    if new == "[8080:80]":  # which is a mistake to libyaml alone
        pytest.importorskip("_ruamel_yaml")
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert [problem.code for problem in found] == [code]
    assert said in str(found[0])
    if mark is not None:
        assert marked(found[0]) == mark
    assert "pydantic" not in str(found[0])
    assert "Input should" not in str(found[0])


def test_a_setting_that_is_no_variable(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, GOOD, {"hub_id": "haneul", "tga": "2"})
    assert found.code == "unknown-variable"
    assert "did you mean 'tag'?" in str(found)


def test_a_variable_without_a_value(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, GOOD, {})
    assert found.code == "variable-without-value"
    assert marked(found) == "hub_id"


@pytest.mark.parametrize(
    ("data", "code"), [(b"id: \xff", "not-utf8"), (b"#" * (MAX_BYTES + 1), "too-large")]
)
def test_a_file_that_is_no_text_of_a_rubric(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "demo.yaml"
    path.write_bytes(data)
    with pytest.raises(RubricError) as caught:
        load(path)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RubricError) as caught:
        load(tmp_path / "missing.yaml")
    assert [problem.code for problem in caught.value.problems] == ["unreadable"]


def test_every_part_of_a_rubric_is_looked_at_in_one_run(tmp_path: Path) -> None:
    text = (
        GOOD.replace("id: demo", "id: My Demo")
        .replace("{default", "{defalt")
        .replace("points: 10", "points: ten")
        .replace("exposes:", "exposse:")
        .replace("[build]", "[biuld]")
        .replace("8080:80", "x")
        .replace("notes.txt", "{nobody}")
    )
    codes = [problem.code for problem in problems(tmp_path, text)]
    assert codes == [
        "bad-form",
        "unknown-field",
        "wrong-kind",
        "unknown-field",
        "unknown-objective",
        "invalid-value",
        "wrong-kind",
    ]


def test_a_mistyped_field_is_not_also_missing(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("    points: 10", "    pionts: 10"))
    assert [str(problem).partition(": ")[2] for problem in found] == [
        "unknown field 'pionts'; did you mean 'points'?"
    ]


def test_a_variable_that_needs_a_value_is_no_mistake_of_the_rubric(tmp_path: Path) -> None:
    path = tmp_path / "demo.yaml"
    text = GOOD.replace('"8080:80"', '"{port}:80"').replace(
        "  tag:", '  port: {required: true, pattern: "[0-9]{4}"}\n  tag:'
    )
    path.write_text(text, encoding="utf-8")
    assert load(path, lenient=True).id == "demo"


def test_the_documented_codes_are_those_there_are() -> None:
    documented = set(re.findall(r"^\| `([a-z0-9-]+)` ", DOCS.read_text(encoding="utf-8"), re.M))
    told = {code for code, *_ in MISTAKES}
    others = {"unknown-variable", "variable-without-value", "not-utf8", "too-large", "unreadable"}
    assert documented == told | others | {code for code, *_ in WARNINGS}


def test_a_reason_of_a_check_can_be_translated(tmp_path: Path) -> None:
    """What a check says of its own fields is a message, not a finished English sentence."""
    (found,) = problems(tmp_path, GOOD.replace("8080:80", "80a:b"))
    assert isinstance(found.message.values["reason"], Message)


def test_every_form_that_is_explained_is_one_that_fields_have() -> None:
    patterns = set(re.findall(r'"pattern": "((?:[^"\\\\]|\\\\.)*)"', json.dumps(schema())))
    written = {json.loads(f'"{pattern}"').removesuffix(r"|\{[a-z]") for pattern in patterns}
    variable_names = Rubric.model_json_schema()["properties"]["variables"]["patternProperties"]
    assert FORMS.keys() <= written | variable_names.keys()


def test_where_no_variable_can_be_read_their_uses_are_not_told(tmp_path: Path) -> None:
    lines = GOOD.splitlines(keepends=True)
    found = problems(tmp_path, "".join([*lines[:3], "variables: [tag]\n", *lines[6:]]))
    assert [problem.code for problem in found] == ["wrong-kind"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"',
        "? [a, b]\n: c\n",
        "[" * 5000,
        "a\r\nb: [\r\n",
        'id: "a\n\n',
        "\u2028id: [x",
        "a: &a [*a]",
    ],
)
def test_whatever_stands_in_a_file_is_a_problem_with_a_code(tmp_path: Path, text: str) -> None:
    assert all(problem.code for problem in problems(tmp_path, text))
